"""News leaves by the outbox: written in the transaction that makes it true, sent by the relay, deleted when the broker has it.

The three wrong orders: publish then commit says what may not happen; commit then publish forgets when killed between;
both "at once" is one of the two. So the event is a row of the same transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.events import Event
from shared.ids import new_ids

if TYPE_CHECKING:
    from shared.db import Transaction

MAX_EVENT_BYTES = 768 * 1024
"""Below what the broker takes (1 MiB): an event that cannot be sent must fail its transaction, not block the relay."""

_INSERT = """
insert into outbox (event_id, type, topic, key, version, occurred_at, traceparent, data)
select event_id, type, topic, key, version, $8, traceparent, data
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[])
       with ordinality as e(event_id, type, topic, key, version, traceparent, data, n)
 order by n
"""


def emit(tx: Transaction, *events: Event) -> None:
    """Says events, in order, when the transaction commits. The aggregate's row must be locked: that is what keeps per-key order."""
    if not tx.traces:
        tx.events.extend((event, tx.traceparent) for event in events)
        return
    for event in events:
        trace = next((tx.traces[id_] for id_ in event.ids() if id_ in tx.traces), tx.traceparent)
        tx.events.append((event, trace))


async def write(tx: Transaction) -> None:
    """Writes what the transaction collected, in one statement. Called by `shared.db` just before the commit."""
    events = [event for event, _ in tx.events]
    data = [event.model_dump_json() for event in events]
    if max(len(text.encode()) for text in data) > MAX_EVENT_BYTES:
        raise ValueError(f"an event of more than {MAX_EVENT_BYTES} bytes")
    await tx.execute(
        _INSERT,
        new_ids(len(events)),
        [event.type for event in events],
        [event.topic for event in events],
        [event.key_value for event in events],
        [event.version for event in events],
        [traceparent for _, traceparent in tx.events],
        data,
        tx.now,
    )
