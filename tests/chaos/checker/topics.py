"""The topics, read record by record, and how far each listener has come in them. Nothing of the platform's own client is used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

HEARS: dict[str, frozenset[str]] = {
    "registry": frozenset({"jobs.person", "jobs.household"}),
    "grid": frozenset({"registry.community", "registry.household", "jobs.household"}),
    "jobs": frozenset({"registry.household", "registry.person"}),
    "benefits": frozenset({"registry.household", "registry.person", "jobs.person"}),
}
"""The topics that each service listens to; the witness hears them all."""


def hears(listener: str, topic: str) -> bool:
    """Does it listen to that topic?"""
    return listener not in HEARS or topic in HEARS[listener]


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a topic. `digest`: of all that it says."""

    topic: str
    partition: int
    offset: int
    key: str
    event_id: str
    type: str
    version: int
    digest: str
    data: Mapping[str, Any]


async def read_topics(broker: str) -> list[Record]:
    """Every record of every topic, in order within each partition."""
    left = await ends(broker)
    found: list[Record] = []
    async with _consumer(broker) as consumer:
        consumer.assign(list(left))
        while left:
            for place, records in (await consumer.getmany(timeout_ms=1000)).items():
                found += map(_record, records)
                if records and records[-1].offset + 1 >= left.get(place, 0):
                    left.pop(place, None)
    return sorted(found, key=lambda record: (record.topic, record.partition, record.offset))


@asynccontextmanager
async def _consumer(broker: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


def _record(record: Any) -> Record:
    headers = {name: value.decode() for name, value in record.headers}
    data = json.loads(record.value)
    digest = hashlib.sha256(record.value + headers["ce_type"].encode()).hexdigest()
    key = record.key.decode()
    identity = headers["ce_id"], headers["ce_type"], int(data["version"])
    return Record(record.topic, record.partition, record.offset, key, *identity, digest, data)


async def ends(broker: str) -> dict[TopicPartition, int]:
    """Where each partition that holds anything ends."""
    client = AIOKafkaAdminClient(bootstrap_servers=broker)
    await client.start()
    try:
        described = await client.describe_topics()
    finally:
        await client.close()
    places = [
        TopicPartition(topic["topic"], part["partition"])
        for topic in described
        for part in topic["partitions"]
        if not topic["topic"].startswith("__")
    ]
    async with _consumer(broker) as consumer:
        return {place: end for place, end in (await consumer.end_offsets(places)).items() if end}


async def committed(broker: str, group: str) -> dict[TopicPartition, int]:
    """How far a group of listeners has come."""
    client = AIOKafkaAdminClient(bootstrap_servers=broker)
    await client.start()
    try:
        offsets = await client.list_consumer_group_offsets(group)
        return {place: found.offset for place, found in offsets.items()}
    finally:
        await client.close()
