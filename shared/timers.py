"""Time comes in by timers: rows that say what is due when, swept with SKIP LOCKED so that several workers share them.

A timer is named by its kind and key; setting it again moves it. Firing and its effect are one transaction.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from shared import observability
from shared.db import Database, Transaction, columns, is_transient

log = structlog.get_logger()

TimerHandler = Callable[[Transaction, str], Awaitable[None]]
Timers = Mapping[str, TimerHandler]
"""By kind: what to do with the key."""


async def set_timers(tx: Transaction, kind: str, due: Sequence[tuple[str, datetime]]) -> None:
    """Sets or moves timers of one kind: (key, due_at), each key once."""
    if due:
        await tx.execute(
            """insert into timers (kind, key, due_at)
               select $1, t.* from unnest($2::text[], $3::timestamptz[]) as t(key, due_at) order by key
               on conflict (kind, key) do update set due_at = excluded.due_at, attempts = 0, problem = null""",
            kind,
            *columns(due, 2),
        )


async def cancel_timers(tx: Transaction, kind: str, keys: Sequence[str]) -> None:
    """Takes timers of one kind away; nothing happens to keys that have none."""
    if keys:
        await tx.execute(
            """with held as materialized (
                   select key from timers where kind = $1 and key = any($2::text[]) order by key for update)
               delete from timers t using held where t.kind = $1 and t.key = held.key""",
            kind,
            keys,
        )


async def hold_timers(tx: Transaction, kind: str, keys: Sequence[str]) -> None:
    """Locks timers that the use case may set or cancel, before it locks what their firing locks: the sweep has the timer first, and
    the two would wait for one another."""
    if keys:
        await tx.execute(
            "select from timers where kind = $1 and key = any($2::text[]) order by key for update", kind, keys
        )


async def sweep(database: Database, timers: Timers, now: datetime) -> int:
    """Fires what is due, one transaction each; how many fired. A timer that fails is tried again later, ever less often."""
    fired = 0
    while await _fire_next(database, timers, now):
        fired += 1
    return fired


async def _fire_next(database: Database, timers: Timers, now: datetime) -> bool:
    kind = key = ""
    try:
        async with database.transaction(now) as tx:
            row = await tx.fetchrow(
                """delete from timers where (kind, key) in (
                       select kind, key from timers where due_at <= $1 and kind = any($2)
                        order by due_at limit 1 for update skip locked)
                   returning kind, key""",
                now,
                list(timers),
            )
            if row is None:
                return False
            kind, key = row["kind"], row["key"]
            await timers[kind](tx, key)
        observability.TIMERS.labels(kind).inc()
        return True
    except Exception as error:
        if is_transient(error):
            raise
        log.error("timer failed", kind=kind, exc_info=error)
        await _postpone(database, kind, key, now, type(error).__name__)
        return True


async def _postpone(database: Database, kind: str, key: str, now: datetime, problem: str) -> None:
    async with database.transaction(now) as tx:
        await tx.execute(
            """update timers set attempts = attempts + 1, problem = $3,
                      due_at = $4::timestamptz + least(attempts + 1, 60) * $5::interval
                where kind = $1 and key = $2""",
            kind,
            key,
            problem,
            now,
            timedelta(minutes=1),
        )
