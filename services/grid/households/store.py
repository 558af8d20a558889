"""Every SQL statement about households: what others say of them, and the cells they are and were in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from services.grid.store import place_of, seen
from shared.auth import Actor
from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound


class HouseholdNotFound(NotFound):
    slug = "household-not-found"
    title_en, title_zh = "No such household", "未找到该住户"


HouseholdCopy = tuple[str, int, str, str, str, str, str, str, date]
"""The registry's word on a household: household_id, version, state, community, estate, block, unit, flat, settled_on."""

_PLACE = "state, community_code, estate, block, unit"
_WAS, _IS = (", ".join(f"{side}.{column}" for column in _PLACE.split(", ")) for side in ("old", "new"))


async def keep_households(tx: Transaction, copies: Sequence[HouseholdCopy]) -> list[Row]:
    """Keeps the registry's word on households, each named once; their rows are locked. Those (household_id, state) of which it changes
    where they belong; an older word changes nothing."""
    return await tx.fetch(
        f"""with kept as (
               insert into households as h (household_id, copy_version, {_PLACE}, flat, settled_on, changed_at)
               select t.*, $1 from unnest($2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                                          $9::text[], $10::date[]) as t(household_id) order by household_id
               on conflict (household_id) do update
                  set copy_version = excluded.copy_version, state = excluded.state, community_code = excluded.community_code,
                      estate = excluded.estate, block = excluded.block, unit = excluded.unit, flat = excluded.flat,
                      settled_on = excluded.settled_on, changed_at = excluded.changed_at
                where h.copy_version < excluded.copy_version
               returning h.household_id, h.state, ({_WAS}) is distinct from ({_IS}) as moved)
            select household_id, state from kept where moved order by household_id""",
        tx.now,
        *columns(copies, 9),
    )


async def keep_without_work(tx: Transaction, copies: Sequence[tuple[str, int, bool, datetime | None]]) -> list[str]:
    """Keeps jobs' word on households (household_id, version, without_work, since), each named once; their rows are locked. Those of
    which it says something new; an older word changes nothing."""
    rows = await tx.fetch(
        """with kept as (
               insert into households as h
                      (household_id, without_work_version, without_work, without_work_since, changed_at)
               select t.*, $1 from unnest($2::uuid[], $3::int[], $4::bool[], $5::timestamptz[]) as t(household_id)
                order by household_id
               on conflict (household_id) do update
                  set without_work_version = excluded.without_work_version, without_work = excluded.without_work,
                      without_work_since = excluded.without_work_since, changed_at = excluded.changed_at
                where h.without_work_version < excluded.without_work_version
               returning h.household_id, (old.without_work, old.without_work_since)
                         is distinct from (new.without_work, new.without_work_since) as news)
            select household_id from kept where news order by household_id""",
        tx.now,
        *columns(copies, 4),
    )
    return [row["household_id"] for row in rows]


async def place_households(tx: Transaction, household_ids: Sequence[str]) -> list[Row]:
    """Puts households, whose rows are locked, in the cells of their units; those that now stand elsewhere, in order of id."""
    return await _place(tx, "h.household_id = any($1::uuid[])", household_ids)


async def place_community(tx: Transaction, code: str) -> list[Row]:
    """The same for all households of a community, which is locked by this transaction alone."""
    return await _place(tx, "h.community_code = $1::text", code)


async def _place(tx: Transaction, which: str, key: str | Sequence[str]) -> list[Row]:
    """A household that no longer lives in the community has no cell there."""
    changed = await tx.fetch(
        f"""with now as (
               select h.household_id, case when h.state = 'settled' then h.community_code end as community_code,
                      c.cell_code, c.head_staff_id
                 from households h
                 left join cell_units u on h.state = 'settled'
                      and (u.community_code, u.estate, u.block, u.unit) = (h.community_code, h.estate, h.block, h.unit)
                 left join cells c on c.cell_code = u.cell_code
                where {which}),
            changed as (
               update households h
                  set assigned_community = n.community_code, cell_code = n.cell_code, head_staff_id = n.head_staff_id,
                      version = h.version + 1, changed_at = $2
                 from now n
                where h.household_id = n.household_id and {which}
                  and (h.assigned_community, h.cell_code, h.head_staff_id)
                      is distinct from (n.community_code, n.cell_code, n.head_staff_id)
               returning h.household_id, h.version, h.community_code, h.cell_code, h.head_staff_id,
                         old.cell_code as left_cell, old.assigned_community is not null as was_assigned)
            select * from changed order by household_id""",
        key,
        tx.now,
    )
    await _record_placements(tx, changed)
    return changed


async def _record_placements(tx: Transaction, changed: Sequence[Row]) -> None:
    """History of cells and heads. Where a household was in a cell for less than a day, it was not."""
    leaving = [row["household_id"] for row in changed if row["left_cell"]]
    if leaving:
        await tx.execute(
            """update placements set valid_to = case when valid_from < $2 then $2 end,
                      retracted_at = case when valid_from >= $2 then $3::timestamptz end
                where household_id = any($1::uuid[]) and valid_to is null and retracted_at is null""",
            leaving,
            tx.today,
            tx.now,
        )
    coming = [(row["household_id"], row["cell_code"], row["head_staff_id"]) for row in changed if row["cell_code"]]
    if coming:
        await tx.execute(
            """insert into placements (household_id, cell_code, head_staff_id, valid_from, recorded_at)
               select a, b, c, $1, $2 from unnest($3::uuid[], $4::text[], $5::text[]) as t(a, b, c)""",
            tx.today,
            tx.now,
            *columns(coming, 3),
        )


async def retract_placements(tx: Transaction, household_ids: Sequence[str]) -> None:
    """These households had been entered by mistake: they never were in any cell. What was thought stays readable."""
    await tx.execute(
        "update placements set retracted_at = $2 where household_id = any($1::uuid[]) and retracted_at is null",
        household_ids,
        tx.now,
    )


async def get_household(read: Read, household_id: str, actor: Actor) -> Row:
    """A household with the name of its cell. Raises HouseholdNotFound, also where the registry has not spoken of it yet."""
    row = await read.fetchrow(
        f"""select h.*, c.name as cell_name from households h left join cells c using (cell_code)
             where h.household_id = $1 and h.copy_version > 0 and {seen(actor, 2)}""",
        household_id,
        *place_of(actor),
    )
    if row is None:
        raise HouseholdNotFound
    return row
