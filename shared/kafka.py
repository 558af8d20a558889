"""The only file that knows the Kafka client. Events travel in CloudEvents 1.0 binary mode: attributes in headers, data as JSON.

python -m shared.kafka      makes the topics of all declared events (12 partitions), and leaves those there are alone
"""

from __future__ import annotations

import asyncio
import importlib
import os
import pkgutil
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    CommitFailedError,
    IllegalStateError,
    KafkaConnectionError,
    KafkaError,
    TopicAlreadyExistsError,
    for_code,
)

import shared.contracts
from shared.events import Received, topics
from shared.ids import BadId, parse_id

PARTITIONS = 12
MAX_RECORDS = 500
BrokerError = KafkaError


class Producer:
    """An idempotent producer, acks from all replicas. Records of one key are sent one after the other's acknowledgement, all others
    together."""

    def __init__(self, bootstrap: str, prefix: str, source: str) -> None:
        self._prefix = prefix
        self._source = source.encode()
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            acks="all",
            enable_idempotence=True,
            linger_ms=5,
            max_batch_size=256 * 1024,
            request_timeout_ms=15_000,
            metadata_max_age_ms=60_000,
        )

    async def __aenter__(self) -> Producer:
        try:
            await self._producer.start()
        except BaseException:
            await self._producer.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()

    async def send(self, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Sends outbox rows; the ids of those that the broker acknowledged. After a failure nothing more of its key is sent: the client
        goes on with later batches of a partition where one has failed, and a key's records would stand in the log out of order."""
        sent: list[int] = []
        while rows:
            wave, rows = _first_of_each_key(rows)
            results = await asyncio.gather(*[await self._enqueue(row) for row in wave], return_exceptions=True)
            failed = {
                _aggregate(row) for row, result in zip(wave, results, strict=True) if isinstance(result, BaseException)
            }
            sent += [row["id"] for row in wave if _aggregate(row) not in failed]
            rows = [row for row in rows if _aggregate(row) not in failed]
        return sent

    async def _enqueue(self, row: Mapping[str, Any]) -> asyncio.Future[Any]:
        """A future of the acknowledgement; one that has failed already where the record cannot even be queued (no such topic)."""
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", row["event_id"].encode()),
            ("ce_source", self._source),
            ("ce_type", row["type"].encode()),
            ("ce_time", row["occurred_at"].isoformat().encode()),
            ("ce_subject", row["key"].encode()),
            ("ce_partitionkey", row["key"].encode()),
            ("content-type", b"application/json"),
        ]
        if row["traceparent"]:
            headers.append(("traceparent", row["traceparent"].encode()))
        try:
            sending: asyncio.Future[Any] = await self._producer.send(
                self._prefix + row["topic"], row["data"].encode(), key=row["key"].encode(), headers=headers
            )
        except KafkaError as error:
            sending = asyncio.get_running_loop().create_future()
            sending.set_exception(error)
        return sending


