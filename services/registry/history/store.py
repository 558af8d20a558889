"""Every SQL statement that reads on both axes of history: what held on a day, by what was known at an instant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shared.db import Read, Row

_KNOWN = """
recorded_at <= coalesce($3::timestamptz, 'infinity') and (retracted_at is null or retracted_at > coalesce($3, 'infinity'))
"""
"""Rows that were known at instant $3 (null: now)."""
_HELD = f"valid_from <= $2 and (valid_to is null or valid_to > $2) and {_KNOWN}"
"""Of these, the ones that held on day $2."""


async def list_facts(read: Read, owner: str, owner_id: str, as_of: date, known_at: datetime | None) -> dict[str, Any]:
    """Values of facts (`owner`: person, household or parcel) by name."""
    rows = await read.fetch(
        f"select fact, value from {owner}_facts where {owner}_id = $1 and {_HELD}", owner_id, as_of, known_at
    )
    return {row["fact"]: row["value"] for row in rows}


async def list_contracts(read: Read, parcel_id: str, as_of: date, known_at: datetime | None) -> list[Row]:
    """Contracts by which the use of a parcel was passed on."""
    return await read.fetch(
        f"select * from land_contracts where parcel_id = $1 and {_HELD} order by valid_from, contract_id",
        parcel_id,
        as_of,
        known_at,
    )


async def list_memberships(read: Read, person_id: str, as_of: date, known_at: datetime | None) -> dict[str, list[Row]]:
    """A person's memberships by kind of household: of each one, but of hukou households more where there are more."""
    rows = await read.fetch(
        f"""select kind, household_id, relation from memberships where person_id = $1 and {_HELD}
             order by valid_from, household_id""",
        person_id,
        as_of,
        known_at,
    )
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["kind"], []).append(row)
    return found


async def list_members(read: Read, household_id: str, as_of: date, known_at: datetime | None) -> list[Row]:
    """A household's members, the head first; `withheld`: of this one nothing is shown."""
    return await read.fetch(
        f"""select m.person_id, m.relation, p.withheld is not null as withheld
              from (select * from memberships where household_id = $1 and {_HELD}) m join persons p using (person_id)
             order by m.relation <> '02', m.valid_from, m.id""",
        household_id,
        as_of,
        known_at,
    )


async def was_known(read: Read, household_id: str, as_of: date, known_at: datetime | None) -> bool:
    """Was the household known at that instant to have had members by that day?"""
    known: bool = await read.fetchval(
        f"select exists (select from memberships where household_id = $1 and valid_from <= $2 and {_KNOWN})",
        household_id,
        as_of,
        known_at,
    )
    return known


async def find_flat(read: Read, household_id: str, as_of: date, known_at: datetime | None) -> Row | None:
    """The flat that a household lived in, with its address."""
    return await read.fetchrow(
        f"""select d.*, c.name as community_name
              from occupancies join dwellings d using (dwelling_id) join communities c using (community_code)
             where household_id = $1 and {_HELD}""",
        household_id,
        as_of,
        known_at,
    )
