"""Transactions: left in order they commit, left by an error or a cancelled request they do not, and connections come back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from shared import outbox
from shared.contracts.jobs import HouseholdWithoutWorkFound
from shared.db import Database, is_transient
from shared.ids import new_id

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)


@pytest.fixture
async def database(new_database: Any) -> Database:
    made: Database = await new_database("registry")
    return made


def event(version: int = 1) -> HouseholdWithoutWorkFound:
    return HouseholdWithoutWorkFound(
        version=version, household_id=new_id(), community_code="522731003012", without_work=True, since=NOW
    )


async def outbox_rows(database: Database) -> int:
    rows: int = await database.pool.fetchval("select count(*) from outbox")
    return rows


async def test_change_and_event_are_one(database: Database) -> None:
    async with database.transaction(NOW) as tx:
        outbox.emit(tx, event(), event())
    assert await outbox_rows(database) == 2
    assert database.committed.is_set()


async def test_an_error_rolls_back_change_and_event(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction(NOW) as tx:
            outbox.emit(tx, event())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await outbox_rows(database) == 0


async def test_a_cancelled_transaction_rolls_back_and_gives_its_connection_back(database: Database) -> None:
    async def hang() -> None:
        async with database.transaction(NOW) as tx:
            outbox.emit(tx, event())
            await tx.execute("select pg_sleep(30)")

    tasks = [asyncio.create_task(hang()) for _ in range(6)]
    await asyncio.sleep(0.2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(5):
        assert await outbox_rows(database) == 0
    assert database.pool.get_idle_size() == database.pool.get_size()


async def test_an_event_too_large_to_send_fails_its_transaction(database: Database) -> None:
    huge = event().model_copy(update={"community_code": "x" * outbox.MAX_EVENT_BYTES})

    async def say() -> None:
        async with database.transaction(NOW) as tx:
            outbox.emit(tx, huge)

    with pytest.raises(ValueError, match="bytes"):
        await say()
    assert await outbox_rows(database) == 0


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (asyncpg.DeadlockDetectedError(""), True),
        (asyncpg.AdminShutdownError(""), True),
        (asyncpg.CannotConnectNowError(""), True),
        (asyncpg.UniqueViolationError(""), False),
        (asyncpg.DataError(""), False),
        (asyncpg.exceptions.DataError(""), False),
        (KeyError(), False),
    ],
)
async def test_faults_of_the_moment_are_told_from_faults_for_good(error: Exception, transient: bool) -> None:
    assert is_transient(error) is transient
