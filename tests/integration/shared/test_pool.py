"""The pool: connections are lent, given back in order or not, replaced when they were closed, and closed when nobody needs them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from shared.db import Database
from shared.pool import Pool


@pytest.fixture
async def pool(new_database: Any) -> AsyncIterator[Pool]:
    database: Database = await new_database("gateway")
    made = Pool(database.connect, 2)
    await made.open(1)
    yield made
    await made.close()


async def test_the_last_that_came_back_is_lent_first(pool: Pool) -> None:
    async with pool.acquire() as first, pool.acquire() as second:
        assert first is not second
    async with pool.acquire() as again:
        assert again is first
    assert (pool.get_size(), pool.get_idle_size()) == (2, 2)


async def test_who_comes_first_is_served_first(pool: Pool) -> None:
    held = [await pool.take(), await pool.take()]
    gone, second, third = (asyncio.create_task(pool.take()) for _ in range(3))
    await asyncio.sleep(0.01)
    gone.cancel()
    await pool.give_back(held[0])
    async with asyncio.timeout(5):
        assert await second is held[0]
    assert not third.done()
    await pool.give_back(held[1])
    async with asyncio.timeout(5):
        assert await third is held[1]
    for connection in held:
        await pool.give_back(connection)


async def test_who_is_cancelled_as_a_connection_comes_loses_none(pool: Pool) -> None:
    held = [await pool.take(), await pool.take()]
    waiting = asyncio.create_task(pool.take())
    await asyncio.sleep(0.01)
    await pool.give_back(held[0])
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await pool.give_back(held[1])
    assert pool.get_idle_size() == 2


async def test_a_closed_connection_is_replaced(pool: Pool) -> None:
    async with pool.acquire() as connection:
        connection.terminate()
    assert await pool.fetchval("select 1") == 1
    async with pool.acquire() as resting:
        pass
    resting.terminate()
    assert await pool.fetchval("select 1") == 1
    assert pool.get_size() == pool.get_idle_size() == 1


async def test_one_that_closes_while_others_wait_makes_room(pool: Pool) -> None:
    held = [await pool.take(), await pool.take()]
    waiting = asyncio.create_task(pool.take())
    await asyncio.sleep(0.01)
    held[0].terminate()
    await pool.give_back(held[0])
    async with asyncio.timeout(5):
        fresh = await waiting
    assert fresh not in held
    await pool.give_back(fresh)
    await pool.give_back(held[1])


async def test_what_was_left_open_is_rolled_back(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute("begin")
        await connection.execute("create table left_open (a int)")
    async with pool.acquire() as again:
        assert again is connection
        assert await again.fetchval("select to_regclass('left_open')") is None


async def test_a_cancelled_statement_ends_before_the_next_is_sent(pool: Pool) -> None:
    task = asyncio.create_task(pool.execute("select pg_sleep(30)"))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        assert await pool.fetchval("select 1") == 1
    assert pool.get_idle_size() == pool.get_size()


async def test_those_that_nobody_needed_are_closed(pool: Pool) -> None:
    async with pool.acquire(), pool.acquire():
        pass
    pool._sweep_now()
    assert pool.get_idle_size() == 2
    assert await pool.fetchval("select 1") == 1  # takes one, the last
    pool._sweep_now()
    async with asyncio.timeout(5):
        while pool.get_size() > 1:  # noqa: ASYNC110  closing takes a moment
            await asyncio.sleep(0.01)
    assert await pool.fetchval("select 1") == 1


async def test_closing_waits_for_what_is_lent(new_database: Any) -> None:
    database: Database = await new_database("gateway")
    pool = Pool(database.connect, 2)
    await pool.open(2)
    connection = await pool.take()
    closing = asyncio.create_task(pool.close())
    await asyncio.sleep(0.05)
    assert not closing.done()
    with pytest.raises(asyncpg.InterfaceError):
        await pool.take()
    assert await connection.fetchval("select 1") == 1
    await pool.give_back(connection)
    async with asyncio.timeout(5):
        await closing
    assert connection.is_closed()
    assert pool.get_size() == 0


async def test_a_server_that_is_away_is_told_to_everybody_who_waits(new_database: Any) -> None:
    async def refuse() -> asyncpg.Connection:
        await asyncio.sleep(0.01)
        raise ConnectionRefusedError

    pool = Pool(refuse, 1)
    async with asyncio.timeout(5):
        told = await asyncio.gather(*(pool.take() for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in told] == [ConnectionRefusedError] * 3
