"""Every SQL statement about alarms: what is so is found from the rows as they stand, and the table is brought to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from services.registry.alarms.domain import AlarmKind, Ground
from services.registry.own import staff_sees
from services.registry.persons.domain import PersonStatus
from shared.auth import Place
from shared.db import Read, Row, Transaction
from shared.paging import beyond
from shared.places import place_of, seen

_NOW = "valid_to is null and m.retracted_at is null"
_COUNTED = f"status not in ('{PersonStatus.WITHDRAWN}', '{PersonStatus.MERGED}')"


def _drawing(kind: str) -> str:
    """SQL: households of a kind in which people of `scope` are now, and which draw dibao: since when both is so, and since when that was
    recorded."""
    return f"""
select m.person_id, h.household_id, h.facts -> 'dibao' ->> 'division' as division, greatest(m.valid_from, f.valid_from) as since
  from scope join memberships m using (person_id) join households h using (household_id)
  join household_facts f on f.household_id = h.household_id and f.fact = 'dibao' and f.valid_to is null and f.retracted_at is null
 where m.kind = '{kind}' and m.{_NOW} and h.facts -> 'dibao' ->> 'receiving' = 'true'
"""


_TRUE = f"""
scope as materialized (select unnest($1::uuid[]) as person_id),
home as materialized ({_drawing("coliving")}),
entered as ({_drawing("hukou")}),
alike as (
    select d.person_id, d.other_id from scope s join duplicate_pairs d on d.person_id = s.person_id where d.dismissed_at is null
    union all
    select d.other_id, d.person_id from scope s join duplicate_pairs d on d.other_id = s.person_id where d.dismissed_at is null),
found as (
    select '{AlarmKind.TWO_HUKOU}' as kind, '{Ground.MEMBER}' as ground, m.person_id, null::uuid as other_id,
           array_agg(m.household_id order by m.household_id) as household_ids,
           (array_agg(m.valid_from order by m.valid_from))[2] as since
      from scope join memberships m using (person_id)
     where m.kind = 'hukou' and m.{_NOW} group by m.person_id having count(*) > 1
    union all
    select '{AlarmKind.TWO_DIBAO}', '{Ground.MEMBER}', h.person_id, null,
           array[least(h.household_id, e.household_id), greatest(h.household_id, e.household_id)], greatest(h.since, e.since)
      from home h join entered e using (person_id)
     where h.division is distinct from e.division
        or exists (select from memberships m where m.household_id = e.household_id and m.{_NOW}
                      and not exists (select from memberships o where o.household_id = h.household_id
                                         and o.person_id = m.person_id and o.valid_to is null and o.retracted_at is null))
    union all
    select '{AlarmKind.TWO_DIBAO}', '{Ground.DUPLICATE}', a.person_id, a.other_id,
           array[least(h.household_id, k.household_id), greatest(h.household_id, k.household_id)], greatest(h.since, k.since)
      from alike a join home h on h.person_id = a.person_id join home k on k.person_id = a.other_id
      join persons p on p.person_id = a.person_id and p.{_COUNTED} join persons o on o.person_id = a.other_id and o.{_COUNTED}
     where h.household_id <> k.household_id
    union all
    select '{AlarmKind.TWO_DIBAO}', '{Ground.MERGED}', g.kept_id, g.gone_id,
           array[least(h.household_id, k.household_id), greatest(h.household_id, k.household_id)],
           greatest(h.since, f.valid_from, (g.merged_at at time zone 'Asia/Shanghai')::date)
      from home h join person_mergers g on g.kept_id = h.person_id and g.unmerged_at is null
      join persons o on o.person_id = g.gone_id join households k on k.household_id = o.household_id and k.status = 'settled'
      join household_facts f on f.household_id = k.household_id and f.fact = 'dibao' and f.valid_to is null and f.retracted_at is null
     where k.household_id <> h.household_id and k.facts -> 'dibao' ->> 'receiving' = 'true' and f.recorded_at < g.merged_at)
