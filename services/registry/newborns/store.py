"""Every SQL statement about children without ID number."""

from __future__ import annotations

from services.registry.changes.domain import ChangeStatus
from services.registry.own import staff_sees
from services.registry.persons.domain import ID_NUMBER, PersonStatus
from shared.auth import Place
from shared.db import Read, Row
from shared.paging import beyond
from shared.places import place_of

_PRESENT = f"'{PersonStatus.RESIDENT}', '{PersonStatus.AWAY}'"


async def list_newborns(read: Read, place: Place, after: str | None, limit: int) -> list[Row]:
    """Those who live in a household, by id, which is the order in which they came into the registry."""
    return await read.fetch(
        f"""select p.person_id, p.name, p.birth_on, p.registered_at, h.household_id, h.community_code, h.estate, h.block, h.unit, h.flat,
                   exists (select from change_requests r where r.person_id = p.person_id and r.status = '{ChangeStatus.OPEN}'
                              and '{ID_NUMBER}' = any(r.fields)) as number_asked
              from persons p join households h using (household_id)
             where p.id_number_lookup is null and p.status in ({_PRESENT}) and {staff_sees(place, 1)} and {beyond("p.person_id", 4)}
             order by p.person_id limit $5""",
        *place_of(place),
        after,
        limit,
    )
