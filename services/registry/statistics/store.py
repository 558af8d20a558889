"""Every SQL statement about the figures of the registry: what waits to be counted, and what counters say."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.registry.households.domain import HouseholdKind
from services.registry.statistics.cells import CHANGES, COUNT, MEND_COUNTERS, WRONG_COUNTERS, WRONG_HOUSEHOLDS
from services.registry.statistics.domain import spans_up_to
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns
from shared.places import place_of, seen


async def count_again(tx: Transaction, household_ids: Collection[str], person_ids: Collection[str] = ()) -> None:
    """What is counted of these co-living households, and of all to which these people ever belonged, may be otherwise now. Whoever writes
    memberships, occupancies or facts says so, in the same transaction; nobody waits for another."""
    await tx.execute(
        """insert into figures_waiting (household_id, since)
           select household_id, $1::timestamptz from unnest($2::uuid[]) as g(household_id)
           union select h.coliving_id, $1 from memberships m join households h using (household_id)
                  where m.person_id = any($3::uuid[])""",
        tx.now,
        list(household_ids),
        list(person_ids),
    )


# Reading


async def see_one_instant(tx: Transaction) -> None:
    """All statements of the transaction see what the next one sees; before any other."""
    await tx.execute("set transaction isolation level repeatable read")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Households that are not counted as they stand, of more than were asked for only so many; how many there are; since when the first."""

    household_ids: frozenset[str]
    number: int
    since: datetime | None


_WAITING = """
(select household_id, since from figures_waiting
 union all select household_id, next_on::timestamp at time zone interval '8 hours' from household_figures where next_on <= $1)
"""


async def find_waiting(read: Read, most: int | None) -> Waiting:
    """Also those in which somebody has reached another age. None: all."""
    rows = await read.fetch(
        f"select household_id from {_WAITING} w limit $2", read.today, None if most is None else most + 1
    )
    if not rows:
        return Waiting(frozenset(), 0, None)
    row = await read.fetchrow(
        f"select min(since) as since, count(distinct household_id) as number from {_WAITING} w", read.today
    )
    assert row is not None  # an aggregate without groups has one row
    return Waiting(frozenset(each["household_id"] for each in rows), row["number"], row["since"])


async def list_counted(read: Read, place: Place, kind: HouseholdKind, day: date, by_block: bool) -> list[Row]:
    """What is counted on a day in each community, or each block of it (`estate`, `block`), that the place covers: name of the community,
    `flats`, and `counts` by name."""
    spans = columns([(str(span), first, before) for span, first, before in spans_up_to(day)], 3)
    return await read.fetch(
        f"""with built as (
               select {_where("d")}, count(*) as flats from dwellings d where {seen(place, 1, "d")} group by 1, 2, 3),
            counted as (
               select {_where("f")}, f.what, sum(f.number) as number
                 from communities c
                cross join unnest($6::text[], $7::date[], $8::date[]) as s(span, first, before)
                 join block_figures f on f.community_code = c.community_code and f.kind = $5 and f.span = s.span
                      and f.since >= s.first and f.since < s.before
                where starts_with(c.community_code, $1) and {seen(place, 1, "f")} group by 1, 2, 3, 4),
            together as (
               select community_code, estate, block, jsonb_object_agg(what, number) filter (where number <> 0) as counts
                 from counted group by 1, 2, 3)
            select community_code, c.name, nullif(b.estate, '') as estate, nullif(b.block, '') as block, b.flats, t.counts
              from built b join communities c using (community_code) left join together t using (community_code, estate, block)
             order by community_code, length(b.estate), b.estate, length(b.block), b.block""",
        *place_of(place),
        by_block,
        kind,
        *spans,
    )


def _where(alias: str) -> str:
    """To which community, or block of it, a row counts; a community's estate and block are empty."""
    parts = [f"case when $4 then {alias}.{part} else '' end as {part}" for part in ("estate", "block")]
    return f"{alias}.community_code, {', '.join(parts)}"


async def plan_for_many(tx: Transaction) -> None:
    """Before `CHANGES` (see there) in the same transaction."""
    await tx.execute("set local enable_nestloop = off; set local work_mem = '64MB'")


