"""Connections that are kept. asyncpg's own pool starts a task and rearms a timer each time a connection comes back, which costs a
third of a small read; here, one that comes back in order is pushed on a stack.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import asyncpg

_SWEEP_SECONDS = 60
_RECOVERY_SECONDS = 10


class Lent:
    """A connection for the time of an `async with`."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __aenter__(self) -> asyncpg.Connection:
        self._connection = self._pool.take_at_once() or await self._pool.take()
        return self._connection

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error or not self._pool.rested(self._connection):
            await self._pool.give_back(self._connection, error)


class Pool:
    """At most `size` connections that `connect` makes; who comes when all are lent waits, first come, first served. The one that came
    back last is lent first, and one that nobody needed for a minute is closed."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]], size: int) -> None:
        self._connect = connect
        self._most = size
        self._size = 0
        self._resting: list[asyncpg.Connection] = []
        self._least = 0
        """So many at least were resting all the time since the last sweep."""
        self._waiting: deque[asyncio.Future[asyncpg.Connection | None]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._closing = False
        self._empty = asyncio.Event()

    async def open(self, connections: int) -> None:
        """Makes so many connections beforehand. Raises OSError or asyncpg.PostgresError when the server cannot be reached."""
        made: list[asyncpg.Connection] = []
        try:
            while len(made) < connections:
                made.append(await self.take())
        finally:
            for connection in made:
                self._rest(connection)
        self._sweep_later()

    def acquire(self) -> Lent:
        """`async with pool.acquire() as connection`. Raises as `open` does, and asyncpg.InterfaceError after `close` began."""
        return Lent(self)

    def take_at_once(self) -> asyncpg.Connection | None:
        """A connection, if one is resting; `rested` or `give_back` must follow."""
        while self._resting:
            connection = self._resting.pop()
            self._least = min(self._least, len(self._resting))
            if not connection.is_closed():
                return connection
            self._gone()
        return None

    def rested(self, connection: asyncpg.Connection) -> bool:
        """Takes back one that is in order (most are), if nobody waits for it."""
        if self._waiting or self._closing or connection.is_closed() or connection.is_in_transaction():
            return False
        self._resting.append(connection)
        return True

    async def take(self) -> asyncpg.Connection:
        """A connection; `rested` or `give_back` must follow."""
        while True:
            if self._closing:
                raise asyncpg.InterfaceError("the pool is closing")
            if connection := self.take_at_once():
                return connection
            if self._size < self._most:
                return await self._made()
            if handed := await self._handed_over():
                return handed

    async def give_back(self, connection: asyncpg.Connection, error: BaseException | None = None) -> None:
        """`error`: with which its user left."""
        interrupted = isinstance(error, TimeoutError) or not isinstance(error, Exception | None)
        if connection.is_closed() or not (interrupted or connection.is_in_transaction()):
            self._rest(connection)
            return
        # Shielded: cancelled once more meanwhile, its user must not lose us the connection.
        await asyncio.shield(self._beside(self._recover(connection)))

    async def close(self) -> None:
        """Waits for what is lent, and closes all."""
        self._closing = True
        if self._sweep:
            self._sweep.cancel()
        while self._waiting:
            self._wake(None)
        await self._close(self._resting)
        if self._size:
            await self._empty.wait()

    def get_size(self) -> int:
        """Connections there are."""
        return self._size

    def get_idle_size(self) -> int:
        """Of these, how many nobody has at the moment."""
        return len(self._resting)

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        async with self.acquire() as connection:
            return await connection.fetch(query, *args)

    async def fetchrow(self, query: str, *args: Any) -> Any:
        async with self.acquire() as connection:
            return await connection.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: Any) -> Any:
        async with self.acquire() as connection:
            return await connection.fetchval(query, *args)

    async def execute(self, query: str, *args: Any) -> str:
        async with self.acquire() as connection:
            return await connection.execute(query, *args)

    async def _made(self) -> asyncpg.Connection:
        self._size += 1
        try:
            return await self._connect()
        except BaseException:
            self._gone()
            raise

    async def _handed_over(self) -> asyncpg.Connection | None:
        turn: asyncio.Future[asyncpg.Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it came as we were cancelled
                self._pass_on(turn.result())
            raise

    def _pass_on(self, handed: asyncpg.Connection | None) -> None:
        if handed:
            self._rest(handed)
        else:
            self._wake(None)

    def _rest(self, connection: asyncpg.Connection) -> None:
        if connection.is_closed():
            self._gone()
        elif not self._wake(connection):
            self._resting.append(connection)
            if self._closing:
                self._beside(self._close(self._resting))

    def _wake(self, handed: asyncpg.Connection | None) -> bool:
        """Gives the one who waits longest a connection, or (None) the word that one may be made now."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(handed)
                return True
        return False

    def _gone(self) -> None:
        self._size -= 1
        if self._closing and not self._size:
            self._empty.set()
        self._wake(None)

    def _beside(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _recover(self, connection: asyncpg.Connection) -> None:
        """After a cancelled or timed-out statement, or a transaction left open."""
        try:
            async with asyncio.timeout(_RECOVERY_SECONDS):
                await connection.reset()
                await connection.execute(
                    "select"
                )  # waits until the cancelling of the statement before has come to its end
        except Exception:
            connection.terminate()
        self._rest(connection)

    def _sweep_later(self) -> None:
        self._sweep = asyncio.get_running_loop().call_later(_SWEEP_SECONDS, self._sweep_now)

    def _sweep_now(self) -> None:
        unneeded, self._resting = self._resting[: self._least], self._resting[self._least :]
        self._least = len(self._resting)
        if unneeded:
            self._beside(self._close(unneeded))
        self._sweep_later()

    async def _close(self, resting: list[asyncpg.Connection]) -> None:
        while resting:
            with suppress(Exception):
                await resting.pop().close(timeout=2)
            self._gone()
