"""Every SQL statement about households: what others say of them, and the cells they are and were in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.grid.store import place_of, seen
from shared.auth import Actor
from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound


class HouseholdNotFound(NotFound):
    slug = "household-not-found"
    title_en, title_zh = "No such household", "未找到该住户"


_PLACE = "state, community_code, estate, block, unit"


async def keep_household(tx: Transaction, household_id: str, version: int, copy: Sequence[Any]) -> bool:
    """The registry's word on a household (`copy`: state, community, estate, block, unit, flat, settled_on), its row locked: does it
    change where the household belongs? An older word changes nothing."""
    old, new = (", ".join(f"{side}.{column}" for column in _PLACE.split(", ")) for side in ("old", "new"))
    moved: bool | None = await tx.fetchval(
        f"""insert into households as h (household_id, copy_version, {_PLACE}, flat, settled_on, changed_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (household_id) do update
               set copy_version = $2, state = $3, community_code = $4, estate = $5, block = $6, unit = $7, flat = $8,
                   settled_on = $9, changed_at = $10
             where h.copy_version < $2
            returning ({old}) is distinct from ({new})""",
        household_id,
        version,
        *copy,
        tx.now,
    )
    return bool(moved)


async def keep_without_work(
    tx: Transaction, household_id: str, version: int, without_work: bool, since: datetime | None
) -> bool:
    """Jobs' word on a household, its row locked: does it say something new? An older word changes nothing."""
    new: bool | None = await tx.fetchval(
        """insert into households as h (household_id, without_work_version, without_work, without_work_since, changed_at)
           values ($1, $2, $3, $4, $5)
           on conflict (household_id) do update
              set without_work_version = $2, without_work = $3, without_work_since = $4, changed_at = $5
            where h.without_work_version < $2
           returning (old.without_work, old.without_work_since) is distinct from (new.without_work, new.without_work_since)""",
        household_id,
        version,
        without_work,
        since,
        tx.now,
    )
    return bool(new)


async def place_household(tx: Transaction, household_id: str) -> list[Row]:
    """Puts a household, whose row is locked, in the cell of its unit; its row where it now stands elsewhere."""
    return await _place(tx, "h.household_id = $1::uuid", household_id)


async def place_households(tx: Transaction, code: str) -> list[Row]:
    """Puts all households of a community in the cells of their units; those that now stand elsewhere, in order of id. The community is
    locked by this transaction alone."""
    return await _place(tx, "h.community_code = $1::text", code)


async def _place(tx: Transaction, which: str, key: str) -> list[Row]:
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
               returning h.*, old.cell_code as left_cell, old.assigned_community is not null as was_assigned)
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


async def retract_placements(tx: Transaction, household_id: str) -> None:
    """The household had been entered by mistake: it never was in any cell. What was thought stays readable."""
    await tx.execute(
        "update placements set retracted_at = $2 where household_id = $1 and retracted_at is null", household_id, tx.now
    )


async def get_household(read: Read, household_id: str, actor: Actor) -> Row:
    """A household with the name of its cell. Raises HouseholdNotFound, also where the registry has not spoken of it yet."""
    row = await read.fetchrow(
        f"""select h.*, c.name as cell_name from households h left join cells c using (cell_code)
             where h.household_id = $1 and h.copy_version > 0 and {seen(2)}""",
        household_id,
        *place_of(actor),
    )
    if row is None:
        raise HouseholdNotFound
    return row


async def find_household(tx: Transaction, household_id: str) -> Row:
    """A household whose row this transaction has locked already."""
    row = await tx.fetchrow("select * from households where household_id = $1", household_id)
    assert row is not None  # it was just kept
    return row
