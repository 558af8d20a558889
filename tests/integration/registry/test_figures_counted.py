"""Counters of the figures: kept by the worker, told with how far they have come, looked through and put right by a command."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from services.registry.households.domain import HouseholdKind
from services.registry.statistics import service, store
from services.registry.statistics.__main__ import _run as looked_through
from services.registry.statistics.counting import keep_counting
from services.registry.statistics.recount import lines
from services.registry.statistics.service import comes_after_import, count_some
from shared import clock, migrate
from shared.auth import Place, Role
from tests.integration.conftest import NewService
from tests.support.clients import Service
from tests.support.imports import bring_in, csv_of
from tests.support.people import COMMUNITY, household, id_number, member, plan

STATISTICS = "/v1/registry/statistics"
HOUSEHOLDS = "/v1/registry/households"
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture
async def registry(new_service: NewService, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A community of two blocks, at noon of a fixed day."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    registry = await new_service("registry")
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan(units=1))
    return registry


async def read(registry: Service, **query: str) -> dict[str, Any]:
    answer = await registry.get(STATISTICS, params={"community": COMMUNITY, "by": "community"} | query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def people(registry: Service, **query: str) -> int:
    found: int = (await read(registry, **query))["items"][0]["people"]
    return found


async def settle(registry: Service, *members: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await registry.post(HOUSEHOLDS, household(*members, **more))
    assert answer.status_code == 201, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def count(registry: Service) -> int:
    async with registry.database.transaction(clock.now()) as tx:
        return await count_some(tx)


async def test_what_waits_is_counted_by_who_reads_or_said_to_wait(
    registry: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settle(registry, member(), member("20", "20100101"))
    await count(registry)
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=1))
    await settle(registry, flat="102")
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=9))
    found = await read(registry)
    assert (found["items"][0]["people"], found["counted_to"], found["waiting"]) == (3, "2026-11-24T04:09:00Z", 0)
    monkeypatch.setattr(service, "MOST_AT_READING", 0)
    found = await read(registry)
    assert (found["items"][0]["people"], found["counted_to"], found["waiting"]) == (2, "2026-11-24T04:01:00Z", 1)
    assert found["as_of"] == found["counted_to"]
    assert await count(registry) == 1
    found = await read(registry)
    assert (found["items"][0]["people"], found["counted_to"], found["waiting"]) == (3, "2026-11-24T04:09:00Z", 0)


async def test_a_birthday_is_counted_though_nobody_tells_it(registry: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await settle(registry, member(), member("20", "20101126"))
    await count(registry)

    async def children(**query: str) -> int:
        found: int = (await read(registry, **query))["items"][0]["ages"]["under_16"]
        return found

    assert await children() == 1
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=2))
    assert (await children(), await children(as_of="2026-11-25")) == (0, 1)
    monkeypatch.setattr(service, "MOST_AT_READING", 0)
    found = await read(registry)
    assert (found["items"][0]["ages"]["under_16"], found["counted_to"]) == (
        1,
        "2026-11-25T16:00:00Z",
    )  # 26 November, 0:00
    assert await count(registry) == 1
    assert (await children(), await children(as_of="2026-11-25")) == (0, 1)


async def test_nobody_who_writes_waits_for_who_counts(registry: Service) -> None:
    first = await settle(registry)
    async with registry.database.transaction(clock.now()) as tx:
        assert await count_some(tx) == 1
        assert await count(registry) == 0, "of all who count, one at a time"
        path = f"{HOUSEHOLDS}/{first['household_id']}"
        await registry.patch(f"{path}/facts", {"registered_poor": True}, headers={"if-match": "*"})
        await settle(registry, flat="102")
        assert (await registry.post(f"{path}/withdrawal", {"reason": "录入错误"})).status_code == 200
        assert await people(registry) == 1
    assert await people(registry) == 1
    await count(registry)
    assert await people(registry) == 1


async def test_the_worker_counts_what_comes(registry: Service) -> None:
    await settle(registry)
    counting = asyncio.create_task(keep_counting(registry.database))
    for _ in range(1000):
        if not await registry.database.pool.fetchval("select count(*) from figures_waiting"):
            break
        await asyncio.sleep(0.02)
    counting.cancel()
    await asyncio.gather(counting, return_exceptions=True)
    assert await registry.database.pool.fetchval("select count(*) from household_figures") == 1


ROSTER = {"楼栋": "1", "单元": "1", "安置点": "新民社区", "与户主关系": "户主", "入住日期": "2026-06-01"}


async def test_a_roster_is_counted_and_goes_first(registry: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    there = id_number()
    rows = [
        ROSTER | {"姓名": f"某{n}", "身份证号": number, "房号": room}
        for n, (number, room) in enumerate(((there, "101"), (id_number(), "102")))
    ]
    assert (await bring_in(registry, csv_of(rows)))["rejected"] == 0
    monkeypatch.setattr(service, "MOST_AT_ONCE", 2)
    async with registry.database.transaction(clock.now()) as tx:
        assert not await comes_after_import(tx)
        await tx.execute("update imports set status = 'running'")
        assert await comes_after_import(tx)
        await tx.execute("delete from figures_waiting where id = (select min(id) from figures_waiting)")
        assert not await comes_after_import(tx), "little is counted at once"
        await tx.execute("update imports set status = 'done'")
    await store_waiting(registry)
    await count(registry)
    assert await people(registry) == 2
    again = [
        rows[0] | {"政治面貌": "中共党员", "是否脱贫户": "是"},
        ROSTER | {"姓名": "某二", "身份证号": id_number("20150101"), "房号": "101", "与户主关系": "子"},
    ]
    report = await bring_in(registry, csv_of(again))
    assert report["rejected"] == 0, report
    await count(registry)
    found = (await read(registry))["items"][0]
    assert (found["people"], found["party_members"]) == (3, 1)
    assert await differing(registry) == []


async def store_waiting(registry: Service) -> None:
    """All households wait."""
    rows = await registry.database.pool.fetch("select household_id from households where kind = 'coliving'")
    async with registry.database.transaction(clock.now()) as tx:
        await store.count_again(tx, [row["household_id"] for row in rows])


async def differing(registry: Service, mend: bool = False) -> Iterable[str]:
    """What the command says."""
    return lines((await looked_through(registry.url, mend))[-1])


async def test_the_command_names_what_differs_and_puts_it_right(registry: Service) -> None:
    first = await settle(registry, member(), member("20", "20100101"))
    await settle(registry, flat="102", block="2")
    await count(registry)
    assert await differing(registry) == []
    pool = registry.database.pool
    await pool.execute(
        "update block_figures set number = number + 1 where what = 'men' and block = '1' and span = 'month'"
    )
    await pool.execute("delete from block_figures where what = 'people' and block = '2' and span = 'day'")
    await pool.execute(
        "update household_figures set numbers[array_position(whats, 'households')] = 7 where household_id = $1",
        first["household_id"],
    )
    found = (await looked_through(registry.url, False))[0]
    block = f"{COMMUNITY} estate 1 block"
    assert set(lines(found)) == {
        f"{block} 1, coliving, households, 2026-06-01: household {first['household_id']} is counted as 7, the history has 1",
        f"{block} 2, coliving, people, day of 2026-06-01: counter says 0, the households come to 1",
        f"{block} 1, coliving, men, month of 2026-06-01: counter says 3, the households come to 2",
        f"{block} 1, coliving, households, day of 2026-06-01: counter says 1, the households come to 7",
        f"{block} 1, coliving, households, month of 2026-06-01: counter says 1, the households come to 7",
        f"{block} 1, coliving, households, year of 2026-01-01: counter says 1, the households come to 7",
    }
    assert await differing(registry, mend=True) == []
    assert await people(registry) == 3
    await settle(registry, flat="201")
    assert (await looked_through(registry.url, False))[0].waiting == 1


async def test_who_is_split_off_keeps_what_is_known_of_the_household(registry: Service) -> None:
    home = await settle(registry, member(), member("20", "20000101"), registered_poor=True)
    child = home["members"][1]["person_id"]
    body = {
        "kind": "split",
        "on": "2026-08-01",
        "block": "2",
        "unit": "1",
        "flat": "101",
        "people": [{"person_id": child, "relation": "02"}],
    }
    assert (await registry.post(f"{HOUSEHOLDS}/{home['household_id']}/life-events", body)).status_code == 201
    answer = await registry.get(STATISTICS, params={"by": "block"})
    assert [item["registered_poor_people"] for item in answer.json()["items"]] == [1, 1]


async def test_disability_is_told_for_a_purpose_and_noted(registry: Service) -> None:
    await settle(
        registry, member(disability={"disabled": True}), member("20", "20000101", disability={"disabled": False})
    )
    clerk: dict[str, Any] = {"role": Role.STREET_WELFARE_CLERK, "place": COMMUNITY[:9]}

    async def told(query: dict[str, str], **caller: Any) -> Any:
        return (await registry.get(STATISTICS, params=query, **caller)).json()["items"][0]["disability"]

    assert await told({}, **clerk) is None
    assert await told({"purpose": "transfer"}, **clerk) is None
    assert await told({"purpose": "dibao-review", "case": "d-1"}, **clerk) == {"yes": 1, "no": 1, "unknown": 0}
    refused = await registry.get(
        STATISTICS, params={"purpose": "dibao-review"}, role=Role.BLOCK_HEAD, place=f"{COMMUNITY}/1/1"
    )
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:anju:problem:unmask-not-allowed")
    notes = await registry.database.pool.fetch("select person_id, purpose, case_ref, fields, results from access_log")
    assert [tuple(note) for note in notes] == [(None, "dibao-review", "d-1", ["disability"], 1)]


async def test_what_is_asked_of_another_day_or_kind(registry: Service) -> None:
    body = household(member(), member("20", "20000101") | {"in_hukou_household": False}) | {
        "hukou_household": {"division": "522328"}
    }
    await registry.post(HOUSEHOLDS, body)
    assert (await people(registry, as_of="2026-05-31"), await people(registry, as_of="2026-06-01")) == (0, 2)
    found = await read(registry, kind="hukou", as_of="2026-06-01")
    item = found["items"][0]
    assert (found["kind"], found["day"], item["households"], item["people"], item["occupied"]) == (
        "hukou",
        "2026-06-01",
        1,
        1,
        None,
    )
    head: dict[str, Any] = {"role": Role.BLOCK_HEAD, "place": f"{COMMUNITY}/1/1"}
    refused = await registry.get(STATISTICS, params={"kind": "hukou"}, **head)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:anju:problem:facts-not-shown")
    refused = await registry.get(STATISTICS, params={"as_of": "2026-11-25"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "query:as_of")


async def test_reading_touches_no_person(registry: Service) -> None:
    """What the statement reads, by the plan."""
    await settle(registry)
    await count(registry)
    statements: list[tuple[str, tuple[Any, ...]]] = []
    async with registry.database.transaction(clock.now()) as tx:
        fetch = tx.fetch

        def noting(text: str, *given: Any) -> Any:
            statements.append((text, given))
            return fetch(text, *given)

        tx.fetch = noting
        found = await service.list_figures(tx, Place(), HouseholdKind.COLIVING, date(2026, 11, 24), by_block=True)
    assert sum(item["people"] for item in found.items) == 1
    tables = set()
    async with registry.database.pool.acquire() as connection:
        for text, given in statements:
            (row,) = await connection.fetch(f"explain (format json) {text}", *given)
            tables |= {part.split('"')[1] for part in row[0].split('"Relation Name": ')[1:]}
    assert tables == {"figures_waiting", "household_figures", "communities", "dwellings", "block_figures"}


def _to(revision: str, act: Any = command.upgrade) -> Any:
    def run(connection: Connection) -> None:
        act(migrate.config_of("registry", connection), revision)
        connection.commit()

    return run


def _before_figures() -> str:
    scripts = ScriptDirectory.from_config(migrate.config_of("registry")).walk_revisions()
    before = next(script.down_revision for script in scripts if script.path.endswith("_figures.py"))
    assert isinstance(before, str)
    return before


async def test_who_was_there_before_the_counters_is_counted(registry: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a household that was split off another has its facts in the history."""
    home = await settle(registry, member(), member("20", "20000101"), registered_poor=True)
    child = home["members"][1]["person_id"]
    body = {
        "kind": "split",
        "on": "2026-08-01",
        "block": "2",
        "unit": "1",
        "flat": "101",
        "people": [{"person_id": child, "relation": "02"}],
    }
    await registry.post(f"{HOUSEHOLDS}/{home['household_id']}/life-events", body)
    await registry.database.pool.execute("delete from household_facts where household_id <> $1", home["household_id"])
    await migrate.run(registry.url, _to(_before_figures(), command.downgrade))
    await migrate.run(registry.url, _to("head"))
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=1))
    monkeypatch.setattr(service, "MOST_AT_READING", 0)
    found = await read(registry)
    assert (found["counted_to"], found["waiting"]) == ("2026-11-24T04:00:00Z", 2)
    assert await count(registry) == 2
    answer = await registry.get(STATISTICS, params={"by": "block"})
    assert [item["registered_poor_people"] for item in answer.json()["items"]] == [1, 1]
