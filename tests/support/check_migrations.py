"""Are models and migrations in step? On a real server, for every service: migrate an empty database, then compare.

python -m tests.support.check_migrations
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import asyncpg
from alembic.util import CommandError

from deploy.local.testing import postgres_and_kafka
from shared import migrate

SERVICES = ("registry", "jobs", "grid", "benefits", "gateway")


async def differing(dsn: str) -> list[str]:
    """What differs, a line a service."""
    found: list[str] = []
    connection = await asyncpg.connect(dsn)
    try:
        for service in SERVICES:
            await connection.execute(f"create database check_{service}")
            url = dsn.rsplit("/", 1)[0] + f"/check_{service}"
            await migrate.run(url, migrate.upgrade(service))
            try:
                await migrate.run(url, migrate.check(service))
            except CommandError as error:
                found.append(f"{service}: {error}")
    finally:
        await connection.close()
    return found


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="anju-check-", ignore_cleanup_errors=True) as folder,
        postgres_and_kafka(Path(folder)) as servers,
    ):
        found = asyncio.run(differing(servers.dsn))
    if found:
        sys.exit(
            "Models and migrations differ; `python -m shared.migrate --new …` writes the next one:\n" + "\n".join(found)
        )
    print(f"models and migrations agree in {len(SERVICES)} services")


if __name__ == "__main__":
    main()
