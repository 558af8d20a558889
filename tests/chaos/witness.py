"""A fifth listener, of whom nothing is kept from counting twice but the inbox: it notes every event each time one takes effect.

The services' handlers look at versions too, so that an event applied again would change nothing there. Here it shows.

    python -m tests.chaos.witness      with the environment of a service
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from sqlalchemy import Column, Integer, Table, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from shared.app import serve_worker
from shared.db import Transaction, columns
from shared.events import REGISTRY, Event
from shared.inbox import Handlers
from shared.kafka import declare_all
from shared.settings import Settings
from shared.tables import kernel_metadata
from shared.worker import Worker

NAME = "witness"


def url_of(admin_url: str) -> str:
    """The witness's database, on the server of this superuser."""
    return urlunsplit(urlsplit(admin_url)._replace(path=f"/{NAME}"))


async def make_database(admin_url: str) -> None:
    """Makes its database with the kernel's tables and `effects`."""
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f"create database {NAME}")
    finally:
        await admin.close()
    own = await asyncpg.connect(url_of(admin_url))
    try:
        for statement in _statements():
            await own.execute(statement)
    finally:
        await own.close()


def _statements() -> list[str]:
    metadata = kernel_metadata()
    text, number = Column("topic", Text, nullable=False), Column("version", Integer, nullable=False)
    Table("effects", metadata, text, Column("key", Text, nullable=False), Column("type", Text, nullable=False), number)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    tables = [str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables]
    indexes = [index for table in metadata.sorted_tables for index in table.indexes]
    return [*tables, *(str(CreateIndex(index).compile(dialect=dialect)) for index in indexes)]


async def on_event(tx: Transaction, events: Sequence[Event]) -> None:
    """Notes them, whatever was noted before."""
    rows = [(event.topic, event.key_value, event.type, event.version) for event in events]
    await tx.execute(
        "insert into effects select * from unnest($1::text[], $2::text[], $3::text[], $4::int[])", *columns(rows, 4)
    )


def _handlers() -> Handlers:
    declare_all()
    return dict.fromkeys(REGISTRY.values(), on_event)


if __name__ == "__main__":
    configured = Settings.model_validate({})
    serve_worker(Worker(NAME, configured, _handlers()), configured)
