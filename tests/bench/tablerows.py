"""Rows of one database brought into another of the same schema, as fast as a transaction can: one statement per table."""

from __future__ import annotations

import asyncio
import importlib
import io
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from shared import migrate
from tests.bench.cpu import Meter, Stretch

_COLUMNS = """
select quote_ident(attname) as name, format_type(atttypid, null) as type from pg_attribute
 where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = '' order by attnum
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """A table, less what the database numbers itself: names and types of its columns."""

    table: str
    columns: tuple[tuple[str, str], ...]

    @property
    def reading(self) -> str:
        """A select list. What an array parameter cannot hold is read, and written, as text."""
        return ", ".join(f"{name}::text as {name}" if _as_text(kind) else name for name, kind in self.columns)

    @property
    def insert(self) -> str:
        """An insert of rows that are given by columns."""
        names = ", ".join(name for name, _ in self.columns)
        values = ", ".join(f"{name}::{kind}" for name, kind in self.columns)
        given = ", ".join(
            f"${n}::{'text' if _as_text(kind) else kind}[]" for n, (_, kind) in enumerate(self.columns, 1)
        )
        return f"insert into {self.table} ({names}) select {values} from unnest({given}) as g({names})"


def _as_text(kind: str) -> bool:
    return kind.endswith("[]") or kind == "jsonb"


Part = list[tuple[str, list[list[Any]]]]
"""What one transaction writes: a statement per table, with its columns, in an order that foreign keys allow."""


def tables_of(service: str) -> list[str]:
    """A service's tables, each after those it refers to."""
    metadata = importlib.import_module(f"services.{service}.models").metadata
    return [table.name for table in metadata.sorted_tables]


async def shape_of(connection: asyncpg.Connection, table: str) -> Shape:
    rows = await connection.fetch(_COLUMNS, table)
    return Shape(table, tuple((row["name"], row["type"]) for row in rows))


async def parts_by_owner(
    connection: asyncpg.Connection, owners: Sequence[tuple[str, str]], ids: Sequence[str]
) -> list[Part]:
    """The rows of some aggregates, a part for each. `owners`: table, and SQL over its row `t` for the aggregate's id."""
    parts: dict[str, Part] = defaultdict(list)
    for table, owner in owners:
        shape = await shape_of(connection, table)
        rows = await connection.fetch(
            f"select ({owner})::text as bench_owner, {shape.reading} from {table} t where ({owner}) = any($1::uuid[])",
            list(ids),
        )
        by_owner: dict[str, list[Sequence[Any]]] = defaultdict(list)
        for row in rows:
            by_owner[row["bench_owner"]].append(tuple(row.values())[1:])
        for key, some in by_owner.items():
            parts[key].append((shape.insert, _turned(some)))
    return [parts[key] for key in ids]


async def parts_by_number(connection: asyncpg.Connection, tables: Sequence[str], number: int) -> list[Part]:
    """All rows of these tables, table after table, cut into at most so many parts of the same number of rows."""
    found: list[tuple[str, list[Sequence[Any]]]] = []
    for table in tables:
        shape = await shape_of(connection, table)
        rows = await connection.fetch(f"select {shape.reading} from {table}")
        found.append((shape.insert, [tuple(row.values()) for row in rows]))
    return cut(found, -(-sum(len(rows) for _, rows in found) // number))


def cut(tables: Sequence[tuple[str, Sequence[Sequence[Any]]]], size: int) -> list[Part]:
    """Statements with their rows, cut into parts of `size` rows each (the last may have fewer), in the order given."""
    parts: list[Part] = []
    room = 0
    for statement, rows in tables:
        start = 0
        while start < len(rows):
            if room == 0:
                parts.append([])
                room = size
            some = rows[start : start + room]
            parts[-1].append((statement, _turned(some)))
            start, room = start + len(some), room - len(some)
    return parts


def _turned(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def write(connection: asyncpg.Connection, part: Part) -> None:
    """One transaction."""
    async with connection.transaction():
        for statement, columns in part:
            await connection.execute(statement, *columns)


async def rows_of(source: asyncpg.Connection, query: str) -> io.BytesIO:
    """The rows of a query as binary COPY has them."""
    rows = io.BytesIO()
    await source.copy_from_query(query, output=rows, format="binary")
    rows.seek(0)
    return rows


async def copy(source: asyncpg.Connection, target: asyncpg.Connection, table: str, query: str | None = None) -> None:
    """Brings rows of a table, all or those of a query, from one database to another."""
    rows = await rows_of(source, query or f"select * from {table}")
    await target.copy_to_table(table, source=rows, format="binary")


def url_of(admin_url: str, name: str) -> str:
    """The URL of a database of the server, for its superuser."""
    return urlunsplit(urlsplit(admin_url)._replace(path=f"/{name}"))


@asynccontextmanager
async def scratch(admin_url: str, service: str, name: str) -> AsyncIterator[str]:
    """The URL of a new database with the service's schema; dropped when left."""
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f'drop database if exists "{name}" with (force)')
        await admin.execute(f'create database "{name}"')
        try:
            await migrate.run(url_of(admin_url, name), migrate.upgrade(service))
            yield url_of(admin_url, name)
        finally:
            await admin.execute(f'drop database if exists "{name}" with (force)')
    finally:
        await admin.close()


async def written(meter: Meter, url: str, parts: Sequence[Part], clients: int, warm: int) -> Stretch:
    """Writes the parts over so many connections; measured is what comes after the first `warm` parts of each."""
    connections = [await asyncpg.connect(url) for _ in range(clients)]
    try:
        queue = iter(parts)
        for connection in connections:
            for part in itertools.islice(queue, warm):
                await write(connection, part)
        if warm:
            await connections[0].execute("analyze")
        async with meter.measuring_us() as stretch:
            await asyncio.gather(*(_write_all(connection, queue) for connection in connections))
        return stretch
    finally:
        for connection in connections:
            await connection.close()


async def _write_all(connection: asyncpg.Connection, parts: Iterator[Part]) -> None:
    for part in parts:
        await write(connection, part)
