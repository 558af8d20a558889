"""Every SQL statement about job seekers."""

from __future__ import annotations

from collections.abc import Sequence

from shared.auth import Place
from shared.db import Read, Row, Transaction, columns
from shared.paging import beyond
from shared.places import place_of, seen


async def save_seekers(
    tx: Transaction, opened: Sequence[tuple[str, str]], changed: Sequence[tuple[str, str, str | None]]
) -> None:
    """Opens spells of seeking work (seeker_id, person_id) and changes others (seeker_id, status, because; None: it is not closed)."""
    await tx.execute(
        """with changed as (
               update seekers s set status = g.status, closed_because = g.because,
                      closed_at = case when g.because is not null then $1::timestamptz end
                 from unnest($2::uuid[], $3::text[], $4::text[]) as g(seeker_id, status, because)
                where s.seeker_id = g.seeker_id)
           insert into seekers (seeker_id, person_id, status, since)
           select seeker_id, person_id, 'seeking', $1::timestamptz from unnest($5::uuid[], $6::uuid[]) as g(seeker_id, person_id)""",
        tx.now,
        *columns(changed, 3),
        *columns(opened, 2),
    )


async def list_seekers(read: Read, place: Place, block: str | None, after: str | None, limit: int) -> list[Row]:
    """People who seek work, the longest first."""
    return await read.fetch(
        f"""select s.seeker_id, p.person_id, s.status, s.since, p.labour_class, c.household_id, c.community_code as community,
                   c.estate, c.block, c.unit, c.flat
              from seekers s join person_copies u using (person_id)
              join person_copies p on p.person_id = coalesce(u.merged_into, u.person_id)
              join household_copies c on c.household_id = p.household_id
             where s.status = 'seeking' and {seen(place, 1, "c")}
               and ($4::text is null or c.block = $4) and {beyond("s.seeker_id", 5)}
             order by s.seeker_id limit $6""",
        *place_of(place),
        block,
        after,
        limit,
    )
