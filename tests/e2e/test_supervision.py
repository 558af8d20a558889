"""What dies is started again, and nothing that was answered is lost."""

from __future__ import annotations

import os
import signal
from typing import Any

import httpx
import pytest

from shared.ids import new_id
from tests.support.people import household, member, plan
from tests.support.platform import Platform, within

COMMUNITY = "522731003066"


@pytest.fixture(scope="module")
def community(platform: Platform) -> Platform:
    assert platform.ask("PUT", f"/v1/registry/communities/{COMMUNITY}", plan(floors=6)).status_code == 201
    return platform


def pid_of(platform: Platform, name: str) -> int:
    return next((p["pid"] for p in platform.processes() if p["name"] == name), 0)


def settle(platform: Platform, flat: str) -> dict[str, Any]:
    """Settles a household, asking again with the same key until answered, as a client should."""
    body = household(member(labour_class="ORDINARY", work={"status": "none"}), flat=flat) | {"community": COMMUNITY}
    key = new_id()

    def answered() -> dict[str, Any]:
        try:
            answer = platform.ask("POST", "/v1/registry/households", body, idempotency_key=key)
        except httpx.TransportError:
            return {}
        return answer.json() if answer.status_code == 201 else {}

    return within(60, answered)


@pytest.mark.parametrize(
    ("name", "flat"), [("registry", "101"), ("benefits", "201"), ("kafka", "301"), ("postgres", "401")]
)
def test_what_dies_comes_back_and_nothing_is_lost(community: Platform, name: str, flat: str) -> None:
    before = settle(community, flat)
    pid = pid_of(community, name)
    os.kill(pid, signal.SIGKILL)
    during = settle(community, f"{flat[0]}02")
    within(60, lambda: pid_of(community, name) not in (0, pid))
    for home in (before, during):

        def complete(home: dict[str, Any] = home) -> bool:
            answer = community.ask("GET", f"/v1/households/{home['household_id']}/overview")
            if answer.status_code != 200 or answer.json()["unavailable"]:
                return False
            view = answer.json()
            spoken = {a["person_id"] for a in view.get("benefits", {}).get("assessments", [])}
            return (
                bool(view.get("grid", {}).get("visit"))
                and len(spoken) == 2
                and view["household"]["without_work"] is True
            )

        within(60, complete)
    assert any(name in line for line in community.said[-20:]), "the runtime did not say so"


def test_data_survives_and_a_second_start_loads_no_second_demo(platform: Platform) -> None:
    households = platform.ask("GET", "/v1/registry/households?community=522731003013").json()["items"]
    assert len(households) == 28


def test_run_json_names_every_process(platform: Platform) -> None:
    names = {p["name"] for p in platform.processes()}
    assert names >= {"supervisor", "postgres", "kafka", "gateway", "registry", "grid", "benefits", "jobs"}
    for process in platform.processes():
        assert os.path.exists(f"/proc/{process['pid']}"), process


def test_credentials_are_private_and_tell_of_the_developer(platform: Platform) -> None:
    assert (platform.data / "credentials.json").stat().st_mode & 0o777 == 0o600
    who = platform.credentials("developer")
    answer = platform.http.post(
        "/oauth2/token",
        data={"grant_type": "client_credentials", "client_id": who["id"], "client_secret": who["secret"]},
    )
    assert answer.json()["note"] == "this account exists only in this local runtime"
