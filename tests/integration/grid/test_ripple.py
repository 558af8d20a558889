"""A household settles, moves, leaves, is taken back, is found without work: its cell and its visits, in any order of the news."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from shared.contracts.registry import HouseholdChanged, HouseholdMoved, HouseholdWithdrawn
from shared.events import Event
from shared.ids import new_id
from tests.integration.grid.news import (
    COMMUNITY,
    DUE,
    HEAD,
    HEAD_2,
    OTHER,
    TWO_CELLS,
    Grid,
    cells,
    cleared,
    community,
    end_of,
    found,
    household,
    path_of,
)


@pytest.fixture
def home() -> str:
    return new_id()


async def test_a_settled_household_gets_a_cell_and_its_head_a_first_visit(grid: Grid, home: str) -> None:
    await grid.put(TWO_CELLS)
    await grid.hear(household(home))
    view = await grid.view(home)
    assert view["cell"] == {"code": f"{COMMUNITY}001", "name": "网格001", "head": HEAD}
    visit = view["visit"]
    assert (visit["reason"], visit["status"], visit["due_on"]) == ("first-visit", "requested", str(DUE))
    assert (visit["provisional"], visit["head"], visit["flat"]) == (False, HEAD, "101")
    assert view["visits"] == [visit]
    assert await grid.timers() == {visit["visit_id"]: end_of(DUE)}
    (assigned, at), (requested, of) = await grid.said()
    assert (assigned, at["cell_code"], at["head_staff_id"]) == ("household-assigned", f"{COMMUNITY}001", HEAD)
    assert (requested, of["visit_id"], of["status"], of["version"]) == (
        "visit-requested",
        visit["visit_id"],
        "requested",
        1,
    )


async def test_a_household_without_a_cell_waits_with_a_visit_that_has_no_head(grid: Grid, home: str) -> None:
    await grid.hear(household(home))
    view = await grid.view(home)
    assert (view["cell"], view["visit"]["head"], view["visit"]["due_on"]) == (None, None, str(DUE))
    assert [kind for kind, _ in await grid.said()] == ["household-assigned", "visit-requested"]


async def test_a_move_takes_the_visit_along_and_keeps_its_due_date(grid: Grid, home: str) -> None:
    await grid.put(TWO_CELLS)
    await grid.hear(household(home))
    before = (await grid.view(home))["visit"]
    await grid.said()
    grid.now += timedelta(days=3)
    await grid.hear(household(home, 2, HouseholdMoved, block="2"))
    after = await grid.view(home)
    assert (after["cell"]["head"], after["visit"]["head"], after["visit"]["block"]) == (HEAD_2, HEAD_2, "2")
    assert (after["visit"]["visit_id"], after["visit"]["due_on"]) == (before["visit_id"], before["due_on"])
    assert [kind for kind, _ in await grid.said()] == ["household-assigned", "visit-changed"]
    rows = await grid.service.database.pool.fetch(
        "select right(cell_code, 3) as cell, valid_from::text, valid_to::text from placements order by id"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("001", "2026-11-24", "2026-11-27"),
        ("002", "2026-11-27", None),
    ]


async def test_a_move_to_another_community_goes_to_its_cells(grid: Grid, home: str) -> None:
    await grid.put(TWO_CELLS)
    await grid.put(cells(("001", "head-of-other", "5-1"), code=OTHER), OTHER)
    await grid.hear(household(home), household(home, 2, HouseholdMoved, community=OTHER, block="5"))
    view = await grid.view(home)
    assert (view["community"], view["cell"]["head"]) == (OTHER, "head-of-other")
    assert (view["visit"]["community"], view["visit"]["head"]) == (OTHER, "head-of-other")
    assert (await grid.service.get(path_of())).json()["cells"][0]["households"] == 0


async def test_a_household_where_nobody_is_left_has_no_cell_and_no_open_visit(grid: Grid, home: str) -> None:
    await grid.put(TWO_CELLS)
    await grid.hear(household(home), found(home))
    await grid.said()
    grid.now += timedelta(days=3)
    await grid.hear(household(home, 2, HouseholdChanged, state="ended"))
    view = await grid.view(home)
    assert (view["cell"], view["visit"], view["state"]) == (None, None, "ended")
    assert [v["status"] for v in view["visits"]] == ["cancelled", "cancelled"]
    assert await grid.timers() == {}
    kinds = [(kind, data.get("cell_code")) for kind, data in await grid.said()]
    assert kinds == [("household-assigned", None)] + [("visit-cancelled", f"{COMMUNITY}001")] * 2
    (row,) = await grid.service.database.pool.fetch("select valid_to::text, retracted_at from placements")
    assert tuple(row.values()) == ("2026-11-27", None)


async def test_a_settling_taken_back_was_never_in_a_cell(grid: Grid, home: str) -> None:
    await grid.put(TWO_CELLS)
    await grid.hear(household(home))
    grid.now += timedelta(days=3)
    await grid.hear(household(home, 2, HouseholdWithdrawn, state="withdrawn"))
    view = await grid.view(home)
    assert (view["cell"], view["visit"], [v["status"] for v in view["visits"]]) == (None, None, ["cancelled"])
    (row,) = await grid.service.database.pool.fetch("select valid_to, retracted_at from placements")
    assert (row["valid_to"], row["retracted_at"]) == (None, grid.now)


async def test_a_visit_that_was_made_stays_made_when_the_settling_is_taken_back(grid: Grid, home: str) -> None:
    await grid.hear(household(home))
    visit = (await grid.view(home))["visit"]
    await grid.service.post(
        f"/v1/grid/visits/{visit['visit_id']}/completion", {"visited_on": "2026-11-23", "outcome": "wrong-address"}
    )
    await grid.hear(household(home, 2, HouseholdWithdrawn, state="withdrawn"))
    assert (await grid.view(home))["visit"]["status"] == "done"


async def test_a_withdrawal_heard_alone_says_nothing(grid: Grid, home: str) -> None:
    await grid.hear(household(home, 2, HouseholdWithdrawn, state="withdrawn"), household(home))
    assert await grid.said() == []
    assert (await grid.view(home))["visits"] == []


async def test_a_settling_that_comes_back_is_visited_anew(grid: Grid, home: str) -> None:
    await grid.hear(
        household(home), household(home, 2, HouseholdWithdrawn, state="withdrawn"), household(home, 3, block="2")
    )
    assert [v["status"] for v in (await grid.view(home))["visits"]] == ["cancelled", "requested"]


async def test_the_head_is_told_of_a_household_without_work_and_told_off_again(grid: Grid, home: str) -> None:
    await grid.put(TWO_CELLS)
    await grid.hear(household(home), found(home))
    visit = (await grid.view(home))["visits"][1]
    assert (visit["reason"], visit["status"], visit["head"], visit["due_on"]) == (
        "without-work",
        "requested",
        HEAD,
        str(DUE),
    )
    await grid.said()
    await grid.hear(cleared(home))
    view = await grid.view(home)
    assert [v["status"] for v in view["visits"]] == ["requested", "cancelled"]
    assert [(kind, data["reason"]) for kind, data in await grid.said()] == [("visit-cancelled", "without-work")]
    assert len(await grid.timers()) == 1


async def test_found_again_asks_again(grid: Grid, home: str) -> None:
    later = end_of(DUE)
    await grid.hear(household(home), found(home), cleared(home), found(home, 3, later))
    assert [v["status"] for v in (await grid.view(home))["visits"]] == ["requested", "cancelled", "requested"]
    await grid.hear(found(home, 4, later))
    assert len((await grid.view(home))["visits"]) == 3


async def test_jobs_alone_is_heard_and_waits_for_the_registry(grid: Grid, home: str) -> None:
    await grid.hear(found(home))
    assert (await grid.service.get(f"/v1/grid/households/{home}")).status_code == 404
    assert await grid.said() == []
    await grid.hear(household(home))
    assert [v["reason"] for v in (await grid.view(home))["visits"]] == ["first-visit", "without-work"]


SCENES: dict[str, list[Any]] = {
    "stays": [
        lambda h: household(h, 1),
        lambda h: household(h, 2, HouseholdMoved, block="2"),
        lambda h: household(h, 3, HouseholdChanged, block="2"),
        lambda h: found(h, 1),
        lambda h: cleared(h, 2),
        lambda h: found(h, 3, end_of(DUE)),
        TWO_CELLS,
    ],
    "in no cell, then in one": [
        lambda h: household(h, 1, block="2"),
        lambda h: found(h, 1),
        lambda h: community("1-1", "2-1"),
        cells(("001", HEAD, "1-1")),
        cells(("001", HEAD, "1-1"), ("002", HEAD_2, "2-1")),
    ],
    "leaves": [
        lambda h: household(h, 1),
        lambda h: household(h, 2, HouseholdMoved, unit="2"),
        lambda h: household(h, 3, HouseholdChanged, state="ended", unit="2"),
        lambda h: found(h, 1),
        TWO_CELLS,
    ],
    "is taken back": [
        lambda h: household(h, 1),
        lambda h: household(h, 2, HouseholdWithdrawn, state="withdrawn"),
        lambda h: found(h, 1),
        lambda h: cleared(h, 2),
        TWO_CELLS,
    ],
}


def orders(steps: list[Any], n: int) -> list[list[Any]]:
    """The given order and up to `n` others; plans of cells keep their order among themselves, being commands, not news. Some steps
    are said again at the end."""
    rng = random.Random(4)
    plans = [step for step in steps if isinstance(step, dict)]
    every = [list(p) for p in permutations(steps) if [step for step in p if isinstance(step, dict)] == plans]
    chosen = [steps, *rng.sample(every, min(n, len(every)))]
    return [order + rng.sample([s for s in order if callable(s)], 2) for order in chosen]


@pytest.mark.parametrize("scene", SCENES)
async def test_any_order_and_any_replay_end_the_same(grid: Grid, scene: str) -> None:
    ends: list[dict[str, Any]] = []
    for order in orders(SCENES[scene], 100):
        home = new_id()
        await grid.service.database.pool.execute("delete from cell_units; delete from cells")
        for step in order:
            if isinstance(step, dict):
                await grid.put(step)
            else:
                event: Event = step(home)
                await grid.hear(event)
        ends.append(await grid.end_state(home))
        assert ends[-1] == ends[0], [getattr(step, "__name__", step) for step in order]
    assert len(ends) > 50


async def test_one_batch_of_everything_ends_as_one_by_one(grid: Grid) -> None:
    await grid.put(TWO_CELLS)
    news = SCENES["stays"][:-1]
    one, other = new_id(), new_id()
    await grid.hear(*[step(one) for step in news])
    for step in news:
        await grid.hear(step(other))
    assert await grid.end_state(one) == await grid.end_state(other)


async def test_households_that_settle_while_cells_change_are_in_the_cells_that_stand(grid: Grid) -> None:
    await grid.put(TWO_CELLS)
    homes = [new_id() for _ in range(40)]
    await grid.hear(*[household(home) for home in homes[:20]])
    other = cells(("003", "head-3", "1-1"), ("004", "head-4", "2-1"))
    await asyncio.gather(
        *[grid.hear(found(home), household(home, 2, HouseholdMoved, block="2")) for home in homes[:20]],
        *[grid.hear(household(home), found(home)) for home in homes[20:]],
        *[grid.put(body) for body in (other, TWO_CELLS, other)],
    )
    standing = {c["head"]: c["households"] for c in (await grid.service.get(path_of())).json()["cells"]}
    views = [await grid.view(home) for home in homes]
    assert sorted(standing.values()) == [20, 20]
    for view in views:
        assert view["cell"]["head"] in standing
        assert {v["head"] for v in view["visits"]} == {view["cell"]["head"]}
        assert len(view["visits"]) == 2