async def list_uncounted(
    tx: Transaction, household_ids: Collection[str], place: Place, kind: HouseholdKind, day: date, by_block: bool
) -> list[Row]:
    """What the counters lack on a day of these households: `number` of `what`, as they are to be counted less what they are counted as."""
    ids = list(household_ids)
    people = await list_people(tx, ids)
    await plan_for_many(tx)
    return await tx.fetch(
        f"""{CHANGES}
            select community_code, case when $4 then estate else '' end as estate, case when $4 then block else '' end as block,
                   what, sum(number)::int as number
              from changed d where kind = $5 and day <= $6 and {seen(place, 7, "d")}
             group by 1, 2, 3, 4""",
        ids,
        people,
        tx.today,
        by_block,
        kind,
        day,
        *place_of(place),
    )


async def list_people(read: Read, household_ids: Sequence[str]) -> list[str]:
    """All who ever belonged to these households, or to a hukou household beside them."""
    rows = await read.fetch(
        """select distinct m.person_id from households h join memberships m using (household_id)
            where h.coliving_id = any($1::uuid[]) and h.kind <> 'flat' and m.retracted_at is null""",
        household_ids,
    )
    return [row["person_id"] for row in rows]


# Counting


async def import_under_way(read: Read) -> bool:
    """Is a roster being brought in?"""
    found: bool = await read.fetchval(
        "select exists (select from imports where status = 'running' and kind = 'roster' and not dry_run)"
    )
    return found


async def are_waiting(read: Read, number: int) -> bool:
    """Do at least so many rows wait?"""
    found: int = await read.fetchval("select count(*) from (select from figures_waiting limit $1) w", number)
    return found >= number


async def begin_counting(tx: Transaction) -> bool:
    """Of all who count, one transaction at a time: is it this one?"""
    alone: bool = await tx.fetchval("select pg_try_advisory_xact_lock(hashtext('anju-figures'))")
    return alone


async def take_waiting(tx: Transaction, most: int) -> list[str]:
    """Households that wait, the first first; they wait no longer. Then those in which somebody has reached another age."""
    rows = await tx.fetch(
        """delete from figures_waiting where id in (select id from figures_waiting order by id limit $1) returning household_id""",
        most,
    )
    found = {row["household_id"] for row in rows}
    if len(rows) < most:
        rows = await tx.fetch(
            "select household_id from household_figures where next_on <= $1 order by next_on limit $2", tx.today, most
        )
        found.update(row["household_id"] for row in rows)
    return sorted(found)


async def count(tx: Transaction, household_ids: Sequence[str]) -> None:
    """Counts these households as they are known now, in place of what they were counted as. A change that is written meanwhile waits in
    the list, whatever of it was seen here."""
    people = await list_people(tx, household_ids)
    await plan_for_many(tx)
    await tx.execute(COUNT, household_ids, people, tx.today)


# Looking through what is counted

_LONG_SECONDS = 3600.0


async def wait_for_counting(tx: Transaction) -> None:
    """As `begin_counting`, after whoever is at it."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('anju-figures'))")


async def count_households(read: Read) -> int:
    number: int = await read.fetchval("select count(*) from households where kind = 'coliving'")
    return number


async def list_households(read: Read, after: str | None, limit: int) -> list[str]:
    """Co-living households after one, in the order of their ids."""
    rows = await read.fetch(
        """select household_id from households where kind = 'coliving' and ($1::uuid is null or household_id > $1)
            order by household_id limit $2""",
        after,
        limit,
    )
    return [row["household_id"] for row in rows]


async def list_wrong_households(tx: Transaction, household_ids: Sequence[str]) -> list[Row]:
    """What these households are counted as (`kept`), where the history says otherwise (`found`)."""
    people = await list_people(tx, household_ids)
    await plan_for_many(tx)
    return await tx.fetch(WRONG_HOUSEHOLDS, household_ids, people, tx.today)


async def list_wrong_counters(read: Read) -> list[Row]:
    """Counters (`kept`) that are not what all households are counted as (`found`)."""
    return await read.fetch(WRONG_COUNTERS, timeout=_LONG_SECONDS)


async def mend_counters(tx: Transaction) -> None:
    """Makes them so."""
    await tx.execute(MEND_COUNTERS, timeout=_LONG_SECONDS)
