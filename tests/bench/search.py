"""Searches of people in tables of a large county: see --help."""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Any

import asyncpg
import uvloop
from rich.console import Console
from rich.status import Status

from deploy.local import options as surroundings
from services.registry.search import store
from services.registry.search.domain import DoorOf, Wanted, name_keys, terms_of
from shared import clock
from shared.auth import Place
from shared.db import Read
from shared.privacy import KeyRing
from tests.bench import load, table
from tests.bench.figures import Figure, Kind, Reach, Spent, by_cpu, percentile
from tests.bench.fill import fill, id_number
from tests.bench.machine import this_machine
from tests.bench.world import World, end_orderly, running
from tests.support.names import names

_ABOUT = """\
Measures searches of people by HTTP at the registry's port, one after the other, with 1,920,000 people in its tables: by number, by one
and more characters, by pinyin, by address; in the whole county and in one community. Beside each: the same statements on a bare
connection in the same rounds. PostgreSQL has memory for all pages. Prints p99 and CPU per search; writes $ANJU_DATA/bench-search.json.
"""
_PATH = "/v1/registry/persons/search"
_PAGE = 50
_RESULT = "bench-search.json"
_WHOLE_MS, _ONE_CHARACTER_MS, _COMMUNITY_MS = 20, 50, 10
_COMMON = "李王张刘陈杨小明华国文秀英玉"


@dataclass(frozen=True, slots=True)
class Search:
    """A search as it is sent, and as the store takes it."""

    body: dict[str, Any]
    wanted: Wanted
    place: Place


@dataclass(slots=True)
class Measured:
    """Of one kind of search: seconds of each by HTTP and bare, and what the rounds spent."""

    bound: float
    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    rounds: list[tuple[Spent, Spent]] = field(default_factory=list)


