"""Cells are put, changed, read; households and their visits go with them."""

from __future__ import annotations

import pytest

from services.grid import examples
from shared.auth import Role
from shared.contracts.registry import HouseholdChanged
from shared.ids import new_id
from tests.integration.grid.news import COMMUNITY, HEAD, HEAD_2, TWO_CELLS, Grid, cells, community, household, path_of


async def test_the_example_posted_unchanged_works_before_the_registry_has_told_of_the_community(grid: Grid) -> None:
    answer = await grid.service.put(path_of(examples.COMMUNITY_CODE), examples.CELLS)
    assert (answer.status_code, answer.headers["etag"].split(".")[0]) == (201, '"1')
    view = answer.json()
    assert (view["community_name"], view["units_without_cell"]) == (None, [])
    assert [(c["code"][-3:], c["head"], c["households"]) for c in view["cells"]] == [
        ("001", "block-head-demo", 0),
        ("002", None, 0),
    ]
    assert {w["code"] for w in view["warnings"]} == {"cell-small"}


async def test_a_change_needs_the_version_that_was_read(grid: Grid) -> None:
    first = await grid.service.put(path_of(), TWO_CELLS)
    assert (await grid.service.put(path_of(), TWO_CELLS)).status_code == 428
    tag = (await grid.service.get(path_of())).headers["etag"]
    assert tag == first.headers["etag"]
    second = await grid.service.put(path_of(), TWO_CELLS, headers={"if-match": tag})
    assert (second.status_code, second.json()["version"]) == (200, 2)
    assert (await grid.service.put(path_of(), TWO_CELLS, headers={"if-match": tag})).status_code == 412
    only_new = {"if-match": second.headers["etag"], "if-none-match": "*"}
    assert (await grid.service.put(path_of(), TWO_CELLS, headers=only_new)).status_code == 412


async def test_a_unit_in_two_cells_is_refused_and_nothing_is_changed(grid: Grid) -> None:
    answer = await grid.service.put(path_of(), cells(("001", HEAD, "1-1 1-2"), ("002", None, "1-2")))
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:anju:problem:cells-not-in-order"
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/cells/1/units/0", "unit-repeated")]
    assert (await grid.service.get(path_of())).status_code == 404