def _aggregate(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["topic"], row["key"]


def _first_of_each_key(rows: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The first row of each key, and the others; both in order."""
    first = {_aggregate(row): row["id"] for row in reversed(rows)}
    wave = [row for row in rows if first[_aggregate(row)] == row["id"]]
    return wave, [row for row in rows if first[_aggregate(row)] != row["id"]]


class Consumer:
    """A member of the group that reads topics. Offsets are committed by us, after the database."""

    def __init__(self, bootstrap: str, prefix: str, group: str, names: Sequence[str]) -> None:
        self._prefix = prefix
        self._names = [prefix + name for name in names]
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            group_id=prefix + group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=MAX_RECORDS,
            fetch_max_wait_ms=500,
            session_timeout_ms=10_000,
            max_poll_interval_ms=300_000,
            metadata_max_age_ms=60_000,
        )

    async def __aenter__(self) -> Consumer:
        self._consumer.subscribe(self._names, listener=_Quiet())
        try:
            await self._consumer.start()
        except BaseException:
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def poll(self, wait_ms: int) -> list[Received]:
        """The next records (at most MAX_RECORDS), in order within each partition; empty after the wait."""
        batches = await self._consumer.getmany(timeout_ms=wait_ms, max_records=MAX_RECORDS)
        return [self._received(record) for batch in batches.values() for record in batch]

    def _received(self, record: Any) -> Received:
        """Total: whatever stands in the log becomes an event, or one that will fail alone. A record must never stop its partition."""
        headers = {name: _text(value) for name, value in record.headers}
        return Received(
            id=_id_of(headers.get("ce_id", ""), record),
            type=headers.get("ce_type", ""),
            topic=record.topic.removeprefix(self._prefix),
            partition=record.partition,
            offset=record.offset,
            key=_text(record.key),
            time=_time_of(headers.get("ce_time", ""), record.timestamp),
            traceparent=headers.get("traceparent") or None,
            data=record.value or b"",
        )

    async def commit(self, events: Sequence[Received]) -> bool:
        """Commits the offsets after these events; False where the partitions are another member's by now (the inbox absorbs
        what that one gets again)."""
        offsets: dict[TopicPartition, int] = {}
        for event in events:
            place = TopicPartition(self._prefix + event.topic, event.partition)
            offsets[place] = max(offsets.get(place, 0), event.offset + 1)
        owned = self._consumer.assignment()
        mine = {place: offset for place, offset in offsets.items() if place in owned}
        if not mine:
            return False
        try:
            await self._consumer.commit(mine)
        except (CommitFailedError, IllegalStateError):
            return False
        return True

    async def lag(self) -> dict[str, int]:
        """Records that the broker has and we have not read, by topic, as far as the last fetch told."""
        totals: dict[str, int] = {}
        for place in self._consumer.assignment():
            end = self._consumer.highwater(place)
            behind = max(0, end - await self._consumer.position(place)) if end is not None else 0
            topic = place.topic.removeprefix(self._prefix)
            totals[topic] = totals.get(topic, 0) + behind
        return totals


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace").replace("\0", "")


def _id_of(text: str, record: Any) -> str:
    """The event's id; for one that is no UUID, an id made of its place in the log: the same at each reading."""
    try:
        return parse_id(text)
    except BadId:
        return str(uuid5(NAMESPACE_URL, f"{record.topic}/{record.partition}/{record.offset}"))


def _time_of(text: str, timestamp_ms: int) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


class _Quiet(ConsumerRebalanceListener):  # type: ignore[misc]
    """Nothing to do on a rebalance: a batch that was applied but not committed is passed over by the inbox elsewhere."""

    async def on_partitions_revoked(self, revoked: Any) -> None: ...
    async def on_partitions_assigned(self, assigned: Any) -> None: ...


async def reachable(bootstrap: str) -> bool:
    """Does the broker answer?"""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=3000)
    try:
        await client.start()
        return True
    except (KafkaConnectionError, KafkaError, OSError):
        return False
    finally:
        await client.close()


def declare_all() -> None:
    """Imports every contract file, so that all events are declared."""
    for module in pkgutil.iter_modules(shared.contracts.__path__):
        importlib.import_module(f"shared.contracts.{module.name}")


async def make_topics(bootstrap: str, prefix: str = "", replication: int = 1) -> list[str]:
    """Makes the topics that are missing; their names. Raises KafkaError where the broker refuses."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        there = set(await client.list_topics())
        missing = [prefix + name for name in topics() if prefix + name not in there]
        if missing:
            answer = await client.create_topics([NewTopic(name, PARTITIONS, replication) for name in missing])
            for _, code, *_rest in answer.topic_errors:
                error = for_code(code)
                if code and error is not TopicAlreadyExistsError:
                    raise error()
        return missing
    finally:
        await client.close()


def main() -> None:
    """Makes all topics on the broker that ANJU_KAFKA_BOOTSTRAP_SERVERS names."""
    declare_all()
    bootstrap = os.environ.get("ANJU_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092")
    replication = int(os.environ.get("ANJU_TOPIC_REPLICATION", "1"))
    try:
        made = asyncio.run(make_topics(bootstrap, os.environ.get("ANJU_TOPIC_PREFIX", ""), replication))
    except (KafkaError, OSError) as error:
        sys.exit(f"The topics could not be made: {error}")
    print(f"{len(made)} topics made, {len(topics()) - len(made)} were there")


if __name__ == "__main__":
    main()
