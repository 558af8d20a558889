"""What is forgotten by itself when its time is over, and what stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from services.registry.access.__main__ import findings, look_through
from services.registry.access.domain import Check, Head
from services.registry.access.sealer import CHAIN, Sealer
from services.registry.retention import sweeper as sweeping
from services.registry.retention.domain import RecordClass
from services.registry.retention.sweeper import Sweeper
from shared import clock
from shared.auth import Role
from shared.db import Read
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, member

PERSONS, HOUSEHOLDS = "/v1/registry/persons", "/v1/registry/households"
CADRE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "subject": "cadre", "place": COMMUNITY}
SECRETARY: dict[str, Any] = {"role": Role.COMMUNITY_SECRETARY, "subject": "secretary", "place": COMMUNITY}
READ = """
insert into access_log (reader, role, purpose, fields, read_at)
select 'clerk', 'street-welfare-clerk', 'transfer', '{name}', $1::timestamptz + n * interval '1 hour'
  from generate_series(1, $2::int) n
"""
OLD, NEW = datetime(2022, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


class Keeping:
    """A registry whose worker forgets when it is told to."""

    def __init__(self, registry: Service, connection: asyncpg.Connection) -> None:
        self.registry, self.connection = registry, connection
        self.pool = registry.database.pool
        self.keys = registry.app.state.keys
        self.sweeper = Sweeper(self.keys, erases_people=True)

    async def sweep(self) -> dict[str, int]:
        return {str(each): n for each, n in (await self.sweeper.sweep(self.registry.database)).items() if n}

    async def read(self, at: datetime, n: int) -> None:
        await self.connection.execute(READ, at, n)
        await Sealer(self.keys).seal_some(self.connection)

    async def look(self, *heads: Head) -> Check:
        check = Check(self.keys.derived(CHAIN), heads)
        await look_through(Read(self.connection, clock.now()), check)
        return check

    async def settle(self, flat: str, settled_on: str, n: int = 1) -> tuple[str, list[str]]:
        members = [member("02", "19400101"), *(member("20", "19600101") for _ in range(n - 1))]
        answer = await self.registry.post(HOUSEHOLDS, household(*members, flat=flat, settled_on=settled_on))
        assert answer.status_code == 201, answer.text
        return answer.json()["household_id"], [each["person_id"] for each in answer.json()["members"]]

    async def died(self, person_id: str, on: str) -> None:
        answer = await self.registry.post(f"{PERSONS}/{person_id}/death", {"died_on": on})
        assert answer.status_code == 200, answer.text

    async def erased(self) -> set[str]:
        return {
            r["person_id"] for r in await self.pool.fetch("select person_id from persons where withheld = 'erased'")
        }


@pytest.fixture
async def keeping(estate: Service) -> AsyncIterator[Keeping]:
    connection = await estate.database.connect()
    try:
        yield Keeping(estate, connection)
    finally:
        await connection.close()


# The access log


async def test_the_oldest_records_go_and_the_rest_stays_a_chain(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In batches; what was sealed after goes on from there, and so does what is sealed when nothing is left."""
    monkeypatch.setattr(sweeping, "BATCH", 7)
    await keeping.read(OLD, 20)
    kept = (await keeping.look()).head
    await keeping.read(NEW, 5)
    assert await keeping.sweep() == {"access-log": 20}
    check = await keeping.look(kept)
    assert (check.intact, check.records, check.forgotten and check.forgotten.seal_no) == (True, 5, 20)
    assert await keeping.sweep() == {}
    await keeping.pool.execute("update access_log set read_at = read_at")
    await keeping.read(NEW + timedelta(days=2), 3)
    assert ((await keeping.look()).intact, (await keeping.look()).records) == (True, 8)


async def test_an_empty_log_goes_on_from_its_anchor(keeping: Keeping) -> None:
    await keeping.read(OLD, 4)
    await keeping.sweep()
    assert (await keeping.look()).records == 0
    await keeping.read(NEW, 2)
    check = await keeping.look()
    assert (check.intact, check.head.seal_no) == (True, 6)


async def test_what_is_removed_beside_is_found(keeping: Keeping) -> None:
    await keeping.read(OLD, 4)
    await keeping.read(NEW, 5)
    await keeping.sweep()
    for tampering, found in (
        ("delete from access_log where seal_no <= 6", "removed: record 5-6 of the chain"),
        ("delete from access_anchors", "removed: record 1-4 of the chain"),
        ("delete from access_log where seal_no <= 6; update access_anchors set seal_no = 6", "forged: the anchor"),
    ):
        undone = keeping.connection.transaction()
        await undone.start()
        await keeping.connection.execute(tampering)
        assert findings(await keeping.look())[0].startswith(found)
        await undone.rollback()
    assert (await keeping.look()).intact


