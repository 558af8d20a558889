"""Every SQL statement about cells, and about the communities and units that the registry tells of."""

from __future__ import annotations

from collections.abc import Sequence

from services.grid.cells.domain import Cell
from services.grid.store import place_of, seen
from shared.auth import Actor
from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound

_SAME_UNIT = "(u.community_code, u.estate, u.block, u.unit) = (h.community_code, h.estate, h.block, h.unit)"


class CommunityNotFound(NotFound):
    slug = "community-not-found"
    title_en, title_zh = "No such community", "未找到该社区"


async def lock_community(tx: Transaction, code: str, alone: bool = False) -> None:
    """Who changes the cells of a community is alone; those who place households in them share. Taken before any household's row."""
    await tx.execute(
        f"select pg_advisory_xact_lock{'' if alone else '_shared'}(hashtextextended('cells:' || $1, 0))", code
    )


async def find_plan(read: Read, code: str) -> Row | None:
    """Version of a community's cells; None where nobody has put any."""
    return await read.fetchrow("select * from cell_plans where community_code = $1", code)


async def find_community(read: Read, code: str) -> Row | None:
    """A community that anyone has spoken of, with its name where the registry has told it; None where nobody has."""
    return await read.fetchrow(
        """select c.name
             from (values ($1::text)) one(code) left join community_copies c on c.community_code = one.code
            where c.community_code is not null
               or exists (select from cell_plans p where p.community_code = one.code)
               or exists (select from households h where h.community_code = one.code)""",
        code,
    )


async def save_cells(tx: Transaction, code: str, cells: Sequence[Cell], version: int, by: str) -> None:
    """These cells and no others."""
    await tx.execute(
        """insert into cell_plans (community_code, version, changed_at, changed_by) values ($1, $2, $3, $4)
           on conflict (community_code) do update set version = $2, changed_at = $3, changed_by = $4""",
        code,
        version,
        tx.now,
        by,
    )
    await tx.execute("delete from cells where community_code = $1", code)
    await tx.execute(
        """insert into cells (cell_code, community_code, name, head_staff_id)
           select a, $1, b, c from unnest($2::text[], $3::text[], $4::text[]) as t(a, b, c)""",
        code,
        *columns([(cell.code, cell.name, cell.head) for cell in cells], 3),
    )
    await tx.execute(
        """insert into cell_units (community_code, estate, block, unit, cell_code)
           select $1, a, b, c, d from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as t(a, b, c, d)""",
        code,
        *columns([(unit.estate, unit.block, unit.unit, cell.code) for cell in cells for unit in cell.units], 4),
    )


async def list_cells(read: Read, code: str, actor: Actor) -> list[Row]:
    """All units that have a cell, with it and the number of households; in order of cell and unit."""
    return await read.fetch(
        f"""select c.cell_code, c.name, c.head_staff_id, u.estate, u.block, u.unit, count(h.household_id) as households
              from cells c join cell_units u using (cell_code)
              left join households h on {_SAME_UNIT} and h.state = 'settled'
             where c.community_code = $1 and {seen(2, "u", "c.head_staff_id")}
             group by c.cell_code, u.community_code, u.estate, u.block, u.unit
             order by c.cell_code, u.estate, u.block, u.unit""",
        code,
        *place_of(actor),
    )


async def list_units_without_cell(read: Read, code: str, actor: Actor) -> list[Row]:
    """Units that no cell covers, with the number of households that wait: those the registry has told of, and those where someone
    lives."""
    return await read.fetch(
        f"""with known as (
               select community_code, estate, block, unit from unit_copies where community_code = $1
               union
               select community_code, estate, block, unit from households where community_code = $1 and state = 'settled')
            select k.estate, k.block, k.unit, count(h.household_id) as households
              from known k
              left join households h on h.state = 'settled'
                   and (h.community_code, h.estate, h.block, h.unit) = (k.community_code, k.estate, k.block, k.unit)
             where not exists (select from cell_units u where (u.community_code, u.estate, u.block, u.unit)
                                = (k.community_code, k.estate, k.block, k.unit))
               and {seen(2, "k", "null::text")}
             group by k.estate, k.block, k.unit order by k.estate, k.block, k.unit""",
        code,
        *place_of(actor),
    )


async def list_units_untold(read: Read, code: str) -> list[Row]:
    """Units of cells that the registry, having told the community's units, has not named."""
    return await read.fetch(
        """select u.estate, u.block, u.unit, u.cell_code
             from cell_units u join community_copies c using (community_code)
             left join unit_copies k using (community_code, estate, block, unit)
            where u.community_code = $1 and k.unit is null""",
        code,
    )


async def keep_community(
    tx: Transaction, code: str, version: int, name: str, units: Sequence[tuple[str, str, str]]
) -> None:
    """The registry's word on a community; an older word changes nothing. `units`: estate, block, unit."""
    newer = await tx.fetchval(
        """insert into community_copies as c (community_code, version, name) values ($1, $2, $3)
           on conflict (community_code) do update set version = $2, name = $3 where c.version < $2 returning true""",
        code,
        version,
        name,
    )
    if not newer:
        return
    await tx.execute("delete from unit_copies where community_code = $1", code)
    await tx.execute(
        """insert into unit_copies (community_code, estate, block, unit)
           select $1, a, b, c from unnest($2::text[], $3::text[], $4::text[]) as t(a, b, c)""",
        code,
        *columns(units, 3),
    )
