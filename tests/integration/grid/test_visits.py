"""Visits are made, become overdue, are listed; who sees and does what."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.grid.visits import service as visits
from shared.auth import Role
from shared.clock import Calendar
from shared.ids import new_id
from tests.integration.grid.news import (
    COMMUNITY,
    DUE,
    HEAD,
    HEAD_2,
    TWO_CELLS,
    Grid,
    cells,
    end_of,
    found,
    household,
    path_of,
)

MET = {"visited_on": "2026-11-24", "outcome": "met"}
BLOCK_1 = f"{COMMUNITY}/1/1"
BLOCK_2 = f"{COMMUNITY}/1/2"


@pytest.fixture
async def home(grid: Grid) -> str:
    """A household in block 1, whose first visit is asked for."""
    household_id = new_id()
    await grid.put(TWO_CELLS)
    await grid.hear(household(household_id))
    await grid.said()
    return household_id


async def visit_of(grid: Grid, home: str) -> dict[str, Any]:
    visit: dict[str, Any] = (await grid.view(home))["visit"]
    return visit


def completion(visit: dict[str, Any]) -> str:
    return f"/v1/grid/visits/{visit['visit_id']}/completion"


async def test_a_visit_is_overdue_at_the_end_of_its_due_day_and_not_before(grid: Grid, home: str) -> None:
    assert await grid.sweep(end_of(DUE) - timedelta(seconds=1)) == 0
    assert await grid.sweep(end_of(DUE)) == 1
    visit = await visit_of(grid, home)
    assert visit["status"] == "overdue"
    ((kind, data),) = await grid.said()
    assert (kind, data["visit_id"], data["due_on"], data["version"]) == (
        "visit-overdue",
        visit["visit_id"],
        str(DUE),
        2,
    )
    assert await grid.sweep(end_of(DUE) + timedelta(days=9)) == 0


async def test_a_visit_in_time_is_never_overdue(grid: Grid, home: str) -> None:
    answer = await grid.service.post(completion(await visit_of(grid, home)), MET)
    assert (answer.status_code, answer.json()["status"], answer.json()["outcome"]) == (200, "done", "met")
    ((kind, data),) = await grid.said()
    assert (kind, data["status"], data["visited_on"]) == ("visit-completed", "done", "2026-11-24")
    assert await grid.timers() == {}
    assert await grid.sweep(end_of(DUE)) == 0


async def test_an_overdue_visit_can_still_be_made_and_only_once(grid: Grid, home: str) -> None:
    await grid.sweep(end_of(DUE))
    visit = await visit_of(grid, home)
    assert (await grid.service.post(completion(visit), MET)).status_code == 200
    again = await grid.service.post(completion(visit), MET)
    assert (again.status_code, again.json()["type"]) == (409, "urn:anju:problem:illegal-move")


async def test_the_same_completion_with_the_same_key_is_one(grid: Grid, home: str) -> None:
    visit = await visit_of(grid, home)
    key = {"idempotency-key": new_id()}
    first = await grid.service.post(completion(visit), MET, headers=key)
    second = await grid.service.post(completion(visit), MET, headers=key)
    assert (second.status_code, second.json()) == (200, first.json())
    assert len(await grid.said()) == 1


async def test_a_completion_may_name_the_version_it_means(grid: Grid, home: str) -> None:
    visit = await visit_of(grid, home)
    tag = (await grid.service.get(f"/v1/grid/visits/{visit['visit_id']}")).headers["etag"]
    await grid.put(cells(("001", "head-9", "1-1")))
    assert (await grid.service.post(completion(visit), MET, headers={"if-match": tag})).status_code == 412


@pytest.mark.parametrize(("day", "code"), [("2099-01-01", "date-in-future"), ("2026-11-19", "before-settling")])
async def test_days_that_cannot_be_are_refused(grid: Grid, home: str, day: str, code: str) -> None:
    answer = await grid.service.post(completion(await visit_of(grid, home)), MET | {"visited_on": day})
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/visited_on", code)]
    assert len(await grid.timers()) == 1


@pytest.mark.parametrize("change", [{"outcome": "asleep"}, {"note": "x"}, {"visited_on": "soon"}])
async def test_wrong_bodies_are_refused(grid: Grid, home: str, change: dict[str, str]) -> None:
    answer = await grid.service.post(completion(await visit_of(grid, home)), MET | change)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{next(iter(change))}")


@pytest.mark.parametrize(
    ("role", "place", "subject", "status"),
    [
        (Role.DEVELOPER, None, None, 200),
        (Role.COMMUNITY_CADRE, COMMUNITY, None, 200),
        (Role.GRID_CENTRE, "522731", None, 200),
        (Role.BLOCK_HEAD, BLOCK_1, HEAD, 200),
        (Role.BLOCK_HEAD, BLOCK_2, HEAD, 200),
        (Role.BLOCK_HEAD, BLOCK_1, HEAD_2, 403),
        (Role.BLOCK_HEAD, BLOCK_2, HEAD_2, 404),
        (Role.BLOCK_HEAD, "522731003099/1/1", HEAD, 404),
        (Role.COMMUNITY_CADRE, "522731003099", None, 404),
        (Role.APP_BACKEND, "522731", HEAD, 403),
        (Role.STREET_WELFARE_CLERK, "522731", HEAD, 403),
        (Role.ADMIN, None, HEAD, 403),
    ],
)
async def test_who_may_say_that_a_visit_was_made(
    grid: Grid, home: str, role: Role, place: str | None, subject: str | None, status: int
) -> None:
    visit = await visit_of(grid, home)
    answer = await grid.service.post(completion(visit), MET, role=role, place=place, subject=subject)
    assert answer.status_code == status
    assert (await visit_of(grid, home))["status"] == ("done" if status == 200 else "requested")


SEES = [
    (Role.DEVELOPER, None, None, True),
    (Role.COMMUNITY_CADRE, COMMUNITY, None, True),
    (Role.COMMUNITY_SECRETARY, COMMUNITY, None, True),
    (Role.GRID_CENTRE, "5227", None, True),
    (Role.APP_BACKEND, "522731", None, True),
    (Role.BLOCK_HEAD, BLOCK_1, None, True),
    (Role.BLOCK_HEAD, BLOCK_2, HEAD, True),
    (Role.BLOCK_HEAD, BLOCK_2, None, False),
    (Role.BLOCK_HEAD, f"{COMMUNITY}/2/1", None, False),
    (Role.COMMUNITY_CADRE, "522731003099", None, False),
    (Role.APP_BACKEND, "5201", None, False),
]


@pytest.mark.parametrize(("role", "place", "subject", "sees"), SEES)
async def test_a_place_filters_households_visits_and_cells_alike(
    grid: Grid, home: str, role: Role, place: str | None, subject: str | None, sees: bool
) -> None:
    visit = await visit_of(grid, home)
    who: dict[str, Any] = {"role": role, "place": place, "subject": subject}
    for path in (f"/v1/grid/households/{home}", f"/v1/grid/visits/{visit['visit_id']}"):
        assert (await grid.service.get(path, **who)).status_code == (200 if sees else 404)
    listed = (await grid.service.get("/v1/grid/visits", **who)).json()["items"]
    assert [v["visit_id"] for v in listed] == ([visit["visit_id"]] if sees else [])
    shown = await grid.service.get(path_of(), **who)
    codes = [c["code"][-3:] for c in shown.json()["cells"]] if shown.status_code == 200 else []
    assert ("001" in codes) is sees


@pytest.mark.parametrize(
    "role",
    [
        Role.STREET_WELFARE_CLERK,
        Role.COUNTY_CIVIL_AFFAIRS,
        Role.INSURANCE_AGENCY,
        Role.EMPLOYMENT_SERVICE,
        Role.AUDITOR,
        Role.ADMIN,
        Role.RESIDENT,
        Role.PARTNER_AGENCY,
    ],
)
async def test_roles_without_the_grid_see_nothing_of_it(grid: Grid, home: str, role: Role) -> None:
    for path in (path_of(), f"/v1/grid/households/{home}", "/v1/grid/visits"):
        assert (await grid.service.get(path, role=role)).status_code == 403


async def test_a_block_head_sees_the_own_block_of_the_cells_and_no_more(grid: Grid, home: str) -> None:
    await grid.hear(household(new_id(), block="2"), household(new_id(), block="3"))
    view = (await grid.service.get(path_of(), role=Role.BLOCK_HEAD, place=BLOCK_2)).json()
    assert [c["code"][-3:] for c in view["cells"]] == ["002"]
    assert (view["units_without_cell"], view["warnings"]) == ([], [])


async def test_links_to_people_are_hidden_from_the_grid_centre(grid: Grid, home: str) -> None:
    who: dict[str, Any] = {"role": Role.GRID_CENTRE, "place": "522731"}
    (visit,) = (await grid.service.get("/v1/grid/visits", **who)).json()["items"]
    assert (visit["household_id"], visit["flat"], visit["head"], visit["cell"]) == (None, None, None, f"{COMMUNITY}001")
    view = await grid.view(home, **who)
    assert (view["cell"]["head"], view["visit"]["head"]) == (None, None)


async def test_visits_are_filtered_and_paged_by_due_date(grid: Grid, home: str) -> None:
    second, third = new_id(), new_id()
    grid.now += timedelta(days=1)
    await grid.hear(household(second, block="2"), found(second))
    grid.now -= timedelta(days=1)
    await grid.hear(household(third))
    seen: list[str] = []
    cursor = ""
    for _ in range(4):
        page = (await grid.service.get(f"/v1/grid/visits?limit=1{cursor}")).json()
        seen += [v["due_on"] for v in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert seen == [str(DUE), str(DUE), "2026-12-02", "2026-12-02"]
    await grid.service.post(completion(await visit_of(grid, home)), MET)

    async def ids(query: str, **who: Any) -> set[str]:
        return {v["household_id"] for v in (await grid.service.get(f"/v1/grid/visits?{query}", **who)).json()["items"]}

    assert await ids("status=done") == {home}
    assert await ids(f"community={COMMUNITY}&status=requested") == {second, third}
    assert await ids("community=522731003099") == set()
    assert await ids("head=me", role=Role.COMMUNITY_CADRE, place=COMMUNITY, subject=HEAD_2) == {second}
    assert (await grid.service.get("/v1/grid/visits?cursor=WyJ4IiwieSJd")).status_code == 400


async def test_the_tag_of_a_household_follows_its_visits(grid: Grid, home: str) -> None:
    path = f"/v1/grid/households/{home}"
    tag = (await grid.service.get(path)).headers["etag"]
    assert (await grid.service.get(path, headers={"if-none-match": tag})).status_code == 304
    await grid.service.post(completion(await visit_of(grid, home)), MET)
    assert (await grid.service.get(path, headers={"if-none-match": tag})).status_code == 200


@pytest.mark.parametrize("path", ["/v1/grid/households/{}", "/v1/grid/visits/{}"])
async def test_what_is_not_there_is_not_found(grid: Grid, path: str) -> None:
    assert (await grid.service.get(path.format(new_id()))).status_code == 404
    assert (await grid.service.get(path.format("nope"))).status_code == 422


async def test_a_provisional_due_date_is_counted_again_when_the_notice_comes(
    grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = new_id()
    known = Calendar(off=frozenset(), worked=frozenset(), noticed=frozenset({2026}))
    monkeypatch.setattr(visits, "load_calendar", lambda: known)
    grid.now = datetime(2026, 12, 29, 4, tzinfo=UTC)
    await grid.hear(household(home))
    visit = await visit_of(grid, home)
    assert (visit["due_on"], visit["provisional"]) == ("2027-01-05", True)
    assert await grid.timers() == {visit["visit_id"]: end_of(date(2026, 12, 29))}
    await grid.sweep(end_of(date(2026, 12, 29)))
    assert await grid.timers() == {visit["visit_id"]: end_of(date(2026, 12, 30))}
    await grid.said()
    notice = Calendar(off=frozenset({date(2027, 1, 1)}), worked=frozenset(), noticed=frozenset({2026, 2027}))
    monkeypatch.setattr(visits, "load_calendar", lambda: notice)
    await grid.sweep(end_of(date(2026, 12, 30)))
    visit = await visit_of(grid, home)
    assert (visit["due_on"], visit["provisional"]) == ("2027-01-06", False)
    assert await grid.timers() == {visit["visit_id"]: end_of(date(2027, 1, 6))}
    assert [(kind, data["due_on"]) for kind, data in await grid.said()] == [("visit-changed", "2027-01-06")]
    await grid.sweep(end_of(date(2027, 1, 6)))
    assert (await visit_of(grid, home))["status"] == "overdue"


async def test_the_days_until_a_visit_is_due_are_settings(grid: Grid, new_service: Any) -> None:
    slow = Grid(await new_service("grid", grid_first_visit_working_days=1, grid_without_work_visit_working_days=8))
    home = new_id()
    await slow.hear(household(home), found(home))
    assert [v["due_on"] for v in (await slow.view(home))["visits"]] == ["2026-11-25", "2026-12-04"]
