"""Every SQL statement about households: the registry's word on them (`household_copies`), jobs' own record (`households`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.jobs.households.domain import HouseholdState
from services.jobs.persons.store import employments_of, ids_of
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound
from shared.paging import beyond
from shared.places import place_of, seen


class HouseholdNotFound(NotFound):
    slug = "household-not-found"
    title_en, title_zh = "No such household", "未找到该住户"


NEWCOMERS = "00000000-0000-0000-0000-000000000000"
"""No household: who may hear of new people locks it beside households, all at once (and first: it is the least id)."""
_OWNERS_HOME = "case when p.merged_into is not null then (select o.household_id from person_copies o where o.person_id = p.merged_into) end"


async def lock_near(tx: Transaction, household_ids: Sequence[str], person_ids: Sequence[str]) -> list[str]:
    """Locks households, and those that a change of them or of these people may touch: where the people are or were employed from, and
    where people are now who were employed from the households; of ids that are merged, where the person is whose they are, and the
    other way round. Ids in the order of locking. None of them need be known yet.

    Everybody locks in this one statement, in order of id, and people only afterwards: so nobody waits in a circle. (Employments are
    looked up one by one: for a list, a plan made while the table was young reads all of them, each time.)
    """
    rows = await tx.fetch(
        f"""select household_id, case when household_id = '{NEWCOMERS}'
                       then pg_advisory_xact_lock_shared(hashtextextended(household_id::text, 0))
                       else pg_advisory_xact_lock(hashtextextended(household_id::text, 0)) end from (
               select unnest($1::uuid[]) as household_id
               union select unnest(array[p.household_id, {_OWNERS_HOME}]) from person_copies p where person_id = any($2::uuid[])
               union select {_OWNERS_HOME} from person_copies p where p.household_id = any($1::uuid[]) and p.merged_into is not null
               union select household_id from person_copies where merged_into = any($2::uuid[])
               union select e.household_id from unnest($2::uuid[]) as one (person_id) cross join lateral (
                     select household_id from employments where person_id = one.person_id and status <> 'withdrawn' offset 0) e
               union select unnest((select array[p.household_id, {_OWNERS_HOME}] from person_copies p where person_id = e.person_id))
                       from unnest($1::uuid[]) as one (household_id) cross join lateral (
                     select person_id from employments where household_id = one.household_id and status <> 'withdrawn' offset 0) e
               order by household_id) near
            where household_id is not null""",
        household_ids,
        person_ids,
    )
    return [row["household_id"] for row in rows if row["household_id"] != NEWCOMERS]


async def await_newcomers(tx: Transaction) -> None:
    """Waits for all who hear of new people, and keeps them out: one of these may be the person into whom somebody is merged, whose
    household is not known yet, so that nothing else would keep the two apart."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1::text, 0))", NEWCOMERS)


HouseholdCopy = tuple[str, int, str, str, str, str, str, str, Sequence[str], bool | None]
"""The registry's word on a household: household_id, version, state, community_code, estate, block, unit, flat, members (person ids),
registered_poor."""


async def save_copies(tx: Transaction, copies: Sequence[HouseholdCopy]) -> list[str]:
    """Keeps the registry's word on households, each named once; an older word changes nothing. Ids of those that it changes."""
    rows = await tx.fetch(
        """insert into household_copies as c
                  (household_id, version, state, community_code, estate, block, unit, flat, members, registered_poor)
           select household_id, version, state, community_code, estate, block, unit, flat, members::uuid[], registered_poor
             from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                         $9::text[], $10::bool[])
                  as g(household_id, version, state, community_code, estate, block, unit, flat, members, registered_poor)
            order by household_id
           on conflict (household_id) do update
              set version = excluded.version, state = excluded.state, community_code = excluded.community_code,
                  estate = excluded.estate, block = excluded.block, unit = excluded.unit, flat = excluded.flat,
                  members = excluded.members, registered_poor = excluded.registered_poor
            where c.version < excluded.version
           returning c.household_id""",
        # An array of arrays could not be told from a matrix: members go as text.
        *columns([(*copy[:8], f"{{{','.join(copy[8])}}}", copy[9]) for copy in copies], 10),
    )
    return [row["household_id"] for row in rows]


async def load_households(tx: Transaction, household_ids: Sequence[str]) -> list[Row]:
    """Of these, the households that the registry has told of, with jobs' own record (`standing` None: none yet)."""
    return await tx.fetch(
        """select c.household_id, c.state = $2 as settled, c.community_code, c.members, coalesce(h.version, 0) as version,
                  h.standing, h.without_work_since
             from household_copies c left join households h using (household_id)
            where c.household_id = any($1::uuid[]) order by c.household_id""",
        household_ids,
        HouseholdState.SETTLED,
    )


async def save_households(tx: Transaction, rows: Sequence[tuple[Any, ...]]) -> None:
    """Jobs' own record of households: (household_id, version, standing, without_work_since)."""
    await tx.execute(
        """insert into households (household_id, version, standing, without_work_since, changed_at)
           select *, $1::timestamptz from unnest($2::uuid[], $3::int[], $4::text[], $5::timestamptz[])
           on conflict (household_id) do update set version = excluded.version, standing = excluded.standing,
              without_work_since = excluded.without_work_since, changed_at = excluded.changed_at""",
        tx.now,
        *columns(rows, 4),
    )


async def get_household(read: Read, household_id: str, place: Place) -> Row:
    """A household with its seekers and its people's employments that are not withdrawn, as JSON. Raises HouseholdNotFound."""
    row = await read.fetchrow(
        f"""select c.household_id, c.version as copy_version, c.state, coalesce(h.version, 0) as version, h.standing,
                   h.without_work_since,
                   (select coalesce(jsonb_agg(jsonb_build_object('person_id', p.person_id, 'since', s.since, 'status', s.status)
                                              order by s.seeker_id), '[]')
                      from person_copies p join seekers s on s.person_id = any({ids_of("p")})
                     where p.household_id = c.household_id and p.merged_into is null and s.status = 'seeking') as seekers,
                   (select coalesce(jsonb_agg(shown order by employment_id), '[]')
                      from person_copies p cross join lateral ({employments_of("p")}) e
                     where p.household_id = c.household_id and p.merged_into is null) as employments
              from household_copies c left join households h using (household_id)
             where c.household_id = $1 and {seen(place, 2, "c")}""",
        household_id,
        *place_of(place),
    )
    if row is None:
        raise HouseholdNotFound
    return row


_WITHOUT_WORK = {
    None: "",
    True: "and h.standing = 'without-work'",
    False: "and h.standing <> 'without-work'",
}


async def list_households(
    read: Read,
    place: Place,
    without_work: bool | None,
    block: str | None,
    after: str | None,
    limit: int,
) -> list[Row]:
    """Settled households, by id."""
    return await read.fetch(
        f"""select c.household_id, h.standing, h.without_work_since, c.community_code as community,
                   c.estate, c.block, c.unit, c.flat
              from household_copies c join households h using (household_id)
             where c.state = 'settled' and {seen(place, 1, "c")} {_WITHOUT_WORK[without_work]}
               and ($4::text is null or c.block = $4) and {beyond("c.household_id", 5)}
             order by c.household_id limit $6""",
        *place_of(place),
        block,
        after,
        limit,
    )
