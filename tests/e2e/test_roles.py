"""Who sees what of a household, through the gateway, with the demo accounts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.platform import Platform


@pytest.fixture(scope="module")
def homes(platform: Platform) -> list[dict[str, Any]]:
    """Some of two blocks."""
    some = "/v1/registry/households?community=522731003012&limit=5&block="
    return [home for block in "12" for home in platform.ask("GET", some + block).json()["items"]]


def of_block(homes: list[dict[str, Any]], block: str) -> str:
    return str(next(home["household_id"] for home in homes if home["block"] == block))


@pytest.mark.parametrize(
    ("role", "sections", "full_name"),
    [
        ("block-head", {"household", "grid"}, True),
        ("community-cadre", {"household", "grid", "jobs"}, True),
        ("street-welfare-clerk", {"household", "benefits"}, True),
        ("employment-service", {"household", "jobs"}, True),
        ("partner-agency", {"household", "benefits"}, False),
        ("app-backend", {"household", "grid", "benefits", "jobs"}, False),
    ],
)
def test_the_overview_leaves_out_what_a_role_may_not_see(
    platform: Platform, homes: list[dict[str, Any]], role: str, sections: set[str], full_name: bool
) -> None:
    view = platform.overview(of_block(homes, "1"), role)
    assert set(view) - {"unavailable"} == sections
    assert view["unavailable"] == []
    head = view["household"]["members"][0]
    assert ("*" not in head["name"]) is full_name
    assert "*" * 10 in head["id_number"]


def test_a_block_head_sees_the_own_block_and_no_welfare(platform: Platform, homes: list[dict[str, Any]]) -> None:
    own = platform.overview(of_block(homes, "1"), "block-head")
    assert set(own["household"]["facts"]) <= {"moved_from_division"}
    foreign = platform.ask("GET", f"/v1/households/{of_block(homes, '2')}/overview", role="block-head")
    missing = platform.ask(
        "GET", f"/v1/households/{own['household']['members'][0]['person_id']}/overview", role="block-head"
    )
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.json()["type"] == missing.json()["type"]
    listed = platform.ask("GET", "/v1/registry/households", role="block-head").json()["items"]
    assert {home["block"] for home in listed} == {"1"}


def test_an_administrator_sees_no_personal_data(platform: Platform, homes: list[dict[str, Any]]) -> None:
    household = of_block(homes, "1")
    for path in (
        f"/v1/registry/households/{household}",
        "/v1/registry/households",
        f"/v1/benefits/households/{household}/assessments",
        f"/v1/jobs/households/{household}",
        f"/v1/grid/households/{household}",
    ):
        assert platform.ask("GET", path, role="admin").status_code == 403, path
    assert platform.ask("GET", f"/v1/households/{household}/overview", role="admin").status_code == 404
