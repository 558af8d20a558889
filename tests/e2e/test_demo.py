"""The demo community has the article's figures to the last digit, and they are counted from the rows."""

from __future__ import annotations

from typing import Any

from deploy.demo import calibration, files, large, small
from deploy.demo.load import ROUTES
from tests.support.platform import Platform, within

LARGE, SMALL = "522731003012", "522731003013"
ARTICLE = {
    "households_with_labour": 1710,
    "labour": 3209,
    "employed": 2907,
    "employed_per_household": "1.7",
    "households_with_someone_in_work": 1710,
    "in_workshops": 156,
    "in_workshops_registered_poor": 118,
    "in_public_posts": 77,
    "self_employed": 73,
    "dispatched": 300,
    "party_members": 40,
}


def overview(platform: Platform, community: str = LARGE) -> dict[str, Any]:
    answer = platform.ask("GET", f"/v1/communities/{community}/overview")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_overview_shows_the_articles_figures_and_they_move_with_the_rows(platform: Platform) -> None:
    assert overview(platform)["figures"] == ARTICLE
    employment = _of_a_workshop(platform)
    path = f"/v1/jobs/employments/{employment['employment_id']}"
    ended = platform.ask("POST", f"{path}/end", {"ended_on": "2026-11-01", "reason": "left"})
    assert ended.status_code == 200, ended.text
    moved = overview(platform)["figures"]
    assert (moved["employed"], moved["in_workshops"]) == (2906, 155)
    again = {"person_id": employment["person_id"], "form": "workshop", "started_on": "2026-11-02"}
    assert platform.ask("POST", "/v1/jobs/employments", again).status_code == 201
    assert within(30, lambda: overview(platform)["figures"] == ARTICLE)


def _of_a_workshop(platform: Platform) -> dict[str, Any]:
    """A standing employment in a workshop, of somebody in the first block that has one."""
    for block in range(1, 40):
        homes = platform.ask("GET", f"/v1/registry/households?community={LARGE}&block={block}&limit=200").json()[
            "items"
        ]
        for home in homes:
            found = platform.ask("GET", f"/v1/jobs/households/{home['household_id']}").json()["employments"]
            if work := next((e for e in found if e["form"] == "workshop" and e["status"] == "standing"), None):
                return dict(work)
    raise AssertionError("nobody works in a workshop")


def test_the_overview_shows_the_share_of_households_by_assessment(platform: Platform) -> None:
    for scheme, outcomes in overview(platform)["assessments"].items():
        assert set(outcomes) == {"transfer", "change", "keep", "not-applicable", "undetermined"}, scheme
        assert all(0 <= float(share) <= 100 for share in outcomes.values())


def test_the_small_community_shows_every_outcome_and_a_household_without_work(platform: Platform) -> None:
    homes = platform.ask("GET", f"/v1/registry/households?community={SMALL}").json()["items"]
    outcomes: set[str] = set()
    for home in homes:
        outcomes |= {a["outcome"] for a in platform.overview(home["household_id"])["benefits"]["assessments"]}
    assert outcomes == {"transfer", "change", "keep", "not-applicable", "undetermined"}
    flagged = platform.ask("GET", f"/v1/jobs/households?without_work=true&community={SMALL}").json()["items"]
    assert any(home["household_id"] in {f["household_id"] for f in flagged} for home in homes)


def test_uploaded_again_the_demo_changes_nothing(platform: Platform) -> None:
    """By other keys than its loader's, so that every row is looked at; facts that were brought after the roster stay as they are."""
    for name, data in files.all_files(large.build(calibration.SEED), small.build()).items():
        report = platform.imported(platform.send(ROUTES[name], data))
        assert (report["status"], report["accepted"]) == ("done", report["rows"]), name
        assert (report["created"], report["changed"]) == (0, 0), name