async def test_unknown_fields_and_filters_are_refused(grid: Grid) -> None:
    answer = await grid.service.put(path_of(), TWO_CELLS | {"colour": "red"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/colour")
    assert (await grid.service.get(path_of() + "?colour=red")).status_code == 400
    assert (await grid.service.get("/v1/grid/visits?status=lost")).status_code == 422


async def test_units_without_a_cell_are_listed_with_the_households_that_wait(grid: Grid) -> None:
    await grid.hear(
        community("1-1", "1-2", "2-1"),
        household(new_id()),
        household(new_id(), unit="2"),
        household(new_id(), unit="2"),
        household(new_id(), block="9"),
        household(new_id(), block="2", state="ended"),
    )
    before = (await grid.service.get(path_of())).json()
    assert (before["version"], before["cells"], before["households_without_cell"]) == (0, [], 4)
    view = await grid.put(cells(("001", HEAD, "1-1")), headers={})
    waiting = [(u["block"], u["unit"], u["households"]) for u in view["units_without_cell"]]
    assert waiting == [("1", "2", 2), ("2", "1", 0), ("9", "1", 1)]
    assert (view["cells"][0]["households"], view["households_without_cell"]) == (1, 3)


async def test_a_unit_the_registry_does_not_know_is_a_warning(grid: Grid) -> None:
    await grid.hear(community("1-1", "1-2"))
    view = await grid.put(cells(("001", HEAD, "1-1 7-7")), headers={"accept-language": "zh"})
    warning = next(w for w in view["warnings"] if w["code"] == "unit-unknown")
    assert (warning["pointer"], warning["detail"]) == ("/cells/0/units/1", "登记库中该社区没有此单元")


async def test_a_later_word_on_the_community_replaces_an_earlier_one(grid: Grid) -> None:
    await grid.hear(community("1-1", version=2), community("1-1", "1-2", version=1))
    assert [u["unit"] for u in (await grid.service.get(path_of())).json()["units_without_cell"]] == ["1"]


async def test_households_known_before_go_to_the_cells_that_come(grid: Grid) -> None:
    one, two, nowhere = new_id(), new_id(), new_id()
    await grid.hear(household(one), household(two, block="2"), household(nowhere, block="3"))
    assert (await grid.view(one))["visit"]["head"] is None
    await grid.said()
    await grid.put(TWO_CELLS)
    assert (await grid.view(one))["cell"] == {"code": f"{COMMUNITY}001", "name": "网格001", "head": HEAD}
    assert (await grid.view(two))["visit"]["head"] == HEAD_2
    assert (await grid.view(nowhere))["cell"] is None
    said = await grid.said()
    assert sorted(kind for kind, _ in said) == ["household-assigned"] * 2 + ["visit-changed"] * 2
    assert {data["version"] for _, data in said} == {2}


async def test_another_head_takes_over_the_open_visits_and_a_lost_cell_leaves_them_waiting(grid: Grid) -> None:
    home = new_id()
    await grid.put(TWO_CELLS)
    await grid.hear(household(home))
    visit = (await grid.view(home))["visit"]
    await grid.put(cells(("001", "head-9", "1-1 1-2")))
    after = (await grid.view(home))["visit"]
    assert (after["visit_id"], after["head"], after["due_on"]) == (visit["visit_id"], "head-9", visit["due_on"])
    await grid.put(cells())
    lost = await grid.view(home)
    assert (lost["cell"], lost["visit"]["head"], lost["visit"]["status"]) == (None, None, "requested")
    rows = await grid.service.database.pool.fetch("select * from placements")
    assert len(rows) == 2
    assert all(row["retracted_at"] for row in rows)  # all of it within a day


async def test_the_same_cells_again_say_nothing(grid: Grid) -> None:
    await grid.hear(household(new_id()))
    await grid.put(TWO_CELLS)
    await grid.said()
    await grid.put(TWO_CELLS)
    assert await grid.said() == []


async def test_the_tag_follows_what_is_shown_but_does_not_hinder_a_change(grid: Grid) -> None:
    await grid.put(TWO_CELLS, headers={})
    tag = (await grid.service.get(path_of())).headers["etag"]
    assert (await grid.service.get(path_of(), headers={"if-none-match": tag})).status_code == 304
    await grid.hear(household(new_id()))
    assert (await grid.service.get(path_of(), headers={"if-none-match": tag})).status_code == 200
    assert (await grid.service.put(path_of(), TWO_CELLS, headers={"if-match": tag})).status_code == 200


async def test_sizes_are_judged_by_the_settings(grid: Grid) -> None:
    await grid.hear(household(new_id()), household(new_id(), version=1))
    grid.service.app.state.settings = grid.service.app.state.settings.model_copy(
        update={"grid_cell_min": 1, "grid_cell_max": 1}
    )
    view = await grid.put(TWO_CELLS)
    assert [(w["pointer"], w["code"]) for w in view["warnings"]] == [
        ("/cells/0", "cell-large"),
        ("/cells/1", "cell-small"),
    ]


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [
        (Role.DEVELOPER, None, 201),
        (Role.COMMUNITY_CADRE, COMMUNITY, 201),
        (Role.COMMUNITY_SECRETARY, COMMUNITY, 201),
        (Role.GRID_CENTRE, "522731", 201),
        (Role.COMMUNITY_CADRE, "522731003099", 404),
        (Role.GRID_CENTRE, "5201", 404),
        (Role.BLOCK_HEAD, f"{COMMUNITY}/1/1", 403),
        (Role.APP_BACKEND, "522731", 403),
        (Role.STREET_WELFARE_CLERK, "522731003", 403),
        (Role.EMPLOYMENT_SERVICE, "522731", 403),
        (Role.ADMIN, None, 403),
        (Role.AUDITOR, None, 403),
        (Role.RESIDENT, None, 403),
    ],
)
async def test_who_may_put_cells(grid: Grid, role: Role, place: str | None, status: int) -> None:
    answer = await grid.service.put(path_of(), TWO_CELLS, role=role, place=place)
    assert answer.status_code == status


async def test_facts_that_change_no_place_change_nothing_here(grid: Grid) -> None:
    home = new_id()
    await grid.put(TWO_CELLS)
    await grid.hear(household(home))
    await grid.said()
    await grid.hear(household(home, 2, HouseholdChanged))
    assert await grid.said() == []
