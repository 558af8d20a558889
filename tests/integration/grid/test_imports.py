"""A file of cells is laid over the cells that stand: households and visits go along, and again changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from services.grid.cells.store import CommunityNotFound
from services.grid.imports.fields import CELLS
from services.grid.imports.service import CELLS_KIND, apply_plan, prepare
from shared.auth import Actor, Place, Role
from shared.ids import new_id, new_ids
from shared.imports.files import sniff
from shared.imports.kinds import Act, Outcome
from shared.imports.table import read_table
from tests.integration.grid.news import (
    COMMUNITY,
    HEAD,
    HEAD_2,
    OTHER,
    TWO_CELLS,
    Grid,
    cells,
    community,
    household,
    path_of,
)
from tests.support.imports import csv_of

FILE = [
    {"安置点": "新民社区", "网格编码": f"{COMMUNITY}001", "楼栋": "1栋", "单元": "1单元", "楼长账号": HEAD},
    {"安置点": "", "网格编码": "", "楼栋": "", "单元": "2单元", "楼长账号": ""},
    {"安置点": "", "网格编码": f"{COMMUNITY}002", "楼栋": "2栋", "单元": "1单元", "楼长账号": HEAD_2},
    {"安置点": "", "网格编码": "", "楼栋": "", "单元": "2单元", "楼长账号": ""},
]


def actor(place: str | None = None) -> Actor:
    return Actor("uploader", "staff", Role.COMMUNITY_CADRE, frozenset({"grid:write"}), Place.parse(place))


async def bring_in(grid: Grid, rows: list[dict[str, str]], place: str | None = None, dry_run: bool = False) -> Outcome:
    """As the job does: reads the file, checks it, applies its only chunk."""
    data = csv_of(rows)
    prepared = prepare(read_table(data, sniff(data, 1 << 20), CELLS), grid.now.date())
    assert (CELLS_KIND.name, list(prepared.chunks), prepared.rows) == ("cells", ["all"], len(rows))
    async with grid.service.database.transaction(grid.now) as tx:
        return await CELLS_KIND.apply(tx, Act(new_id(), actor(place), grid.now.date(), dry_run), prepared, 0)


async def plan_of(grid: Grid, code: str = COMMUNITY) -> dict[str, Any]:
    """Version, and heads and units by the cell's sequence."""
    view = (await grid.service.get(path_of(code))).json()
    found = {c["code"][12:]: (c["head"], [f"{u['block']}-{u['unit']}" for u in c["units"]]) for c in view["cells"]}
    return {"version": view["version"]} | found


async def test_a_file_puts_cells_as_the_route_does(grid: Grid) -> None:
    homes = new_ids(2)
    await grid.hear(community("1-1", "1-2", "2-1", "2-2"), household(homes[0]), household(homes[1], block="2"))
    await grid.said()
    outcome = await bring_in(grid, FILE)
    assert outcome == Outcome(4, created=2, changed=0)
    assert await plan_of(grid) == {"version": 1, "001": (HEAD, ["1-1", "1-2"]), "002": (HEAD_2, ["2-1", "2-2"])}
    assert [(await grid.view(home))["cell"]["head"] for home in homes] == [HEAD, HEAD_2]
    assert sorted(kind for kind, _ in await grid.said()) == ["household-assigned"] * 2 + ["visit-changed"] * 2
    assert (await grid.put(TWO_CELLS | {"cells": TWO_CELLS["cells"]}))["version"] == 2


async def test_again_changes_nothing_and_a_dry_run_neither(grid: Grid) -> None:
    await grid.hear(community("1-1", "1-2", "2-1", "2-2"), household(new_id()))
    assert await bring_in(grid, FILE, dry_run=True) == Outcome(4, created=2)
    assert (await plan_of(grid))["version"] == 0
    await bring_in(grid, FILE)
    await grid.said()
    assert await bring_in(grid, FILE) == Outcome(4)
    assert (await plan_of(grid))["version"] == 1
    assert await grid.said() == []


