"""One pool of asyncpg connections per process, transactions, and the two FastAPI dependencies `Tx` and `Read`.

Plain SQL with `$1` parameters. Nobody below the edge commits: the edge (a route, the inbox, a timer) opens the transaction,
and leaving it without an error commits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date, datetime
from typing import Annotated, Any

import asyncpg
from fastapi import Depends, Request
from pydantic_core import from_json, to_json

from shared import clock, idempotency, outbox
from shared.auth import authenticate
from shared.events import Event
from shared.pool import Pool

_TRANSIENT = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection whose backend was killed while it rested
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)


def is_transient(error: BaseException) -> bool:
    """A fault of the moment: the same work may succeed when tried again. (asyncpg's DataError is an InterfaceError too, but a
    ValueError first: wrong input stays wrong.)"""
    return isinstance(error, _TRANSIENT) and not isinstance(error, ValueError)


Row = Mapping[str, Any]
"""A row, by column name."""


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_dump, decoder=from_json)
    await connection.set_type_codec("uuid", schema="pg_catalog", encoder=str, decoder=str)


def _dump(value: Any) -> str:
    return to_json(value).decode()


def json_text(value: Any) -> str | None:
    """A value for a `text[]` parameter that the statement casts to jsonb (an array of lists could not be told from a matrix);
    None is SQL's null."""
    return None if value is None else _dump(value)


class Read:
    """Reading without a transaction; each statement sees what is committed when it starts."""

    __slots__ = ("connection", "execute", "fetch", "fetchrow", "fetchval", "now")

    def __init__(self, connection: asyncpg.Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        """The instant of the use case (aware, UTC), taken once at the edge."""
        self.fetch: Callable[..., Awaitable[list[Row]]] = connection.fetch
        self.fetchrow: Callable[..., Awaitable[Row | None]] = connection.fetchrow
        self.fetchval: Callable[..., Awaitable[Any]] = connection.fetchval
        self.execute: Callable[..., Awaitable[str]] = connection.execute

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        """A transaction on this connection, for a read that must leave a note of itself."""
        async with self.connection.transaction():
            yield Transaction(self.connection, self.now)

    @property
    def today(self) -> date:
        """The day of the use case in China."""
        return clock.today(self.now)


class Transaction(Read):
    """An open transaction. Events emitted in it are written just before the commit (`shared.outbox`). `traces`: of news that came in
    together, the trace to go on with by id of what they are about; `traceparent` for all else."""

    __slots__ = ("answer_key", "events", "traceparent", "traces")

    def __init__(self, connection: asyncpg.Connection, now: datetime, traceparent: str | None = None) -> None:
        super().__init__(connection, now)
        self.events: list[tuple[Event, str | None]] = []
        self.traceparent = traceparent
        self.traces: Mapping[str, str] = {}
        self.answer_key: idempotency.AnswerKey | None = None


class Database:
    """The service's own database. `committed` is set after each commit that emitted events: it wakes the relay of this process."""

    def __init__(self, url: str, size: int) -> None:
        self._url = url
        # No session state outlives a transaction here (only SET LOCAL and transaction locks): a connection needs no RESET ALL.
        self.pool = Pool(lambda: self.connect(idle_in_transaction_session_timeout="120000"), size)
        self.committed = asyncio.Event()

    @classmethod
    async def open(cls, url: str, size: int) -> Database:
        """Connects; raises OSError or asyncpg.PostgresError when the server cannot be reached."""
        database = cls(url, size)
        await database.pool.open(min(2, size))
        return database

    @asynccontextmanager
    async def alone(self, name: str, waiting: Callable[[], None] = lambda: None) -> AsyncIterator[asyncpg.Connection]:
        """A connection that holds the lock `name` as long as it lives: of all processes one gets here, the others wait (`waiting` is
        called meanwhile)."""
        connection = await self.connect()
        try:
            while not await connection.fetchval("select pg_try_advisory_lock(hashtext($1))", name):
                waiting()
                await asyncio.sleep(1)
            yield connection
        finally:
            with suppress(Exception):
                await connection.close(timeout=2)

    async def connect(self, **settings: str) -> asyncpg.Connection:
        """A connection of one's own, outside the pool: for what holds a session (the relay's lock). `settings`: of the session."""
        connection = await asyncpg.connect(
            self._url, command_timeout=60, server_settings={"timezone": "UTC", **settings}
        )
        await _prepare(connection)
        return connection

    async def close(self) -> None:
        await self.pool.close()

    @asynccontextmanager
    async def transaction(self, now: datetime, traceparent: str | None = None) -> AsyncIterator[Transaction]:
        """Commits when left without an error, rolls back otherwise."""
        async with self.pool.acquire() as connection:
            async with connection.transaction():
                tx = Transaction(connection, now, traceparent)
                yield tx
                if tx.events:
                    await outbox.write(tx)
            if tx.events:
                self.committed.set()

    @asynccontextmanager
    async def read(self, now: datetime) -> AsyncIterator[Read]:
        async with self.pool.acquire() as connection:
            yield Read(connection, now)


# Both call `authenticate` rather than depend on it: each level of dependencies costs every request some 30 µs.


async def _transaction(request: Request) -> AsyncIterator[Transaction]:
    await authenticate(request)
    database: Database = request.app.state.database
    async with database.transaction(clock.now(), request.scope.get("anju.traceparent")) as tx:
        if request.method == "POST":
            await idempotency.begin(tx, request)
            request.scope["anju.tx"] = tx
        yield tx


async def _read(request: Request) -> AsyncIterator[Read]:
    await authenticate(request)
    database: Database = request.app.state.database
    async with database.pool.acquire() as connection:
        yield Read(connection, clock.now())


Tx = Annotated[Transaction, Depends(_transaction, scope="function")]
"""A route's transaction. `scope="function"`: the commit comes before the response; with FastAPI's default scope it would come
after, and a failed commit would still have answered 200."""

Reader = Annotated[Read, Depends(_read, scope="function")]
"""A route's reading connection."""


def columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows turned into columns, for `insert … select * from unnest($1::…[], …)`; right for no rows too."""
    turned = [list(column) for column in zip(*rows, strict=True)]
    return turned or [[] for _ in range(width)]
