"""A household of four settled at the service's port; beside one transaction with one unnest statement per table, same rows."""

from __future__ import annotations

import json
from collections.abc import Sequence

import asyncpg

from tests.bench import load, tablerows
from tests.bench.figures import Figure, Spent, by_cpu, by_rate
from tests.bench.path import Path
from tests.bench.tablerows import Part
from tests.bench.world import CLIENTS, World, held

_HOUSEHOLDS = 100
_WARM = 2
"""Transactions of each connection of the limit before it is measured."""
_DATABASE = "bench_settle"

_OF_PERSON = "select p.household_id from persons p where p.person_id ="
OWNERS = (
    ("persons", "t.household_id"),
    ("person_keys", f"{_OF_PERSON} t.person_id"),
    ("households", "t.coliving_id"),
    ("memberships", f"{_OF_PERSON} t.person_id"),
    ("life_events", "t.household_id"),
    ("occupancies", "t.household_id"),
    ("person_facts", f"{_OF_PERSON} t.person_id"),
    ("household_facts", "t.household_id"),
    ("outbox", f"coalesce(({_OF_PERSON} t.key::uuid), t.key::uuid)"),
    ("idempotency_keys", "(convert_from(t.body, 'UTF8')::jsonb ->> 'household_id')::uuid"),
)
"""Every table that a settling writes, each after those it refers to, with the household that a row belongs to."""


class SettlePath(Path):
    """The worker stands still meanwhile: relaying is a path of its own, and the events can be read before they are gone."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rounds: list[tuple[Spent, Spent]] = []

    async def prepare(self) -> None:
        async with load.connected(self._world.port_url("registry"), CLIENTS) as client:
            await client.send_all(self._world.settlings(50), 201)
            await self._world.renew_statistics()
            await client.send_all(self._world.settlings(50), 201)
        await self._world.rest()

    async def round(self) -> None:
        async with held(self._world.process("registry", "worker")):
            settled, ids = await self._settled()
            async with self._world.database("registry") as registry:
                parts = await tablerows.parts_by_owner(registry, OWNERS, ids)
        await self._world.rest()
        self._rounds.append((settled, await self._written(parts)))

    async def _settled(self) -> tuple[Spent, list[str]]:
        contents = self._world.settlings(_HOUSEHOLDS)
        registry = self._world.process("registry").pid
        async with (
            load.connected(self._world.port_url("registry"), CLIENTS) as client,
            self._world.meter.measuring(registry) as stretch,
        ):
            answers = await client.send_all(contents, 201)
        return stretch.spent(_HOUSEHOLDS), [json.loads(answer.body)["household_id"] for answer in answers]

    async def _written(self, parts: Sequence[Part]) -> Spent:
        async with tablerows.scratch(self._world.admin_url, "registry", _DATABASE) as url:
            target = await asyncpg.connect(url)
            try:
                async with self._world.database("registry") as source:
                    for table in ("communities", "estates", "dwellings"):
                        await tablerows.copy(source, target, table)
            finally:
                await target.close()
            stretch = await tablerows.written(self._world.meter, url, parts, CLIENTS, _WARM)
            return stretch.spent(len(parts) - CLIENTS * _WARM)

    def figures(self) -> Sequence[Figure]:
        path = "settle a household of four"
        return [by_cpu(path, self._rounds, 0.40), by_rate(path, self._rounds, "households/s")]
