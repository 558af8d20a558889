"""Every SQL statement about people who were entered twice."""

from __future__ import annotations

from shared.auth import Place
from shared.db import Read, Row
from shared.paging import beyond
from shared.places import place_of, seen


async def list_merged(read: Read, place: Place, after: str | None, limit: int) -> list[Row]:
    """Ids that are merged into people of the place, in order: what either entry says, and the cases set aside (scheme, case, the one that
    counts)."""
    return await read.fetch(
        f"""select u.person_id as merged_id, p.person_id, h.household_id, h.community_code as community,
                   p.facts->'insurances' as own_insurances, h.dibao as own_dibao,
                   u.facts->'insurances' as other_insurances, u.household_id as other_home, g.dibao as other_dibao,
                   (select coalesce(jsonb_agg(jsonb_build_array(c.scheme, c.case_id, c.duplicate_of) order by c.case_id), '[]')
                      from cases c where c.person_id = u.person_id and c.duplicate_of is not null) as aside
              from person_copies u
              join person_copies p on p.person_id = u.merged_into
              join household_copies h on h.household_id = p.household_id
              left join household_copies g on g.household_id = u.household_id and g.state <> 'withdrawn'
             where u.merged_into is not null and {seen(place, 1)} and {beyond("u.person_id", 4)}
             order by u.person_id limit $5""",
        *place_of(place),
        after,
        limit,
    )
