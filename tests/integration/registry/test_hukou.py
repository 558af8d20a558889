"""Hukou households over HTTP: who is entered in one register, whoever they live with; told, read, taken back, and seen by whom."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from shared.auth import Role
from tests.integration.registry.believed import believed
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, member, plan

HOUSEHOLDS = "/v1/registry/households"
PERSONS = "/v1/registry/persons"
EVENTS = "/v1/registry/life-events"
NEXT = "522731003013"
CADRE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "place": COMMUNITY}


class Family:
    """A head, wife and son (born 2000) in flat 101, all of them entered in one hukou household at 522328."""

    def __init__(self, registry: Service, view: dict[str, Any]) -> None:
        self.registry = registry
        self.home: str = view["household_id"]
        self.register: str = view["hukou_household_id"]
        self.head, self.wife, self.son = (m["person_id"] for m in view["members"])

    async def tell(
        self, kind: str, on: str, status: int = 201, register: str | None = None, **body: Any
    ) -> dict[str, Any]:
        path = f"{HOUSEHOLDS}/{register or self.register}/life-events"
        answer = await self.registry.post(path, {"kind": f"hukou-{kind}", "on": on} | body)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def view(self, household_id: str | None = None, **as_whom: Any) -> dict[str, Any]:
        found: dict[str, Any] = (
            await self.registry.get(f"{HOUSEHOLDS}/{household_id or self.register}", **as_whom)
        ).json()
        return found

    async def members(self, household_id: str | None = None) -> dict[str, str]:
        return {m["person_id"]: m["relation"] for m in (await self.view(household_id))["members"]}

    async def facts(self, person_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.registry.get(f"{PERSONS}/{person_id}")).json()["facts"]
        return found

    async def take_back(self, event: dict[str, Any]) -> httpx.Response:
        return await self.registry.post(f"{EVENTS}/{event['event_id']}/withdrawal", {"reason": "误录"})


@pytest.fixture
async def family(estate: Service) -> Family:
    hukou: dict[str, Any] = {"hukou": {"division": "522328", "moved": False}}
    people = (member(**hukou), member("12", "19820722", female=True, **hukou), member("20", "20000508", **hukou))
    answer = await estate.post(HOUSEHOLDS, household(*people, hukou_household={"division": "522328"}))
    assert answer.status_code == 201, answer.text
    await estate.said()
    return Family(estate, answer.json())


def codes(problem: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in problem["errors"]]


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


async def test_a_hukou_household_is_read_and_listed_as_one_of_its_kind(family: Family) -> None:
    view = await family.view()
    assert (view["kind"], view["status"], view["version"]) == ("hukou", "settled", 1)
    assert view["hukou"] == {"division": "522328", "book": None, "members_elsewhere": 0}
    assert view["head_person_id"] == family.head
    assert await family.members() == {family.head: "02", family.wife: "12", family.son: "20"}
    listed = (await family.registry.get(HOUSEHOLDS, params={"kind": "hukou"})).json()["items"]
    assert [(r["household_id"], r["kind"], r["hukou_division"], r["members"]) for r in listed] == [
        (family.register, "hukou", "522328", 3)
    ]
    (home,) = (await family.registry.get(HOUSEHOLDS)).json()["items"]
    assert (home["household_id"], home["kind"], home["hukou_division"]) == (family.home, "coliving", None)


async def test_a_register_splits_while_all_live_together_and_the_other_way_round(family: Family) -> None:
    split = await family.tell("split", "2026-07-10", people=[{"person_id": family.son, "relation": "02"}], book="0231")
    new = await family.view(split["into_id"])
    assert (new["status"], new["version"], new["head_person_id"]) == ("settled", 1, family.son)
    assert (new["hukou"]["division"], new["hukou"]["book"]) == ("522328", "0231")
    assert await family.members() == {family.head: "02", family.wife: "12"}
    assert len((await family.view(family.home))["members"]) == 3
    assert await family.registry.said() == [], "nothing of whom other services know is otherwise"
    moved_out = {"kind": "left", "on": "2026-08-01", "people": [family.wife]}
    await family.registry.post(f"{HOUSEHOLDS}/{family.home}/life-events", moved_out)
    assert family.wife in await family.members()
    merged = await family.tell(
        "merged", "2026-09-01", register=split["into_id"], into=family.register,
        people=[{"person_id": family.son, "relation": "20"}],
    )  # fmt: skip
    assert merged["into_id"] == family.register
    assert (await family.view(split["into_id"]))["status"] == "ended"
    then = (await family.registry.get(f"{HOUSEHOLDS}/{split['into_id']}/state", params={"as_of": "2026-08-01"})).json()
    assert [m["person_id"] for m in then["members"]] == [family.son]
    kinds = [e["kind"] for e in (await family.registry.get(f"{PERSONS}/{family.son}/life-events")).json()["items"]]
    assert kinds == ["settled", "hukou-split", "hukou-merged"]


async def test_the_whole_register_moves_and_people_hold_the_paper_that_is_told(family: Family) -> None:
    before = await believed(family.registry)
    event = await family.tell(
        "moved", "2026-08-01", division=COMMUNITY, residence_document="none", source="police feed"
    )
    assert (event["division"], event["residence_document"]) == (COMMUNITY, "none")
    for person in (family.head, family.wife, family.son):
        facts = await family.facts(person)
        assert facts["hukou"] == {"division": COMMUNITY, "moved": True, "moved_on": "2026-08-01"}
        assert facts["residence_document"] == "none"
    said = [json.loads(e.data) for e in await family.registry.said()]
    assert [(e["hukou_division"], e["hukou_moved"], e["version"]) for e in said] == [(COMMUNITY, True, 2)] * 3
    assert (await family.view())["hukou"]["division"] == COMMUNITY
    for day, division in (("2026-07-31", "522328"), ("2026-08-01", COMMUNITY)):
        at = {"as_of": day}
        then = (await family.registry.get(f"{HOUSEHOLDS}/{family.register}/state", params=at)).json()
        assert then["facts"]["hukou"] == {"division": division}
        person = (await family.registry.get(f"{PERSONS}/{family.son}/state", params=at)).json()
        assert person["facts"]["hukou"]["division"] == division
    assert (await family.take_back(event)).status_code == 200
    after = await believed(family.registry)
    assert after == before, "as if it had never been told"
    assert len(await family.registry.said()) == 3


async def test_a_late_report_of_a_move_holds_up_to_what_is_known_later(family: Family) -> None:
    path, hukou = f"{PERSONS}/{family.son}/facts", {"division": "522731004021", "moved": True, "moved_on": "2026-09-01"}
    await family.registry.patch(path, {"hukou": hukou, "valid_from": "2026-09-01"}, headers={"if-match": "*"})
    event = await family.tell("left", "2026-07-01", people=[family.son], division="520100", residence_document="permit")
    assert ("/hukou", "later-known") in [(w["pointer"], w["code"]) for w in event["warnings"]]
    assert (await family.facts(family.son))["hukou"] == hukou
    assert (await family.facts(family.son))["residence_document"] == "permit"
    divisions = []
    for day in ("2026-06-15", "2026-07-15", "2026-09-15"):
        state = await family.registry.get(f"{PERSONS}/{family.son}/state", params={"as_of": day})
        divisions.append(state.json()["facts"]["hukou"]["division"])
    assert divisions == ["522328", "520100", "522731004021"]


async def test_a_register_is_entered_that_stood_before_its_people_came(estate: Service) -> None:
    home = (await estate.post(HOUSEHOLDS, household(member(), member("12", female=True)))).json()
    head, wife = (m["person_id"] for m in home["members"])
    assert home["hukou_household_id"] is None
    people = [{"person_id": head, "relation": "02"}, {"person_id": wife, "relation": "12"}]
    body = {"division": "522328", "on": "2004-05-01", "book": "户0012", "people": people}
    answer = await estate.post("/v1/registry/hukou-households", body, **CADRE)
    assert answer.status_code == 201, answer.text
    register = answer.json()["household_id"]
    assert answer.headers["location"] == f"{HOUSEHOLDS}/{register}"
    assert (answer.json()["hukou"]["book"], answer.json()["version"]) == ("户0012", 1)
    home = (await estate.get(f"{HOUSEHOLDS}/{home['household_id']}")).json()
    assert home["hukou_household_id"] == register
    then = (await estate.get(f"{HOUSEHOLDS}/{register}/state", params={"as_of": "2010-01-01"})).json()
    assert len(then["members"]) == 2
    (event,) = (await estate.get(f"{HOUSEHOLDS}/{register}/life-events")).json()["items"]
    await estate.post(f"{EVENTS}/{event['event_id']}/withdrawal", {"reason": "误录"})
    assert (await estate.get(f"{HOUSEHOLDS}/{register}")).json()["status"] == "withdrawn"
    assert (await estate.get(f"{HOUSEHOLDS}/{home['household_id']}")).json()["hukou_household_id"] is None


async def test_a_head_who_dies_leaves_the_register_without_one_until_another_is_told(family: Family) -> None:
    await family.registry.post(f"{PERSONS}/{family.head}/death", {"died_on": "2026-08-01"})
    assert (await family.view())["head_person_id"] is None
    assert await family.members() == {family.wife: "12", family.son: "20"}
    people = [{"person_id": family.wife, "relation": "02"}, {"person_id": family.son, "relation": "20"}]
    event = await family.tell("head-changed", "2026-08-10", people=people)
    assert event["warnings"] == []
    assert (await family.view())["head_person_id"] == family.wife
    left = await family.tell("left", "2026-08-20", people=[family.wife])
    assert [w["code"] for w in left["warnings"]] == ["head-missing"]


async def test_what_cannot_have_happened_is_refused_with_its_place(family: Family) -> None:
    stranger = (await family.registry.post(HOUSEHOLDS, household(flat="102"))).json()["members"][0]["person_id"]
    refused = await family.tell("left", "2026-07-01", 422, people=[family.wife, stranger])
    assert codes(refused) == [("/people/1", "not-a-member")]
    refused = await family.tell("joined", "2026-07-01", 422, people=[{"person_id": stranger, "relation": "02"}])
    assert codes(refused) == [("/people", "second-head")]
    refused = await family.tell("moved", "2026-07-01", 422, division="522328")
    assert codes(refused) == [("/division", "same-division")]
    refused = await family.tell("left", "2099-01-01", 422, people=[family.wife])
    assert codes(refused) == [("/on", "date-in-future")]
    left = await family.tell("left", "2026-08-01", people=[family.wife])
    late = await family.tell(
        "relations-changed", "2026-09-01", 422, people=[{"person_id": family.wife, "relation": "11"}]
    )
    assert codes(late) == [("/people/0", "not-a-member")]
    earlier = await family.tell("left", "2026-07-01", 409, people=[family.wife])
    assert (earlier["event_id"], earlier["kind"]) == (left["event_id"], "hukou-left")
    other_kind = {"kind": "left", "on": "2026-07-01", "people": [family.son]}
    assert (await family.registry.post(f"{HOUSEHOLDS}/{family.register}/life-events", other_kind)).status_code == 404
    body = {"kind": "hukou-left", "on": "2026-07-01", "people": [family.son]}
    assert (await family.registry.post(f"{HOUSEHOLDS}/{family.home}/life-events", body)).status_code == 404
    stale = await family.registry.post(
        f"{HOUSEHOLDS}/{family.register}/life-events", body, headers={"if-match": '"1.0"'}
    )
    assert stale.status_code == 412


async def test_facts_of_a_register_are_its_book_and_dibao(family: Family) -> None:
    path, any_version = f"{HOUSEHOLDS}/{family.register}/facts", {"if-match": "*"}
    answer = await family.registry.patch(path, {"hukou_book": "0231"}, headers=any_version)
    assert (answer.status_code, answer.json()["hukou"]["book"], answer.json()["version"]) == (200, "0231", 2)
    wrong = await family.registry.patch(path, {"registered_poor": True}, headers=any_version)
    assert codes(wrong.json()) == [("/registered_poor", "of-another-kind")]
    wrong = await family.registry.patch(f"{HOUSEHOLDS}/{family.home}/facts", {"hukou_book": "1"}, headers=any_version)
    assert codes(wrong.json()) == [("/hukou_book", "of-another-kind")]
    number = await family.registry.patch(path, {"hukou_book": "522799198003150013"}, headers=any_version)
    assert number.status_code == 422


async def test_a_settling_taken_back_takes_its_register_along_unless_others_are_in_it(family: Family) -> None:
    other = (await family.registry.post(HOUSEHOLDS, household(flat="102"))).json()
    stranger = other["members"][0]["person_id"]
    head = await family.tell("relations-changed", "2026-07-01", people=[{"person_id": family.son, "relation": "22"}])
    joined = await family.tell("joined", "2026-07-02", people=[{"person_id": stranger, "relation": "97"}])
    path = f"{HOUSEHOLDS}/{family.home}/withdrawal"
    refused = await family.registry.post(path, {"reason": "误录"})
    assert slug(refused) == "other-households-involved"
    assert joined["event_id"] in [e["event_id"] for e in refused.json()["events"]]
    await family.take_back(joined)
    assert (await family.registry.post(path, {"reason": "误录"})).status_code == 200
    assert (await family.view())["status"] == "withdrawn"
    told = (await family.registry.get(f"{EVENTS}/{head['event_id']}")).json()
    assert told["retracted_because"] == "误录"
    assert (await family.view(other["household_id"]))["status"] == "settled"


async def test_who_lives_elsewhere_is_counted_and_not_shown(family: Family) -> None:
    registry = family.registry
    await registry.put(f"/v1/registry/communities/{NEXT}", plan("另一社区"))
    split = {"kind": "split", "on": "2026-07-10", "people": [{"person_id": family.son, "relation": "02"}]}
    where = {"community": NEXT, "block": "1", "unit": "1", "flat": "101"}
    await registry.post(f"{HOUSEHOLDS}/{family.home}/life-events", split | where)
    there: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "place": NEXT}
    assert {m["person_id"] for m in (await family.view(**CADRE))["members"]} == {family.head, family.wife}
    seen = await family.view(**there)
    assert ([m["person_id"] for m in seen["members"]], seen["hukou"]["members_elsewhere"]) == ([family.son], 2)
    assert seen["head_person_id"] is None
    for person in (family.head, family.wife):
        assert person not in json.dumps(seen)
        state = await registry.get(f"{HOUSEHOLDS}/{family.register}/state", **there)
        assert person not in state.text
    assert (
        await registry.get(f"{HOUSEHOLDS}/{family.register}", role=Role.COMMUNITY_CADRE, place="522328")
    ).status_code == 404
    lists = [
        (await registry.get(HOUSEHOLDS, params={"kind": "hukou"}, **who)).json()["items"] for who in (CADRE, there)
    ]
    assert [len(each) for each in lists] == [1, 0], "found where the head lives"
    mine = {"kind": "hukou-left", "on": "2026-08-01", "people": [family.head]}
    assert (await registry.post(f"{HOUSEHOLDS}/{family.register}/life-events", mine, **there)).status_code == 404
    own = {"kind": "hukou-split", "on": "2026-08-01", "people": [{"person_id": family.son, "relation": "02"}]}
    taken = await registry.post(f"{HOUSEHOLDS}/{family.register}/life-events", own, **there)
    assert taken.status_code == 201, taken.text
    listed = (await registry.get(HOUSEHOLDS, params={"kind": "hukou"}, **there)).json()["items"]
    assert [each["household_id"] for each in listed] == [taken.json()["into_id"]]


async def test_who_may_not_see_hukou_sees_no_register(family: Family) -> None:
    event = await family.tell("left", "2026-08-01", people=[family.wife])
    head_of_block: dict[str, Any] = {"role": Role.BLOCK_HEAD, "place": f"{COMMUNITY}/1/1"}
    get = family.registry.get
    unseen = await get(f"{HOUSEHOLDS}/{family.register}", **head_of_block)
    missing = await get(f"{HOUSEHOLDS}/{event['event_id']}", **head_of_block)
    assert (unseen.status_code, slug(unseen)) == (missing.status_code, slug(missing)) == (404, "household-not-found")
    assert (await get(HOUSEHOLDS, params={"kind": "hukou"}, **head_of_block)).status_code == 403
    for path in (f"{HOUSEHOLDS}/{family.register}/life-events", f"{HOUSEHOLDS}/{family.register}/state"):
        assert (await get(path, **head_of_block)).status_code == 404
    assert (await get(f"{EVENTS}/{event['event_id']}", **head_of_block)).status_code == 404
    of_wife = (await get(f"{PERSONS}/{family.wife}/life-events", **head_of_block)).json()["items"]
    assert [e["kind"] for e in of_wife] == ["settled"]


async def test_an_unmasked_read_is_noted_and_residents_see_the_register_they_are_in(family: Family) -> None:
    clerk: dict[str, Any] = {"role": Role.STREET_WELFARE_CLERK, "place": COMMUNITY[:9], "subject": "clerk"}
    path = f"{HOUSEHOLDS}/{family.register}"
    full = (await family.registry.get(path, params={"purpose": "dibao-review"}, **clerk)).json()
    assert all("*" not in m["id_number"] for m in full["members"])
    accesses = (await family.registry.get(f"{PERSONS}/{family.son}/accesses", role=Role.AUDITOR)).json()["items"]
    assert ("clerk", "dibao-review") in [(a["reader"], a["purpose"]) for a in accesses]
    as_son: dict[str, Any] = {"role": Role.RESIDENT, "subject": family.son}
    own = (await family.registry.get(path, **as_son)).json()
    assert [("*" in m["name"], m["id_number"] is None) for m in own["members"]] == [(True, True)] * 2 + [(False, False)]
    await family.tell("left", "2026-08-01", people=[family.son])
    assert (await family.registry.get(path, **as_son)).status_code == 404
