"""After an erasure: nothing of the person is anywhere in the database, and all that is not the person's is as it was."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import pytest

from services.registry.access.__main__ import look_through
from services.registry.access.domain import Check
from services.registry.access.sealer import CHAIN, Sealer
from services.registry.persons.service import keep_work
from shared import clock
from shared.auth import Role
from shared.db import Read
from shared.privacy import KeyRing, Unreadable, generate_keys
from shared.rewrapping import rewrap_all, tables
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, id_number, member

PERSONS, HOUSEHOLDS = "/v1/registry/persons", "/v1/registry/households"
CADRE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "subject": "cadre", "place": COMMUNITY}
SECRETARY: dict[str, Any] = {"role": Role.COMMUNITY_SECRETARY, "subject": "secretary", "place": COMMUNITY}
CLERK: dict[str, Any] = {"role": Role.STREET_WELFARE_CLERK, "subject": "clerk", "place": COMMUNITY[:9]}
DECISION = {"ground": "unlawful", "because": "欧阳锋的信息系误采", "asked_elsewhere": "均无在办事项"}
NAME, WRONG_NAME, NEW_NAME, CERTIFICATE = "欧阳锋", "欧阳峰", "欧阳克", "522328100200010001J-0077"
MARKS = {
    *(NAME, WRONG_NAME, NEW_NAME, "ouyang", "oyf", "13812345678", "13900001111"),
    *("1980-03-15", "522328100299", "白驼山合作社", CERTIFICATE, "骆驼客", "西毒", "户籍证明77"),
}
"""Of the person: names as written and as they sound, telephones, birth, where the collective is, the land, whatever was said."""


class Man:
    """Who lived with a wife and a father, was entered twice, changed name and telephone, held land, consented, asked for a copy, was read,
    and left."""

    def __init__(self, registry: Service) -> None:
        self.registry = registry
        self.numbers = [id_number(), id_number("19800316")]

    async def post(self, path: str, body: Any = None, **who: Any) -> Any:
        answer = await self.registry.post(path, body or {}, **(who or CADRE))
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def live(self) -> None:
        facts: dict[str, Any] = {
            "collective": {"division": "522328100299", "organisation": "白驼山合作社"},
            "health": {"status": "30"},
        }
        man = member("02", **facts) | {"name": NAME, "phone": "13812345678", "id_number": self.numbers[0]}
        wife = member("12", "19820722", female=True) | {"name": "李秀英"}
        father = member("51", "19500101") | {"name": "李保国"}
        home = await self.post(HOUSEHOLDS, household(man, wife, father))
        self.home = home["household_id"]
        self.id, self.wife, self.father = (each["person_id"] for each in home["members"])
        again = member("02", "19800316") | {"name": WRONG_NAME, "id_number": self.numbers[1]}
        other = await self.post(HOUSEHOLDS, household(again, flat="201", settled_on="2026-07-01"))
        self.other_home, self.twin = other["household_id"], other["members"][0]["person_id"]

    async def leave_traces(self) -> None:
        change = {"name": NEW_NAME, "reason": "西毒更名", "evidence": "户籍证明77"}
        asked = await self.post(f"{PERSONS}/{self.id}/change-requests", change)
        await self.post(f"/v1/registry/change-requests/{asked['request_id']}/approval", {}, **SECRETARY)
        await self.post(f"{PERSONS}/{self.id}/change-requests", {"phone": "13900001111", "reason": "换号"})
        merger = await self.post(
            f"{PERSONS}/{self.twin}/merger", {"into": self.id, "take": ["id_number"], "reason": "重复登记"}
        )
        await self.post(f"/v1/registry/change-requests/{merger['request_id']}/approval", {}, **SECRETARY)
        consent = {"purpose": "employment", "notice": "employment-1", "given_on": "2026-11-21", "form": "written"}
        await self.post(f"{PERSONS}/{self.id}/consents", consent | {"evidence": "TY-1"})
        parcel = await self.post(
            "/v1/registry/land/parcels",
            {
                "kind": "farmland",
                "village": "522328100200",
                "certificate_no": CERTIFICATE,
                "area_mu": "3.20",
                "since": "2017-12-31",
                "term_to": "2047-12-31",
                "holders": [{"person_id": self.id}],
            },
        )
        path = f"/v1/registry/land/parcels/{parcel['parcel_id']}"
        term = {"mode": "lease", "party": "骆驼客", "from": "2026-01-01", "to": "2026-10-31", "price_per_mu": "1.00"}
        await self.post(f"{path}/contracts", term | {"written": True})
        await self.post(f"{path}/end", {"on": "2026-11-20", "because": "given-back"})
        copy = {"kind": "copy", "said": "西毒要看", "evidence": "身份证"}
        asked = await self.post(f"{PERSONS}/{self.id}/rights-requests", copy)
        await self.post(f"/v1/registry/rights-requests/{asked['request_id']}/grant")
        read = await self.registry.get(f"{PERSONS}/{self.id}?purpose=transfer", **CLERK)
        assert read.status_code == 200
        left = {"kind": "left", "on": "2026-11-20", "people": [self.id], "evidence": "户籍证明77"}
        await self.post(f"{HOUSEHOLDS}/{self.home}/life-events", left)

    async def erase(self) -> None:
        asked = await self.post(
            f"{PERSONS}/{self.id}/rights-requests", {"kind": "deletion", "said": "西毒要删", "evidence": "身份证"}
        )
        self.request = f"/v1/registry/rights-requests/{asked['request_id']}"
        proposed = await self.post(f"{self.request}/proposal", DECISION)
        assert (proposed["outcome"], proposed["standing"]) == ("erase", [])
        erased = await self.post(f"{self.request}/confirmation", {}, **SECRETARY)
        assert erased["status"] == "erased"


@pytest.fixture
async def man(estate: Service) -> Man:
    man = Man(estate)
    await man.live()
    await man.leave_traces()
    await estate.said()
    return man


async def found(registry: Service, marks: Collection[str]) -> dict[str, set[str]]:
    """Which marks stand in which table, as text or in bytes."""
    pool = registry.database.pool
    names = await pool.fetch(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    there: dict[str, set[str]] = {}
    for (name,) in names:
        text = await pool.fetchval(f"select coalesce(string_agg(t::text, ' '), '') from {name} t")
        seen = {mark for mark in marks if mark in text or mark.encode().hex() in text}
        if seen:
            there[name] = seen
    return there


async def everything(registry: Service, *paths: str) -> list[Any]:
    answers = [await registry.get(path, **CADRE) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return [
        {k: v for k, v in answer.json().items() if k not in ("as_of", "counted_to", "waiting")} for answer in answers
    ]


async def test_nothing_of_an_erased_person_is_left(man: Man) -> None:
    registry, pool, keys = man.registry, man.registry.database.pool, man.registry.app.state.keys
    marks = MARKS | set(man.numbers)
    before = await found(registry, marks)
    assert {"persons", "person_facts", "parcels", "land_contracts", "idempotency_keys"} <= before.keys()
    kept = await pool.fetchrow(
        "select p.*, k.wrapped, k.key_id from persons p join person_keys k using (person_id) where p.person_id = $1",
        man.id,
    )
    figures = ("/v1/registry/statistics", "/v1/registry/communities", f"{HOUSEHOLDS}/{man.home}")
    there = await everything(registry, *figures)
    await man.erase()
    said = [json.loads(e.data) for e in await registry.said() if e.type == "registry.person-erased.v1"]
    assert {each["person_id"] for each in said} == {man.id, man.twin}
    assert all(each.keys() == {"version", "person_id"} for each in said)
    assert await found(registry, marks) == {}
    assert await everything(registry, *figures) == there
    # What was sealed opens with no key that is left.
    left = await pool.fetch("select * from person_keys")
    assert not {row["person_id"] for row in left} & {man.id, man.twin}
    for row in left:
        with pytest.raises(Unreadable):
            keys.unwrap(row["wrapped"], row["key_id"]).decrypt(kept["id_number_sealed"], f"{man.id}/id_number")
    rows = await pool.fetch("select * from persons where withheld = 'erased' order by birth_on")
    assert [(row["sex"], str(row["birth_on"]), row["facts"]) for row in rows] == [("1", "1980-01-01", {})] * 2
    spans = await pool.fetch("select * from memberships where person_id = $1 and retracted_at is null", man.id)
    assert {str(row["valid_to"]) for row in spans} == {"2026-11-20"}


async def test_an_erased_person_is_as_if_it_had_never_been_there(man: Man) -> None:
    registry = man.registry
    await man.erase()
    for path in (
        f"{PERSONS}/{man.id}",
        f"{PERSONS}/{man.twin}",
        f"{PERSONS}/{man.id}/state",
        f"{PERSONS}/{man.id}/consents",
    ):
        answer = await registry.get(path)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:anju:problem:person-not-found")
    then = (await registry.get(f"{HOUSEHOLDS}/{man.home}/state?as_of=2026-08-01")).json()
    assert [each["person_id"] for each in then["members"]] == [man.wife, man.father]
    told = (await registry.get(f"{HOUSEHOLDS}/{man.home}/life-events")).json()["items"]
    assert man.id not in json.dumps(told)
    request = (await registry.get(man.request, **CADRE)).json()
    assert (request["status"], request["person_id"], request["said"]) == ("erased", man.id, None)
    assert [step["action"] for step in request["steps"]] == ["ask", "propose", "erase"]
    assert [step["by"] for step in request["steps"]] == ["cadre", "cadre", "secretary"]
    # Whoever has the number may come in, as somebody new.
    again = member("02") | {"name": "新来者", "id_number": man.numbers[0]}
    settled = await man.post(HOUSEHOLDS, household(again, flat="202", settled_on="2026-11-21"))
    assert settled["members"][0]["person_id"] not in (man.id, man.twin)


async def test_with_whom_it_lived_life_goes_on(man: Man) -> None:
    """What is told later, or taken back, says nothing of the erased, and leaves the spans of its household."""
    await man.erase()
    await man.registry.said()
    path = f"{HOUSEHOLDS}/{man.home}/life-events"
    event = await man.post(
        path, {"kind": "head-changed", "on": "2026-11-21", "people": [{"person_id": man.wife, "relation": "02"}]}
    )
    await man.post(path, {"kind": "away", "on": "2026-10-01", "people": [man.wife]})
    await man.post(f"/v1/registry/life-events/{event['event_id']}/withdrawal", {"reason": "重复登记"})
    said = {json.loads(e.data).get("person_id") for e in await man.registry.said()}
    assert man.id not in said
    pool = man.registry.database.pool
    assert await pool.fetchval("select count(*) from person_facts where person_id = $1", man.id) == 0
    assert await pool.fetchval("select facts from persons where person_id = $1", man.id) == {}
    spans = await pool.fetch("select valid_to from memberships where person_id = $1 and retracted_at is null", man.id)
    assert {str(row["valid_to"]) for row in spans} == {"2026-11-20"}
    work = [(man.id, man.home, 9, {"work": "employed", "employments": []})]
    async with man.registry.database.transaction(clock.now()) as tx:
        await keep_work(tx, work)
    assert await pool.fetchval("select work_copy from persons where person_id = $1", man.id) is None


async def test_keys_turn_and_the_chain_is_whole_after_an_erasure(man: Man) -> None:
    await man.erase()
    registry = man.registry
    connection = await registry.database.connect()
    try:
        await Sealer(registry.app.state.keys).seal_some(connection)
        check = Check(registry.app.state.keys.derived(CHAIN))
        await look_through(Read(connection, clock.now()), check)
        assert (check.intact, check.records > 0) == (True, True)
        # As after `shared.rotation rotate`: the ring has a second key, which is the current one.
        held = json.loads(registry.app.state.settings.keys_file.read_text())
        fresh = generate_keys("k2")
        ring = KeyRing(held | {"current": "k2", "master": held["master"] | fresh["master"]})
        for table in await tables(connection):
            assert await rewrap_all(connection, table, ring, 100) == set()
    finally:
        await connection.close()


async def test_what_one_lent_another_by_mistake_is_forgotten_too(estate: Service) -> None:
    """Two were taken for one and parted again; the history of the one who stays held the other's number and name meanwhile."""
    numbers = [id_number(), id_number("19800316")]
    homes = [
        (
            await estate.post(
                HOUSEHOLDS, household(member("02", birth) | {"name": name, "id_number": number}, flat=flat)
            )
        ).json()
        for name, birth, number, flat in (
            ("李保国", "19800315", numbers[0], "101"),
            (NAME, "19800316", numbers[1], "201"),
        )
    ]
    kept, gone = (home["members"][0]["person_id"] for home in homes)
    man = Man(estate)
    asked = await man.post(
        f"{PERSONS}/{gone}/merger", {"into": kept, "take": ["name", "id_number"], "reason": "重复登记"}
    )
    await man.post(f"/v1/registry/change-requests/{asked['request_id']}/approval", {}, **SECRETARY)
    await man.post(f"{PERSONS}/{gone}/merger/withdrawal", {"reason": "系两人"})
    await man.post(
        f"{HOUSEHOLDS}/{homes[1]['household_id']}/life-events", {"kind": "left", "on": "2026-10-01", "people": [gone]}
    )
    assert "person_facts" in await found(estate, {NAME, "1980-03-16"})
    man.id = gone
    await man.erase()
    await estate.said()
    assert await found(estate, {NAME, "ouyang", "1980-03-16", numbers[1]}) == {}
    left = (await estate.get(f"{PERSONS}/{kept}?purpose=correction")).json()
    assert (left["name"], left["id_number"], left["birth"]) == ("李保国", numbers[0], "1980-03-15")
    history = await estate.database.pool.fetch("select * from person_facts where person_id = $1", kept)
    assert {"name", "id_number"} <= {row["fact"] for row in history}
