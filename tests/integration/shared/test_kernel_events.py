"""Events from a transaction to a listener's tables over a real broker: once, in order, and none held up by a poisoned one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from services.registry.handlers import HANDLERS
from shared import clock, inbox, kafka, outbox
from shared.contracts.jobs import EmploymentStarted, HouseholdWithoutWorkCleared, HouseholdWithoutWorkFound
from shared.db import Database, Transaction
from shared.events import Event
from shared.ids import new_id
from tests.support.clients import Service, received
from tests.support.people import COMMUNITY, household, plan
from tests.support.runtime import make_topics, settings, until, working

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
async def prefix() -> str:
    name = f"t{new_id()[-12:]}-"
    await make_topics(name)
    return name


@pytest.fixture
async def jobs_side(new_database: Any) -> Database:
    """A database that speaks: the kernel's tables are the same in each service."""
    database: Database = await new_database("registry")
    return database


def flagged(household_id: str, version: int, without: bool = True) -> Event:
    kind = HouseholdWithoutWorkFound if without else HouseholdWithoutWorkCleared
    return kind(
        version=version,
        household_id=household_id,
        community_code=COMMUNITY,
        without_work=without,
        since=NOW if without else None,
    )


async def say(database: Database, *events: Event) -> None:
    async with database.transaction(clock.now()) as tx:
        outbox.emit(tx, *events)


async def settled(registry: Service, flat: str = "101") -> str:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())  # the second time: 428, there already
    answer = await registry.post("/v1/registry/households", household(flat=flat))
    return str(answer.json()["household_id"])


async def flag_of(registry: Service, household_id: str) -> bool | None:
    flag: bool | None = await registry.database.pool.fetchval(
        "select without_work from households where household_id = $1", household_id
    )
    return flag


async def test_an_event_travels_and_takes_effect_once(registry: Service, jobs_side: Database, prefix: str) -> None:
    household_id = await settled(registry)
    url = str(registry.app.state.settings.database_url.get_secret_value())
    async with (
        working("jobs", jobs_side, settings("postgresql://unused", prefix), {}),
        working("registry", registry.database, settings(url, prefix), HANDLERS),
    ):
        await say(jobs_side, flagged(household_id, 1))
        await until(lambda: flag_of(registry, household_id))
        await say(jobs_side, flagged(household_id, 2, without=False))

        async def cleared() -> bool:
            return await flag_of(registry, household_id) is False

        await until(cleared)
    assert await jobs_side.pool.fetchval("select count(*) from outbox") == 0
    assert await registry.database.pool.fetchval("select count(*) from inbox") == 2


async def test_replayed_events_change_nothing(registry: Service, jobs_side: Database) -> None:
    household_id = await settled(registry)
    await say(jobs_side, flagged(household_id, 1), flagged(household_id, 2, without=False))
    events = [received(row) for row in await jobs_side.pool.fetch("select * from outbox order by id")]
    await registry.hear(events)
    await registry.hear([events[0], events[0], *events])
    assert await flag_of(registry, household_id) is False


async def test_while_the_broker_is_away_writes_go_on_and_all_arrives_after(
    registry: Service, jobs_side: Database, prefix: str
) -> None:
    household_id = await settled(registry)
    lost = settings("postgresql://unused", prefix, kafka_bootstrap_servers="127.0.0.1:9")
    from shared.worker import Worker

    async with Worker("jobs", lost, {}).running(jobs_side):
        for version in range(1, 51):
            await say(jobs_side, flagged(household_id, version, without=version % 2 == 0))
    assert await jobs_side.pool.fetchval("select count(*) from outbox") == 50
    seen: list[int] = []

    async def note(tx: Transaction, events: Sequence[Any]) -> None:
        seen.extend(event.version for event in events)

    handlers: inbox.Handlers = {HouseholdWithoutWorkFound: note, HouseholdWithoutWorkCleared: note}
    async with (
        working("jobs", jobs_side, settings("postgresql://unused", prefix), {}),
        working("listener", registry.database, settings("postgresql://unused", prefix), handlers),
    ):

        async def all_seen() -> bool:
            return len(seen) == 50

        await until(all_seen)
    assert seen == list(range(1, 51))


