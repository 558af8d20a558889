"""Migrations of a service's database.

    python -m shared.migrate registry jobs …      bring databases up to date (ANJU_DATABASE_URL, or ANJU_<SERVICE>_DATABASE_URL)
    python -m shared.migrate --check registry     exit 1 where models and migrations differ
    python -m shared.migrate --new "what" jobs    write the next migration from the models

One migration runs at a time (advisory lock), gives up rather than queue behind traffic (lock timeout), and is one transaction.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from shared.commands import database_url

_LOCK = 0x616E6A75  # "anju"


def config_of(service: str, connection: Connection | None = None) -> Config:
    """Alembic's configuration for a service; there is no .ini file."""
    folder = Path(importlib.import_module(f"services.{service}").__path__[0])
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic").replace("%", "%%"))
    config.set_main_option("version_locations", str(folder / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = importlib.import_module(f"services.{service}.models").metadata
    return config


async def run(url: str, act: Callable[[Connection], Any]) -> Any:
    """Runs a synchronous act on a connection, under the migration lock."""
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.connect() as connection:
            await connection.execute(text("set lock_timeout = '5s'"))
            await connection.execute(text("set statement_timeout = '10min'"))
            await connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": _LOCK})
            await connection.commit()
            return await connection.run_sync(act)
    finally:
        await engine.dispose()


def upgrade(service: str) -> Callable[[Connection], None]:
    """Brings the database to the newest migration."""

    def act(connection: Connection) -> None:
        config = config_of(service, connection)
        if _is_newest(config, connection):
            return
        command.upgrade(config, "head")
        connection.commit()

    return act


def _is_newest(config: Config, connection: Connection) -> bool:
    """A look that costs a millisecond where nothing is to be done, as at most starts."""
    there = connection.execute(text("select to_regclass('alembic_version') is not null")).scalar()
    if not there:
        return False
    version = connection.execute(text("select version_num from alembic_version")).scalar()
    return version == ScriptDirectory.from_config(config).get_current_head()


def check(service: str) -> Callable[[Connection], None]:
    """Raises CommandError where the models and the migrated database differ."""
    return lambda connection: command.check(config_of(service, connection))


def write_new(service: str, message: str) -> Callable[[Connection], None]:
    """Writes the next migration from what differs."""

    def act(connection: Connection) -> None:
        config = config_of(service, connection)
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        command.revision(
            config,
            message,
            autogenerate=True,
            rev_id=f"{number:04d}",
            version_path=config.get_main_option("version_locations"),
        )

    return act


async def _all(services: list[str], act_of: Callable[[str], Callable[[Connection], Any]]) -> None:
    for service in services:
        await run(database_url(service), act_of(service))
        print(f"{service}: up to date", flush=True)


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m shared.migrate", description="Migrations of the services' databases."
    )
    parser.add_argument("services", nargs="+", help="registry jobs grid benefits gateway")
    parser.add_argument("--check", action="store_true", help="only say whether models and migrations differ")
    parser.add_argument("--new", metavar="WHAT", help="write the next migration from the models")
    options = parser.parse_args()
    acts: Callable[[str], Callable[[Connection], Any]] = upgrade
    if options.check:
        acts = check
    elif options.new:
        acts = lambda service: write_new(service, options.new)  # noqa: E731
    try:
        asyncio.run(_all(options.services, acts))
    except (CommandError, SQLAlchemyError, OSError) as error:
        sys.exit(f"Migration stopped: {str(error).splitlines()[0]}")


if __name__ == "__main__":
    main()
