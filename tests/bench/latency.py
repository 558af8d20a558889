"""How soon the others know: from the commit to the listeners' copies, and from the 201 to all that four services say of a household."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter

import asyncpg

from tests.bench import load
from tests.bench.figures import Figure, Kind, Reach, percentile
from tests.bench.load import Client
from tests.bench.path import Path
from tests.bench.world import World

_LOOK_SECONDS = 0.002
_SETTLINGS, _RIPPLES = 20, 12

_APPLIED = {
    "grid": "select household_id from households where household_id = any($1::uuid[]) and copy_version > 0",
    "jobs": "select household_id from household_copies where household_id = any($1::uuid[])",
    "benefits": "select household_id from household_copies where household_id = any($1::uuid[])",
}
"""Households of which a listener has committed the registry's word."""

SEEN = {
    "registry": "select household_id from households where household_id = any($1::uuid[]) and without_work",
    "grid": """select h.household_id from households h where h.household_id = any($1::uuid[]) and h.cell_code is not null
                  and exists (select from visits v where v.household_id = h.household_id)""",
    "jobs": """select household_id from households where household_id = any($1::uuid[]) and standing = 'without-work'""",
    "benefits": """select household_id from assessments where household_id = any($1::uuid[])
                    group by household_id having count(distinct subject_id) = 5""",
}
"""Households of which a service's own read shows all that it has to say: cell and visit; the flag, and the registry's copy of it
(two hops); assessments of four people and of the household. The same rows as its routes read, looked at with less CPU."""


@dataclass(slots=True)
class Watch:
    """Looks in some databases for households as they come to be there."""

    connections: Mapping[str, asyncpg.Connection]
    queries: Mapping[str, str]

    async def see(self, service: str, household_ids: Sequence[str]) -> list[str]:
        """Those of the households that are there now."""
        rows = await self.connections[service].fetch(self.queries[service], household_ids)
        return [str(row["household_id"]) for row in rows]

    async def until(self, service: str, household_id: str) -> float:
        """When (by `perf_counter`) the household was there."""
        async with asyncio.timeout(60):
            while True:
                if await self.see(service, [household_id]):
                    return perf_counter()
                await asyncio.sleep(_LOOK_SECONDS)


@asynccontextmanager
async def watching(world: World, queries: Mapping[str, str]) -> AsyncIterator[Watch]:
    async with AsyncExitStack() as stack:
        connections = {service: await stack.enter_async_context(world.database(service)) for service in queries}
        yield Watch(connections, queries)


async def _times(watch: Watch, client: Client, settling: bytes) -> list[float]:
    """Settles a household; the seconds from the 201 to its being there, by service."""
    (answer,) = await client.send_all([settling], 201)
    household_id = json.loads(answer.body)["household_id"]
    at = await asyncio.gather(*(watch.until(service, household_id) for service in watch.queries))
    return [max(each - answer.at, 0.0) for each in at]


