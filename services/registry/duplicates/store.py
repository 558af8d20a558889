"""Every SQL statement about people who may have been entered twice."""

from __future__ import annotations

from collections.abc import Collection

from services.registry.duplicates.domain import Likeness
from services.registry.persons.domain import PersonStatus
from shared.auth import Place
from shared.db import Read, Row, Transaction
from shared.errors import NotFound
from shared.places import place_of, seen


class PairNotFound(NotFound):
    slug = "duplicate-not-found"
    title_en, title_zh = "No such pair of people", "未找到该疑似重复记录"


_COUNTED = f"status not in ('{PersonStatus.WITHDRAWN}', '{PersonStatus.MERGED}')"
_SAME_ORIGIN = """
(o.facts #>> '{hukou,division}' = g.facts #>> '{hukou,division}'
 or o.facts #>> '{collective,division}' = g.facts #>> '{collective,division}'
 or oh.facts ->> 'moved_from_division' = g.moved_from)
"""


async def suggest(tx: Transaction, person_ids: Collection[str], place: Place) -> tuple[set[str], dict[str, list[str]]]:
    """Notes who of all people may be one of these, entered twice. Of whom that is so; and by person, those whom the place covers."""
    rows = await tx.fetch(
        f"""with given as materialized (
               select p.*, h.facts ->> 'moved_from_division' as moved_from
                 from persons p join households h using (household_id) where p.person_id = any($4::uuid[])),
            alike as (
               select g.person_id, o.person_id as other_id, '{Likeness.NAME_BIRTH_ORIGIN}' as likeness
                 from given g
                 join persons o on o.birth_on = g.birth_on and o.name = g.name and o.person_id <> g.person_id and o.{_COUNTED}
                 join households oh on oh.household_id = o.household_id
                where {_SAME_ORIGIN}
               union all
               select g.person_id, o.person_id, '{Likeness.NAME_PHONE}'
                 from given g
                 join persons o on o.phone_lookup = g.phone_lookup and o.name = g.name and o.person_id <> g.person_id and o.{_COUNTED}),
            pairs as (
               select least(person_id, other_id) as person_id, greatest(person_id, other_id) as other_id,
                      array_agg(distinct likeness order by likeness) as likenesses
                 from alike group by 1, 2),
            noted as (
               insert into duplicate_pairs as d (person_id, other_id, likenesses, found_at)
               select person_id, other_id, likenesses, $5 from pairs
               on conflict (person_id, other_id) do update set likenesses = excluded.likenesses
                where d.dismissed_at is null)
            select distinct a.person_id, a.other_id, {seen(place, 1)} as covered
              from alike a join persons o on o.person_id = a.other_id join households h on h.household_id = o.household_id
             order by 1, 2""",
        *place_of(place),
        list(person_ids),
        tx.now,
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["covered"]:
            found.setdefault(row["person_id"], []).append(row["other_id"])
    return {row["person_id"] for row in rows}, found


async def find_of_numbers(read: Read, lookups: Collection[bytes], place: Place) -> list[str]:
    """People of these ID numbers, whom the place covers."""
    rows = await read.fetch(
        f"""select p.person_id from persons p join households h using (household_id)
             where p.id_number_lookup = any($4::bytea[]) and p.{_COUNTED} and {seen(place, 1)} order by 1""",
        *place_of(place),
        list(lookups),
    )
    return [row["person_id"] for row in rows]


def _pairs(place: Place) -> str:
    """SQL: pairs that nobody has decided on, both of whom the place covers; takes the parameters of `place_of` from the first on."""
    return f"""
select d.*, p.name, o.name as other_name
  from duplicate_pairs d
  join persons p on p.person_id = d.person_id and p.{_COUNTED}
  join persons o on o.person_id = d.other_id and o.{_COUNTED}
  join households h on h.household_id = p.household_id
  join households k on k.household_id = o.household_id
 where {seen(place, 1)} and {seen(place, 1, "k")} and d.dismissed_at is null
"""


async def list_open(read: Read, place: Place, after: tuple[str, str] | None, limit: int) -> list[Row]:
    """Pairs that nobody has looked at, both of whom the place covers."""
    return await read.fetch(
        f"""{_pairs(place)} and (d.person_id, d.other_id) > ($4::uuid, $5::uuid)
             order by d.person_id, d.other_id limit $6""",
        *place_of(place),
        *(after or ("00000000-0000-0000-0000-000000000000",) * 2),
        limit,
    )


async def list_of_person(read: Read, person_id: str, place: Place) -> list[Row]:
    """Pairs of a person that nobody has looked at."""
    return await read.fetch(
        f"""{_pairs(place)} and $4 in (d.person_id, d.other_id) order by d.person_id, d.other_id""",
        *place_of(place),
        person_id,
    )


async def dismiss(tx: Transaction, pair: tuple[str, str], place: Place, by: str, because: str) -> None:
    """They are two people. Raises PairNotFound, also where it was dismissed before."""
    found = await tx.fetchrow(
        f"{_pairs(place)} and (d.person_id, d.other_id) = ($4, $5) for update of d",
        *place_of(place),
        *sorted(pair),
    )
    if found is None:
        raise PairNotFound
    await tx.execute(
        """update duplicate_pairs set dismissed_at = $3, dismissed_by = $4, dismissed_because = $5
            where (person_id, other_id) = ($1, $2)""",
        *sorted(pair),
        tx.now,
        by,
        because,
    )