async def test_a_poisoned_event_is_put_aside_and_holds_up_nobody(
    registry: Service, jobs_side: Database, prefix: str
) -> None:
    first, second = await settled(registry), await settled(registry, flat="102")
    await say(jobs_side, flagged(first, 1), flagged(second, 1))
    await jobs_side.pool.execute("update outbox set data = '{\"version\": 1}' where key = $1", first)
    url = str(registry.app.state.settings.database_url.get_secret_value())
    async with (
        working("jobs", jobs_side, settings("postgresql://unused", prefix), {}),
        working("registry", registry.database, settings(url, prefix), HANDLERS),
    ):
        await until(lambda: flag_of(registry, second))
        letter = await until(lambda: registry.database.pool.fetchrow("select * from dead_letters"))
        assert letter["key"] == first
        assert "household_id: missing" in letter["reason"]
        await say(jobs_side, flagged(first, 2))
        await until(lambda: flag_of(registry, first))
    shown = await registry.get("/v1/registry/dead-letters")
    assert [item["event_id"] for item in shown.json()["items"]] == [letter["event_id"]]
    assert shown.json()["items"][0]["overtaken"] is True


def broken(tx: Transaction, events: Sequence[Any]) -> Any:
    raise RuntimeError("a bug")


async def dead_letter(registry: Service, jobs_side: Database, event: Event) -> str:
    """The event fails on a bug of the listener; its id."""
    await say(jobs_side, event)
    (row,) = await jobs_side.pool.fetch("delete from outbox returning *")
    await inbox.apply(registry.database, {type(event): broken}, [received(row)], clock.now())
    return str(row["event_id"])


async def test_a_retry_after_the_fix_takes_effect(registry: Service, jobs_side: Database) -> None:
    household_id = await settled(registry)
    event_id = await dead_letter(registry, jobs_side, flagged(household_id, 1))
    assert await flag_of(registry, household_id) is None
    answer = await registry.post(f"/v1/registry/dead-letters/{event_id}/retry", None)
    assert answer.json() == {"status": "applied"}
    assert await flag_of(registry, household_id) is True
    again = await registry.post(f"/v1/registry/dead-letters/{event_id}/retry", None)
    assert (again.status_code, again.json()["state"]) == (409, "applied")


async def test_a_retry_overtaken_by_a_newer_version_is_superseded(registry: Service, jobs_side: Database) -> None:
    household_id = await settled(registry)
    event_id = await dead_letter(registry, jobs_side, flagged(household_id, 1))
    await say(jobs_side, flagged(household_id, 2, without=False))
    row = await jobs_side.pool.fetchrow("delete from outbox returning *")
    await registry.hear([received(row)])
    answer = await registry.post(f"/v1/registry/dead-letters/{event_id}/retry", None)
    assert answer.json() == {"status": "superseded"}
    assert await flag_of(registry, household_id) is False


async def test_a_retry_that_fails_again_stays_open_and_can_be_discarded(registry: Service, jobs_side: Database) -> None:
    household_id = await settled(registry)
    event_id = await dead_letter(registry, jobs_side, flagged(household_id, 1))
    await registry.database.pool.execute("update dead_letters set data = '{}'")
    answer = await registry.post(f"/v1/registry/dead-letters/{event_id}/retry", None)
    assert answer.status_code == 409
    assert "household_id: missing" in answer.json()["detail"]
    answer = await registry.post(f"/v1/registry/dead-letters/{event_id}/discard", None)
    assert answer.json() == {"status": "discarded"}


async def test_only_operators_see_dead_letters(registry: Service) -> None:
    from shared.auth import Role

    answer = await registry.get("/v1/registry/dead-letters", role=Role.COMMUNITY_CADRE, place=COMMUNITY)
    assert answer.status_code == 403
    assert (await registry.get("/v1/registry/dead-letters", role=Role.OPERATOR)).status_code == 200
    assert (await registry.get("/v1/registry/households", role=Role.OPERATOR)).status_code == 403