class AppliedPath(Path):
    """Households settle one at a time while nothing else goes on; each listener's time counts."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seconds: list[float] = []

    async def prepare(self) -> None:
        await self._settle()
        self._seconds.clear()
        await self._world.renew_statistics()

    async def round(self) -> None:
        await self._world.rest()
        await self._settle()

    async def _settle(self) -> None:
        async with (
            watching(self._world, _APPLIED) as watch,
            load.connected(self._world.port_url("registry"), 1) as client,
        ):
            for settling in self._world.settlings(_SETTLINGS):
                await asyncio.sleep(random.uniform(0.1, 0.2))  # whatever turn the loops are at
                self._seconds += await _times(watch, client, settling)

    def figures(self) -> Sequence[Figure]:
        how, bound = ("apart", 300) if self._world.apart else ("together", 100)
        return _latencies(f"commit → applied, idle, {how}", self._seconds, "ms", bound)


def _latencies(path: str, seconds: Sequence[float], unit: str, bound: float) -> list[Figure]:
    scale = 1000 if unit == "ms" else 1
    p50, p99 = (percentile(seconds, share) * scale for share in (0.5, 0.99))
    return [
        Figure(f"{path}, p50", Kind.LATENCY, p50, unit),
        Figure(f"{path}, p99", Kind.LATENCY, p99, unit, reach=Reach(bound)),
    ]


@dataclass(slots=True)
class _Rush:
    """Households on their way: which service has not shown them yet, since when, and how long it took all four."""

    waiting: dict[str, set[str]] = field(default_factory=lambda: {service: set() for service in SEEN})
    since: dict[str, float] = field(default_factory=dict)
    last_seen: dict[str, float] = field(default_factory=dict)

    def add(self, household_id: str, at: float) -> None:
        self.since[household_id] = at
        for waiting in self.waiting.values():
            waiting.add(household_id)

    def seen(self, service: str, household_ids: Sequence[str], at: float) -> None:
        self.waiting[service].difference_update(household_ids)
        self.last_seen |= dict.fromkeys(household_ids, at)

    @property
    def seconds(self) -> list[float]:
        """Of each household, from its 201 until the last of the four showed it."""
        if missing := {service: len(waiting) for service, waiting in self.waiting.items() if waiting}:
            raise RuntimeError(f"households that never became visible: {missing}")
        return [self.last_seen[each] - since for each, since in self.since.items()]


class RipplePath(Path):
    """One call at the gateway until four services have answered: one household at a time, then a minute of 50 a second."""

    def __init__(self, world: World, per_second: int = 50, seconds: int = 60) -> None:
        self._world = world
        self._per_second = per_second
        self._rush_seconds = seconds
        self._idle: list[float] = []
        self._under_load: list[float] = []

    async def prepare(self) -> None:
        await self._settle()
        self._idle.clear()
        await self._world.renew_statistics()

    async def round(self) -> None:
        await self._world.rest()
        await self._settle()

    async def _settle(self) -> None:
        async with watching(self._world, SEEN) as watch, load.connected(self._world.platform.url, 1) as client:
            for settling in self._world.settlings(_RIPPLES):
                self._idle.append(max(await _times(watch, client, settling)))

    async def finish(self) -> None:
        """The minute."""
        await self._world.rest()
        rush, over = _Rush(), asyncio.Event()
        contents = self._world.settlings(self._per_second * self._rush_seconds)
        async with watching(self._world, SEEN) as watch, load.connected(self._world.platform.url, 64) as client:
            watcher = asyncio.create_task(_watch(rush, watch, over))
            await self._send(client, contents, rush)
            over.set()
            await watcher
        self._under_load = rush.seconds

    async def _send(self, client: Client, contents: Sequence[bytes], rush: _Rush) -> None:
        """Each at its time, however long the others take."""
        async with asyncio.TaskGroup() as group:
            began = perf_counter()
            for n, content in enumerate(contents):
                await asyncio.sleep(max(began + n / self._per_second - perf_counter(), 0))
                group.create_task(_settle_one(client, content, rush))

    def figures(self) -> Sequence[Figure]:
        idle = _latencies("ripple, 201 → visible in all four, idle", self._idle, "s", 1)
        rush = f"ripple, {self._per_second} households/s for {self._rush_seconds} s"
        return [*idle, *(_latencies(rush, self._under_load, "s", 3) if self._under_load else [])]


async def _settle_one(client: Client, content: bytes, rush: _Rush) -> None:
    answer = await client.send(content)
    if answer.status != 201:
        raise load.Refused(f"{answer.status}: {answer.body[:300].decode()}")
    rush.add(json.loads(answer.body)["household_id"], answer.at)


async def _watch(rush: _Rush, watch: Watch, over: asyncio.Event) -> None:
    """Looks until all were seen, or for a minute more when no more come."""
    end = float("inf")
    while (not over.is_set() or any(rush.waiting.values())) and perf_counter() < end:
        if over.is_set() and end == float("inf"):
            end = perf_counter() + 60
        for service, waiting in rush.waiting.items():
            if waiting:
                rush.seen(service, await watch.see(service, list(waiting)), perf_counter())
        await asyncio.sleep(0.025)
