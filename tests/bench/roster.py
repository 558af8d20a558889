"""A roster of 40,000 people by the public route, beside an indexed COPY of the same rows in the same run.

    .venv/bin/python -m tests.bench.roster [--people 40000] [--rounds 3]

Each round: a plan of dwellings, then the roster, sent to the gateway of a platform of its own. The time is the registry's, from the
202 (`uploaded_at`) to the last commit (`finished_at`); the listeners' processes are held still meanwhile, and the ripple, until all four
services count everybody, is timed after it. The limit: the rows that came of it, table by table in one connection, into a
second database of the same schema with all its indexes. Memory: PSS of the registry's process, read every 50 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psutil
from rich.console import Console
from rich.table import Table

from deploy.local import postgres
from deploy.local.state import State
from deploy.local.testing import database_urls
from shared import migrate
from tests.support.crowd import plan, roster
from tests.support.platform import Platform, started, within

TABLES = ("households", "persons", "person_keys", "memberships", "occupancies", "person_facts", "household_facts")
_FIRST = ("communities", "estates", "dwellings")


@dataclass(frozen=True, slots=True)
class Round:
    """Rows of people; seconds of the import, of the ripple and of the limit; rows of all tables; peak memory in MiB."""

    people: int
    seconds: float
    ripple_seconds: float
    copied_seconds: float
    copied_rows: int
    peak_mib: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.roster", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--people", type=int, default=40_000, help="rows of the roster (a multiple of 4, at most 80,000)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="each with people of its own, at most 8")
    options = parser.parse_args()
    console = Console()
    with started(ANJU_DEMO="0") as platform, console.status("measuring"):
        rounds = [_round(platform, n, options.people) for n in range(options.rounds)]
    _show(console, rounds)


def _round(platform: Platform, n: int, people: int) -> Round:
    name, code = f"量度社区{n + 1}", f"5227310030{n + 20}"
    _done(platform, "/v1/registry/dwellings/imports", plan(name, code, people // 4))
    with _listeners_held(platform), _peak(platform) as peak:
        report = _done(platform, "/v1/registry/imports", roster(name, people, n))
    began = time.perf_counter()
    within(600, lambda: _counted(platform, code, people))
    ripple = time.perf_counter() - began
    if report["accepted"] != people:
        raise SystemExit(f"not all rows came in: {report['errors'][:3]}")
    taken, done = (datetime.fromisoformat(report[name]) for name in ("uploaded_at", "finished_at"))
    rows, seconds = asyncio.run(_copied(*_urls(platform), code))
    return Round(people, (done - taken).total_seconds(), ripple, seconds, rows, peak[0])


def _done(platform: Platform, path: str, data: bytes) -> dict[str, Any]:
    report = platform.imported(platform.send(path, data), 600)
    if report["status"] != "done":
        raise SystemExit(f"{path}: {report['problem']}")
    return report


@contextmanager
def _listeners_held(platform: Platform) -> Iterator[None]:
    listeners = [psutil.Process(p["pid"]) for p in platform.processes() if p["name"] in ("jobs", "grid", "benefits")]
    for process in listeners:
        process.suspend()
    try:
        yield
    finally:
        for process in listeners:
            process.resume()


def _counted(platform: Platform, code: str, people: int) -> bool:
    """Do all four services count everybody?"""
    wanted = {"registry": people // 4, "grid": people // 4, "jobs": people // 4, "benefits": people}
    for service, count in wanted.items():
        answer = platform.ask("GET", f"/v1/{service}/statistics?community={code}&by=community")
        figures = next(iter(answer.json()["items"]), None) if answer.status_code == 200 else None
        if figures is None:
            return False
        schemes = figures["schemes"]["170"] if service == "benefits" else {}
        told = sum(outcome["assessed"] for outcome in schemes.values()) if schemes else figures["households"]
        if told != count:
            return False
    return True


@contextmanager
def _peak(platform: Platform) -> Iterator[list[float]]:
    pid = next(p["pid"] for p in platform.processes() if p["name"] == "registry")
    process, peak, over = psutil.Process(pid), [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            peak[0] = max(peak[0], process.memory_full_info().pss / 2**20)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _urls(platform: Platform) -> tuple[str, str]:
    """Of the registry's database, and of a superuser."""
    state = json.loads((platform.data / "state.json").read_text())
    memory = State(**state)
    return database_urls(platform.data, state)["registry"], postgres.admin_url(memory, memory.ports["postgres"])


async def _copied(url: str, admin: str, code: str) -> tuple[int, float]:
    """Rows of the community's people and households, and the seconds that COPY takes to bring them in."""
    limit = urlunsplit(urlsplit(admin)._replace(path="/limit"))
    source = await asyncpg.connect(url)
    await _make(admin, limit)
    target = await asyncpg.connect(limit)
    try:
        for table in _FIRST:
            await _copy(source, target, f"select * from {table} where community_code = '{code}'", table)
        rows, seconds = 0, 0.0
        for table in TABLES:
            owner = "person_id in (select person_id from persons join households using (household_id)"
            by = "household_id in (select household_id from households" if "person" not in table else owner
            some = f"select * from {table} where {by} where community_code = '{code}')"
            count, took = await _copy(source, target, some, table)
            rows, seconds = rows + count, seconds + took
        return rows, seconds
    finally:
        await source.close()
        await target.close()


async def _make(admin: str, limit: str) -> None:
    connection = await asyncpg.connect(admin)
    try:
        await connection.execute('drop database if exists "limit"')
        await connection.execute('create database "limit"')
    finally:
        await connection.close()
    await migrate.run(limit, migrate.upgrade("registry"))


async def _copy(source: asyncpg.Connection, target: asyncpg.Connection, some: str, table: str) -> tuple[int, float]:
    rows = io.BytesIO()
    await source.copy_from_query(some, output=rows, format="binary")
    rows.seek(0)
    began = time.perf_counter()
    answer = await target.copy_to_table(table, source=rows, format="binary")
    return int(answer.removeprefix("COPY ")), time.perf_counter() - began


def _show(console: Console, rounds: list[Round]) -> None:
    table = Table(title="roster → registry, beside indexed COPY of the same rows")
    for heading in ("round", "people", "s", "people/s", "ripple s", "COPY s", "rows copied", "ratio", "peak MiB"):
        table.add_column(heading, justify="right")
    for n, r in enumerate(rounds, 1):
        table.add_row(
            str(n),
            f"{r.people:,}",
            f"{r.seconds:.2f}",
            f"{r.people / r.seconds:,.0f}",
            f"{r.ripple_seconds:.1f}",
            f"{r.copied_seconds:.2f}",
            f"{r.copied_rows:,}",
            f"{r.copied_seconds / r.seconds:.2f}",
            f"{r.peak_mib:.0f}",
        )
    console.print(table)
    median = statistics.median(r.copied_seconds / r.seconds for r in rounds)
    console.print(f"median ratio {median:.2f}; {statistics.median(r.people / r.seconds for r in rounds):,.0f} people/s")


if __name__ == "__main__":
    main()
