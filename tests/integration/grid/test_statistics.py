"""Figures of the grid: counted from the rows, by community and block, of what the caller sees."""

from __future__ import annotations

from typing import Any

import pytest

from services.grid import examples
from services.grid.statistics.schemas import StatisticsView
from shared.auth import Role
from shared.contracts.registry import HouseholdChanged, HouseholdMoved
from shared.ids import new_ids
from tests.integration.grid.news import (
    COMMUNITY,
    DUE,
    HEAD,
    HEAD_2,
    NOW,
    OTHER,
    TWO_CELLS,
    Grid,
    cells,
    cleared,
    community,
    end_of,
    found,
    household,
)

PATH = "/v1/grid/statistics"
BLOCK_1, BLOCK_2 = f"{COMMUNITY}/1/1", f"{COMMUNITY}/1/2"


def counts(requested: int = 0, overdue: int = 0, done: int = 0, cancelled: int = 0) -> dict[str, int]:
    return {"requested": requested, "overdue": overdue, "done": done, "cancelled": cancelled}


async def figures(grid: Grid, query: str = "", **who: Any) -> list[dict[str, Any]]:
    answer = await grid.service.get(PATH + query, **who)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.fixture
async def life(grid: Grid) -> Grid:
    """Two blocks with cells, one without; three households in block 1, one each in blocks 2 and 10, one that left; another community."""
    await grid.put(cells(("001", HEAD, "1-1 1-2 2-1"), ("002", None, "2-2")))
    a, b, c, d, e, gone, other = new_ids(7)
    await grid.hear(
        community("1-1", "1-2", "2-1", "2-2", "10-1"),
        household(a),
        household(b, unit="2"),
        household(c),
        household(d, block="2", unit="2"),
        household(e, block="10"),
        household(gone),
        household(gone, 2, HouseholdChanged, state="ended"),
        household(other, community=OTHER),
        found(a),
        found(b),
        cleared(b),
        found(d),
    )
    for home, visit in ((a, 0), (d, 1)):
        visit_id = (await grid.view(home))["visits"][visit]["visit_id"]
        body = {"visited_on": "2026-11-24", "outcome": "met"}
        assert (await grid.service.post(f"/v1/grid/visits/{visit_id}/completion", body)).status_code == 200
    return grid


async def test_an_entry_per_community_counts_its_rows(life: Grid) -> None:
    one, other = await figures(life)
    assert one == {
        "community": COMMUNITY,
        "estate": None,
        "block": None,
        "households": 5,
        "cells": 2,
        "cells_without_head": 1,
        "units": 5,
        "units_without_cell": 1,
        "households_without_cell": 1,
        "visits": counts(requested=5, done=2, cancelled=2),
        "visits_by_reason": {
            "first-visit": counts(requested=4, done=1, cancelled=1),
            "without-work": counts(requested=1, done=1, cancelled=1),
        },
        "first_visits_done_share": "20.00",
    }
    assert (other["community"], other["households"], other["units"], other["first_visits_done_share"]) == (
        OTHER,
        1,
        0,
        "0.00",
    )
    answer = (await life.service.get(PATH)).json()
    assert StatisticsView.model_validate(answer).as_of == NOW


async def test_a_community_is_told_by_block_and_the_blocks_add_up(life: Grid) -> None:
    (whole,) = await figures(life, f"?community={COMMUNITY}&by=community")
    blocks = await figures(life, f"?community={COMMUNITY}")
    assert [(f["estate"], f["block"], f["households"], f["cells"]) for f in blocks] == [
        ("1", "1", 3, 1),
        ("1", "2", 1, 2),
        ("1", "10", 1, 0),
    ]
    assert [f["first_visits_done_share"] for f in blocks] == ["33.33", "0.00", "0.00"]
    for name in ("households", "units", "units_without_cell", "households_without_cell"):
        assert sum(f[name] for f in blocks) == whole[name]
    for status in counts():
        assert sum(f["visits"][status] for f in blocks) == whole["visits"][status]
    everywhere = await figures(life, "?by=block")
    assert everywhere[:3] == blocks
    assert [f["community"] for f in everywhere[3:]] == [OTHER]


