"""A household moves in, and four services answer; a changed flat, a death and a withdrawal are undone everywhere."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from shared.ids import new_id
from tests.support.platform import Platform, within

SCHEMES = {"110", "170", "210", "310", "390", "410", "510"}


@pytest.fixture(params=["platform", "platform_apart"], scope="module")
def running(request: pytest.FixtureRequest) -> Platform:
    """Once with everything together, once with api and worker apart."""
    platform: Platform = request.getfixturevalue(request.param)
    return platform


class Examples:
    """The examples of the merged OpenAPI page, and the paths they are for."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._paths = document["paths"]

    def of(self, method: str, path: str) -> tuple[str, Any]:
        operation = self._paths[path][method]
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", str(parameter.get("example", "")))
        return path, operation["requestBody"]["content"]["application/json"]["example"]


@pytest.fixture(scope="module")
def examples(running: Platform) -> Examples:
    return Examples(running.http.get("/openapi.json").json())


@pytest.fixture(scope="module")
def settled(running: Platform, examples: Examples) -> dict[str, Any]:
    """The examples of community, cells and household, posted unchanged in that order; the household's view."""
    path, community = examples.of("put", "/v1/registry/communities/{code}")
    assert running.ask("PUT", path, community).status_code == 201
    path, cells = examples.of("put", "/v1/grid/communities/{code}/cells")
    assert running.ask("PUT", path, cells).status_code in (200, 201)
    path, household = examples.of("post", "/v1/registry/households")
    key = new_id()
    answer = running.ask("POST", path, household, idempotency_key=key)
    assert answer.status_code == 201, answer.text
    again = running.ask("POST", path, household, idempotency_key=key)
    assert (again.status_code, again.json()) == (201, answer.json())
    found: dict[str, Any] = answer.json()
    return found


def answered(running: Platform, household_id: str, people: int) -> dict[str, Any]:
    """The overview, once all four services have spoken of the household and every member."""

    def complete() -> dict[str, Any] | None:
        view = running.overview(household_id)
        assessments = view.get("benefits", {}).get("assessments", [])
        spoken = {a["person_id"] for a in assessments}
        done = view.get("grid", {}).get("visit") and len(spoken) == people + 1 and view["household"]["without_work"]
        return view if done else None

    return within(20, lambda: complete() or {})


def test_the_overview_shows_what_four_services_answered(running: Platform, settled: dict[str, Any]) -> None:
    people = {m["person_id"] for m in settled["members"]}
    view = answered(running, settled["household_id"], len(people))
    assert view["unavailable"] == []
    assert view["grid"]["cell"]["code"].startswith(settled["address"]["community"])
    assert view["grid"]["visit"]["status"] == "requested"
    for person in people:
        mine = [a for a in view["benefits"]["assessments"] if a["person_id"] == person]
        assert {a["scheme"] for a in mine} == SCHEMES
    (dibao,) = [a for a in view["benefits"]["assessments"] if a["person_id"] is None]
    assert dibao["scheme"] == "dibao"
    for assessment in view["benefits"]["assessments"]:
        assert assessment["outcome"] in {"transfer", "change", "keep", "not-applicable", "undetermined"}
        assert assessment["reasons"], assessment
        for reason in assessment["reasons"]:
            assert {"slug", "law", "article", "detail"} <= set(reason)
    assert view["jobs"]["without_work"] is True
    assert view["household"]["without_work"] is True
    assert len(view["jobs"]["seekers"]) == 2
    path = f"/v1/grid/households/{settled['household_id']}"

    def reasons() -> list[str]:
        return sorted(visit["reason"] for visit in running.ask("GET", path).json()["visits"])

    # Registry and grid hear of jobs' word each in its own time: the flag may be on the overview before the visit is asked for.
    within(20, lambda: reasons() == ["first-visit", "without-work"])


def test_work_that_starts_clears_the_flag_everywhere(running: Platform, settled: dict[str, Any]) -> None:
    household = settled["household_id"]
    answered(running, household, len(settled["members"]))
    start = {
        "person_id": settled["members"][0]["person_id"],
        "form": "workshop",
        "division": "522731",
        "employer_kind": "enterprise",
        "started_on": "2026-11-23",
    }
    employment = running.ask("POST", "/v1/jobs/employments", start)
    assert employment.status_code == 201, employment.text
    within(20, lambda: running.overview(household)["household"]["without_work"] is False)
    end = {"ended_on": "2026-11-24", "reason": "left"}
    path = f"/v1/jobs/employments/{employment.json()['employment_id']}/end"
    assert running.ask("POST", path, end).status_code == 200
    within(20, lambda: running.overview(household)["household"]["without_work"] is True)


