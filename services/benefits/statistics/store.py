"""Every SQL statement about the figures of benefits."""

from __future__ import annotations

from collections.abc import Sequence

from shared.auth import Place
from shared.db import Read, Row
from shared.places import place_of, seen

_PLACE = "community, estate, block"


async def list_counts(read: Read, place: Place, schemes: Sequence[str], by_block: bool) -> list[Row]:
    """Of each community, or each block of it (`estate`, `block`), that the place covers: settled `households`, and `outcomes`: for each of
    these schemes and each outcome that is told how many are `assessed` so (people; for dibao households), in how many `households`."""
    return await read.fetch(
        f"""with homes as (
               select h.household_id, h.community_code as community, case when $4 then h.estate else '' end as estate,
                      case when $4 then h.block else '' end as block
                 from household_copies h
                where h.state = 'settled' and {seen(place, 1)}),
            told as (
               select {_PLACE}, scheme, outcome, count(*) as assessed
                 from homes join assessments using (household_id)
                where scheme = any($5::text[]) group by {_PLACE}, household_id, scheme, outcome),
            outcomes as (
               select {_PLACE}, scheme, outcome, sum(assessed)::int as assessed, count(*) as households
                 from told group by {_PLACE}, scheme, outcome),
            shown as (
               select {_PLACE}, jsonb_agg(outcomes) as outcomes from outcomes group by {_PLACE}),
            settled as (
               select {_PLACE}, count(*) as households from homes group by {_PLACE})
            select community, nullif(estate, '') as estate, nullif(block, '') as block, s.households,
                   coalesce(o.outcomes, '[]') as outcomes
              from settled s left join shown o using ({_PLACE})
             order by community, length(s.estate), s.estate, length(s.block), s.block""",
        *place_of(place),
        by_block,
        list(schemes),
    )