async def test_figures_follow_the_rows(life: Grid) -> None:
    await life.sweep(end_of(DUE))
    overdue = (await figures(life))[0]
    assert overdue["visits"] == counts(overdue=5, done=2, cancelled=2)
    (home,) = new_ids(1)
    await life.hear(household(home), household(home, 2, HouseholdMoved, community=OTHER, block="7"))
    here, there = await figures(life)
    assert (here["households"], there["households"], there["visits"]) == (5, 2, counts(requested=1, overdue=1))
    await life.put(TWO_CELLS)
    here = (await figures(life))[0]
    assert (here["cells"], here["cells_without_head"], here["units_without_cell"]) == (2, 0, 1)


async def test_a_block_of_which_only_visits_are_left_has_no_share(grid: Grid) -> None:
    (home,) = new_ids(1)
    await grid.hear(household(home), household(home, 2, HouseholdChanged, state="ended"))
    (only,) = await figures(grid)
    assert (only["households"], only["visits"], only["first_visits_done_share"]) == (0, counts(cancelled=1), None)


@pytest.mark.parametrize(
    ("role", "place", "subject", "seen"),
    [
        (Role.DEVELOPER, None, None, {COMMUNITY: 5, OTHER: 1}),
        (Role.GRID_CENTRE, "522731", None, {COMMUNITY: 5, OTHER: 1}),
        (Role.APP_BACKEND, "5227", None, {COMMUNITY: 5, OTHER: 1}),
        (Role.COMMUNITY_CADRE, COMMUNITY, None, {COMMUNITY: 5}),
        (Role.COMMUNITY_SECRETARY, OTHER, None, {OTHER: 1}),
        (Role.COMMUNITY_CADRE, "522731003099", None, {}),
        (Role.BLOCK_HEAD, BLOCK_1, HEAD_2, {COMMUNITY: 3}),
        (Role.BLOCK_HEAD, BLOCK_2, HEAD_2, {COMMUNITY: 1}),
        (Role.BLOCK_HEAD, BLOCK_2, HEAD, {COMMUNITY: 4}),
    ],
)
async def test_a_place_filters_the_figures(
    life: Grid, role: Role, place: str | None, subject: str | None, seen: dict[str, int]
) -> None:
    found = await figures(life, role=role, place=place, subject=subject)
    assert {f["community"]: f["households"] for f in found} == seen
    blocks = await figures(life, "?by=block", role=role, place=place, subject=subject)
    assert sum(f["households"] for f in blocks) == sum(seen.values())


async def test_a_block_head_counts_the_own_block_and_the_own_cells(life: Grid) -> None:
    who: dict[str, Any] = {"role": Role.BLOCK_HEAD, "place": BLOCK_2}
    (stranger,) = await figures(life, subject=HEAD_2, **who)
    assert (stranger["cells"], stranger["units"], stranger["cells_without_head"]) == (2, 2, 1)
    (head,) = await figures(life, subject=HEAD, **who)
    assert (head["cells"], head["units"], head["visits"]["done"]) == (2, 4, 2)


@pytest.mark.parametrize(
    "role", [Role.STREET_WELFARE_CLERK, Role.EMPLOYMENT_SERVICE, Role.AUDITOR, Role.PARTNER_AGENCY]
)
async def test_roles_without_the_grid_see_no_figures(grid: Grid, role: Role) -> None:
    assert (await grid.service.get(PATH, role=role)).status_code == 403


async def test_what_is_not_asked_for_rightly_is_refused_and_what_is_elsewhere_is_not_there(life: Grid) -> None:
    assert (await life.service.get(f"{PATH}?by=unit")).status_code == 422
    assert (await life.service.get(f"{PATH}?community=5227")).status_code == 422
    assert (await life.service.get(f"{PATH}?block=1")).status_code == 400
    assert await figures(life, f"?community={OTHER}", role=Role.COMMUNITY_CADRE, place=COMMUNITY) == []


def test_the_example_is_such_an_answer() -> None:
    assert StatisticsView.model_validate(examples.STATISTICS).items[0].community == examples.COMMUNITY_CODE
