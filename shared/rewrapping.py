"""The wrapped keys of a database: where they lie, and how they come under the current master key, batch by batch, under load.

By convention a table that holds wrapped keys has the columns `key_id` and `wrapped`, and a primary key of one column. Nobody lists them.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import asyncpg

from shared.privacy import BadKeys, KeyRing, Unreadable

KEY_ID = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_TABLES = """
select c.relname as name, array_agg(a.attname) as key, min(format_type(a.atttypid, a.atttypmod)) as type
  from pg_class c left join pg_index i on i.indrelid = c.oid and i.indisprimary
  left join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
 where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
   and (select count(*) from pg_attribute k
         where k.attrelid = c.oid and k.attname in ('key_id', 'wrapped') and not k.attisdropped) = 2
 group by c.relname order by c.relname
"""
_RETIRING_SECONDS = 60
_BEHIND = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)


@dataclass(frozen=True, slots=True)
class KeyTable:
    """A table of wrapped keys: its name, its primary key's column and type."""

    name: str
    key: str
    type: str

    @property
    def constraint(self) -> str:
        return f"ck_{self.name}_key_retired"


class StillNeeded(Exception):
    """A row was written under a key that is to be retired."""


async def tables(connection: asyncpg.Connection) -> list[KeyTable]:
    """Those with wrapped keys. TypeError for one that does not keep to the convention: it must not be passed over."""
    found = await connection.fetch(_TABLES)
    if odd := [row["name"] for row in found if len(row["key"]) != 1 or row["key"][0] is None]:
        raise TypeError(f"{', '.join(odd)}: a table of wrapped keys has a primary key of one column")
    return [KeyTable(row["name"], row["key"][0], row["type"]) for row in found]


async def count(connection: asyncpg.Connection, table: KeyTable) -> Counter[str]:
    """Rows by the id of their master key."""
    rows = await connection.fetch(
        f"select key_id, count(*) as n from {table.name} where key_id is not null group by key_id"
    )
    return Counter({row["key_id"]: row["n"] for row in rows})


async def rewrap_all(
    connection: asyncpg.Connection,
    table: KeyTable,
    ring: KeyRing,
    batch: int,
    progress: Callable[[int], None] = lambda done: None,
) -> set[str]:
    """Brings all rows under the current master key, a batch a transaction; keys (as text) of rows whose wrapping cannot be opened by the
    key that they name. Killed at any instant, it goes on where it was: what is under the current key is passed over."""
    broken: set[str] = set()
    while True:
        done = await _pass(connection, table, ring, batch, broken, progress)
        if await _left(connection, table, ring.current) <= len(broken):
            return broken
        if not done:
            await asyncio.sleep(0.2)  # what is left, others hold just now


async def _pass(
    connection: asyncpg.Connection,
    table: KeyTable,
    ring: KeyRing,
    batch: int,
    broken: set[str],
    progress: Callable[[int], None],
) -> int:
    """Once through the table in the order of its key; how many rows were brought over."""
    after: str | None = None
    total = 0
    while rows := await _next(connection, table, ring.current, after, batch):
        after = rows[-1]["id"]
        found = [(row["id"], row["wrapped"], new) for row in rows if (new := _rewrapped(ring, row, broken))]
        done = await _write(connection, table, ring.current, found)
        total += done
        progress(done)
    return total


async def _next(
    connection: asyncpg.Connection, table: KeyTable, current: str, after: str | None, batch: int
) -> list[asyncpg.Record]:
    beyond = f"and {table.key} > $3::text::{table.type}" if after is not None else ""
    return await connection.fetch(
        f"""select {table.key}::text as id, key_id, wrapped from {table.name}
             where key_id <> $1 {beyond} order by {table.key} limit $2""",
        current,
        batch,
        *(() if after is None else (after,)),
    )


def _rewrapped(ring: KeyRing, row: asyncpg.Record, broken: set[str]) -> bytes | None:
    try:
        return ring.rewrap(row["wrapped"], row["key_id"])[0]
    except (BadKeys, Unreadable):
        broken.add(row["id"])
        return None


async def _write(
    connection: asyncpg.Connection, table: KeyTable, current: str, found: list[tuple[str, bytes, bytes]]
) -> int:
    """Only rows that are still wrapped as they were read, and that nobody holds: this never waits, so it never stands in a circle."""
    answer = await connection.execute(
        f"""with given as (select g.id::{table.type} as id, old, new from unnest($2::text[], $3::bytea[], $4::bytea[]) as g(id, old, new)),
                 free as materialized (
                   select t.{table.key} as id from {table.name} t join given g on g.id = t.{table.key} and g.old = t.wrapped
                    order by 1 for no key update of t skip locked)
            update {table.name} t set key_id = $1, wrapped = g.new from given g join free using (id)
             where t.{table.key} = g.id and t.wrapped = g.old""",
        current,
        [id_ for id_, _, _ in found],
        [old for _, old, _ in found],
        [new for _, _, new in found],
    )
    return int(answer.rsplit(" ", 1)[-1])


async def _left(connection: asyncpg.Connection, table: KeyTable, current: str) -> int:
    n: int = await connection.fetchval(f"select count(*) from {table.name} where key_id <> $1", current)
    return n


# Retiring


async def refused(connection: asyncpg.Connection, table: KeyTable, key_id: str) -> bool:
    """Was this key retired here, so that no row may be written under it?"""
    text: str | None = await connection.fetchval(
        "select pg_get_constraintdef(oid) from pg_constraint where conrelid = $1::text::regclass and conname = $2",
        table.name,
        table.constraint,
    )
    return text is not None and f"'{key_id}'" in text


async def forbid(connection: asyncpg.Connection, table: KeyTable, key_ids: Collection[str]) -> None:
    """From now on no row can be written under these keys, not even by a process that slept through the rotation; then sees that none is.

    Adding the constraint waits for those who write the table just now, so that what they wrote is seen. Raises StillNeeded where a row
    is under one of the keys; the constraint is gone then.
    """
    if not all(KEY_ID.fullmatch(key_id) for key_id in key_ids):
        raise BadKeys("An id of a key has letters, digits, dots, dashes and underscores")
    listed = ", ".join(f"'{key_id}'" for key_id in sorted(key_ids))
    gone = f"alter table {table.name} drop constraint if exists {table.constraint}"
    await _patiently(
        connection, f"{gone}, add constraint {table.constraint} check (key_id not in ({listed})) not valid"
    )
    try:
        await connection.execute(f"alter table {table.name} validate constraint {table.constraint}")
    except asyncpg.CheckViolationError:
        await _patiently(connection, gone)
        raise StillNeeded(f"{table.name} holds rows under {listed}") from None


async def _patiently(connection: asyncpg.Connection, statement: str) -> None:
    """Others queue behind a waiting `alter table`: it waits half a second at a time only."""
    end = asyncio.get_running_loop().time() + _RETIRING_SECONDS
    while True:
        try:
            async with connection.transaction():
                await connection.execute("set local lock_timeout = '500ms'")
                await connection.execute(statement)
                return
        except _BEHIND as error:
            if asyncio.get_running_loop().time() > end:
                raise StillNeeded(f"the table is written without a pause: {type(error).__name__}") from error
            await asyncio.sleep(0.5)


def as_rows(counted: dict[tuple[str, str], Counter[str]]) -> list[dict[str, Any]]:
    """Counts of several services, flat: service, table, key, rows."""
    return [
        {"service": service, "table": table, "key": key_id, "rows": n}
        for (service, table), counts in sorted(counted.items())
        for key_id, n in sorted(counts.items())
    ]
