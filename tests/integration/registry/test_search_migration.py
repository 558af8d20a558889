"""The migration that brings the search: people who are there already are found."""

from __future__ import annotations

from collections.abc import Callable

import asyncpg
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from services.registry.search.domain import name_keys
from shared import migrate
from shared.ids import new_id
from tests.support.databases import server_url, url_of

NAMES = ["李小花", "单丽", "阿依古丽·买买提"] * 3


def to(revision: str) -> Callable[[Connection], None]:
    def act(connection: Connection) -> None:
        command.upgrade(migrate.config_of("registry", connection), revision)
        connection.commit()

    return act


def _before_search() -> str:
    scripts = ScriptDirectory.from_config(migrate.config_of("registry")).walk_revisions()
    before = next(script.down_revision for script in scripts if script.path.endswith("_search.py"))
    assert isinstance(before, str)
    return before


async def _add_people(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(
        """insert into persons (person_id, version, status, name, sex, birth_on, id_number_sealed, id_number_lookup, household_id,
                  facts, registered_at, changed_at)
           select gen_random_uuid(), 1, 'resident', name, '1', '1990-01-01', '', n::text::bytea, gen_random_uuid(), '{}', now(), now()
             from unnest($1::text[]) with ordinality as g(name, n)""",
        NAMES,
    )
    await connection.close()


async def test_people_who_were_there_before_are_found() -> None:
    name = f"test_search_{new_id().replace('-', '')[-16:]}"
    admin = await asyncpg.connect(server_url())
    await admin.execute(f'create database "{name}"')
    try:
        await migrate.run(url_of(name), to(_before_search()))
        await _add_people(url_of(name))
        await migrate.run(url_of(name), to("head"))
        connection = await asyncpg.connect(url_of(name))
        rows = await connection.fetch("select name, name_keys from persons")
        await connection.close()
    finally:
        await admin.execute(f'drop database if exists "{name}" with (force)')
        await admin.close()
    assert sorted(row["name"] for row in rows) == sorted(NAMES)
    assert all(row["name_keys"] == name_keys(row["name"]) for row in rows)
