"""What is there: read from the databases with the checker's own statements, and from the topics."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from tests.chaos.checker.topics import Record, read_topics

Row = Any
"""A row: its columns by name."""
Rows = dict[str, Row]
SERVICES = ("registry", "grid", "jobs", "benefits")
_COLIVING = "kind = 'coliving'"
_NOW = "valid_to is null and retracted_at is null"


@dataclass(slots=True)
class Service:
    """What every service has: rows of its outbox, its dead letters, the ids it has noted."""

    outbox: int = 0
    dead_letters: list[Row] = field(default_factory=list)
    inbox: set[str] = field(default_factory=set)


@dataclass(slots=True)
class There:
    """Rows by id; of what hangs on a household or a person, lists of rows by its id. `effects`: how often the witness noted an event,
    by topic, key, type and version."""

    services: dict[str, Service] = field(default_factory=dict)
    homes: Rows = field(default_factory=dict)
    people: Rows = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    """Ids of the registry's people, by name."""
    consents: dict[str, list[Row]] = field(default_factory=dict)
    """By person, the last one last."""
    members: dict[str, list[str]] = field(default_factory=dict)
    """Ids of present members, by household."""
    occupants: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    """Households that live in a flat now, by community, block, unit, flat."""
    communities: Rows = field(default_factory=dict)
    imports: list[Row] = field(default_factory=list)
    grid_homes: Rows = field(default_factory=dict)
    grid_communities: Rows = field(default_factory=dict)
    grid_cells: dict[str, int] = field(default_factory=dict)
    visits: dict[str, list[Row]] = field(default_factory=dict)
    jobs_homes: Rows = field(default_factory=dict)
    jobs_people: Rows = field(default_factory=dict)
    employments: dict[str, list[Row]] = field(default_factory=dict)
    benefits_homes: Rows = field(default_factory=dict)
    benefits_people: Rows = field(default_factory=dict)
    assessed: dict[tuple[str, str | None], int] = field(default_factory=dict)
    """How many assessments there are, by household and person (None: of the household itself)."""
    cases: dict[str, list[Row]] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    effects: dict[tuple[str, str, str, int], int] = field(default_factory=dict)


async def look(urls: Mapping[str, str], broker: str) -> There:
    """Everything, once all is still. `urls` of the databases by service."""
    there = There()
    for service, read in (
        ("registry", _registry),
        ("grid", _grid),
        ("jobs", _jobs),
        ("benefits", _benefits),
        ("witness", _witness),
    ):
        connection = await connect(urls[service])
        try:
            there.services[service] = await _kernel(connection)
            await read(connection, there)
        finally:
            await connection.close()
    there.records = await read_topics(broker)
    return there


async def connect(url: str) -> asyncpg.Connection:
    """Ids as text, JSON as values."""
    connection = await asyncpg.connect(url)
    await connection.set_type_codec("uuid", schema="pg_catalog", encoder=str, decoder=str)
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    return connection


async def _kernel(connection: asyncpg.Connection) -> Service:
    return Service(
        await connection.fetchval("select count(*) from outbox"),
        await connection.fetch("select event_id, type, reason, status from dead_letters"),
        {row["event_id"] for row in await connection.fetch("select event_id from inbox")},
    )


def _by(rows: Iterable[Row], *columns: str) -> Rows:
    return {row[columns[0]]: row for row in rows}


def _grouped(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


async def _registry(connection: asyncpg.Connection, there: There) -> None:
    there.homes = _by(
        await connection.fetch(
            f"""select household_id, status, version, community_code, block, unit, flat, without_work, without_work_version,
                       head_person_id, facts -> 'registered_poor' = 'true' as poor
                  from households where {_COLIVING}"""
        ),
        "household_id",
    )
    there.people = _by(
        await connection.fetch(
            """select person_id, name, sex, birth_on, status, version, household_id, work_copy, work_copy_version,
                      facts -> 'hukou' ->> 'moved' = 'true' as moved_hukou, facts ->> 'marital' as marital from persons"""
        ),
        "person_id",
    )
    there.names = {
        name: [r["person_id"] for r in rows] for name, rows in _grouped(there.people.values(), "name").items()
    }
    consents = await connection.fetch(
        """select c.consent_id, c.person_id, coalesce(e.status, 'standing') as status
             from consents c left join consent_endings e using (consent_id) order by c.told"""
    )
    there.consents = _grouped(consents, "person_id")
    members = await connection.fetch(
        f"select household_id, person_id from memberships where {_COLIVING} and {_NOW} order by id"
    )
    there.members = {home: [r["person_id"] for r in rows] for home, rows in _grouped(members, "household_id").items()}
    for row in await connection.fetch(
        f"""select community_code, block, unit, flat, household_id from occupancies join dwellings using (dwelling_id)
             where {_NOW}"""
    ):
        there.occupants.setdefault(tuple(row)[:4], []).append(row["household_id"])
    there.communities = _by(
        await connection.fetch(
            """select c.community_code, c.version, count(d.*) as flats
                 from communities c left join dwellings d using (community_code) group by c.community_code"""
        ),
        "community_code",
    )
    there.imports = await connection.fetch("select import_id, status, rows, accepted from imports")


async def _grid(connection: asyncpg.Connection, there: There) -> None:
    there.grid_homes = _by(await connection.fetch("select * from households"), "household_id")
    there.grid_communities = _by(await connection.fetch("select * from community_copies"), "community_code")
    cells = await connection.fetch("select community_code, count(*) as n from cells group by community_code")
    there.grid_cells = {row["community_code"]: row["n"] for row in cells}
    there.visits = _grouped(
        await connection.fetch("select visit_id, household_id, version, reason, occasion, status from visits"),
        "household_id",
    )


async def _jobs(connection: asyncpg.Connection, there: There) -> None:
    there.jobs_homes = _by(
        await connection.fetch(
            """select c.household_id, c.version as copy_version, c.state, c.community_code, c.block, c.unit, c.flat, c.members,
                      c.registered_poor, coalesce(h.version, 0) as version, h.standing, h.without_work_since
                 from household_copies c left join households h using (household_id)"""
        ),
        "household_id",
    )
    there.jobs_people = _by(
        await connection.fetch(
            """select p.person_id, p.version as copy_version, p.state, p.household_id, p.labour_class,
                      coalesce(w.version, 0) as version,
                      (select count(*) from seekers s where s.person_id = p.person_id and s.status = 'seeking') as seeking
                 from person_copies p left join workers w using (person_id)"""
        ),
        "person_id",
    )
    there.employments = _grouped(
        await connection.fetch("select employment_id, person_id, source, status from employments"),
        "person_id",
    )


async def _benefits(connection: asyncpg.Connection, there: There) -> None:
    there.benefits_homes = _by(await connection.fetch("select * from household_copies"), "household_id")
    there.benefits_people = _by(
        await connection.fetch(
            """select p.person_id, p.version, p.state, p.household_id, w.version as work_version, w.work
                 from person_copies p left join work_copies w using (person_id)"""
        ),
        "person_id",
    )
    for row in await connection.fetch(
        "select household_id, person_id, count(*) as n from assessments group by household_id, person_id"
    ):
        there.assessed[row["household_id"], row["person_id"]] = row["n"]
    there.cases = _grouped(
        await connection.fetch("select case_id, person_id, household_id, version, ended_because from cases"),
        "person_id",
    )


async def _witness(connection: asyncpg.Connection, there: There) -> None:
    rows = await connection.fetch("select topic, key, type, version, count(*) as n from effects group by 1, 2, 3, 4")
    there.effects = {(row["topic"], row["key"], row["type"], row["version"]): row["n"] for row in rows}
