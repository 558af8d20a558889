"""How hot paths grow with clients and with people in the registry's tables: see --help."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from time import perf_counter

import uvloop
from rich.console import Console
from rich.status import Status
from rich.table import Table

from deploy.local import options as surroundings
from shared.privacy import KeyRing
from tests.bench import load
from tests.bench.figures import Spent
from tests.bench.fill import fill
from tests.bench.machine import this_machine
from tests.bench.table import number
from tests.bench.world import LISTENERS, World, end_orderly, running

_ABOUT = """\
Measures reading a person, settling a household, a page of a community's households, and the overview of a household, with 1, 4 and 16
clients and 10,000 to 1,000,000 people in the registry's tables, on a platform of its own. Prints CPU per operation (services with their
PostgreSQL backends) and rate; writes $ANJU_DATA/bench-growth.json. Flat: CPU per operation grows by less than a quarter from the
fewest people to the most.
"""
_FLAT = 1.25
_FLATS = 4500
_OPERATIONS = {"read": 400, "settle": 60, "household list": 150, "overview": 100}
_SERVICES = {"overview": ("gateway", "registry", *LISTENERS)}
_RESULT = "bench-growth.json"
_SOME_PEOPLE = "select person_id from persons order by random() limit $1"


@dataclass(frozen=True, slots=True)
class Point:
    """A path with so many clients and so many people: median CPU microseconds per operation, and operations per second."""

    path: str
    clients: int
    people: int
    cpu: float
    rate: float


def point(path: str, clients: int, people: int, rounds: Sequence[Spent]) -> Point:
    """The medians of the rounds."""
    cpu = statistics.median(spent.cpu_micros for spent in rounds)
    return Point(path, clients, people, cpu, statistics.median(spent.rate for spent in rounds))


def growth(points: Sequence[Point]) -> float:
    """How many times the CPU per operation of the fewest people the most people take. `points`: of one path and number of clients."""
    ordered = sorted(points, key=lambda each: each.people)
    return ordered[-1].cpu / ordered[0].cpu


def verdict(grown: float) -> str:
    """flat, or how it grows."""
    return "flat" if grown < _FLAT else f"grows × {grown:.2f}"


def table(points: Sequence[Point], title: str) -> Table:
    """A row per path and number of clients, a column per number of people."""
    sizes = sorted({each.people for each in points})
    found = Table("path", "clients", title=title, title_justify="left")
    for size in sizes:
        found.add_column(f"{size:,} people\nµs CPU   ops/s", justify="right")
    found.add_column("with people")
    for (path, clients), some in itertools.groupby(_in_order(points), lambda each: (each.path, each.clients)):
        row = list(some)
        by_size = {each.people: f"{number(each.cpu):>7} {number(each.rate):>7}" for each in row}
        found.add_row(path, str(clients), *(by_size.get(size, "") for size in sizes), verdict(growth(row)))
    return found


def _in_order(points: Sequence[Point]) -> list[Point]:
    """By path as they are told, then clients, then people."""
    paths = list(_OPERATIONS)
    return sorted(points, key=lambda each: (paths.index(each.path), each.clients, each.people))


class Growth:
    """A platform that is measured, filled, and measured again."""

    def __init__(self, world: World, clients: Sequence[int], rounds: int) -> None:
        self._world = world
        self._clients = clients
        self._rounds = rounds
        self._settled: list[str] = []

    async def prepare(self) -> None:
        """Households of which all services know."""
        async with load.connected(self._world.port_url("registry"), 4) as client:
            answers = await client.send_all(self._world.settlings(40), 201)
        self._settled = [json.loads(answer.body)["household_id"] for answer in answers]
        await self._world.rest()

    async def points(self, people: int) -> list[Point]:
        """Every path with every number of clients, at this size."""
        async with self._world.database("registry") as registry:
            await fill(registry, KeyRing.load(self._world.platform.data / "keys.json"), people)
        await self._world.rest()
        spent: dict[tuple[str, int], list[Spent]] = {}
        for turn in range(self._rounds + 1):
            for path, clients in itertools.product(_OPERATIONS, self._clients):
                measured = await self._measured(path, clients)
                if turn:  # the first is for warming up
                    spent.setdefault((path, clients), []).append(measured)
        return [point(path, clients, people, rounds) for (path, clients), rounds in spent.items()]

    async def _measured(self, path: str, clients: int) -> Spent:
        contents = await self._requests(path, _OPERATIONS[path])
        url = self._world.platform.url if path == "overview" else self._world.port_url("registry")
        pids = [self._world.process(service).pid for service in _SERVICES.get(path, ("registry",))]
        async with load.connected(url, clients) as client, self._world.meter.measuring(*pids) as stretch:
            await client.send_all(contents, 201 if path == "settle" else 200)
        if path == "settle":
            await self._world.rest()
        return stretch.spent(len(contents))

    async def _requests(self, path: str, number: int) -> list[bytes]:
        if path == "settle":
            return self._world.settlings(number)
        targets = await self._targets(path, number)
        return [load.request("GET", target, self._world.token) for target in targets]

    async def _targets(self, path: str, number: int) -> list[str]:
        """Paths anywhere in the tables."""
        if path == "overview":
            return [f"/v1/households/{random.choice(self._settled)}/overview" for _ in range(number)]
        async with self._world.database("registry") as registry:
            if path == "read":
                rows = await registry.fetch(_SOME_PEOPLE, number)
                return [f"/v1/registry/persons/{row['person_id']}" for row in rows]
            rows = await registry.fetch("select community_code from communities")
        codes = [row["community_code"] for row in rows]
        return [f"/v1/registry/households?community={random.choice(codes)}" for _ in range(number)]


async def _grown(options: argparse.Namespace, status: Status) -> list[Point]:
    points: list[Point] = []
    async with running(apart=True) as world:
        await world.build(_FLATS)
        growing = Growth(world, options.clients, options.rounds)
        await growing.prepare()
        for people in sorted(options.people):
            status.update(f"{people:,} people")
            points += await growing.points(people)
    return points


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def main() -> None:
    """Command line; see --help."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m tests.bench.growth", description=_ABOUT, formatter_class=form)
    parser.add_argument(
        "--people", type=_numbers, default=[10_000, 100_000, 1_000_000], help="sizes, by comma (10000,100000,1000000)"
    )
    parser.add_argument("--clients", type=_numbers, default=[1, 4, 16], help="numbers of clients, by comma (1,4,16)")
    parser.add_argument("--rounds", type=int, default=3, help="of each measurement (default: %(default)s)")
    options = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 140)
    end_orderly()
    machine, began, at = this_machine(), perf_counter(), datetime.now().astimezone()
    with console.status("starting") as status:
        points = uvloop.run(_grown(options, status))
    title = f"{at:%Y-%m-%d %H:%M}  {machine.cpu}, {machine.cores} cores  commit {machine.commit}"
    folder = surroundings.from_environment(os.environ).data
    folder.mkdir(0o711, parents=True, exist_ok=True)
    found = {"at": at.isoformat(timespec="seconds"), **asdict(machine), "points": [asdict(each) for each in points]}
    (folder / _RESULT).write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    console.print(table(points, title))
    console.print(f"{(perf_counter() - began) / 60:.1f} minutes; {folder / _RESULT}")


if __name__ == "__main__":
    main()