async def test_a_partial_file_changes_the_cells_it_names_and_takes_units_over(grid: Grid) -> None:
    await grid.hear(community("1-1", "1-2", "2-1", "2-2", "3-1"), *[household(home, unit="2") for home in new_ids(2)])
    await bring_in(grid, FILE)
    await grid.said()
    row = {"安置点": COMMUNITY, "网格编码": f"{COMMUNITY}002", "楼栋": "1", "单元": "2"}
    outcome = await bring_in(grid, [row, row | {"楼栋": "2", "单元": "1"}])
    assert (outcome.created, outcome.changed) == (0, 2)
    assert await plan_of(grid) == {"version": 2, "001": (HEAD, ["1-1"]), "002": (HEAD_2, ["1-2", "2-1"])}
    said = await grid.said()
    assert {data["head_staff_id"] for _, data in said} == {HEAD_2}
    assert sorted(kind for kind, _ in said) == ["household-assigned"] * 2 + ["visit-changed"] * 2
    outcome = await bring_in(grid, [row | {"网格编码": f"{COMMUNITY}003", "单元": "1", "楼长账号": HEAD}])
    assert (outcome.created, outcome.changed) == (1, 1)  # the first cell has lost all it had
    assert list(await plan_of(grid)) == ["version", "002", "003"]


async def test_an_error_holds_its_cell_back_and_the_others_come_in(grid: Grid) -> None:
    await grid.hear(community("1-1", "1-2", "2-1", "2-2"))
    rows = [*FILE[:3], FILE[3] | {"单元": "1单元和2单元"}]
    outcome = await bring_in(grid, rows)
    assert [(f.row, f.column, f.code) for f in sorted(outcome.faults, key=lambda f: f.row)] == [
        (4, "code", "cell-held-back"),
        (5, "unit", "one-row-each"),
    ]
    assert list(await plan_of(grid)) == ["version", "001"]
    assert await bring_in(grid, FILE) == Outcome(4, created=1)


async def test_units_unknown_to_the_registry_come_in_with_a_warning(grid: Grid) -> None:
    assert (await bring_in(grid, [r | {"安置点": COMMUNITY} for r in FILE])).faults == ()  # it has told of nothing yet
    await grid.hear(community("1-1", "1-2", "2-1"))
    assert [(f.row, f.code) for f in (await bring_in(grid, FILE)).faults] == [(5, "unit-unknown")]


async def test_several_communities_come_in_by_one_file_names_told_apart_by_place(grid: Grid) -> None:
    await grid.hear(community("1-1"), community("1-1", code=OTHER), community("1-1", code="520100001001"))
    both = [FILE[0], {"安置点": OTHER, "网格编码": f"{OTHER}001", "楼栋": "1", "单元": "1"}]
    outcome = await bring_in(grid, both)
    assert [(f.row, f.code) for f in outcome.faults] == [(2, "community-ambiguous")]
    assert await bring_in(grid, both, COMMUNITY) != outcome
    assert ((await plan_of(grid))["version"], (await plan_of(grid, OTHER))["version"]) == (1, 1)


@pytest.mark.parametrize("place", ["522731003099", f"{COMMUNITY}/1/1"])
async def test_who_does_not_cover_a_community_puts_no_cells_there(grid: Grid, place: str) -> None:
    await grid.hear(community("1-1"))
    outcome = await bring_in(grid, [FILE[0] | {"安置点": COMMUNITY}], place)
    assert [(f.row, f.column, f.code) for f in outcome.faults] == [(2, "community", "community-outside")]
    assert [f.code for f in (await bring_in(grid, FILE[:1], place)).faults] == ["community-unknown"]
    with pytest.raises(CommunityNotFound):
        async with grid.service.database.transaction(grid.now) as tx:
            await apply_plan(tx, actor(place), COMMUNITY, [], dry=False)
    assert (await plan_of(grid))["version"] == 0


async def test_what_the_route_put_and_a_file_says_are_one(grid: Grid) -> None:
    await grid.hear(community("1-1", "1-2", "2-1", "2-2"))
    await grid.put(cells(("001", HEAD, "1-2 1-1"), ("002", HEAD_2, "2-2 2-1")))
    assert await bring_in(grid, FILE) == Outcome(4)
    named = [FILE[0] | {"网格名称": "新名"}, *FILE[1:]]
    assert await bring_in(grid, named) == Outcome(4, changed=1)
    view = (await grid.service.get(path_of())).json()
    assert [c["name"] for c in view["cells"]] == ["新名", "网格002"]
