"""Every SQL statement about people who may have been entered twice."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from services.registry.duplicates.domain import Likeness
from services.registry.persons.domain import PersonStatus
from shared.auth import Place
from shared.db import Read, Row, Transaction
from shared.errors import NotFound
from shared.places import place_of, seen


class PairNotFound(NotFound):
    slug = "duplicate-not-found"
    title_en, title_zh = "No such pair of people", "未找到该疑似重复记录"


_GONE = f"('{PersonStatus.WITHDRAWN}', '{PersonStatus.MERGED}')"


def _counted(person: str) -> str:
    """SQL: is the person one of the registry, whose record is not restricted or erased?"""
    return f"{person}.status not in {_GONE} and {person}.withheld is null"


_SAME_ORIGIN = """
(o.facts #>> '{hukou,division}' = g.facts #>> '{hukou,division}'
 or o.facts #>> '{collective,division}' = g.facts #>> '{collective,division}'
 or oh.facts ->> 'moved_from_division' = g.moved_from)
"""


_ANY_ALIKE = """
select exists (select from persons p
                 join persons o on o.name = p.name and (o.birth_on = p.birth_on or o.phone_lookup = p.phone_lookup)
                                   and o.person_id <> p.person_id
                where p.person_id = any($1::uuid[]))
"""
_ALIKE = f"""
select g.person_id, o.person_id as other_id, '{Likeness.NAME_BIRTH_ORIGIN}' as likeness
  from given g
  join persons o on o.birth_on = g.birth_on and o.name = g.name and o.person_id <> g.person_id and {_counted("o")}
  join households oh on oh.household_id = o.household_id
 where {_SAME_ORIGIN}
union all
select g.person_id, o.person_id, '{Likeness.NAME_PHONE}'
  from given g
  join persons o on o.phone_lookup = g.phone_lookup and o.name = g.name and o.person_id <> g.person_id and {_counted("o")}
"""
_NEWBORN_ALIKE = f"""
select g.person_id, o.person_id as other_id, '{Likeness.BIRTH_HOUSEHOLD}' as likeness
  from given g
  join persons o on o.household_id = g.household_id and (o.birth_on, o.sex) = (g.birth_on, g.sex)
                and o.person_id <> g.person_id and {_counted("o")}
 where (g.id_number_lookup is null or o.id_number_lookup is null)
   and (g.birth_certificate_lookup is null or o.birth_certificate_lookup is null)
"""
"""Two children of whom each has a birth certificate on record are two, as twins are."""


class Found(NamedTuple):
    """Of whom it was noted that they may have been entered twice; and by person, who else of those whom the place covers."""

    noted: set[str]
    by_person: dict[str, list[str]]


async def suggest(tx: Transaction, person_ids: Collection[str], place: Place) -> Found:
    """Notes who of all people may be one of these, entered twice."""
    # Mostly nobody: to plan the whole question takes some ten times as long as this one takes in all.
    if not await tx.fetchval(_ANY_ALIKE, list(person_ids)):
        return Found(set(), {})
    return await _note(tx, _ALIKE, "excluded.likenesses", person_ids, place)


async def suggest_newborns(tx: Transaction, person_ids: Collection[str], place: Place) -> Found:
    """The same of people who came to a household where others lived: a child without ID number, and one that has it, may be one."""
    if not person_ids:
        return Found(set(), {})
    both = "array(select distinct unnest(d.likenesses || excluded.likenesses) order by 1)"
    return await _note(tx, _NEWBORN_ALIKE, both, person_ids, place)


async def _note(tx: Transaction, alike: str, likenesses: str, person_ids: Collection[str], place: Place) -> Found:
    """`likenesses`: what is noted of a pair that is known already."""
    rows = await tx.fetch(
        f"""with given as materialized (
               select p.*, h.facts ->> 'moved_from_division' as moved_from
                 from persons p join households h using (household_id) where p.person_id = any($4::uuid[])),
            alike as ({alike}),
            pairs as (
               select least(person_id, other_id) as person_id, greatest(person_id, other_id) as other_id,
                      array_agg(distinct likeness order by likeness) as likenesses
                 from alike group by 1, 2),
            noted as (
               insert into duplicate_pairs as d (person_id, other_id, likenesses, found_at)
               select person_id, other_id, likenesses, $5 from pairs
               on conflict (person_id, other_id) do update set likenesses = {likenesses}
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
    return Found({row["person_id"] for row in rows}, found)


async def find_of_numbers(read: Read, lookups: Collection[bytes], place: Place) -> list[str]:
    """People of these ID numbers, whom the place covers."""
    rows = await read.fetch(
        f"""select p.person_id from persons p join households h using (household_id)
             where p.id_number_lookup = any($4::bytea[]) and {_counted("p")} and {seen(place, 1)} order by 1""",
        *place_of(place),
        list(lookups),
    )
    return [row["person_id"] for row in rows]


def _pairs(place: Place) -> str:
    """SQL: pairs that nobody has decided on, both of whom the place covers; takes the parameters of `place_of` from the first on."""
    return f"""
select d.*, p.name, o.name as other_name
  from duplicate_pairs d
  join persons p on p.person_id = d.person_id and {_counted("p")}
  join persons o on o.person_id = d.other_id and {_counted("o")}
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