class Searches:
    """Makes searches that somebody of the people (mostly) answers to."""

    def __init__(self, keys: KeyRing, people: int, drawn: random.Random) -> None:
        self._keys = keys
        self._people = people
        self._drawn = drawn
        self._communities = [f"522732{n:06d}" for n in range(people // 5000)]
        self._names = names(-1, 20_000)
        self._pinyin = [name_keys(name).partition("|")[0].split(" ")[1] for name in self._names]

    def kinds(self) -> Mapping[str, tuple[Callable[[str | None], Search], float]]:
        """By name: how one is made for a community (None: all), and in how many milliseconds 99 of 100 are to be answered."""
        return {
            "number": (self._number, _WHOLE_MS),
            "one character, common": (lambda c: self._name(self._drawn.choice(_COMMON), c), _ONE_CHARACTER_MS),
            "one character, any": (
                lambda c: self._name(self._drawn.choice(self._drawn.choice(self._names)), c),
                _ONE_CHARACTER_MS,
            ),
            "two characters": (lambda c: self._name(self._drawn.choice(self._names)[-2:], c), _WHOLE_MS),
            "whole name": (lambda c: self._name(self._drawn.choice(self._names), c), _WHOLE_MS),
            "pinyin": (lambda c: self._name(self._drawn.choice(self._pinyin), c), _WHOLE_MS),
            "pinyin, begun": (lambda c: self._name(self._begun(), c), _WHOLE_MS),
            "initials": (lambda c: self._name(self._initials(), c), _WHOLE_MS),
            "address": (self._address, _WHOLE_MS),
        }

    def _begun(self) -> str:
        return self._drawn.choice(self._pinyin)[: self._drawn.randint(4, 9)]

    def _initials(self) -> str:
        *_, initials = name_keys(self._drawn.choice(self._names)).partition("|")[0].split(" ")
        return initials if len(initials) > 1 else "lxh"

    def _name(self, typed: str, community: str | None) -> Search:
        return self._search({"name": typed}, Wanted(terms=terms_of(typed)), community)

    def _number(self, community: str | None) -> Search:
        number = id_number(self._drawn.randrange(self._people))
        wanted = Wanted(id_number_lookup=self._keys.lookup_hash("id_number", number))
        return self._search({"id_number": number}, wanted, community)

    def _address(self, community: str | None) -> Search:
        community = community or self._drawn.choice(self._communities)
        parts = {"block": str(self._drawn.randint(1, 6)), "unit": str(self._drawn.randint(1, 4))}
        if self._drawn.random() < 0.7:
            parts["flat"] = f"{self._drawn.randint(1, 12)}0{self._drawn.randint(1, 4)}"
        body = {"address": {"community": community, **parts}}
        door = DoorOf(block=parts["block"], unit=parts["unit"], flat=parts.get("flat"))
        return Search(body, Wanted(door=door), Place(community))

    def _search(self, body: dict[str, Any], wanted: Wanted, community: str | None) -> Search:
        return Search(body | ({"division": community} if community else {}), wanted, Place(community or ""))

    @property
    def community(self) -> str:
        """Somewhere in the middle."""
        return self._communities[len(self._communities) // 2]


async def _bare(connection: asyncpg.Connection, search: Search) -> None:
    """What the service asks of its database for a first page."""
    read = Read(connection, clock.now())
    place = await store.widened(read, search.place)
    async with store.planned_by_values(read):
        rows, counted = await store.list_found(read, place, search.wanted, None, _PAGE)
        if len(rows) == _PAGE and counted is None:
            await store.count_found(read, place, search.wanted)


class Bench:
    """A filled platform, and what was measured on it so far."""

    def __init__(self, world: World, connection: asyncpg.Connection, searches: Searches) -> None:
        self._world = world
        self._connection = connection
        self._searches = searches
        self.measured: dict[str, Measured] = {}

    async def round(self, number: int, keep: bool) -> None:
        """So many searches of each kind, in the whole county and in one community."""
        for community in (None, self._searches.community):
            for name, (make, bound) in self._searches.kinds().items():
                where = "in one community" if community else "in all"
                some = [make(community) for _ in range(number)]
                ours, ours_spent = await self._by_http(some)
                bare, bare_spent = await self._by_sql(some)
                if keep:
                    of = self.measured.setdefault(f"{name}, {where}", Measured(_COMMUNITY_MS if community else bound))
                    of.ours += ours
                    of.bare += bare
                    of.rounds.append((ours_spent, bare_spent))

    async def _by_http(self, some: Sequence[Search]) -> tuple[list[float], Spent]:
        requests = [load.request("POST", _PATH, self._world.token, search.body) for search in some]
        process = self._world.process("registry").pid
        async with (
            load.connected(self._world.port_url("registry"), 1) as client,
            self._world.meter.measuring(process) as stretch,
        ):
            answers = await client.send_all(requests)
        return [answer.seconds for answer in answers], stretch.spent(len(some))

    async def _by_sql(self, some: Sequence[Search]) -> tuple[list[float], Spent]:
        seconds = []
        async with self._world.meter.measuring_us() as stretch:
            for search in some:
                began = perf_counter()
                await _bare(self._connection, search)
                seconds.append(perf_counter() - began)
        return seconds, stretch.spent(len(some))

    def figures(self) -> list[Figure]:
        """p50 and p99 of each kind, and its CPU, beside the bare statements'."""
        return [figure for name, measured in self.measured.items() for figure in _figures(name, measured)]


def _figures(name: str, measured: Measured) -> list[Figure]:
    found = []
    for share in (0.5, 0.99):
        ours, bare = (percentile(values, share) * 1000 for values in (measured.ours, measured.bare))
        reach = Reach(measured.bound) if share > 0.5 else None
        found.append(Figure(f"{name}, p{share * 100:.0f}", Kind.LATENCY, ours, "ms", bare, bare / ours, reach))
    return [*found, by_cpu(name, measured.rounds)]


async def _measure(options: argparse.Namespace, status: Status) -> list[Figure]:
    async with running(apart=True, buffers=options.buffers) as world, world.database("registry") as connection:
        status.update(f"filling in {options.people:,} people")
        keys = KeyRing.load(world.platform.data / "keys.json")
        await fill(connection, keys, options.people)
        await connection.set_type_codec("uuid", schema="pg_catalog", encoder=str, decoder=str)
        bench = Bench(world, connection, Searches(keys, options.people, random.Random(1)))
        for n in range(options.rounds + 1):
            status.update(f"round {n} of {options.rounds}")
            await bench.round(options.searches, keep=n > 0)
        return bench.figures()


def main() -> None:
    """Command line; see --help."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m tests.bench.search", description=_ABOUT, formatter_class=form)
    parser.add_argument("--people", type=int, default=1_920_000, help="in the tables (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=4, help="after one for warming up (default: %(default)s)")
    parser.add_argument("--searches", type=int, default=100, help="of each kind in a round (default: %(default)s)")
    parser.add_argument("--buffers", default="4GB", help="memory of the PostgreSQL for pages (default: %(default)s)")
    options = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 140)
    end_orderly()
    machine, began, at = this_machine(), perf_counter(), datetime.now().astimezone()
    with console.status("starting") as status:
        figures = uvloop.run(_measure(options, status))
    folder = surroundings.from_environment(os.environ).data
    folder.mkdir(0o711, parents=True, exist_ok=True)
    found = {"at": at.isoformat(timespec="seconds"), "people": options.people, **asdict(machine)}
    text = json.dumps(found | {"figures": [asdict(each) for each in figures]}, indent=1, ensure_ascii=False)
    (folder / _RESULT).write_text(text + "\n", "utf-8")
    title = (
        f"{at:%Y-%m-%d %H:%M}  {machine.cpu}, {machine.cores} cores  commit {machine.commit}  {options.people:,} people"
    )
    console.print(table.table(figures, {}, title))
    console.print(f"{(perf_counter() - began) / 60:.1f} minutes; {folder / _RESULT}")


if __name__ == "__main__":
    main()
