"""A roster by the public route, beside an indexed COPY of the rows that came of it.

    .venv/bin/python -m tests.bench.roster [--people 40000] [--rounds 3]

Each round: a plan of dwellings, then the roster, sent to the gateway of a platform of its own. The time is the registry's, from the
202 (`uploaded_at`) to the last commit (`finished_at`); the listeners' processes are held still meanwhile. The ripple of the first, until
all four services count everybody, is timed after it. The limit: the rows that came of it, table by table in one connection, into a
second database of the same schema with all its indexes. Memory: PSS of the registry's process, read every 50 ms.
"""

from __future__ import annotations

import argparse
import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import asyncpg
import psutil
import uvloop
from rich.console import Console

from tests.bench import table, tablerows
from tests.bench.figures import Figure, Kind, Spent, by_cpu, by_rate
from tests.bench.path import Path
from tests.bench.start import family, pss_mb
from tests.bench.world import LISTENERS, World, end_orderly, running
from tests.support.crowd import plan, roster
from tests.support.platform import within

_DATABASE = "bench_roster"
_BEFOREHAND = ("communities", "estates", "dwellings")
_TABLES = (
    "households",
    "persons",
    "person_keys",
    "memberships",
    "life_events",
    "occupancies",
    "person_facts",
    "household_facts",
)


class RosterPath(Path):
    """Each round brings in people of its own; there are numbers for eight."""

    def __init__(self, world: World, people: int = 40_000) -> None:
        self._world = world
        self._people = people
        self._numbers = itertools.count(1)
        self._rounds: list[tuple[Spent, Spent]] = []
        self._ripple = 0.0
        self._peaks: list[float] = []
        self._memory = 0.0

    async def round(self) -> None:
        n = next(self._numbers)
        name, code = f"量度社区{n}", f"5227310030{n + 19}"
        self._import("/v1/registry/dwellings/imports", plan(name, code, self._people // 4))
        registry = self._world.process("registry", "worker")
        self._hold_listeners()
        with _peak(registry) as peak:
            report, cpu = await self._roster(registry.pid, roster(name, self._people, n))
        if report["accepted"] != self._people:
            raise RuntimeError(f"not all rows came in: {report['errors'][:3]}")
        taken, done = (datetime.fromisoformat(report[at]) for at in ("uploaded_at", "finished_at"))
        ours = Spent(self._people, (done - taken).total_seconds(), cpu)
        self._rounds.append((ours, await self._copied(code)))
        self._peaks.append(peak[0])
        if len(self._rounds) == 1:
            await self._follow(code)

    def _hold_listeners(self) -> None:
        for service in LISTENERS:
            self._world.process(service, "worker").suspend()

    async def _follow(self, code: str) -> None:
        """The ripple of the first roster; those of the others would take most of the run, and say the same."""
        await self.finish()
        began = time.perf_counter()
        within(600, lambda: self._counted(code))
        self._ripple = time.perf_counter() - began
        supervisor = next(each["pid"] for each in self._world.platform.processes() if each["name"] == "supervisor")
        self._memory = pss_mb(family(supervisor))
        await self._world.rest()

    async def _roster(self, registry: int, data: bytes) -> tuple[dict[str, Any], float]:
        """The report, and the CPU seconds of the registry."""
        async with self._world.meter.measuring(registry) as stretch:
            report = self._import("/v1/registry/imports", data)
        return report, stretch.cpu

    async def finish(self) -> None:
        """Lets the listeners go on."""
        for service in LISTENERS:
            self._world.process(service, "worker").resume()

    def _import(self, path: str, data: bytes) -> dict[str, Any]:
        platform = self._world.platform
        report = platform.imported(platform.send(path, data), 600)
        if report["status"] != "done":
            raise RuntimeError(f"{path}: {report['problem']}")
        return report

    def _counted(self, code: str) -> bool:
        """Do all four services count everybody?"""
        households = self._people // 4
        wanted = {"registry": households, "grid": households, "jobs": households, "benefits": self._people}
        return all(self._count_of(service, code) == count for service, count in wanted.items())

    def _count_of(self, service: str, code: str) -> int | None:
        answer = self._world.platform.ask("GET", f"/v1/{service}/statistics?community={code}&by=community")
        figures = next(iter(answer.json()["items"]), None) if answer.status_code == 200 else None
        if figures is None:
            return None
        if service != "benefits":
            return int(figures["households"])
        return sum(int(outcome["assessed"]) for outcome in figures["schemes"]["170"].values())

    async def _copied(self, code: str) -> Spent:
        """COPY of the community's people and households into tables with the same indexes; operations: people."""
        households = f"select household_id from households where community_code = '{code}'"
        persons = f"select person_id from persons where household_id in ({households})"
        seconds = cpu = 0.0
        async with (
            self._world.database("registry") as source,
            tablerows.scratch(self._world.admin_url, "registry", _DATABASE) as url,
        ):
            target = await asyncpg.connect(url)
            try:
                for name in _BEFOREHAND:
                    some = f"select * from {name} where community_code = '{code}'"
                    await tablerows.copy(source, target, name, some)
                for name in _TABLES:
                    owned = f"person_id in ({persons})" if "person" in name else f"household_id in ({households})"
                    rows = await tablerows.rows_of(source, f"select * from {name} where {owned}")
                    async with self._world.meter.measuring_us() as stretch:
                        await target.copy_to_table(name, source=rows, format="binary")
                    seconds, cpu = seconds + stretch.seconds, cpu + stretch.cpu
            finally:
                await target.close()
        return Spent(self._people, seconds, cpu)

    def figures(self) -> Sequence[Figure]:
        path = f"roster of {self._people:,} people"
        return [
            by_rate(path, self._rounds, "people/s"),
            by_cpu(path, self._rounds),
            Figure(f"{path}, until all count them", Kind.LATENCY, self._ripple, "s"),
            Figure(f"{path}, peak of the registry", Kind.MEMORY, max(self._peaks), "MB"),
            Figure("memory of everything, after a roster", Kind.MEMORY, self._memory, "MB"),
        ]


@contextmanager
def _peak(process: psutil.Process) -> Iterator[list[float]]:
    peak, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            peak[0] = max(peak[0], pss_mb([process]))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


async def _run(people: int, rounds: int) -> Sequence[Figure]:
    async with running(apart=False) as world:
        await world.learn_idle()
        path = RosterPath(world, people)
        for _ in range(rounds):
            await path.round()
        await path.finish()
        return path.figures()


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.roster", description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=40_000, help="rows of the roster (a multiple of 4, up to 80,000)")
    parser.add_argument("--rounds", type=int, default=3, help="each with people of its own, at most 8")
    options = parser.parse_args()
    end_orderly()
    console = Console()
    with console.status("measuring"):
        figures = uvloop.run(_run(options.people, options.rounds))
    table.show(console, figures, {}, "roster → registry, beside indexed COPY of the same rows")


if __name__ == "__main__":
    main()
