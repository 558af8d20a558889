"""What the relay and the consumer are measured with: events of households that settled, in any number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from shared.ids import new_ids
from tests.bench import load
from tests.bench.world import World, held

OUTBOX = ("event_id", "type", "topic", "key", "version", "occurred_at", "traceparent", "data")
_SAMPLE = 20
PER_HOUSEHOLD = 5
"""The household's own event, and one of each of its four people."""

Row = dict[str, Any]


async def settled_events(world: World, number: int) -> list[Row]:
    """Outbox rows of about so many events: those of a few households that really settled, again and again under new ids."""
    sample = await _sample(world)
    rows: list[Row] = []
    while len(rows) < number:
        for household in sample:
            rows += _renamed(household)
    return rows


async def _sample(world: World) -> list[list[Row]]:
    """The events of each of a few households, caught before the relay has them."""
    async with (
        held(world.process("registry", "worker")),
        load.connected(world.port_url("registry"), 1) as client,
        world.database("registry") as registry,
    ):
        found = []
        for settling in world.settlings(_SAMPLE):
            (answer,) = await client.send_all([settling], 201)
            household = json.loads(answer.body)
            keys = [household["household_id"], *(member["person_id"] for member in household["members"])]
            rows = await registry.fetch(
                f"select {', '.join(OUTBOX)} from outbox where key = any($1::text[]) order by id", keys
            )
            found.append([dict(row) for row in rows])
        return found


def _renamed(household: Sequence[Row]) -> list[Row]:
    """The same events of another household of other people."""
    names = dict(zip([row["key"] for row in household], new_ids(len(household)), strict=True))
    ids = new_ids(len(household))
    return [
        row | {"event_id": event_id, "key": names[row["key"]], "data": _replaced(row["data"], names)}
        for row, event_id in zip(household, ids, strict=True)
    ]


def _replaced(text: str, names: dict[str, str]) -> str:
    for old, new in names.items():
        text = text.replace(old, new)
    return text