"""
"""What is so of the people of `$1`. One file of dibao may be recorded of the household that lives together and of its hukou household:
where one county pays, and nobody is entered there who lives elsewhere, it is the same."""

_SAME = """
a.kind = f.kind and a.ground = f.ground and a.person_id = f.person_id and a.other_id is not distinct from f.other_id
and a.household_ids = f.household_ids
"""


async def look(tx: Transaction, person_ids: Collection[str]) -> int:
    """Raises and clears the alarms of these people, and of those who may be one of them; how many. All are locked, or two acts at a time
    that make the two halves of an alarm would both pass over it."""
    scope = await _scope(tx, person_ids)
    if not scope:
        return 0
    await tx.execute(
        "select from persons where person_id = any($1::uuid[]) order by person_id for no key update", list(scope)
    )
    changed: int = await tx.fetchval(
        f"""with {_TRUE},
            cleared as (
               update alarms a set cleared_at = $2
                where a.person_id = any($1::uuid[]) and a.cleared_at is null and not exists (select from found f where {_SAME})
               returning 1),
            raised as (
               insert into alarms (kind, ground, person_id, other_id, household_ids, since, raised_at)
               select f.*, $2 from found f
                where not exists (select from alarms a where {_SAME} and a.cleared_at is null)
                order by f.kind, f.person_id
               returning 1)
            select (select count(*) from cleared) + (select count(*) from raised)""",
        list(scope),
        tx.now,
    )
    return changed


async def look_at_households(tx: Transaction, household_ids: Collection[str]) -> None:
    """The same of all who are in these households (of either kind) now, or whose record there was merged into another."""
    rows = await tx.fetch(
        f"""select m.person_id from memberships m where m.household_id = any($1::uuid[]) and m.{_NOW}
            union select g.kept_id from persons p join person_mergers g on g.gone_id = p.person_id and g.unmerged_at is null
             where p.household_id = any($1::uuid[]) and p.status = '{PersonStatus.MERGED}'""",
        list(household_ids),
    )
    await look(tx, [row["person_id"] for row in rows])


async def list_people(read: Read, after: str | None, limit: int) -> list[str]:
    """Ids of people, in order."""
    rows = await read.fetch(
        f"select person_id from persons where {beyond('person_id', 1)} order by person_id limit $2", after, limit
    )
    return [row["person_id"] for row in rows]


async def _scope(read: Read, person_ids: Collection[str]) -> set[str]:
    """These, and who may be one of them or goes on as one."""
    ids = list(person_ids)
    rows = await read.fetch(
        """select other_id as person_id from duplicate_pairs where person_id = any($1::uuid[])
           union select person_id from duplicate_pairs where other_id = any($1::uuid[])
           union select kept_id from person_mergers where gone_id = any($1::uuid[])""",
        ids,
    )
    return {*ids, *(row["person_id"] for row in rows)}


async def list_alarms(
    read: Read, place: Place, kinds: Collection[str], cleared: bool, after: int | None, limit: int
) -> list[Row]:
    """Alarms of people who live in the place, as they were raised. `covered`: of its households, those of the place; `other`: the other
    record, if it is of the place."""
    return await read.fetch(
        f"""select a.*, p.name, h.community_code,
                   array(select k.household_id from households k where k.household_id = any(a.household_ids) and {seen(place, 1, "k")}
                          order by 1) as covered,
                   (select o.person_id from persons o join households k using (household_id)
                     where o.person_id = a.other_id and {staff_sees(place, 1, "o", "k")}) as other
              from alarms a join persons p using (person_id) join households h using (household_id)
             where {staff_sees(place, 1)} and a.kind = any($4::text[]) and (a.cleared_at is not null) = $5 and a.id > $6
             order by a.id limit $7""",
        *place_of(place),
        list(kinds),
        cleared,
        after or 0,
        limit,
    )


async def count(read: Read, place: Place, kinds: Sequence[str]) -> dict[str, int]:
    """How many stand, by kind, of people who live in the place."""
    rows = await read.fetch(
        f"""select a.kind, count(*) as number from alarms a join persons p using (person_id) join households h using (household_id)
             where {staff_sees(place, 1)} and a.kind = any($4::text[]) and a.cleared_at is null group by a.kind""",
        *place_of(place),
        list(kinds),
    )
    return dict.fromkeys(kinds, 0) | {row["kind"]: row["number"] for row in rows}
