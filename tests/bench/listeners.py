"""What each service does on hearing of households that settled; beside set-based inserts of the rows that come of it."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Sequence
from typing import Any

import asyncpg

from shared import kafka
from shared.db import Database
from shared.inbox import Handlers
from tests.bench import tablerows
from tests.bench.consuming import consumed
from tests.bench.figures import Figure, Spent, by_cpu, by_rate
from tests.bench.path import Path
from tests.bench.world import LISTENERS, World
from tests.support.crowd import plan, roster

_PEOPLE = 6000
_NAME, _CODE = "量度名册社区", "522731003081"
_GRID_BEFOREHAND = ("cell_plans", "cells", "cell_units")


class ListenersPath(Path):
    """The handlers of jobs, grid and benefits, each on a new database, over the topics as the platform itself has them: what the
    services said when a roster came in, all of it, from the beginning."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rounds: dict[str, list[tuple[Spent, Spent]]] = {service: [] for service in LISTENERS}
        self._groups = itertools.count()

    async def prepare(self) -> None:
        kafka.declare_all()
        for path, data in (
            ("/v1/registry/dwellings/imports", plan(_NAME, _CODE, _PEOPLE // 4)),
            ("/v1/registry/imports", roster(_NAME, _PEOPLE)),
        ):
            report = self._world.platform.imported(self._world.platform.send(path, data))
            if report["status"] != "done":
                raise RuntimeError(f"{path}: {report['problem']}")
        await self._world.rest()

    async def round(self) -> None:
        for service, rounds in self._rounds.items():
            async with tablerows.scratch(self._world.admin_url, service, f"bench_{service}") as url:
                rounds.append(await self._one(service, url))

    async def _one(self, service: str, url: str) -> tuple[Spent, Spent]:
        if service == "grid":
            await self._bring_cells(url)
        before = await _counts(url, service)
        database = await Database.open(url, 4)
        try:
            handlers = _handlers(service, url)
            run = await consumed(self._world, database, handlers, "", f"bench-{service}-{next(self._groups)}")
        finally:
            await database.close()
        connection = await asyncpg.connect(url)
        try:
            tables = [table for table in tablerows.tables_of(service) if not before[table]]
            parts = await tablerows.parts_by_number(connection, tables, run.batches)
            await connection.execute(f"truncate {', '.join(tables)} cascade")
        finally:
            await connection.close()
        limit = await tablerows.written(self._world.meter, url, parts, 1, 0)
        return run.stretch.spent(run.households), limit.spent(run.households)

    async def _bring_cells(self, url: str) -> None:
        target = await asyncpg.connect(url)
        try:
            async with self._world.database("grid") as source:
                for table in _GRID_BEFOREHAND:
                    await tablerows.copy(source, target, table)
        finally:
            await target.close()

    def figures(self) -> Sequence[Figure]:
        figures = []
        for service, rounds in self._rounds.items():
            path = f"ripple handler, {service}"
            figures += [by_rate(path, rounds, "households/s"), by_cpu(path, rounds)]
        return figures


async def _counts(url: str, service: str) -> dict[str, int]:
    connection = await asyncpg.connect(url)
    try:
        return {t: await connection.fetchval(f"select count(*) from {t}") for t in tablerows.tables_of(service)}
    finally:
        await connection.close()


def _handlers(service: str, url: str) -> Handlers:
    module: Any = importlib.import_module(f"services.{service}.handlers")
    if service != "grid":
        return module.HANDLERS  # type: ignore[no-any-return]
    settings: Any = importlib.import_module("services.grid.settings")
    return module.handlers(settings.GridSettings(database_url=url))  # type: ignore[no-any-return]