def test_facts_that_come_later_are_assessed_again(running: Platform, settled: dict[str, Any]) -> None:
    person, household = settled["members"][1]["person_id"], settled["household_id"]
    answered(running, household, len(settled["members"]))

    def outcome(scheme: str) -> Any:
        assessments = running.overview(household)["benefits"]["assessments"]
        return next(a for a in assessments if (a["person_id"], a["scheme"]) == (person, scheme))

    before = outcome("170")
    assert before["outcome"] == "undetermined", before
    etag = running.ask("GET", f"/v1/registry/persons/{person}").headers["etag"]
    facts = {"insurances": {"170": [{"division": "522328", "state": "paying", "arrears": False}]}}
    assert running.ask("PATCH", f"/v1/registry/persons/{person}/facts", facts, if_match=etag).status_code == 200
    after = within(20, lambda: outcome("170") if outcome("170")["outcome"] == "keep" else {})
    assert "hukou-not-moved" in {reason["slug"] for reason in after["reasons"]}


def test_a_changed_flat_moves_cell_and_visit(running: Platform, settled: dict[str, Any]) -> None:
    household = settled["household_id"]
    before = answered(running, household, len(settled["members"]))
    etag = running.ask("GET", f"/v1/registry/households/{household}").headers["etag"]
    move = {"block": "2", "unit": "1", "flat": "102"}
    assert running.ask("PUT", f"/v1/registry/households/{household}/flat", move, if_match=etag).status_code == 200

    def elsewhere() -> dict[str, Any]:
        view = running.overview(household)
        return view if view["grid"]["cell"] and view["grid"]["cell"]["code"] != before["grid"]["cell"]["code"] else {}

    after = within(20, elsewhere)
    assert after["grid"]["visit"]["visit_id"] == before["grid"]["visit"]["visit_id"]
    assert after["grid"]["visit"]["status"] in ("requested", "overdue")


def test_who_joins_and_leaves_is_heard_of_everywhere(
    running: Platform, settled: dict[str, Any], examples: Examples
) -> None:
    household, people = settled["household_id"], len(settled["members"])
    answered(running, household, people)
    path, joined = examples.of("post", "/v1/registry/households/{household_id}/life-events")
    path = path.replace("//", f"/{household}/")
    event = running.ask("POST", path, joined)
    assert event.status_code == 201, event.text
    person = event.json()["people"][0]["person_id"]
    answered(running, household, people + 1)
    left = running.ask("POST", path, {"kind": "left", "on": "2026-11-23", "people": [person]})
    assert left.status_code == 201, left.text

    def gone() -> bool:
        view = running.overview(household)
        spoken = {a["person_id"] for a in view["benefits"]["assessments"]}
        return person not in spoken and len(view["household"]["members"]) == people

    within(20, gone)
    on = {
        day: running.ask("GET", f"/v1/registry/persons/{person}/state?as_of=2026-11-{day}").json() for day in (22, 24)
    }
    assert [on[day]["status"] for day in (22, 24)] == ["resident", "moved-out"]


def test_a_death_ends_what_hangs_on_the_person_and_a_withdrawal_the_rest(
    running: Platform, settled: dict[str, Any], examples: Examples
) -> None:
    household, person = settled["household_id"], settled["members"][0]["person_id"]
    answered(running, household, len(settled["members"]))
    death = running.ask("POST", f"/v1/registry/persons/{person}/death", {"died_on": "2026-11-24"})
    assert death.status_code == 200, death.text

    def gone() -> bool:
        view = running.overview(household)
        people = {a["person_id"] for a in view["benefits"]["assessments"]}
        seekers = {s["person_id"] for s in view["jobs"]["seekers"] if s.get("status", "seeking") == "seeking"}
        return person not in people and person not in seekers

    within(20, gone)
    answer = running.ask("POST", f"/v1/registry/households/{household}/withdrawal", {"reason": "示例：录入错误"})
    assert answer.status_code == 200, answer.text

    def undone() -> bool:
        view = running.overview(household)
        visit = view["grid"].get("visit") or {}
        return (
            view["household"]["status"] == "withdrawn"
            and view["grid"]["cell"] is None
            and visit.get("status") in (None, "cancelled")
            and view["benefits"]["assessments"] == []
            and not [s for s in view["jobs"]["seekers"] if s.get("status", "seeking") == "seeking"]
            and not view["jobs"]["without_work"]
        )

    within(20, undone)
    path, body = examples.of("post", "/v1/registry/households")
    dead = running.ask("POST", path, copy.deepcopy(body))
    assert [error["code"] for error in dead.json()["errors"]] == ["deceased"]
    anew = copy.deepcopy(body)
    anew["members"][0]["corrects_death"] = True
    again = running.ask("POST", path, anew)
    assert again.status_code == 201, again.text
    answered(running, again.json()["household_id"], len(body["members"]))
    running.ask("POST", f"/v1/registry/households/{again.json()['household_id']}/withdrawal", {"reason": "示例"})


def test_no_service_has_dead_letters(running: Platform) -> None:
    for service in ("registry", "grid", "benefits", "jobs"):
        assert running.ask("GET", f"/v1/{service}/dead-letters").json()["items"] == []
