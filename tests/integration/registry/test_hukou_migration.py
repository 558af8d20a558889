"""The migration that makes hukou households of their own: those that settling made are told of as all others from then on."""

from __future__ import annotations

import asyncpg
from alembic.script import ScriptDirectory

from shared import migrate
from shared.ids import new_id
from tests.integration.registry.test_search_migration import to
from tests.support.databases import server_url, url_of

_PLACE = "'522731003012', '1', '1', '1', '101', '2026-06-01', '{}', now()"
_COLUMNS = "community_code, estate, block, unit, flat, settled_on, facts, changed_at"


def _before() -> str:
    scripts = ScriptDirectory.from_config(migrate.config_of("registry")).walk_revisions()
    before = next(script.down_revision for script in scripts if script.path.endswith("_hukou_couples_alarms.py"))
    assert isinstance(before, str)
    return before


async def test_a_register_that_a_settling_made_stands_where_it_was_stated() -> None:
    name = f"test_hukou_{new_id().replace('-', '')[-16:]}"
    home, register = new_id(), new_id()
    admin = await asyncpg.connect(server_url())
    await admin.execute(f'create database "{name}"')
    try:
        await migrate.run(url_of(name), to(_before()))
        connection = await asyncpg.connect(url_of(name))
        await connection.execute(
            f"""insert into communities values ('522731003012', 'x', 1, now());
                insert into households (household_id, kind, status, version, coliving_id, hukou_division, {_COLUMNS})
                values ('{home}', 'coliving', 'settled', 1, '{home}', null, {_PLACE}),
                       ('{register}', 'hukou', 'settled', 1, '{home}', '522328', {_PLACE});
                insert into life_events (event_id, kind, happened_on, household_id, hukou_id, people, relations, in_hukou,
                       recorded_at, source, recorded_by)
                values (gen_random_uuid(), 'settled', '2026-06-01', '{home}', '{register}', '{{}}', '{{}}', '{{}}', now(), 'staff', 'x')"""
        )
        await migrate.run(url_of(name), to("head"))
        details = await connection.fetchval("select details ->> 'division' from life_events")
        stood = await connection.fetchrow(
            "select household_id::text, fact, value ->> 'division', valid_from::text from household_facts"
        )
        await connection.close()
    finally:
        await admin.execute(f'drop database if exists "{name}" with (force)')
        await admin.close()
    assert details == "522328"
    assert stood is not None
    assert tuple(stood.values()) == (register, "hukou", "522328", "2026-06-01")
