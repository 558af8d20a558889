"""News comes in by the inbox: an event takes effect once, in the transaction that notes its id; what cannot be applied is put
aside with its reason and does not hold up the others.

A batch is one transaction. Where it fails for a fault of the moment, the caller tries again; where it fails for good, the events
are applied one by one, and the ones that fail become dead letters.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError

from shared import observability
from shared.db import Database, Transaction, is_transient
from shared.errors import Conflict, DomainError, NotFound
from shared.events import REGISTRY, Event, Received
from shared.observability import child_traceparent
from shared.scrubbing import scrub

log = structlog.get_logger()

Handler = Callable[[Transaction, Sequence[Any]], Awaitable[None]]
"""Takes events of one batch that it is named for, in order: one or hundreds, each a thing that may come alone and twice."""
Handlers = Mapping[type[Event], Handler]
"""Events of one aggregate have one handler, which then sees them in order; between aggregates no order is promised."""


def wanted(handlers: Handlers, received: Sequence[Received]) -> list[Received]:
    """The events this service has a handler for."""
    return [event for event in received if REGISTRY.get(event.type) in handlers]


async def apply(database: Database, handlers: Handlers, received: Sequence[Received], now: datetime) -> None:
    """Applies a batch, in order. Raises only what `is_transient` calls a fault of the moment."""
    batch = wanted(handlers, received)
    if not batch:
        return
    try:
        await _apply_together(database, handlers, batch, now)
    except Exception as error:
        if is_transient(error):
            raise
        log.warning("batch failed, one by one now", events=len(batch), error=type(error).__name__)
        for event in batch:
            await _apply_alone(database, handlers, event, now)


async def _apply_together(database: Database, handlers: Handlers, batch: Sequence[Received], now: datetime) -> None:
    async with database.transaction(now) as tx:
        unseen = await _note(tx, batch)
        new = [event for event in {event.id: event for event in reversed(batch)}.values() if event.id in unseen][::-1]
        await _handle(tx, handlers, new)
        await _mark_overtaken(tx, new)
    observability.REPEATED.inc(len(batch) - len(new))
    for type_, number in Counter(event.type for event in new).items():
        observability.APPLIED.labels(type_).inc(number)


async def _apply_alone(database: Database, handlers: Handlers, event: Received, now: datetime) -> None:
    try:
        await _apply_together(database, handlers, [event], now)
    except Exception as error:
        if is_transient(error):
            raise
        async with database.transaction(now) as tx:
            if await _note(tx, [event]):
                await _put_aside(tx, event, reason_of(error))
        observability.DEAD.labels(event.type).inc()
        log.error("dead letter", event_id=event.id, type=event.type, reason=reason_of(error))


async def _handle(tx: Transaction, handlers: Handlers, batch: Sequence[Received]) -> None:
    """Each handler takes its events together. What it says goes on with the trace of the (last) event that was about the same."""
    for handler, group in _grouped(handlers, batch).items():
        events = [event.parse() for event in group]
        children = [child_traceparent(received.traceparent) for received in group]
        tx.traceparent = children[0]
        tx.traces = {id_: trace for event, trace in zip(events, children, strict=True) for id_ in event.ids()}
        await handler(tx, events)


def _grouped(handlers: Handlers, batch: Sequence[Received]) -> dict[Handler, list[Received]]:
    """By handler, in order."""
    groups: dict[Handler, list[Received]] = {}
    for event in batch:
        groups.setdefault(handlers[REGISTRY[event.type]], []).append(event)
    return groups


async def _note(tx: Transaction, batch: Sequence[Received]) -> set[str]:
    """Notes the ids of events; the ones that were not there yet."""
    rows = await tx.fetch(
        """insert into inbox (event_id, received_at)
           select distinct id, $2::timestamptz from unnest($1::uuid[]) id order by id
           on conflict do nothing returning event_id""",
        [event.id for event in batch],
        tx.now,
    )
    return {row["event_id"] for row in rows}


def version_of(event: Received) -> int | None:
    """The aggregate's version in the data, as far as the data can be read."""
    try:
        version = int(json.loads(event.data)["version"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    return version if abs(version) < 2**31 else None


async def _mark_overtaken(tx: Transaction, batch: Sequence[Received]) -> None:
    """Dead letters of the same aggregates with a lower version: a newer state has been applied since."""
    newest: dict[tuple[str, str], int] = {}
    if not await tx.fetchval("select exists (select from dead_letters where status = 'open' and not overtaken)"):
        return
    for event in batch:
        newest[event.topic, event.key] = max(newest.get((event.topic, event.key), 0), version_of(event) or 0)
    await tx.execute(
        """update dead_letters d set overtaken = true
             from unnest($1::text[], $2::text[], $3::int[]) as n(topic, key, version)
            where d.status = 'open' and d.topic = n.topic and d.key = n.key and d.version < n.version""",
        [topic for topic, _ in newest],
        [key for _, key in newest],
        list(newest.values()),
    )


async def _put_aside(tx: Transaction, event: Received, reason: str) -> None:
    await tx.execute(
        """insert into dead_letters
                  (event_id, type, topic, partition, "offset", key, version, occurred_at, traceparent, data, reason, failed_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        event.id,
        event.type,
        event.topic,
        event.partition,
        event.offset,
        event.key,
        version_of(event),
        event.time,
        event.traceparent,
        event.data,
        reason,
        tx.now,
    )


def reason_of(error: Exception) -> str:
    """Why an event could not be applied; without values, which may be anybody's."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors(include_input=False))[
            :500
        ]
    if isinstance(error, DomainError):
        return f"{error.slug}: {error.en}"[:500]
    return scrub(f"{type(error).__name__}: {error}".splitlines()[0])[:500]


class DeadLetterNotFound(NotFound):
    slug = "dead-letter-not-found"


class DeadLetterSettled(Conflict):
    slug = "dead-letter-settled"
    title_en, title_zh = "This dead letter was settled already", "该死信已处理"


class RetryFailed(Conflict):
    slug = "retry-failed"
    title_en, title_zh = "The event still cannot be applied", "该事件仍无法应用"


async def retry(tx: Transaction, handlers: Handlers, event_id: str, by: str) -> str:
    """Applies a dead letter now; `applied`, or `superseded` where a newer version of its aggregate was applied meanwhile.
    Raises DeadLetterNotFound, DeadLetterSettled; RetryFailed with the reason, after counting the attempt in `tx`: commit it."""
    row = await _load_open(tx, event_id)
    event = Received(
        id=row["event_id"],
        type=row["type"],
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        key=row["key"],
        time=row["occurred_at"],
        traceparent=row["traceparent"],
        data=row["data"],
    )
    if row["overtaken"]:
        await _settle(tx, event_id, "superseded", by)
        return "superseded"
    said = len(tx.events)
    try:
        async with (
            tx.connection.transaction()
        ):  # a savepoint: what the failure left undone must not take the count with it
            await _handle(tx, handlers, [event])
    except Exception as error:
        if is_transient(error):
            raise
        del tx.events[said:]
        await tx.execute(
            "update dead_letters set attempts = attempts + 1, reason = $2 where event_id = $1",
            event_id,
            reason_of(error),
        )
        raise RetryFailed(reason_of(error)) from error
    await _mark_overtaken(tx, [event])
    await _settle(tx, event_id, "applied", by)
    return "applied"


async def discard(tx: Transaction, event_id: str, by: str) -> None:
    """Gives a dead letter up, by a named operator."""
    await _load_open(tx, event_id)
    await _settle(tx, event_id, "discarded", by)


async def _load_open(tx: Transaction, event_id: str) -> Any:
    row = await tx.fetchrow("select * from dead_letters where event_id = $1 for update", event_id)
    if row is None:
        raise DeadLetterNotFound
    if row["status"] != "open":
        raise DeadLetterSettled(members={"state": row["status"]})
    return row


async def _settle(tx: Transaction, event_id: str, status: str, by: str) -> None:
    await tx.execute(
        """update dead_letters set status = $2, settled_at = $3, settled_by = $4, attempts = attempts + 1
            where event_id = $1""",
        event_id,
        status,
        tx.now,
        by,
    )
