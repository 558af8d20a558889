"""Rosters by the public route, beside an indexed COPY of the rows that came of them.

    .venv/bin/python -m tests.bench.roster [--people 40000] [--files 1] [--rounds 3] [--no-ripple]

Each round: plans of dwellings, then the rosters, a community each, sent to the gateway of a platform of its own one right after the
other. The time is the registry's, from the first 202 (`uploaded_at`) to the last commit (`finished_at`); the listeners' processes are
held still meanwhile. The ripple of the first round, until all four services count everybody, is timed after it. The limit: the rows that
came of it, table by table in one connection, into a second database of the same schema with all its indexes. Memory: PSS of the
registry's process, read every 50 ms. All movers of Guizhou: --people 192000 --files 10 --rounds 1 --no-ripple --buffers 4GB.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
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
from tests.support.crowd import PEOPLE_OF_A_SET, plan, roster
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
    """Each round brings in people of its own."""

    def __init__(self, world: World, people: int = 40_000, files: int = 1, ripple: bool = True) -> None:
        self._world = world
        self._people = people
        self._files = files
        self._numbers = itertools.count(1)
        self._rounds: list[tuple[Spent, Spent]] = []
        self._follows = ripple
        self._ripple = 0.0
        self._peaks: list[float] = []
        self._memory = 0.0

    async def round(self) -> None:
        numbers = list(itertools.islice(self._numbers, self._files))
        codes = [f"5227310030{n + 19}" for n in numbers]
        for n, code in zip(numbers, codes, strict=True):
            self._imported(self._send("/v1/registry/dwellings/imports", plan(_name(n), code, self._people // 4)))
        registry = self._world.process("registry", "worker")
        self._hold_listeners()
        with _peak(registry) as peak:
            reports, cpu = await self._rosters(registry.pid, numbers)
        for report in reports:
            if report["accepted"] != self._people:
                raise RuntimeError(f"not all rows came in: {report['errors_total']} remarks")
        taken = min(datetime.fromisoformat(report["uploaded_at"]) for report in reports)
        done = max(datetime.fromisoformat(report["finished_at"]) for report in reports)
        ours = Spent(self._people * self._files, (done - taken).total_seconds(), cpu)
        self._rounds.append((ours, await self._copied(codes)))
        self._peaks.append(peak[0])
        if len(self._rounds) == 1 and self._follows:
            await self._follow(codes)

    def _hold_listeners(self) -> None:
        for service in LISTENERS:
            self._world.process(service, "worker").suspend()

    async def _follow(self, codes: Sequence[str]) -> None:
        """The ripple of the first round; those of the others would take most of the run, and say the same."""
        await self.finish()
        began = time.perf_counter()
        within(3600, lambda: all(self._counted(code) for code in codes))
        self._ripple = time.perf_counter() - began
        supervisor = next(each["pid"] for each in self._world.platform.processes() if each["name"] == "supervisor")
        self._memory = pss_mb(family(supervisor))
        await self._world.rest(600)

    async def _rosters(self, registry: int, numbers: Sequence[int]) -> tuple[list[dict[str, Any]], float]:
        """The reports, and the CPU seconds of the registry."""
        sets = -(-self._people // PEOPLE_OF_A_SET)
        rosters = [roster(_name(n), self._people, n * sets) for n in numbers]
        async with self._world.meter.measuring(registry) as stretch:
            sent = [self._send("/v1/registry/imports", rosters.pop(0)) for _ in numbers]
            reports = [self._imported(location) for location in sent]
        return reports, stretch.cpu

    async def finish(self) -> None:
        """Lets the listeners go on."""
        for service in LISTENERS:
            self._world.process(service, "worker").resume()

    def _send(self, path: str, data: bytes) -> str:
        return self._world.platform.send(path, data)

    def _imported(self, location: str) -> dict[str, Any]:
        report = self._world.platform.imported(location, 3600)
        if report["status"] != "done":
            raise RuntimeError(f"{location}: {report['problem']}")
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

    async def _copied(self, codes: Sequence[str]) -> Spent:
        """COPY of the communities' people and households into tables with the same indexes; operations: people."""
        seconds = cpu = 0.0
        async with (
            self._world.database("registry") as source,
            tablerows.scratch(self._world.admin_url, "registry", _DATABASE) as url,
        ):
            target = await asyncpg.connect(url)
            try:
                for code in codes:
                    stretch = await self._copied_one(source, target, code)
                    seconds, cpu = seconds + stretch[0], cpu + stretch[1]
            finally:
                await target.close()
        return Spent(self._people * self._files, seconds, cpu)

    async def _copied_one(
        self, source: asyncpg.Connection, target: asyncpg.Connection, code: str
    ) -> tuple[float, float]:
        """Seconds, and CPU seconds, that one community takes."""
        households = f"select household_id from households where community_code = '{code}'"
        persons = f"select person_id from persons where household_id in ({households})"
        seconds = cpu = 0.0
        for name in _BEFOREHAND:
            await tablerows.copy(source, target, name, f"select * from {name} where community_code = '{code}'")
        for name in _TABLES:
            owned = f"person_id in ({persons})" if "person" in name else f"household_id in ({households})"
            rows = await tablerows.rows_of(source, f"select * from {name} where {owned}")
            async with self._world.meter.measuring_us() as stretch:
                await target.copy_to_table(name, source=rows, format="binary")
            seconds, cpu = seconds + stretch.seconds, cpu + stretch.cpu
        return seconds, cpu

    def figures(self) -> Sequence[Figure]:
        path = f"roster of {self._people:,} people" + (f" × {self._files}" if self._files > 1 else "")
        seconds = statistics.median(ours.seconds for ours, _ in self._rounds)
        found = [
            by_rate(path, self._rounds, "people/s"),
            by_cpu(path, self._rounds),
            Figure(f"{path}, from 202 to the last commit", Kind.LATENCY, seconds, "s"),
            Figure(f"{path}, peak of the registry", Kind.MEMORY, max(self._peaks), "MB"),
        ]
        if self._follows:
            found += [
                Figure(f"{path}, until all count them", Kind.LATENCY, self._ripple, "s"),
                Figure("memory of everything, after a roster", Kind.MEMORY, self._memory, "MB"),
            ]
        return found


def _name(n: int) -> str:
    return f"量度社区{n}"


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


async def _run(people: int, files: int, rounds: int, ripple: bool, buffers: str) -> Sequence[Figure]:
    async with running(apart=False, buffers=buffers) as world:
        await world.learn_idle()
        path = RosterPath(world, people, files, ripple)
        for _ in range(rounds):
            await path.round()
        await path.finish()
        return path.figures()


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.roster", description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=40_000, help="rows of a roster (a multiple of 4)")
    parser.add_argument("--files", type=int, default=1, help="rosters of a round, a community each")
    parser.add_argument("--rounds", type=int, default=3, help="each with people of its own")
    parser.add_argument("--no-ripple", action="store_true", help="do not wait for the listeners")
    parser.add_argument("--buffers", default="", help="memory of the PostgreSQL for pages (as `make run` gives it)")
    options = parser.parse_args()
    end_orderly()
    console = Console()
    with console.status("measuring"):
        figures = uvloop.run(
            _run(options.people, options.files, options.rounds, not options.no_ripple, options.buffers)
        )
    table.show(console, figures, {}, "roster → registry, beside indexed COPY of the same rows")


if __name__ == "__main__":
    main()
