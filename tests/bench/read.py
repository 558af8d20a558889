"""A person read by id at the service's port, and through the gateway; beside a bare asyncpg loop with the same SQL."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any, cast

import asyncpg

from services.registry.persons import store
from shared.auth import Place
from shared.db import Read
from tests.bench import load
from tests.bench.figures import Figure, Reach, Spent, by_cpu, by_rate
from tests.bench.path import Path
from tests.bench.world import CLIENTS, World

_HOUSEHOLDS, _READS = 200, 1500


class _Recorder:
    """Stands for a connection, and notes what it is asked."""

    def __init__(self) -> None:
        self.call: tuple[Any, ...] = ()

    async def fetchrow(self, *call: Any) -> dict[str, Any]:
        self.call = call
        return {"": None}


async def statement_of(ask: Callable[[Read], Any]) -> tuple[Any, ...]:
    """The SQL that a function of a store sends, and its parameters."""
    recorder = _Recorder()
    await ask(cast("Read", recorder))
    return recorder.call


class ReadPath(Path):
    """`read`: CPU per read; `gateway`: reads per second through the gateway beside the same straight to the service."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people: list[str] = []
        self._direct: list[tuple[Spent, Spent]] = []
        self._through: dict[int, list[tuple[Spent, Spent]]] = {1: [], CLIENTS: []}

    async def prepare(self) -> None:
        async with load.connected(self._world.port_url("registry"), CLIENTS) as client:
            answers = await client.send_all(self._world.settlings(_HOUSEHOLDS), 201)
        self._people = [member["person_id"] for answer in answers for member in json.loads(answer.body)["members"]]
        await self._world.renew_statistics()
        await self._world.rest()
        await self._asked(self._world.port_url("registry"), CLIENTS, 300, "registry")
        await self._asked(self._world.platform.url, CLIENTS, 300, "registry", "gateway")

    async def round(self) -> None:
        direct = await self._asked(self._world.port_url("registry"), CLIENTS, _READS, "registry")
        self._direct.append((direct, await self._bare()))
        through = await self._asked(self._world.platform.url, CLIENTS, _READS, "registry", "gateway")
        self._through[CLIENTS].append((through, direct))
        alone = await self._asked(self._world.port_url("registry"), 1, _READS // 3, "registry")
        through = await self._asked(self._world.platform.url, 1, _READS // 3, "registry", "gateway")
        self._through[1].append((through, alone))

    async def _asked(self, url: str, clients: int, number: int, *services: str) -> Spent:
        contents = [
            load.request("GET", f"/v1/registry/persons/{person}", self._world.token)
            for person in itertools.islice(itertools.cycle(self._people), number)
        ]
        pids = [self._world.process(service).pid for service in services]
        async with load.connected(url, clients) as client, self._world.meter.measuring(*pids) as stretch:
            await client.send_all(contents)
        return stretch.spent(number)

    async def _bare(self) -> Spent:
        calls = [
            await statement_of(lambda read, person=person: store.get_person(read, person, Place()))  # type: ignore[misc]
            for person in itertools.islice(itertools.cycle(self._people), _READS)
        ]
        connections = [await asyncpg.connect(self._world.urls["registry"]) for _ in range(CLIENTS)]
        try:
            statements = [await connection.prepare(calls[0][0]) for connection in connections]
            for statement in statements:
                await statement.fetchrow(*calls[0][1:])
            queue = iter(calls)
            async with self._world.meter.measuring_us() as stretch:
                await asyncio.gather(*(_drain(statement, queue) for statement in statements))
            return stretch.spent(_READS)
        finally:
            for connection in connections:
                await connection.close()

    def figures(self) -> Sequence[Figure]:
        gateway, alone = self._through[CLIENTS], self._through[1]
        return [
            by_cpu("read a person", self._direct, 0.45),
            by_rate("read a person", self._direct, "reads/s"),
            by_rate("through the gateway", gateway, "reads/s", Reach(0.60, of_limit=True)),
            by_cpu("through the gateway", gateway),
            by_rate("through the gateway, one client", alone, "reads/s"),
        ]


async def _drain(statement: Any, queue: Any) -> None:
    for _, *parameters in queue:
        await statement.fetchrow(*parameters)
