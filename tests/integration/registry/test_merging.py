"""People who were entered twice: merged once a second person approves, and parted again, each with its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.registry import examples
from shared.auth import Role
from tests.integration.registry.believed import believed
from tests.support.clients import Service
from tests.support.people import household, id_number, member

PERSONS = "/v1/registry/persons"
HOUSEHOLDS = "/v1/registry/households"
CADRE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "subject": "cadre"}
CLERK: dict[str, Any] = {"role": Role.STREET_WELFARE_CLERK, "place": "522731003", "subject": "clerk"}
GIVEN = {**examples.CONSENT, "given_on": "2026-07-02"}
SECRETARY: dict[str, Any] = {"role": Role.COMMUNITY_SECRETARY, "subject": "secretary"}


class Twice:
    """A man who moved in on 1 June with his wife in flat 101; and once more, under a wrong number, as head of flat 201."""

    def __init__(self, registry: Service, kept: dict[str, Any], gone: dict[str, Any]) -> None:
        self.registry = registry
        self.kept_home, self.gone_home = kept["household_id"], gone["household_id"]
        self.kept, self.wife = (m["person_id"] for m in kept["members"])
        self.gone, self.child = (m["person_id"] for m in gone["members"])

    async def propose(self, **body: Any) -> httpx.Response:
        path = f"{PERSONS}/{self.gone}/merger"
        return await self.registry.post(path, {"into": self.kept, "reason": "重复登记"} | body, **CADRE)

    async def merge(self, **body: Any) -> httpx.Response:
        asked = await self.propose(**body)
        assert asked.status_code == 201, asked.text
        return await self.registry.post(f"{asked.headers['location']}/approval", {}, **SECRETARY)

    async def part(self) -> httpx.Response:
        return await self.registry.post(f"{PERSONS}/{self.gone}/merger/withdrawal", {"reason": "系同名两人"}, **CADRE)

    async def person(self, person_id: str) -> dict[str, Any]:
        view: dict[str, Any] = (
            await self.registry.get(f"{PERSONS}/{person_id}", params={"purpose": "correction"})
        ).json()
        return view

    async def members(self, household_id: str) -> dict[str, str]:
        view = (await self.registry.get(f"{HOUSEHOLDS}/{household_id}")).json()
        return {m["person_id"]: m["relation"] for m in view["members"]}


@pytest.fixture
async def twice(estate: Service) -> Twice:
    man = member(labour_class="ORDINARY") | {"name": "王小明", "phone": "13812345678"}
    kept = await estate.post(HOUSEHOLDS, household(man, member("12", female=True)))
    again = member(birth="19800316", labour_class="SKILLED", hukou={"division": "522328"}) | {"name": "王晓明"}
    gone = await estate.post(
        HOUSEHOLDS, household(again, member("21", birth="20100101"), flat="201", settled_on="2026-07-01")
    )
    assert (kept.status_code, gone.status_code) == (201, 201), gone.text
    await estate.said()
    return Twice(estate, kept.json(), gone.json())


def slug(answer: httpx.Response) -> str:
    kind: str = answer.json()["type"]
    return kind.rpartition(":")[2]


def of(events: list[Any], person_id: str) -> list[Mapping[str, Any]]:
    said = [json.loads(event.data) | {"type": event.type} for event in events]
    return [event for event in said if event.get("person_id") == person_id]


async def test_the_one_who_goes_says_into_whom(twice: Twice) -> None:
    answer = await twice.merge()
    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    assert [w["code"] for w in answer.json()["warnings"]] == ["birth-on-differs"]
    gone = await twice.person(twice.gone)
    assert (gone["status"], gone["merged_into"], gone["version"]) == ("merged", twice.kept, 2)
    assert await twice.members(twice.gone_home) == {twice.child: "21"}
    assert await twice.members(twice.kept_home) == {twice.kept: "02", twice.wife: "12"}
    said = await twice.registry.said()
    (event,) = of(said, twice.gone)
    assert (event["type"], event["merged_into"], event["state"], event["version"]) == (
        "registry.person-merged.v1",
        twice.kept,
        "withdrawn",
        2,
    )
    assert [e.type for e in said if e.key == twice.gone_home] == ["registry.household-changed.v1"]


async def test_a_merger_takes_two_people(twice: Twice) -> None:
    asked = await twice.propose()
    assert (asked.json()["status"], asked.json()["takes_two"]) == ("open", True)
    alone = await twice.registry.post(f"{asked.headers['location']}/approval", {}, **CADRE)
    assert (alone.status_code, slug(alone)) == (403, "second-person-needed")
    assert (await twice.person(twice.gone))["merged_into"] is None


async def test_fields_are_taken_one_by_one(twice: Twice) -> None:
    number = (await twice.person(twice.gone))["id_number"]
    own = (await twice.person(twice.kept))["id_number"]
    await twice.merge(take=["name", "id_number", "labour_class", "hukou"])
    kept, gone = await twice.person(twice.kept), await twice.person(twice.gone)
    assert (kept["name"], kept["id_number"], kept["birth"]) == ("王晓明", number, "1980-03-16")
    assert (kept["facts"]["labour_class"], kept["facts"]["hukou"]["division"]) == ("SKILLED", "522328")
    assert kept["phone"] == "13812345678"
    assert gone["id_number"] == own, "the other number still leads to the record that says into whom"
    assert len(of(await twice.registry.said(), twice.kept)) == 1


@pytest.mark.parametrize("life", ["into", "both"])
@pytest.mark.parametrize("take", [[], ["name", "id_number", "labour_class", "hukou"]])
async def test_merge_then_part_gives_each_its_own(twice: Twice, life: str, take: list[str]) -> None:
    if life == "both":  # he left the first flat before he is said to have moved into the second
        left = {"kind": "left", "on": "2026-06-20", "people": [twice.kept]}
        assert (await twice.registry.post(f"{HOUSEHOLDS}/{twice.kept_home}/life-events", left)).status_code == 201
    before = await believed(twice.registry)
    assert (await twice.merge(life=life, take=take)).status_code == 200
    assert await believed(twice.registry) != before
    parted = await twice.part()
    assert parted.status_code == 200, parted.text
    assert (parted.json()["staying_fields"], parted.json()["staying_events"]) == ([], [])
    assert await believed(twice.registry) == before
    types = [event["type"] for event in of(await twice.registry.said(), twice.gone)]
    assert types == ["registry.person-merged.v1", "registry.person-unmerged.v1"]


async def test_what_is_told_of_either_is_true_of_one(twice: Twice) -> None:
    left = {"kind": "left", "on": "2026-06-20", "people": [twice.kept]}
    await twice.registry.post(f"{HOUSEHOLDS}/{twice.kept_home}/life-events", left)
    await twice.merge(life="both")
    assert await twice.members(twice.gone_home) == {twice.kept: "02", twice.child: "21"}
    kept = await twice.person(twice.kept)
    assert (kept["status"], kept["household_id"]) == ("resident", twice.gone_home)
    for day, home in (("2026-06-10", twice.kept_home), ("2026-06-25", None), ("2026-07-02", twice.gone_home)):
        state = (await twice.registry.get(f"{PERSONS}/{twice.kept}/state", params={"as_of": day})).json()
        assert state["household_id"] == home


async def test_what_cannot_be_true_of_one_is_refused_with_the_event(twice: Twice) -> None:
    asked = await twice.propose(life="both")
    answer = await twice.registry.post(f"{asked.headers['location']}/approval", {}, **SECRETARY)
    assert (answer.status_code, slug(answer), answer.json()["kind"]) == (409, "cannot-be-one", "settled")
    assert [error["code"] for error in answer.json()["errors"]] == ["lives-here"]
    assert (await twice.person(twice.gone))["merged_into"] is None


async def test_what_was_recorded_meanwhile_stays_and_is_listed(twice: Twice) -> None:
    await twice.merge(take=["labour_class", "hukou"])
    change = {"hukou": {"division": "522731003012", "moved": True}}
    answer = await twice.registry.patch(f"{PERSONS}/{twice.kept}/facts", change, headers={"if-match": "*"})
    assert answer.status_code == 200
    away = {"kind": "away", "on": "2026-08-01", "people": [twice.kept]}
    told = await twice.registry.post(f"{HOUSEHOLDS}/{twice.kept_home}/life-events", away)
    parted = (await twice.part()).json()
    assert parted["staying_fields"] == ["hukou"]
    assert [e["event_id"] for e in parted["staying_events"]] == [told.json()["event_id"]]
    kept, gone = await twice.person(twice.kept), await twice.person(twice.gone)
    assert (kept["facts"]["labour_class"], kept["facts"]["hukou"]["division"]) == ("ORDINARY", "522731003012")
    assert (gone["facts"]["labour_class"], gone["facts"]["hukou"]["division"]) == ("SKILLED", "522328")
    assert (kept["status"], gone["status"]) == ("away", "resident")


async def test_a_number_changed_meanwhile_leaves_the_other_its_own(twice: Twice) -> None:
    own = (await twice.person(twice.gone))["id_number"]
    await twice.merge(take=["id_number"])
    number = id_number("19800317")
    asked = await twice.registry.post(
        f"{PERSONS}/{twice.kept}/change-requests", {"id_number": number, "reason": "更正"}, **CADRE
    )
    done = await twice.registry.post(f"{asked.headers['location']}/approval", {"id_number": number}, **SECRETARY)
    assert done.status_code == 200, done.text
    assert (await twice.part()).json()["staying_fields"] == ["birth", "id_number"]
    assert (await twice.person(twice.gone))["id_number"] == own
    assert (await twice.person(twice.kept))["id_number"] == number


async def test_parting_is_refused_where_something_later_rests_on_the_merger(twice: Twice) -> None:
    left = {"kind": "left", "on": "2026-06-20", "people": [twice.kept]}
    await twice.registry.post(f"{HOUSEHOLDS}/{twice.kept_home}/life-events", left)
    await twice.merge(life="both")
    away = {"kind": "away", "on": "2026-08-01", "people": [twice.kept]}
    told = await twice.registry.post(f"{HOUSEHOLDS}/{twice.gone_home}/life-events", away)
    assert told.status_code == 201
    parted = await twice.part()
    assert (parted.status_code, slug(parted), parted.json()["event_id"]) == (
        409,
        "contradicts-later",
        told.json()["event_id"],
    )
    await twice.registry.post(f"{told.headers['location']}/withdrawal", {"reason": "误报"})
    assert (await twice.part()).status_code == 200


async def test_what_was_known_before_the_merger_stays_readable(twice: Twice) -> None:
    before = datetime.now(UTC).isoformat()
    await twice.merge()
    then = await twice.registry.get(f"{PERSONS}/{twice.gone}/state", params={"known_at": before})
    assert (then.status_code, then.json()["household_id"]) == (200, twice.gone_home)
    now = await twice.registry.get(f"{PERSONS}/{twice.gone}/state")
    assert (now.status_code, slug(now)) == (404, "not-known-then")
    mergers = (await twice.registry.get(f"{PERSONS}/{twice.kept}/merger")).json()["items"]
    assert [(m["gone_id"], m["life"], m["merged_by"]) for m in mergers] == [(twice.gone, "into", "cadre")]


async def test_nothing_is_done_to_who_is_merged(twice: Twice) -> None:
    await twice.merge()
    post, path = twice.registry.post, f"{PERSONS}/{twice.gone}"
    away = {"kind": "away", "on": "2026-08-01", "people": [twice.gone]}
    for answer in (
        await twice.registry.patch(f"{path}/facts", {"labour_class": "LOST"}, headers={"if-match": "*"}),
        await post(f"{path}/death", {"died_on": "2026-08-01"}),
        await post(f"{path}/change-requests", {"name": "王大明", "reason": "更正"}),
        await post(f"{HOUSEHOLDS}/{twice.gone_home}/life-events", away),
        await twice.propose(into=twice.wife),
    ):
        assert (answer.status_code, slug(answer), answer.json()["merged_into"]) == (409, "person-merged", twice.kept)


async def test_mergers_make_no_chains(twice: Twice) -> None:
    await twice.merge()
    path = f"{PERSONS}/{twice.kept}/merger"
    onward = await twice.registry.post(path, {"into": twice.wife, "reason": "重复"}, **CADRE)
    assert [e["code"] for e in onward.json()["errors"]] == ["others-merged-into-it"]
    path = f"{PERSONS}/{twice.wife}/merger"
    into_gone = await twice.registry.post(path, {"into": twice.gone, "reason": "重复"}, **CADRE)
    assert [e["code"] for e in into_gone.json()["errors"]] == ["not-registered"]
    itself = await twice.registry.post(path, {"into": twice.wife, "reason": "重复"}, **CADRE)
    assert [e["code"] for e in itself.json()["errors"]] == ["same-person"]
    nothing = await twice.registry.post(path, {"into": twice.child, "take": ["hukou"], "reason": "重复"}, **CADRE)
    assert [(e["pointer"], e["code"]) for e in nothing.json()["errors"]] == [("/take/0", "not-recorded")]


async def test_a_consent_is_that_of_the_one_under_whichever_id_it_was_given_or_withdrawn(twice: Twice) -> None:
    async def give(person_id: str) -> str:
        answer = await twice.registry.post(f"{PERSONS}/{person_id}/consents", GIVEN, **CADRE)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["consent_id"])

    async def reads() -> str:
        answer = await twice.registry.get(f"{PERSONS}/{twice.kept}?purpose=employment", **CLERK)
        return "read" if answer.status_code == 200 else str(answer.json()["people"][0]["code"])

    gone = await give(twice.gone)
    assert await reads() == "consent-missing"
    await twice.merge()
    assert await reads() == "read"
    assert (await twice.part()).status_code == 200
    own = await give(twice.kept)
    await twice.merge()
    listed = (await twice.registry.get(f"{PERSONS}/{twice.kept}/consents")).json()["items"]
    assert [each["consent_id"] for each in listed] == [own, gone]
    withdrawn = await twice.registry.post(f"/v1/registry/consents/{gone}/withdrawal", {}, **CADRE)
    assert withdrawn.status_code == 200, withdrawn.text
    assert await reads() == "consent-withdrawn", "the last word counts, though it was said of the other record"
    assert (await twice.part()).status_code == 200
    assert await reads() == "read"


async def test_an_event_of_a_merged_person_waits_until_the_two_are_parted(twice: Twice) -> None:
    away = {"kind": "away", "on": "2026-08-01", "people": [twice.gone]}
    told = await twice.registry.post(f"{HOUSEHOLDS}/{twice.gone_home}/life-events", away)
    await twice.merge()
    taken = await twice.registry.post(f"{told.headers['location']}/withdrawal", {"reason": "误报"})
    assert (taken.status_code, slug(taken)) == (409, "told-of-merged")


async def test_no_number_stands_in_clear_in_what_is_kept_of_a_merger(twice: Twice) -> None:
    numbers = [(await twice.person(each))["id_number"] for each in (twice.kept, twice.gone)]
    await twice.merge(take=["name", "id_number"])
    rows = await twice.registry.database.pool.fetch(
        "select m::text as text from person_mergers m union all select r::text from change_requests r"
    )
    assert len(rows) == 2
    assert not any(secret in row["text"] for row in rows for secret in (*numbers, "王小明", "王晓明"))
