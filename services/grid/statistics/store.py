"""Every SQL statement about the figures of the grid."""

from __future__ import annotations

from services.grid.store import place_of, seen
from shared.auth import Actor
from shared.db import Read, Row


def _where(alias: str) -> str:
    """To which community, or block of it, a row counts."""
    parts = [f"case when $5 then {alias}.{part} end as {part}" for part in ("estate", "block")]
    return f"{alias}.community_code, {', '.join(parts)}"


_WHERE = "community_code, estate, block"


async def list_counts(read: Read, actor: Actor, by_block: bool) -> list[Row]:
    """How many (`n`) there are of what (`what`) in each community, or each block of it (`estate`, `block`), that the actor sees.

    `what` is `households`, `households_without_cell`, `first_visits_done`, `units`, `units_without_cell`, `cells`, `cells_without_head`,
    or of visits `reason/status`. What there is nothing of is absent.
    """
    return await read.fetch(
        f"""with homes as (
               select {_where("h")}, h.household_id, h.state, h.cell_code from households h
                where h.copy_version > 0 and {seen(actor, 1)}),
            visited as (
               select h.*, v.reason, v.status from homes h join visits v using (household_id)),
            units as (
               select {_where("k")}, c.cell_code
                 from unit_copies k
                 left join cell_units u using (community_code, estate, block, unit)
                 left join cells c on c.cell_code = u.cell_code
                where {seen(actor, 1, "k", "c.head_staff_id")}),
            covered as (
               select distinct {_where("u")}, c.cell_code, c.head_staff_id
                 from cell_units u join cells c using (cell_code)
                where {seen(actor, 1, "u", "c.head_staff_id")}),
            counted as (
               select {_WHERE}, 'households' as what from homes where state = 'settled'
               union all
               select {_WHERE}, 'households_without_cell' from homes where state = 'settled' and cell_code is null
               union all
               select {_WHERE}, 'first_visits_done' from visited
                where state = 'settled' and reason = 'first-visit' and status = 'done'
               union all
               select {_WHERE}, reason || '/' || status from visited
               union all
               select {_WHERE}, 'units' from units
               union all
               select {_WHERE}, 'units_without_cell' from units where cell_code is null
               union all
               select {_WHERE}, 'cells' from covered
               union all
               select {_WHERE}, 'cells_without_head' from covered where head_staff_id is null)
            select {_WHERE}, what, count(*) as n from counted group by {_WHERE}, what
             order by community_code, length(estate), estate, length(block), block""",
        *place_of(actor),
        by_block,
    )
