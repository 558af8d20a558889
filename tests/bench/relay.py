"""The relay: outbox rows to the broker; beside the same records sent from memory by aiokafka. Then the consumer takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from shared import kafka, observability
from shared.contracts.registry import HouseholdSettled, PersonRegistered
from shared.db import Database, Transaction
from shared.events import Event
from shared.inbox import Handlers
from shared.settings import Settings
from shared.worker import Worker
from tests.bench import tablerows
from tests.bench.consuming import consumed
from tests.bench.events import OUTBOX, Row, settled_events
from tests.bench.figures import Figure, Reach, Spent, by_cpu, by_rate
from tests.bench.path import Path
from tests.bench.world import World
from tests.support.runtime import until

_EVENTS = 20_000
_DATABASE = "bench_relay"
_OURS, _LIMIT = "bench.", "limit."
"""Prefixes of topics that no service listens to."""

_FILL = f"""
insert into outbox ({", ".join(OUTBOX)})
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::timestamptz[], $7::text[], $8::text[])
"""
_COPIES = "create table bench_copies (id uuid primary key, version int not null, data text not null)"
_KEEP = """
insert into bench_copies as c (id, version, data) select * from unnest($1::uuid[], $2::int[], $3::text[])
on conflict (id) do update set version = excluded.version, data = excluded.data where c.version < excluded.version
"""


async def keep_copies(tx: Transaction, events: Sequence[Event]) -> None:
    """A handler that writes one row per event."""
    await tx.execute(
        _KEEP, [e.key_value for e in events], [e.version for e in events], [e.model_dump_json() for e in events]
    )


class RelayPath(Path):
    """`relay` and `consumer`: what the one brought to the broker the other takes from it, into a database of their own."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._relayed: list[tuple[Spent, Spent]] = []
        self._consumed: list[tuple[Spent, Spent]] = []
        self._rows: list[Row] = []

    async def prepare(self) -> None:
        self._rows = await settled_events(self._world, _EVENTS)
        for prefix in (_OURS, _LIMIT):
            await kafka.make_topics(self._world.broker, prefix)
        await self._world.rest()

    async def round(self) -> None:
        async with tablerows.scratch(self._world.admin_url, "registry", _DATABASE) as url:
            database = await Database.open(url, 4)
            try:
                self._relayed.append((await self._relay(database, url), await self._send()))
                self._consumed.append(await self._consume(database, url))
            finally:
                await database.close()

    async def _relay(self, database: Database, url: str) -> Spent:
        """The relay of a worker that has nothing else to do, from the commit of the rows until the last is deleted."""
        settings = Settings.model_validate(
            {"database_url": url, "kafka_bootstrap_servers": self._world.broker, "topic_prefix": _OURS}
        )
        worker = Worker("bench", settings, {})
        async with worker.running(database):
            await until(worker.ready)
            wanted = _relayed_so_far() + len(self._rows)
            columns = [[row[name] for row in self._rows] for name in OUTBOX]
            await database.pool.execute(_FILL, *columns)
            async with self._world.meter.measuring_us() as stretch:
                database.committed.set()
                await _relayed(wanted)
        return stretch.spent(len(self._rows))

    async def _send(self) -> Spent:
        """The records, made beforehand, by a producer of the same settings."""
        records = [_record(row) for row in self._rows]
        producer = AIOKafkaProducer(
            bootstrap_servers=self._world.broker,
            acks="all",
            enable_idempotence=True,
            linger_ms=5,
            max_batch_size=256 * 1024,
        )
        await producer.start()
        try:
            async with self._world.meter.measuring_us() as stretch:
                await asyncio.gather(*[await producer.send(**record) for record in records])
            return stretch.spent(len(records))
        finally:
            await producer.stop()

    async def _consume(self, database: Database, url: str) -> tuple[Spent, Spent]:
        await database.pool.execute(_COPIES)
        handlers: Handlers = {HouseholdSettled: keep_copies, PersonRegistered: keep_copies}
        run = await consumed(self._world, database, handlers, _OURS, "bench")
        connection = await asyncpg.connect(url)
        try:
            parts = await tablerows.parts_by_number(connection, ("inbox", "bench_copies"), run.batches)
            await connection.execute("truncate inbox, bench_copies")
        finally:
            await connection.close()
        limit = await tablerows.written(self._world.meter, url, parts, 1, 0)
        return run.stretch.spent(run.events), limit.spent(run.events)

    def figures(self) -> Sequence[Figure]:
        relay, consumer = "relay", "consumer, one-row handler"
        return [
            by_rate(relay, self._relayed, "events/s", Reach(0.60, of_limit=True)),
            by_cpu(relay, self._relayed),
            by_rate(consumer, self._consumed, "events/s", Reach(5000)),
            by_cpu(consumer, self._consumed),
        ]


async def _relayed(wanted: float) -> None:
    async with asyncio.timeout(120):
        while True:
            if _relayed_so_far() >= wanted:
                return
            await asyncio.sleep(0.01)


def _relayed_so_far() -> float:
    samples = (sample for metric in observability.RELAYED.collect() for sample in metric.samples)
    return sum(sample.value for sample in samples if sample.name.endswith("_total"))


def _record(row: Row) -> dict[str, Any]:
    return {
        "topic": _LIMIT + row["topic"],
        "key": row["key"].encode(),
        "value": row["data"].encode(),
        "headers": [
            ("ce_specversion", b"1.0"),
            ("ce_id", str(row["event_id"]).encode()),
            ("ce_source", b"/anju/bench"),
            ("ce_type", row["type"].encode()),
            ("ce_time", row["occurred_at"].isoformat().encode()),
            ("ce_subject", row["key"].encode()),
            ("ce_partitionkey", row["key"].encode()),
            ("content-type", b"application/json"),
            ("traceparent", (row["traceparent"] or "").encode()),
        ],
    }
