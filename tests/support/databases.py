"""A fresh, migrated database in milliseconds: one template per service and test process, copied for each test that asks."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from shared import migrate
from shared.db import Database
from shared.ids import new_id

NewDatabase = Callable[[str], Awaitable[Database]]
_templates: dict[str, str] = {}


def server_url() -> str:
    """Of a superuser of the test server."""
    return os.environ["ANJU_TEST_DATABASE_URL"]


def url_of(name: str) -> str:
    """The URL of a database of the test server."""
    return urlunsplit(urlsplit(server_url())._replace(path=f"/{name}"))


async def _execute(statement: str) -> None:
    connection = await asyncpg.connect(server_url())
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def template_of(service: str) -> str:
    """Name of the service's migrated template; made by its real migrations the first time."""
    if service not in _templates:
        name = f"template_{service}_{new_id().replace('-', '')[-12:]}"
        await _execute(f'create database "{name}"')
        await migrate.run(url_of(name), migrate.upgrade(service))
        _templates[service] = name
    return _templates[service]


@asynccontextmanager
async def fresh(service: str, pool_size: int = 6) -> AsyncIterator[tuple[str, Database]]:
    """URL and open pool of a new database of the service; dropped afterwards."""
    name = f"test_{service}_{new_id().replace('-', '')[-16:]}"
    await _execute(f'create database "{name}" template "{await template_of(service)}" strategy file_copy')
    database = await Database.open(url_of(name), pool_size)
    try:
        yield url_of(name), database
    finally:
        await database.close()
        await _execute(f'drop database if exists "{name}" with (force)')
