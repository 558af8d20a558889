"""Hot paths beside their limits, measured in one run: see --help."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

import uvloop
from rich.console import Console
from rich.status import Status

from deploy.local import options as surroundings
from shared.app import spare_the_collector
from tests.bench import history, table
from tests.bench.figures import Figure
from tests.bench.latency import AppliedPath, RipplePath
from tests.bench.listeners import ListenersPath
from tests.bench.machine import Machine, this_machine
from tests.bench.path import Path
from tests.bench.read import ReadPath
from tests.bench.relay import RelayPath
from tests.bench.roster import RosterPath
from tests.bench.settle import SettlePath
from tests.bench.start import StartPath
from tests.bench.world import World, end_orderly, running

_ABOUT = """\
Measures the hot paths of a platform of its own, each beside its limit in the same run on the same rows: CPU per operation (the
service's process with its PostgreSQL backends) and rate, medians of interleaved rounds. Prints a table and bars, writes
$ANJU_DATA/bench.json, and adds a line to $ANJU_DATA/bench-history.jsonl; what got worse since the last run here is named.
"""
_PATHS = """\
paths (--only read,settle):
  read        a person by id at the service's port, and through the gateway | a bare asyncpg loop; straight to the service
  settle      a household of four | one transaction, one unnest statement per table
  relay       outbox → broker → a one-row handler | aiokafka from memory; set-based insert
  listeners   what grid, jobs, benefits do on hearing of a household | set-based insert
  applied     commit → applied at a listener, idle, API and worker apart and together
  ripple      201 → visible in all four, idle and at 50 households a second for a minute
  roster      40,000 people by the public route | indexed COPY; memory of everything afterwards
  start       the second `make run`, and its memory
"""
_MOST_ROUNDS = 8
_FLATS = 4000


@dataclass(frozen=True, slots=True)
class Stage:
    """Paths that share a platform, with API and worker apart or together; those of one group take turns, round by round."""

    apart: bool
    groups: Sequence[Mapping[str, Callable[[World], Path]]]


_STAGES = (
    Stage(
        True,
        (
            {
                "read": ReadPath,
                "settle": SettlePath,
                "relay": RelayPath,
                "listeners": ListenersPath,
                "applied": AppliedPath,
            },
        ),
    ),
    Stage(False, ({"applied": AppliedPath, "ripple": RipplePath}, {"roster": RosterPath})),
)
_NAMES = tuple(dict.fromkeys([*(name for stage in _STAGES for group in stage.groups for name in group), "start"]))


def main() -> None:
    """Command line; the exit code is 1 where a figure falls short of its reach and --strict is given."""
    options = _options()
    console = Console(width=None if sys.stdout.isatty() else 140)
    folder = surroundings.from_environment(os.environ).data
    end_orderly()
    spare_the_collector()  # handlers and limits run in this process: as in a service's
    machine, began = this_machine(), perf_counter()
    with console.status("starting") as status:
        figures = uvloop.run(_measure(options.only, options.rounds, status))
    before = history.last_of(history.runs(folder), figures, machine)
    at = datetime.now().astimezone()
    history.keep(folder, figures, machine, at.isoformat(timespec="seconds"))
    table.show(console, figures, before, _title(machine, at, options.rounds))
    _say_slides(console, figures, before)
    console.print(f"{(perf_counter() - began) / 60:.1f} minutes; {folder / history.RESULT}")
    if options.strict and any(figure.met is False for figure in figures):
        sys.exit(1)


def _options() -> argparse.Namespace:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m tests.bench", description=_ABOUT, epilog=_PATHS, formatter_class=form)
    parser.add_argument("--only", type=_names, default=_NAMES, metavar="PATHS", help="some of the paths, by comma")
    parser.add_argument("--rounds", type=_rounds, default=5, help="of each path, 1 to 8 (default: %(default)s)")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a figure falls short of its reach")
    return parser.parse_args()


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if unknown := [name for name in names if name not in _NAMES]:
        raise argparse.ArgumentTypeError(f"no such path: {', '.join(unknown)}; there are {', '.join(_NAMES)}")
    return names


def _rounds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_ROUNDS:
        raise argparse.ArgumentTypeError(f"1 to {_MOST_ROUNDS}")
    return int(text)


async def _measure(only: Sequence[str], rounds: int, status: Status) -> list[Figure]:
    figures: list[Figure] = []
    for stage in _STAGES:
        groups = [{name: make for name, make in group.items() if name in only} for group in stage.groups]
        if any(groups):
            status.update(f"starting a platform, API and worker {'apart' if stage.apart else 'together'}")
            async with _built(stage.apart) as world:
                for group in groups:
                    paths = {name: make(world) for name, make in group.items()}
                    figures += await measure(paths, rounds, status)
    if "start" in only:
        figures += await measure({"start": StartPath()}, rounds, status)
    return figures


@asynccontextmanager
async def _built(apart: bool) -> AsyncIterator[World]:
    async with running(apart) as world:
        await world.build(_FLATS)
        yield world


async def measure(paths: Mapping[str, Path], rounds: int, status: Status) -> list[Figure]:
    """The figures of these paths, which take turns."""
    for name, path in paths.items():
        status.update(f"{name}: preparing")
        await path.prepare()
    for n in range(rounds):
        for name, path in paths.items():
            status.update(f"{name}: round {n + 1} of {rounds}")
            await path.round()
    for name, path in paths.items():
        status.update(f"{name}: finishing")
        await path.finish()
    return [figure for path in paths.values() for figure in path.figures()]


def _title(machine: Machine, at: datetime, rounds: int) -> str:
    return f"{at:%Y-%m-%d %H:%M}  {machine.cpu}, {machine.cores} cores  commit {machine.commit}  medians of {rounds}"


def _say_slides(console: Console, figures: Sequence[Figure], before: history.Last) -> None:
    for figure in history.slides(figures, before):
        share = history.change(figure, before[figure.key])
        console.print(f"slide: {figure.path} ({figure.kind}) {share:+.0%} since the last run", style="red")


if __name__ == "__main__":
    main()
