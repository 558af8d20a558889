"""Households of two places in one event: each place sees its own part, and undoes nothing of the other's."""

from __future__ import annotations

from typing import Any

import pytest

from shared.auth import Role
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, member, plan

NEXT = "522731003013"
HOUSEHOLDS = "/v1/registry/households"
HERE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "place": COMMUNITY}
THERE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "place": NEXT}


@pytest.fixture
async def two(estate: Service) -> tuple[dict[str, Any], dict[str, Any]]:
    """A household here and one there."""
    assert (await estate.put(f"/v1/registry/communities/{NEXT}", plan("另一社区"))).status_code == 201
    here = await estate.post(HOUSEHOLDS, household(member(), member("20", "20000508")))
    there = await estate.post(HOUSEHOLDS, household() | {"community": NEXT})
    return here.json(), there.json()


async def tell(service: Service, home: dict[str, Any], **body: Any) -> str:
    answer = await service.post(f"{HOUSEHOLDS}/{home['household_id']}/life-events", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["event_id"])


async def test_who_moved_from_place_to_place(estate: Service, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
    here, there = two
    head, son = (each["person_id"] for each in here["members"])
    left = await tell(estate, here, kind="left", on="2026-07-01", people=[son])
    joined = await tell(estate, there, kind="joined", on="2026-07-02", people=[{"person_id": son, "relation": "99"}])
    of_son = f"/v1/registry/persons/{son}/life-events"
    assert (await estate.get(of_son, **HERE)).status_code == 404
    told = (await estate.get(of_son, **THERE)).json()["items"]
    assert [(event["kind"], [part["person_id"] for part in event["people"]]) for event in told] == [
        ("settled", [son]),
        ("left", [son]),
        ("joined", [son]),
    ]
    everywhere = (await estate.get(of_son)).json()["items"]
    assert [part["person_id"] for part in everywhere[0]["people"]] == [head, son]

    undo = f"/v1/registry/life-events/{left}/withdrawal", {"reason": "重复登记"}
    refused, whole = await estate.post(*undo, **HERE), await estate.post(*undo)
    assert refused.status_code == whole.status_code == 409
    assert ("event_id" in refused.json(), whole.json()["event_id"]) == (False, joined)
    withdraw = f"{HOUSEHOLDS}/{here['household_id']}/withdrawal", {"reason": "录入错误"}
    refused, whole = await estate.post(*withdraw, **HERE), await estate.post(*withdraw)
    assert refused.json()["type"] == whole.json()["type"] == "urn:anju:problem:other-households-involved"
    assert refused.json()["events"] == []
    assert joined in [each["event_id"] for each in whole.json()["events"]]


async def test_a_merger_of_two_places(estate: Service, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
    here, there = two
    relations = [{"person_id": each["person_id"], "relation": "99"} for each in here["members"]]
    merged = await tell(estate, here, kind="merged", on="2026-07-01", into=there["household_id"], people=relations)
    path = f"/v1/registry/life-events/{merged}"
    for who in (HERE, THERE):
        assert (await estate.get(path, **who)).status_code == 200
        refused = await estate.post(f"{path}/withdrawal", {"reason": "重复登记"}, **who)
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:anju:problem:beyond-your-place")
    street = {"role": Role.COMMUNITY_SECRETARY, "place": COMMUNITY[:9]}
    assert (await estate.post(f"{path}/withdrawal", {"reason": "重复登记"}, **street)).status_code == 200
