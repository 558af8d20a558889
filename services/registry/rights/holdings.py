"""Every SQL statement that reads all that the registry holds of one person, for the person itself."""

from __future__ import annotations

from services.registry.store import told_of
from shared.db import Read, Row


async def get_person(read: Read, person_id: str) -> Row:
    """The person's row with its key and address."""
    row = await read.fetchrow(
        """select p.*, k.key_id, k.wrapped, h.community_code, h.estate, h.block, h.unit, h.flat, c.name as community_name
             from persons p join person_keys k using (person_id) join households h on h.household_id = p.household_id
             join communities c using (community_code) where p.person_id = $1""",
        person_id,
    )
    assert row is not None  # who calls holds its lock
    return row


async def list_facts(read: Read, person_id: str) -> list[Row]:
    """On both axes of history."""
    return await read.fetch("select * from person_facts where person_id = $1 order by id", person_id)


async def list_memberships(read: Read, person_id: str) -> list[Row]:
    return await read.fetch("select * from memberships where person_id = $1 order by id", person_id)


async def list_companions(read: Read, person_id: str) -> list[Row]:
    """With whom the person lives now."""
    return await read.fetch(
        """select p.name, m.relation from memberships mine join memberships m using (household_id) join persons p
               on p.person_id = m.person_id
            where mine.person_id = $1 and m.person_id <> $1 and mine.kind = 'coliving' and p.withheld is null
              and mine.valid_to is null and mine.retracted_at is null and m.valid_to is null and m.retracted_at is null
            order by m.id""",
        person_id,
    )


async def list_events(read: Read, person_id: str) -> list[Row]:
    return await read.fetch(
        f"select * from life_events e where {told_of('$1')} order by e.happened_on, e.told", person_id
    )


async def list_parcels(read: Read, person_id: str) -> list[Row]:
    return await read.fetch(
        "select p.* from parcels p join parcel_holders k using (parcel_id) where k.person_id = $1 order by p.parcel_id",
        person_id,
    )


async def list_changes(read: Read, person_id: str) -> list[Row]:
    """Changes that were asked for."""
    return await read.fetch("select * from change_requests where person_id = $1 order by request_id", person_id)


async def list_accesses(read: Read, person_id: str) -> list[Row]:
    """Who read it, newest first."""
    return await read.fetch("select * from access_log where person_id = $1 order by id desc", person_id)


async def list_rights(read: Read, person_id: str) -> list[Row]:
    return await read.fetch("select * from rights_requests where person_id = $1 order by request_id", person_id)
