"""What can be told of a household and its people over HTTP: what follows, what is said, what is refused, and taking it back."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from shared import clock
from shared.auth import Role
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, id_number, member, plan

HOUSEHOLDS = "/v1/registry/households"
PERSONS = "/v1/registry/persons"
EVENTS = "/v1/registry/life-events"


class Home:
    """A settled household of a head, spouse and child (born 2010)."""

    def __init__(self, registry: Service, view: dict[str, Any]) -> None:
        self.registry = registry
        self.id: str = view["household_id"]
        self.head, self.wife, self.son = (m["person_id"] for m in view["members"])

    async def tell(self, kind: str, on: str, status: int = 201, **body: Any) -> dict[str, Any]:
        path = f"{HOUSEHOLDS}/{self.id}/life-events"
        answer = await self.registry.post(path, {"kind": kind, "on": on} | body)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def view(self, household_id: str | None = None) -> dict[str, Any]:
        found: dict[str, Any] = (await self.registry.get(f"{HOUSEHOLDS}/{household_id or self.id}")).json()
        return found

    async def members(self, household_id: str | None = None) -> dict[str, str]:
        return {m["person_id"]: m["relation"] for m in (await self.view(household_id))["members"]}

    async def person(self, person_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.registry.get(f"{PERSONS}/{person_id}")).json()
        return found

    async def then(self, person_id: str, as_of: str, known_at: str | None = None) -> dict[str, Any]:
        at = {"as_of": as_of} | ({"known_at": known_at} if known_at else {})
        found: dict[str, Any] = (await self.registry.get(f"{PERSONS}/{person_id}/state", params=at)).json()
        return found


async def settle(registry: Service, flat: str = "101", **more: Any) -> Home:
    people = member(), member("12", "19820722", female=True), member("20", "20100508")
    answer = await registry.post(HOUSEHOLDS, household(*people, flat=flat, **more))
    assert answer.status_code == 201, answer.text
    await registry.said()
    return Home(registry, answer.json())


@pytest.fixture
async def home(estate: Service) -> Home:
    return await settle(estate)


def codes(problem: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in problem["errors"]]


async def test_a_child_is_born(home: Home) -> None:
    newborn = {"name": "测试人", "id_number": id_number("20260710"), "relation": "20"}
    event = await home.tell("born", "2026-07-10", members=[newborn], source="police feed", evidence="出生医学证明")
    (part,) = event["people"]
    assert (event["source"], event["evidence"], part["relation"]) == ("police feed", "出生医学证明", "20")
    assert part["person_id"] in await home.members()
    said = await home.registry.said()
    assert [e.type for e in said] == ["registry.household-changed.v1", "registry.person-registered.v1"]
    assert json.loads(said[1].data)["household_id"] == home.id
    wrong = {"name": "测试人", "id_number": id_number("20260711"), "relation": "20"}
    refused = await home.tell("born", "2026-07-10", 422, members=[wrong])
    assert ("/members/0/id_number", "born-another-day") in codes(refused)


async def test_a_spouse_joins_and_a_second_head_is_refused(home: Home) -> None:
    bride = member("38", "19950309", female=True)
    event = await home.tell("joined", "2026-07-10", members=[bride])
    assert (await home.members())[event["people"][0]["person_id"]] == "38"
    refused = await home.tell("joined", "2026-07-11", 422, members=[member("02", "19950309")])
    assert codes(refused) == [("/people", "second-head")]
    assert await home.registry.said() != []
    assert len(await home.members()) == 4


async def test_who_leaves_is_moved_out_and_may_join_another_household(home: Home) -> None:
    other = await settle(home.registry, flat="102")
    await home.tell("left", "2026-07-10", people=[home.son])
    assert (await home.person(home.son))["status"] == "moved-out"
    said = [(e.type, json.loads(e.data)) for e in await home.registry.said()]
    assert [kind for kind, _ in said] == ["registry.household-changed.v1", "registry.person-moved.v1"]
    assert (said[1][1]["state"], said[1][1]["presence"]) == ("resident", "moved-out")
    again = await home.registry.post(HOUSEHOLDS, household(flat="201"))
    assert again.status_code == 201  # somebody else: nothing of this hinders
    await other.tell("joined", "2026-08-01", people=[{"person_id": home.son, "relation": "94"}])
    person = await home.person(home.son)
    assert (person["status"], person["household_id"]) == ("resident", other.id)
    assert (await home.then(home.son, "2026-07-20"))["status"] == "moved-out"


async def test_who_is_away_stays_a_member_until_the_return(home: Home) -> None:
    await home.tell("away", "2026-07-10", people=[home.wife])
    assert (await home.person(home.wife))["status"] == "away"
    assert home.wife in await home.members()
    (event,) = await home.registry.said()
    assert json.loads(event.data)["presence"] == "away"
    await home.tell("returned", "2026-08-10", people=[home.wife])
    assert (await home.person(home.wife))["status"] == "resident"
    assert [(await home.then(home.wife, day))["status"] for day in ("2026-07-01", "2026-07-15", "2026-08-15")] == [
        "resident",
        "away",
        "resident",
    ]


async def test_a_household_without_head_is_warned_of_and_gets_one(home: Home) -> None:
    event = await home.tell("left", "2026-07-10", people=[home.head])
    assert [w["code"] for w in event["warnings"]] == ["head-missing"]
    people = [{"person_id": home.wife, "relation": "02"}, {"person_id": home.son, "relation": "20"}]
    await home.tell("head-changed", "2026-07-11", people=people)
    assert (await home.view())["head_person_id"] == home.wife


async def test_a_split_makes_a_household_of_its_own(home: Home) -> None:
    event = await home.tell(
        "split", "2026-07-10", people=[{"person_id": home.son, "relation": "02"}], block="2", unit="1", flat="101"
    )
    new = await home.view(event["into_id"])
    assert (new["status"], new["head_person_id"], new["address"]["block"], new["version"]) == (
        "settled",
        home.son,
        "2",
        1,
    )
    assert home.son not in await home.members()
    said = await home.registry.said()
    assert sorted(e.type for e in said) == [
        "registry.household-settled.v1",
        "registry.household-split.v1",
        "registry.person-moved.v1",
    ]
    taken = await home.registry.post(HOUSEHOLDS, household(flat="101", block="2"))
    assert taken.json()["errors"][0]["code"] == "flat-taken"
    back = await home.registry.post(f"{EVENTS}/{event['event_id']}/withdrawal", {"reason": "误录"})
    assert back.json()["retracted_because"] == "误录"
    assert (await home.members())[home.son] == "20"
    assert (await home.view(event["into_id"]))["status"] == "withdrawn"
    assert (await home.registry.post(HOUSEHOLDS, household(flat="101", block="2"))).status_code == 201


async def test_a_merger_ends_one_household_and_frees_its_flat(home: Home) -> None:
    other = await settle(home.registry, flat="102")
    people = [
        {"person_id": person, "relation": "97"} for person in (other.head, other.wife)
    ]  # and the son, who is forgotten
    refused = await other.tell("merged", "2026-07-10", 422, into=home.id, people=people)
    assert codes(refused) == [("/people", "members-differ")]
    people.append({"person_id": other.son, "relation": "97"})
    await other.tell("merged", "2026-07-10", into=home.id, people=people)
    assert (await other.view())["status"] == "ended"
    assert len(await home.members()) == 6
    types = [e.type for e in await home.registry.said()]
    assert sorted(types)[:2] == ["registry.household-changed.v1", "registry.household-merged.v1"]
    assert (await settle(home.registry, flat="102", settled_on="2026-07-10")).id != other.id


async def test_a_late_move_changes_what_held_not_what_holds(home: Home) -> None:
    body = {"block": "2", "unit": "1", "flat": "201", "moved_on": "2026-08-01"}
    await home.registry.put(f"{HOUSEHOLDS}/{home.id}/flat", body, headers={"if-match": '"1.0"'})
    known = (await home.registry.get(f"{HOUSEHOLDS}/{home.id}/life-events")).json()["items"][-1]["recorded_at"]
    await home.registry.said()
    await home.tell("moved", "2026-07-01", block="1", unit="2", flat="301")
    assert await home.registry.said() == []
    assert (await home.view())["address"]["flat"] == "201"

    async def flat(day: str, **at: str) -> str:
        answer = await home.registry.get(f"{HOUSEHOLDS}/{home.id}/state", params={"as_of": day, **at})
        return str(answer.json()["address"]["flat"])

    assert [await flat(day) for day in ("2026-06-15", "2026-07-15", "2026-08-15")] == ["101", "301", "201"]
    assert [await flat(day, known_at=known) for day in ("2026-06-15", "2026-07-15", "2026-08-15")] == [
        "101",
        "101",
        "201",
    ]


async def test_a_flat_that_was_lived_in_then_is_refused(home: Home) -> None:
    await settle(home.registry, flat="102")
    refused = await home.tell("moved", "2026-07-01", 409, block="1", unit="1", flat="102")
    assert refused["type"] == "urn:anju:problem:flat-taken"
    assert codes(refused) == [("/flat", "flat-taken-then")]


async def test_what_contradicts_a_later_event_names_it(home: Home) -> None:
    left = await home.tell("left", "2026-08-01", people=[home.son])
    refused = await home.tell("left", "2026-07-01", 409, people=[home.son])
    assert (refused["type"], refused["event_id"], refused["kind"], refused["happened_on"]) == (
        "urn:anju:problem:contradicts-later",
        left["event_id"],
        "left",
        "2026-08-01",
    )
    assert codes(refused) == [("/on", "moved-out")]


async def test_a_death_is_taken_back_and_all_is_as_before(home: Home) -> None:
    before = await home.members()
    await home.registry.post(f"{PERSONS}/{home.head}/death", {"died_on": "2026-07-10"})
    died = (await home.registry.get(f"{PERSONS}/{home.head}/life-events")).json()["items"][-1]
    answer = await home.registry.post(f"{EVENTS}/{died['event_id']}/withdrawal", {"reason": "同名误报"})
    assert answer.status_code == 200
    person = await home.person(home.head)
    assert (person["status"], person["died_on"]) == ("resident", None)
    assert await home.members() == before
    assert (await home.view())["head_person_id"] == home.head
    assert (await home.then(home.head, "2026-07-15", died["recorded_at"]))["status"] == "deceased"
    assert (await home.then(home.head, "2026-07-15"))["status"] == "resident"
    again = await home.registry.post(f"{EVENTS}/{died['event_id']}/withdrawal", {"reason": "同名误报"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:anju:problem:life-event-taken-back")


async def test_who_settles_and_dies_on_one_day_has_lived_there(estate: Service) -> None:
    """Nobody was a member for a whole day; the household ended all the same, and was no mistake."""
    today = clock.today(clock.now()).isoformat()
    answer = await estate.post(HOUSEHOLDS, household(settled_on=today))
    view = answer.json()
    head = view["members"][0]["person_id"]
    assert (await estate.post(f"{PERSONS}/{head}/death", {"died_on": today})).status_code == 200
    assert (await estate.get(f"{HOUSEHOLDS}/{view['household_id']}")).json()["status"] == "ended"
    assert (await estate.get(f"{PERSONS}/{head}")).json()["died_on"] == today
    assert (await estate.post(HOUSEHOLDS, household(settled_on=today))).status_code == 201


async def test_a_settling_is_taken_back_whole_and_only_while_its_people_lived_nowhere_else(home: Home) -> None:
    settled = (await home.registry.get(f"{HOUSEHOLDS}/{home.id}/life-events")).json()["items"][0]
    answer = await home.registry.post(f"{EVENTS}/{settled['event_id']}/withdrawal", {"reason": "误录"})
    assert answer.json()["type"] == "urn:anju:problem:withdraw-settling"
    split = await home.tell(
        "split", "2026-07-10", people=[{"person_id": home.son, "relation": "02"}], block="2", unit="1", flat="101"
    )
    refused = await home.registry.post(f"{HOUSEHOLDS}/{home.id}/withdrawal", {"reason": "误录"})
    assert refused.json()["type"] == "urn:anju:problem:other-households-involved"
    assert [e["event_id"] for e in refused.json()["events"]] == [split["event_id"]]


async def test_who_came_by_an_event_alone_cannot_lose_it(home: Home) -> None:
    event = await home.tell("joined", "2026-07-10", members=[member("38", "19950309", female=True)])
    refused = await home.registry.post(f"{EVENTS}/{event['event_id']}/withdrawal", {"reason": "误录"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:anju:problem:in-no-household")


async def test_a_late_value_of_a_fact_holds_up_to_the_later_one(home: Home) -> None:
    path = f"{PERSONS}/{home.head}/facts"
    first = await home.registry.patch(
        path, {"labour_class": "ORDINARY", "valid_from": "2026-08-01"}, headers={"if-match": "*"}
    )
    assert first.json()["warnings"] == []
    late = await home.registry.patch(
        path, {"labour_class": "WEAK_HALF", "valid_from": "2026-07-01"}, headers={"if-match": "*"}
    )
    assert [(w["pointer"], w["code"]) for w in late.json()["warnings"]] == [("/labour_class", "later-known")]
    assert late.json()["facts"]["labour_class"] == "ORDINARY"
    values = [
        (await home.then(home.head, day))["facts"].get("labour_class")
        for day in ("2026-06-15", "2026-07-15", "2026-08-15")
    ]
    assert values == [None, "WEAK_HALF", "ORDINARY"]


async def test_nothing_was_known_before_and_a_day_to_come_is_refused(home: Home) -> None:
    assert (await home.then(home.head, "2026-05-31"))["type"] == "urn:anju:problem:not-known-then"
    early = (await home.registry.get(f"{HOUSEHOLDS}/{home.id}/life-events")).json()["items"][0]["recorded_at"]
    before = (date.fromisoformat(early[:10]) - timedelta(days=1)).isoformat() + "T00:00:00Z"
    assert (await home.then(home.head, "2026-07-01", before))["type"] == "urn:anju:problem:not-known-then"
    refused = await home.tell("left", "2099-01-01", 422, people=[home.son])
    assert codes(refused) == [("/on", "date-in-future")]


async def test_other_places_and_roles_tell_and_read_nothing(home: Home) -> None:
    body = {"kind": "left", "on": "2026-07-10", "people": [home.son]}
    path = f"{HOUSEHOLDS}/{home.id}/life-events"
    assert (await home.registry.post(path, body, place="522328")).status_code == 404
    assert (await home.registry.get(path, place="522328")).status_code == 404
    assert (await home.registry.get(f"{PERSONS}/{home.son}/state", place="522328")).status_code == 404
    assert (await home.registry.post(path, body, role=Role.AUDITOR)).status_code == 403
    event = await home.tell("left", "2026-07-10", people=[home.son])
    at = f"{EVENTS}/{event['event_id']}"
    assert (await home.registry.get(at, place="522328")).status_code == 404
    assert (await home.registry.post(f"{at}/withdrawal", {"reason": "误录"}, place="522328")).status_code == 404


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"kind": "vanished", "on": "2026-07-10"}, ("/kind", "kind-unknown")),
        ({"on": "2026-07-10"}, ("/kind", "missing")),
        ({"kind": "left", "on": "2026-07-10"}, ("/people", "missing")),
        ({"kind": "left", "people": ["x"], "on": "2026-07-10"}, ("/people/0", "id-malformed")),
        ({"kind": "merged", "people": [], "on": "2026-07-10"}, ("/into", "missing")),
    ],
)
async def test_a_body_that_is_none_says_where(home: Home, body: dict[str, Any], fault: tuple[str, str]) -> None:
    answer = await home.registry.post(f"{HOUSEHOLDS}/{home.id}/life-events", body)
    assert answer.status_code == 422
    assert fault in codes(answer.json())
    assert "vanished" not in answer.text


async def test_the_community_moves_with_a_split_into_another_one(home: Home) -> None:
    other = "522731003013"
    await home.registry.put(f"/v1/registry/communities/{other}", plan("新安社区"))
    address: dict[str, Any] = {"community": other, "block": "1", "unit": "1", "flat": "101"}
    event = await home.tell("split", "2026-07-10", people=[{"person_id": home.son, "relation": "02"}], **address)
    assert (await home.person(home.son))["address"]["community"] == other
    states = [(await home.then(home.son, day))["address"]["community"] for day in ("2026-07-01", "2026-07-11")]
    assert states == [COMMUNITY, other]
    rows = await home.registry.database.pool.fetch(
        """select value ->> 'division' as division, valid_from::text as since from person_facts
            where person_id = $1 and fact = 'residence' and retracted_at is null order by valid_from""",
        home.son,
    )
    assert [tuple(row.values()) for row in rows] == [(COMMUNITY, "2026-06-01"), (other, "2026-07-10")]
    assert event["into_id"] == (await home.person(home.son))["household_id"]
