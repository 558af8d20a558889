"""Every SQL statement about cells, and about the communities and units that the registry tells of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from services.grid.cells.domain import Cell, Unit
from services.grid.store import place_of, seen
from shared.auth import Actor
from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound

_SAME_UNIT = "(u.community_code, u.estate, u.block, u.unit) = (h.community_code, h.estate, h.block, h.unit)"


class CommunityNotFound(NotFound):
    slug = "community-not-found"
    title_en, title_zh = "No such community", "未找到该社区"


async def lock_community(tx: Transaction, code: str) -> None:
    """Who changes the cells of a community is alone. Taken before any household's row."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('cells:' || $1, 0))", code)


async def lock_communities(tx: Transaction, codes: Iterable[str]) -> None:
    """Those who place households in the cells of communities share them. Taken in order of code, before any household's row."""
    await tx.execute(
        "select pg_advisory_xact_lock_shared(hashtextextended('cells:' || code, 0)) from unnest($1::text[]) as code",
        sorted(set(codes)),
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


async def save_cells(tx: Transaction, code: str, cells: Sequence[Cell], by: str) -> int:
    """These cells and no others; their version."""
    version: int = await tx.fetchval(
        """insert into cell_plans as p (community_code, version, changed_at, changed_by) values ($1, 1, $2, $3)
           on conflict (community_code) do update set version = p.version + 1, changed_at = $2, changed_by = $3
           returning version""",
        code,
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
    return version


async def list_cells(read: Read, code: str, actor: Actor) -> list[Row]:
    """All units that have a cell, with it and the number of households; in order of cell and unit."""
    return await read.fetch(
        f"""select c.cell_code, c.name, c.head_staff_id, u.estate, u.block, u.unit, count(h.household_id) as households
              from cells c join cell_units u using (cell_code)
              left join households h on {_SAME_UNIT} and h.state = 'settled'
             where c.community_code = $1 and {seen(actor, 2, "u", "c.head_staff_id")}
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
               and {seen(actor, 2, "k", "null::text")}
             group by k.estate, k.block, k.unit order by k.estate, k.block, k.unit""",
        code,
        *place_of(actor),
    )


async def find_units_told(read: Read, code: str) -> set[Unit] | None:
    """The units of a community by the registry's word; None where it has not spoken of the community yet."""
    rows = await read.fetch(
        """select k.estate, k.block, k.unit from community_copies c left join unit_copies k using (community_code)
            where c.community_code = $1""",
        code,
    )
    return {Unit(row["estate"], row["block"], row["unit"]) for row in rows if row["unit"]} if rows else None


async def load_cells(tx: Transaction, code: str) -> list[Cell]:
    """The cells that stand, in order of code and unit. The community is locked by this transaction alone."""
    rows = await tx.fetch(
        """select c.cell_code, c.name, c.head_staff_id, u.estate, u.block, u.unit
             from cells c join cell_units u using (cell_code) where c.community_code = $1 order by c.cell_code""",
        code,
    )
    return [
        Cell(*cell, tuple(sorted(Unit(u["estate"], u["block"], u["unit"]) for u in units)))
        for cell, units in groupby(rows, lambda row: (row["cell_code"], row["name"], row["head_staff_id"]))
    ]


async def list_communities(read: Read, division: str) -> list[tuple[str, str]]:
    """Name and code of every community of a division that the registry has told of."""
    rows = await read.fetch(
        "select name, community_code from community_copies where starts_with(community_code, $1) order by community_code",
        division,
    )
    return [(row["name"], row["community_code"]) for row in rows]


async def keep_communities(
    tx: Transaction, copies: Sequence[tuple[str, int, str]], units: Mapping[str, Sequence[tuple[str, str, str]]]
) -> None:
    """The registry's word on communities (code, version, name), each named once, and on their units (estate, block, unit); an older word
    changes nothing."""
    newer = await tx.fetch(
        """insert into community_copies as c (community_code, version, name)
           select * from unnest($1::text[], $2::int[], $3::text[]) as t(community_code) order by community_code
           on conflict (community_code) do update set version = excluded.version, name = excluded.name
            where c.version < excluded.version
           returning community_code""",
        *columns(copies, 3),
    )
    codes = [row["community_code"] for row in newer]
    await tx.execute("delete from unit_copies where community_code = any($1::text[])", codes)
    await tx.execute(
        """insert into unit_copies (community_code, estate, block, unit)
           select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])""",
        *columns([(code, *unit) for code in codes for unit in units[code]], 4),
    )