async def test_a_record_made_older_is_not_forgotten(keeping: Keeping) -> None:
    """Or who can write the table would have the worker remove what it did. Nor is what waits for its seal."""
    await keeping.connection.execute(READ, OLD, 1)
    assert await keeping.sweep() == {}
    await keeping.connection.execute("delete from access_log")
    await keeping.read(NEW, 5)
    await keeping.connection.execute("update access_log set read_at = '2020-01-01' where seal_no = 1")
    assert await keeping.sweep() == {}
    assert (await keeping.look()).changed == [(1, await keeping.pool.fetchval("select min(id) from access_log"))]


async def test_a_clock_that_has_gone_wrong_forgets_nothing(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    await keeping.read(NEW, 3)
    _, (person_id,) = await keeping.settle("101", "2020-01-01")
    await keeping.died(person_id, "2026-01-01")
    monkeypatch.setattr(clock, "now", lambda: datetime(2126, 1, 1, tzinfo=UTC))
    assert await keeping.sweep() == {}


# People


async def test_who_died_long_ago_is_erased_and_others_stay(keeping: Keeping) -> None:
    home, (long_dead, lately_dead, alive) = await keeping.settle("101", "2017-06-01", 3)
    await keeping.died(long_dead, "2019-01-01")
    await keeping.died(lately_dead, "2025-01-01")
    before = (await keeping.registry.get("/v1/registry/statistics")).json()["items"]
    await keeping.registry.said()
    assert await keeping.sweep() == {"person-dead": 1}
    assert await keeping.erased() == {long_dead}
    assert [event.type for event in await keeping.registry.said()] == ["registry.person-erased.v1"]
    assert (await keeping.registry.get("/v1/registry/statistics")).json()["items"] == before
    members = (await keeping.registry.get(f"{HOUSEHOLDS}/{home}")).json()["members"]
    assert [each["person_id"] for each in members] == [alive]
    assert await keeping.sweep() == {}


async def test_without_the_setting_nobody_is_erased_by_itself(keeping: Keeping) -> None:
    _, (long_dead,) = await keeping.settle("101", "2017-06-01")
    await keeping.died(long_dead, "2019-01-01")
    keeping.sweeper = Sweeper(keeping.keys, erases_people=False)
    assert await keeping.sweep() == {}
    assert await keeping.erased() == set()


async def test_of_who_moved_out_or_was_entered_by_mistake_time_runs_too(keeping: Keeping) -> None:
    home, (_, gone, gone_lately) = await keeping.settle("101", "2017-06-01", 3)
    for person_id, on in ((gone, "2019-01-01"), (gone_lately, "2026-01-01")):
        left = {"kind": "left", "on": on, "people": [person_id]}
        assert (await keeping.registry.post(f"{HOUSEHOLDS}/{home}/life-events", left)).status_code == 201
    mistaken_home, (mistaken,) = await keeping.settle("102", "2026-06-01")
    taken_back = await keeping.registry.post(f"{HOUSEHOLDS}/{mistaken_home}/withdrawal", {"reason": "录入错误"})
    assert taken_back.status_code == 200
    assert await keeping.sweep() == {"person-moved-out": 1}
    await keeping.pool.execute("update persons set withdrawn_at = '2025-01-01' where person_id = $1", mistaken)
    assert await keeping.sweep() == {"person-entered-by-mistake": 1}
    assert await keeping.erased() == {gone, mistaken}


async def test_what_the_registry_owes_keeps_the_dead(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    """Land rights, an open change or request, a restriction by a decision of people; batch by batch all are looked at."""
    monkeypatch.setattr(sweeping, "_PEOPLE", 2)
    _, people = await keeping.settle("101", "2017-06-01", 5)
    holder, changing, asking, restricted, free = people
    parcel = {"kind": "farmland", "village": "522328100200", "certificate_no": "522328100200010001J-0003"}
    more = {"area_mu": "3.20", "since": "2017-12-31", "term_to": "2047-12-31", "holders": [{"person_id": holder}]}
    assert (await keeping.registry.post("/v1/registry/land/parcels", parcel | more)).status_code == 201
    for person_id in people:
        await keeping.died(person_id, "2019-01-01")
    change = {"name": "另一名", "reason": "更名"}
    assert (await keeping.registry.post(f"{PERSONS}/{changing}/change-requests", change)).status_code == 201
    kin = {"kind": "copy", "capacity": "kin", "relation": "child", "said": "继承", "evidence": "户口簿"}
    assert (await keeping.registry.post(f"{PERSONS}/{asking}/rights-requests", kin)).status_code == 201
    await keeping.pool.execute("update persons set withheld = 'restricted' where person_id = $1", restricted)
    assert await keeping.sweep() == {"person-dead": 1}
    assert await keeping.erased() == {free}


async def test_a_restricted_record_is_erased_once_nothing_keeps_it(keeping: Keeping) -> None:
    """As two people decided; where they said that another service needs it, time alone does nothing."""
    registry = keeping.registry
    _, (here, owed) = await keeping.settle("101", "2017-06-01", 2)
    requests = {}
    for person_id, more in ((here, {}), (owed, {"kept_by_law": "社会救助暂行办法 复核未结"})):
        body = {"kind": "deletion", "said": "不再需要", "evidence": "身份证"}
        asked = await registry.post(f"{PERSONS}/{person_id}/rights-requests", body, **CADRE)
        requests[person_id] = asked.headers["location"]
        decision = {"ground": "unlawful", "because": "误采", "asked_elsewhere": "均无在办事项"} | more
        await registry.post(f"{requests[person_id]}/proposal", decision, **CADRE)
        done = await registry.post(f"{requests[person_id]}/confirmation", {}, **SECRETARY)
        assert done.json()["status"] == "restricted", done.text
    await keeping.sweep()
    assert await keeping.erased() == set()
    await keeping.pool.execute(
        "update persons set status = 'moved-out' where person_id = any($1::uuid[])", [here, owed]
    )
    await keeping.sweep()
    assert await keeping.erased() == {here}
    seen = (await registry.get(requests[here], **CADRE)).json()
    assert (seen["status"], seen["steps"][-1]["by"]) == ("erased", "registry")


# Requests and their values


async def test_values_and_requests_are_forgotten_after_their_time(keeping: Keeping) -> None:
    registry, pool = keeping.registry, keeping.pool
    _, (person_id,) = await keeping.settle("101", "2020-01-01")
    change = await registry.post(f"{PERSONS}/{person_id}/change-requests", {"phone": "13900001111", "reason": "换号"})
    asked = await registry.post(
        f"{PERSONS}/{person_id}/rights-requests", {"kind": "copy", "evidence": "身份证"}, **CADRE
    )
    path = asked.headers["location"]
    await registry.post(f"{path}/grant", {}, **CADRE)
    clerk: dict[str, Any] = {"role": Role.STREET_WELFARE_CLERK, "subject": "clerk"}
    assert (await registry.get(f"{path}/copy", **clerk)).status_code == 200
    assert await keeping.sweep() == {}
    await pool.execute("update change_requests set decided_at = '2023-01-01'")
    await pool.execute("update rights_copies set made_at = made_at - interval '32 days'")
    assert await keeping.sweep() == {"change-request-values": 1, "rights-copy": 1}
    seen = (await registry.get(change.headers["location"])).json()
    assert (seen["status"], seen["reason"], seen["fields"]) == (
        "approved",
        "",
        [{"field": "phone", "before": None, "after": None}],
    )
    assert (await registry.get(f"{path}/copy", **clerk)).status_code == 404
    await pool.execute("update rights_requests set asked_at = '2023-01-01', answered_at = '2023-01-01'")
    await pool.execute("update rights_steps set at = '2023-01-01'")
    assert await keeping.sweep() == {"rights-request": 1}
    assert (await registry.get(path, **CADRE)).status_code == 404


async def test_consents_of_who_was_erased_prove_it_for_a_while(keeping: Keeping) -> None:
    _, (person_id,) = await keeping.settle("101", "2020-01-01")
    consent = {"purpose": "employment", "notice": "employment-1", "given_on": "2023-11-21", "form": "written"}
    for _ in range(2):  # the second replaces the first
        given = await keeping.registry.post(f"{PERSONS}/{person_id}/consents", consent | {"evidence": "TY-1"})
        assert given.status_code == 201, given.text
    await keeping.pool.execute(
        "update persons set status = 'deceased', died_on = '2020-06-01' where person_id = $1", person_id
    )
    assert await keeping.sweep() == {"person-dead": 1}
    assert await keeping.pool.fetchval("select count(*) from consents") == 2
    await keeping.pool.execute("update persons set changed_at = '2023-01-01' where person_id = $1", person_id)
    assert await keeping.sweep() == {str(RecordClass.CONSENTS): 1}
    assert await keeping.pool.fetchval("select count(*) from consents") == 0


async def test_last_days_are_counted_again_when_the_notice_has_come(keeping: Keeping) -> None:
    _, (person_id,) = await keeping.settle("101", "2020-01-01")
    body = {"kind": "copy", "evidence": "身份证"}
    asked = await keeping.registry.post(f"{PERSONS}/{person_id}/rights-requests", body, **CADRE)
    await keeping.pool.execute(
        "update rights_requests set asked_on = '2025-09-24', due_on = '2025-10-15', provisional = true"
    )
    await keeping.sweep()
    seen = (await keeping.registry.get(asked.headers["location"], **CADRE)).json()
    assert (seen["due_on"], seen["provisional"], seen["overdue"]) == ("2025-10-21", False, True)
