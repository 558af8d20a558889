"""What a resident sees of the registry, and when it ceases to be its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.registry.codes.kinship import RELATION
from services.registry.own import _CHILDREN
from shared import clock
from shared.auth import Role
from tests.support.clients import Service
from tests.support.people import household, member

HOUSEHOLDS = "/v1/registry/households"
PERSONS = "/v1/registry/persons"


class Family:
    """A head, a wife, a son under age and a grandmother, and how one of them sees the registry."""

    def __init__(self, registry: Service, view: dict[str, Any]) -> None:
        self.registry = registry
        self.home: str = view["household_id"]
        self.head, self.wife, self.son, self.granny = (each["person_id"] for each in view["members"])

    async def ask(self, who: str, path: str) -> Any:
        answer = await self.registry.get(path, role=Role.RESIDENT, subject=who)
        return answer.json() if answer.status_code == 200 else answer.status_code

    async def sees(self, who: str) -> set[str]:
        """Whose record that resident sees."""
        everyone = (self.head, self.wife, self.son, self.granny)
        found = {each: await self.ask(who, f"{PERSONS}/{each}") for each in everyone}
        assert all(view == 404 or "*" not in view["id_number"] for view in found.values())
        return {each for each, view in found.items() if view != 404}

    async def happened(self, kind: str, on: str, **body: Any) -> str:
        answer = await self.registry.post(f"{HOUSEHOLDS}/{self.home}/life-events", {"kind": kind, "on": on} | body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["event_id"])


@pytest.fixture
async def family(estate: Service) -> Family:
    people = (
        member(),
        member("12", "19820722", female=True),
        member("20", "20100508", tags=["minor-in-hardship"]),
        member("52", "19500101", female=True),
    )
    answer = await estate.post(HOUSEHOLDS, household(*people, dibao={"receiving": True, "household_class": "rural"}))
    assert answer.status_code == 201, answer.text
    return Family(estate, answer.json())


async def test_parents_see_themselves_and_their_minor_children(family: Family) -> None:
    assert await family.sees(family.head) == {family.head, family.son}
    assert await family.sees(family.wife) == {family.wife, family.son}
    assert await family.sees(family.son) == {family.son}
    assert await family.sees(family.granny) == {family.granny}
    own = await family.ask(family.head, f"{PERSONS}/{family.son}")
    assert (own["name"], own["birth"], own["facts"]["tags"]) == ("测试人", "2010-05-08", ["minor-in-hardship"])


async def test_of_the_own_household_the_others_are_masked(family: Family) -> None:
    view = await family.ask(family.wife, f"{HOUSEHOLDS}/{family.home}")
    shown = {each["person_id"]: (each["name"], each["id_number"], each["status"]) for each in view["members"]}
    assert shown[family.head] == shown[family.granny] == ("测*人", None, None)
    assert all(shown[each][0] == "测试人" and "*" not in shown[each][1] for each in (family.wife, family.son))
    assert view["facts"]["dibao"]["household_class"] == "rural"
    for path in ("/life-events", "/state"):
        assert await family.ask(family.wife, f"{HOUSEHOLDS}/{family.home}{path}") == 403


async def test_of_life_events_the_own_part_is_shown(family: Family) -> None:
    away = await family.happened("away", "2026-07-01", people=[family.head, family.granny])
    alone = await family.happened("away", "2026-07-02", people=[family.wife])
    event = await family.ask(family.head, f"/v1/registry/life-events/{away}")
    assert ([part["person_id"] for part in event["people"]], event["recorded_by"]) == ([family.head], None)
    assert await family.ask(family.head, f"/v1/registry/life-events/{alone}") == 404
    listed = (await family.ask(family.head, f"{PERSONS}/{family.son}/life-events"))["items"]
    assert [(each["kind"], [p["person_id"] for p in each["people"]]) for each in listed] == [("settled", [family.son])]
    assert await family.ask(family.head, f"{PERSONS}/{family.wife}/life-events") == 404


async def test_the_own_log_tells_who_read_and_for_what(family: Family) -> None:
    for person in (family.head, family.son):
        read = await family.registry.get(
            f"{PERSONS}/{person}?purpose=dibao-review&case=d-1", role=Role.STREET_WELFARE_CLERK, place="522731003"
        )
        assert read.status_code == 200
    await family.sees(family.head)
    log = (await family.ask(family.head, f"{PERSONS}/{family.head}/accesses"))["items"]
    assert [(note["role"], note["purpose"], note["reader"], note["case"]) for note in log] == [
        ("resident", "own-data", family.head, None),
        ("street-welfare-clerk", "dibao-review", None, None),
    ]
    assert await family.ask(family.head, f"{PERSONS}/{family.son}/accesses") == 404
    assert await family.ask(family.wife, f"{PERSONS}/{family.head}/accesses") == 404


async def test_nobody_else_states_the_residents_purpose(family: Family) -> None:
    claimed = await family.registry.get(f"{PERSONS}/{family.head}?purpose=own-data")
    assert claimed.status_code == 422


async def test_a_child_of_age_is_its_own(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    for day, sees in ((7, {family.head, family.son}), (8, {family.head})):
        monkeypatch.setattr(clock, "now", lambda day=day: datetime(2028, 5, day, 4, tzinfo=UTC))
        assert await family.sees(family.head) == sees


async def test_a_child_that_moved_out_is_not_shown_to_those_it_left(family: Family) -> None:
    await family.happened("left", "2026-07-01", people=[family.son])
    assert await family.sees(family.head) == {family.head}
    assert await family.sees(family.son) == {family.son}
    assert await family.ask(family.son, f"{HOUSEHOLDS}/{family.home}") == 404


async def test_a_parent_that_moved_out_sees_itself_alone(family: Family) -> None:
    await family.happened("left", "2026-07-01", people=[family.wife])
    assert await family.sees(family.wife) == {family.wife}
    assert await family.ask(family.wife, f"{HOUSEHOLDS}/{family.home}") == 404


async def test_the_dead_see_nothing_and_are_seen_by_none(family: Family) -> None:
    for person in (family.wife, family.son):
        died = await family.registry.post(f"{PERSONS}/{person}/death", {"died_on": "2026-07-01"})
        assert died.status_code == 200
    assert await family.sees(family.wife) == set()
    assert await family.sees(family.head) == {family.head}
    for path in (f"{HOUSEHOLDS}/{family.home}", f"{PERSONS}/{family.wife}/accesses", f"{PERSONS}/{family.wife}/state"):
        assert await family.ask(family.wife, path) == 404


async def test_a_settling_taken_back_leaves_nothing_of_ones_own(family: Family) -> None:
    answer = await family.registry.post(f"{HOUSEHOLDS}/{family.home}/withdrawal", {"reason": "录入错误"})
    assert answer.status_code == 200
    assert await family.sees(family.head) == set()
    assert await family.ask(family.head, f"{HOUSEHOLDS}/{family.home}") == 404


async def test_a_grandchild_is_not_taken_for_a_child(estate: Service) -> None:
    people = member("02", "19500101"), member("20", "19800101"), member("41", "20150101")
    settled = (await estate.post(HOUSEHOLDS, household(*people))).json()["members"]
    grandson = settled[2]["person_id"]
    for parent in settled[:2]:
        answer = await estate.get(f"{PERSONS}/{grandson}", role=Role.RESIDENT, subject=parent["person_id"])
        assert answer.status_code == 404


async def test_a_head_under_age_is_its_parents_child(estate: Service) -> None:
    people = member("02", "20120101"), member("52", "19850101", female=True), member("75", "20150101", female=True)
    head, mother, sister = (
        each["person_id"] for each in (await estate.post(HOUSEHOLDS, household(*people))).json()["members"]
    )
    for person, status in ((head, 200), (sister, 404)):
        answer = await estate.get(f"{PERSONS}/{person}", role=Role.RESIDENT, subject=mother)
        assert answer.status_code == status


def test_children_are_sons_and_daughters_not_their_spouses() -> None:
    sons_and_daughters = {code for code in RELATION.labels if code[0] in "23"}
    assert sons_and_daughters - set(_CHILDREN) == {"28", "38"}
    assert set(_CHILDREN) <= sons_and_daughters


async def test_who_was_merged_into_another_sees_nothing_by_the_old_record(estate: Service) -> None:
    homes = [(await estate.post(HOUSEHOLDS, household(flat=flat))).json() for flat in ("101", "102")]
    gone, kept = (home["members"][0]["person_id"] for home in homes)
    body = {"into": kept, "take": [], "life": "into", "evidence": "居民身份证", "reason": "同一人重复登记"}
    asked = await estate.post(f"{PERSONS}/{gone}/merger", body, subject="cadre-1")
    assert asked.status_code == 201, asked.text
    approval = f"/v1/registry/change-requests/{asked.json()['request_id']}/approval"
    approved = await estate.post(approval, {}, subject="cadre-2")
    assert approved.status_code == 200, approved.text
    for who, person, status in ((gone, gone, 404), (gone, kept, 404), (kept, kept, 200), (kept, gone, 404)):
        answer = await estate.get(f"{PERSONS}/{person}", role=Role.RESIDENT, subject=who)
        assert answer.status_code == status
