"""A consumer run to the end of its topics, by the three calls that a worker's loop is made of."""

from __future__ import annotations

from dataclasses import dataclass

from shared import clock, inbox, kafka
from shared.contracts.registry import HouseholdSettled
from shared.db import Database
from shared.inbox import Handlers
from tests.bench.cpu import Stretch
from tests.bench.world import World

_JOIN_MS, _END_MS = 15_000, 700


@dataclass(frozen=True, slots=True)
class Run:
    """What was taken: events, households among them that settled, transactions; and what that cost."""

    events: int
    households: int
    batches: int
    stretch: Stretch


async def consumed(world: World, database: Database, handlers: Handlers, prefix: str, group: str) -> Run:
    """Takes everything that the group has not had, from the first records on; joining the group and the last empty look are not
    measured."""
    topics = sorted({event.topic for event in handlers})
    events = households = batches = 0
    async with kafka.Consumer(world.broker, prefix, group, topics) as consumer:
        received = await consumer.poll(_JOIN_MS)
        async with world.meter.measuring_us() as stretch:
            while received:
                await inbox.apply(database, handlers, received, clock.now())
                await consumer.commit(received)
                stretch.end()
                events += len(received)
                households += sum(event.type == HouseholdSettled.type for event in received)
                batches += 1
                received = await consumer.poll(_END_MS)
    return Run(events, households, batches, stretch)
