"""Every SQL statement about the figures of the registry."""

from __future__ import annotations

from services.registry.households.domain import HouseholdKind, HouseholdStatus
from services.registry.persons.domain import PersonStatus
from services.registry.statistics.domain import ADULT, MEMBER, OLD, PROBATIONARY
from shared.auth import Place
from shared.db import Read, Row
from shared.places import place_of, seen

_PEOPLE = {
    "people": "true",
    "party_members": f"p.facts -> 'profile' ->> 'political' = '{MEMBER}'",
    "probationary_members": f"p.facts -> 'profile' ->> 'political' = '{PROBATIONARY}'",
    "men": "p.sex = '1'",
    "women": "p.sex = '2'",
    "under_16": f"p.birth_on + interval '{ADULT} years' > $5",
    "over_60": f"p.birth_on + interval '{OLD + 1} years' <= $5",
    "moved_hukou": "p.facts -> 'hukou' ->> 'moved' = 'true'",
}
"""What is counted of the people who live in a household, and who counts. An age is reached as a birthday of 29 February is: on the
28th where there is none (民法典 art. 202)."""
_COUNTED = ("households", "registered_poor_households", "registered_poor_people", *_PEOPLE)


def _where(alias: str) -> str:
    """To which community, or block of it, a row counts; a community's estate and block are empty."""
    parts = [f"case when $4 then {alias}.{part} else '' end as {part}" for part in ("estate", "block")]
    return f"{alias}.community_code, {', '.join(parts)}"


async def list_counts(read: Read, place: Place, by_block: bool) -> list[Row]:
    """Counts of each community, or each block of it (`estate`, `block`), that the place covers."""
    return await read.fetch(
        f"""with homes as (
               select {_where("h")}, h.facts -> 'registered_poor' = 'true' as poor,
                      {", ".join(f"count(p.person_id) filter (where {who}) as {name}" for name, who in _PEOPLE.items())}
                 from households h
                 left join persons p on p.household_id = h.household_id and p.status in ('{PersonStatus.RESIDENT}', '{PersonStatus.AWAY}')
                where h.kind = '{HouseholdKind.COLIVING}' and h.status = '{HouseholdStatus.SETTLED}' and {seen(place, 1)}
                group by h.household_id),
            lived as (
               select community_code, estate, block, count(*) as households,
                      count(*) filter (where poor) as registered_poor_households,
                      sum(people) filter (where poor) as registered_poor_people,
                      {", ".join(f"sum({name}) as {name}" for name in _PEOPLE)}
                 from homes group by community_code, estate, block),
            built as (
               select {_where("d")}, count(*) as flats, count(o.id) as occupied
                 from dwellings d
                 left join occupancies o on o.dwelling_id = d.dwelling_id and o.valid_to is null and o.retracted_at is null
                where {seen(place, 1, "d")} group by 1, 2, 3)
            select community_code, c.name, nullif(estate, '') as estate, nullif(block, '') as block, b.flats, b.occupied,
                   {", ".join(f"coalesce(l.{name}, 0)::int as {name}" for name in _COUNTED)}
              from built b
              join communities c using (community_code)
              left join lived l using (community_code, estate, block)
             order by community_code, length(b.estate), b.estate, length(b.block), b.block""",
        *place_of(place),
        by_block,
        read.today,
    )
