"""A running platform to measure: its processes, databases and broker, a community with free flats, and how it comes to rest."""

from __future__ import annotations

import asyncio
import itertools
import json
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import psutil

from deploy.local import postgres
from deploy.local.ports import HOST
from deploy.local.state import State
from deploy.local.testing import database_urls
from shared.divisions import DEMO_AREA
from shared.ids import new_id
from tests.bench import load
from tests.bench.cpu import Meter, cpu_seconds
from tests.bench.households import Flat, household
from tests.support.crowd import plan
from tests.support.platform import Platform, started, within

CLIENTS = 8
"""Connections of the load client, and of the limit's loop: as many as a service's pool has."""
LISTENERS = ("grid", "jobs", "benefits")
_NAME, _CODE = "量度社区", "522731003080"
_UNITS_OF_A_CELL = 3
_LOOK_SECONDS = 0.4


@dataclass(slots=True)
class World:
    """`urls` of the databases by service; `admin_url` of the server's superuser; `broker`: host:port."""

    platform: Platform
    meter: Meter
    urls: dict[str, str]
    admin_url: str
    broker: str
    apart: bool
    _idle: float = 0.0
    """CPU seconds per second of a platform that does nothing but look whether there is something to do."""
    _free: Iterator[Flat] = field(default_factory=lambda: iter(()))
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def process(self, service: str, part: str = "api") -> psutil.Process:
        """The process of a service's API, or of its worker: the same one unless they are apart."""
        return psutil.Process(self._entry(service, part)["pid"])

    def port_url(self, service: str) -> str:
        """Where the service itself listens."""
        return f"http://{HOST}:{self._entry(service, 'api')['port']}"

    def _entry(self, service: str, part: str) -> dict[str, Any]:
        name = f"{service}-{part}" if self.apart and service != "gateway" else service
        return next(each for each in self.platform.processes() if each["name"] == name)

    @property
    def token(self) -> str:
        """The developer's."""
        return self.platform.token("developer")

    async def build(self, flats: int) -> None:
        """A community with so many flats, and cells for all of them; from then on `settlings` has where to settle."""
        await self.learn_idle()
        location = self.platform.send("/v1/registry/dwellings/imports", plan(_NAME, _CODE, flats))
        report = self.platform.imported(location)
        if report["status"] != "done":
            raise RuntimeError(f"the plan of flats did not come in: {report['problem']}")
        async with self.database("registry") as registry:
            rows = await registry.fetch(
                """select community_code, estate, block, unit, flat from dwellings where community_code = $1
                    order by estate, block, unit, flat""",
                _CODE,
            )
        homes = [Flat(*row) for row in rows]
        self._free = iter(homes)
        path = f"/v1/grid/communities/{_CODE}/cells"
        within(60, lambda: self.platform.ask("GET", path).status_code == 200)
        answer = self.platform.ask("PUT", path, {"cells": _cells(homes)})
        if answer.status_code != 201:
            raise RuntimeError(f"the cells did not come in: {answer.text}")

    async def learn_idle(self) -> None:
        """Before anything is done: what `rest` takes for idle."""
        self._idle = max([await self._load() for _ in range(3)])

    def settlings(self, number: int) -> list[bytes]:
        """Requests that settle so many households, each in a flat of its own."""
        return [
            load.request("POST", "/v1/registry/households", self.token, household(next(self._numbers), flat), new_id())
            for flat in itertools.islice(self._free, number)
        ]

    async def renew_statistics(self) -> None:
        """What autovacuum does within a minute or so. Until then sessions keep plans that they made while the tables were empty."""
        for service in self.urls:
            async with self.database(service) as connection:
                await connection.execute("analyze")

    @asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[asyncpg.Connection]:
        """A connection to the service's own database."""
        connection = await asyncpg.connect(self.urls[service])
        try:
            yield connection
        finally:
            await connection.close()

    async def rest(self, seconds: float = 120) -> None:
        """Waits until nothing is on its way: outboxes are empty and the processes idle. TimeoutError after so long."""
        async with asyncio.timeout(seconds):
            while await self._unsent() or await self._load() > 1.5 * self._idle:
                pass

    async def _load(self) -> float:
        """CPU seconds per second of the services and of PostgreSQL for them."""
        pids = await self._pids()
        before = [cpu_seconds(pid) for pid in pids]
        await asyncio.sleep(_LOOK_SECONDS)
        return sum(max(cpu_seconds(pid) - was, 0.0) for pid, was in zip(pids, before, strict=True)) / _LOOK_SECONDS

    async def _pids(self) -> list[int]:
        own = [each["pid"] for each in self.platform.processes() if each["name"] not in ("postgres", "kafka")]
        backends = await self.meter.admin.fetch("select pid from pg_stat_activity where pid <> pg_backend_pid()")
        return own + [row["pid"] for row in backends]

    async def _unsent(self) -> int:
        total = 0
        for service in self.urls:
            if service != "gateway":
                async with self.database(service) as connection:
                    total += await connection.fetchval("select count(*) from outbox")
        return total


def _cells(homes: Sequence[Flat]) -> list[dict[str, Any]]:
    units = list(dict.fromkeys((home.block, home.unit) for home in homes))
    return [
        {
            "code": f"{_CODE}{n + 1:03d}",
            "name": f"第{n + 1}网格",
            "units": [{"block": block, "unit": unit} for block, unit in units[start : start + _UNITS_OF_A_CELL]],
        }
        for n, start in enumerate(range(0, len(units), _UNITS_OF_A_CELL))
    ]


def end_orderly() -> None:
    """Has SIGTERM end this process as Ctrl-C does: with the platform stopped and its folder gone."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@asynccontextmanager
async def running(apart: bool, buffers: str = "") -> AsyncIterator[World]:
    """A platform without the demo, in a folder and on ports of its own, with a database (in whose memory are so many pages) and a broker
    of its own."""
    own = {"DATABASE_URL": "", "KAFKA_BOOTSTRAP_SERVERS": "", "ANJU_DEMO": "0", "ANJU_APART": "1" if apart else "0"}
    with started(**own, ANJU_POSTGRES_BUFFERS=buffers, ANJU_REGISTRY_KNOWN_AREAS=json.dumps([DEMO_AREA])) as platform:
        state = json.loads((platform.data / "state.json").read_text())
        memory = State(**state)
        admin_url = postgres.admin_url(memory, memory.ports["postgres"])
        admin = await asyncpg.connect(admin_url)
        try:
            urls = database_urls(platform.data, state)
            yield World(platform, Meter(admin), urls, admin_url, f"{HOST}:{memory.ports['kafka']}", apart)
        finally:
            await admin.close()


@asynccontextmanager
async def held(*processes: psutil.Process) -> AsyncIterator[None]:
    """Processes stand still while inside."""
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()