async def test_an_event_that_nobody_here_handles_is_passed_over(registry: Service, jobs_side: Database) -> None:
    await say(
        jobs_side,
        EmploymentStarted(
            version=1,
            person_id=new_id(),
            household_id=new_id(),
            work="employed",
            employments=(),
            employment_id=new_id(),
        ),
    )
    row = await jobs_side.pool.fetchrow("delete from outbox returning *")
    await inbox.apply(registry.database, {HouseholdWithoutWorkFound: broken}, [received(row)], clock.now())
    assert await registry.database.pool.fetchval("select count(*) from inbox") == 0


ODD = [
    {"ce_time": b"nonsense"},
    {"ce_time": b"\xff\xfe"},
    {"ce_id": b"not a uuid"},
    {"ce_id": b""},
    {"traceparent": b"\x00\xff"},
    {"data": b'{"version": 1e999}'},
    {"data": b'{"version": 1099511627776}'},
    {"data": b"[" * 100_000},
    {"data": b"\x00\xff"},
    {"key": b"\x00\xff"},
]


async def test_no_record_however_odd_stops_those_behind_it(registry: Service, jobs_side: Database, prefix: str) -> None:
    from aiokafka import AIOKafkaProducer

    household_id = await settled(registry)
    producer = AIOKafkaProducer(bootstrap_servers=os.environ["ANJU_TEST_KAFKA"])
    await producer.start()
    for odd in ODD:
        headers = {
            "ce_id": new_id().encode(),
            "ce_time": b"2026-06-01T00:00:00Z",
            "ce_type": HouseholdWithoutWorkFound.type.encode(),
        }
        headers |= {name: value for name, value in odd.items() if name not in ("data", "key")}
        await producer.send_and_wait(
            f"{prefix}jobs.household",
            odd.get("data", b"{}"),
            key=odd.get("key", household_id.encode()),
            headers=list(headers.items()),
        )
    await producer.stop()
    url = str(registry.app.state.settings.database_url.get_secret_value())
    async with (
        working("jobs", jobs_side, settings("postgresql://unused", prefix), {}),
        working("registry", registry.database, settings(url, prefix), HANDLERS),
    ):
        await say(jobs_side, flagged(household_id, 3))
        await until(lambda: flag_of(registry, household_id))

        async def all_put_aside() -> bool:
            return bool(await registry.database.pool.fetchval("select count(*) = $1 from dead_letters", len(ODD)))

        await until(all_put_aside)


async def test_an_event_that_cannot_be_sent_holds_up_only_its_own_aggregate(
    registry: Service, jobs_side: Database, prefix: str
) -> None:
    first, second = await settled(registry), await settled(registry, flat="102")
    await say(jobs_side, flagged(first, 1), flagged(second, 1))
    await jobs_side.pool.execute("update outbox set topic = 'not there' where key = $1", first)
    url = str(registry.app.state.settings.database_url.get_secret_value())
    async with (
        working("jobs", jobs_side, settings("postgresql://unused", prefix), {}),
        working("registry", registry.database, settings(url, prefix), HANDLERS),
    ):
        await until(lambda: flag_of(registry, second), seconds=40)
    assert await jobs_side.pool.fetchval("select count(*) from outbox") == 1


async def test_nothing_of_a_key_is_sent_after_what_failed(prefix: str) -> None:
    """The client itself goes on with what comes later: a key's second word would stand in the log before its first."""
    stuck, other = new_id(), new_id()

    def row(n: int, key: str, size: int = 2) -> dict[str, Any]:
        fields = {"topic": "jobs.household", "type": HouseholdWithoutWorkFound.type, "traceparent": None}
        return fields | {"id": n, "event_id": new_id(), "key": key, "occurred_at": NOW, "data": "x" * size}

    rows = [row(1, stuck), row(2, other), row(3, stuck, size=4_000_000), row(4, stuck), row(5, other)]
    broker = os.environ["ANJU_TEST_KAFKA"]
    async with kafka.Producer(broker, prefix, "/anju/test") as producer:
        assert sorted(await producer.send(rows)) == [1, 2, 5]
    async with kafka.Consumer(broker, prefix, "test", ["jobs.household"]) as consumer:
        seen: list[str] = []
        while len(seen) < 3:
            seen += [event.id for event in await consumer.poll(wait_ms=1000)]
        assert await consumer.poll(wait_ms=500) == []
    assert sorted(seen) == sorted(rows[n]["event_id"] for n in (0, 1, 4))
