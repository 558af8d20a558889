"""Timers fire once, at their time, with their effect in the same transaction; one that fails is tried again later."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared import timers
from shared.db import Database, Transaction

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)


@pytest.fixture
async def database(new_database: Any) -> Database:
    made: Database = await new_database("registry")
    return made


async def set_at(database: Database, key: str, due_at: datetime) -> None:
    async with database.transaction(NOW) as tx:
        await timers.set_timers(tx, "remind", [(key, due_at)])


async def test_fires_what_is_due_in_order_and_once(database: Database) -> None:
    fired: list[str] = []

    async def remind(tx: Transaction, key: str) -> None:
        fired.append(key)

    for key, minutes in (("b", -1), ("a", -2), ("later", 1)):
        await set_at(database, key, NOW + timedelta(minutes=minutes))
    assert await timers.sweep(database, {"remind": remind}, NOW) == 2
    assert await timers.sweep(database, {"remind": remind}, NOW) == 0
    assert fired == ["a", "b"]


async def test_setting_it_again_moves_it_and_cancelling_takes_it_away(database: Database) -> None:
    await set_at(database, "a", NOW)
    await set_at(database, "a", NOW + timedelta(days=1))
    await set_at(database, "b", NOW)
    async with database.transaction(NOW) as tx:
        await timers.cancel_timers(tx, "remind", ["b"])

    async def remind(tx: Transaction, key: str) -> None:
        raise AssertionError(key)

    assert await timers.sweep(database, {"remind": remind}, NOW) == 0


async def test_one_that_fails_waits_and_does_not_stop_the_others(database: Database) -> None:
    async def remind(tx: Transaction, key: str) -> None:
        if key == "bad":
            await tx.execute("select 1 / 0")

    await set_at(database, "bad", NOW - timedelta(hours=1))
    await set_at(database, "good", NOW)
    await timers.sweep(database, {"remind": remind}, NOW)
    (left,) = await database.pool.fetch("select * from timers")
    assert (left["key"], left["attempts"], left["problem"]) == ("bad", 1, "DivisionByZeroError")
    assert left["due_at"] == NOW + timedelta(minutes=1)


async def test_several_workers_share_them(database: Database) -> None:
    fired: list[str] = []

    async def remind(tx: Transaction, key: str) -> None:
        await asyncio.sleep(0.01)
        fired.append(key)

    for n in range(20):
        await set_at(database, str(n), NOW)
    await asyncio.gather(*(timers.sweep(database, {"remind": remind}, NOW) for _ in range(4)))
    assert sorted(fired, key=int) == [str(n) for n in range(20)]
