"""Marriages and divorces over HTTP: the marital status of both follows, on every day; what cannot be is refused by the law that stands
against it; nobody hears of it who may not see it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.auth import Role
from tests.integration.registry.believed import believed
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, member, plan

HOUSEHOLDS = "/v1/registry/households"
PERSONS = "/v1/registry/persons"
EVENTS = "/v1/registry/life-events"
CADRE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "place": COMMUNITY}


class Two:
    """A man with his father in flat 101, and a woman in flat 102; of both it is stated that they never married."""

    def __init__(self, registry: Service, his: dict[str, Any], hers: dict[str, Any]) -> None:
        self.registry = registry
        self.home, self.her_home = his["household_id"], hers["household_id"]
        self.man, self.father = (m["person_id"] for m in his["members"])
        self.woman = hers["members"][0]["person_id"]

    async def tell(self, person_id: str, kind: str, on: str, status: int = 201, **body: Any) -> dict[str, Any]:
        path = f"{PERSONS}/{person_id}/life-events"
        answer = await self.registry.post(path, {"kind": kind, "on": on} | body)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def take_back(self, event: dict[str, Any]) -> httpx.Response:
        return await self.registry.post(f"{EVENTS}/{event['event_id']}/withdrawal", {"reason": "误录"})

    async def marital(self, person_id: str, as_of: str | None = None, known_at: str | None = None) -> str | None:
        at = {"as_of": as_of, "known_at": known_at}
        params = {name: value for name, value in at.items() if value}
        path = f"{PERSONS}/{person_id}/state" if params else f"{PERSONS}/{person_id}"
        view = (await self.registry.get(path, params=params)).json()
        found: str | None = view["facts"].get("profile", {}).get("marital")
        return found


@pytest.fixture
async def two(estate: Service) -> Two:
    never: dict[str, Any] = {"profile": {"ethnic": "06", "marital": "10"}}
    his = household(member("02", "19900315", **never), member("51", "19600101"))
    hers = household(member("02", "19920722", female=True, **never), flat="102")
    answers = [await estate.post(HOUSEHOLDS, body) for body in (his, hers)]
    assert [answer.status_code for answer in answers] == [201, 201]
    await estate.said()
    return Two(estate, *(answer.json() for answer in answers))


def codes(problem: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in problem["errors"]]


def warned(event: dict[str, Any]) -> list[tuple[str, str]]:
    return [(warning["pointer"], warning["code"]) for warning in event["warnings"]]


async def test_the_status_of_both_follows_and_nothing_else(two: Two) -> None:
    event = await two.tell(two.man, "married", "2026-07-10", spouse=two.woman, evidence="结婚证")
    assert [(p["person_id"], p["relation"], p["marital_before"]) for p in event["people"]] == [
        (two.man, None, "10"),
        (two.woman, None, "10"),
    ]
    assert (event["law"], event["outside"], event["warnings"]) == ("civil-code", False, [])
    for person in (two.man, two.woman):
        assert [await two.marital(person, day) for day in ("2026-07-09", "2026-07-10")] == ["10", "21"]
        assert await two.marital(person) == "21"
        assert (await two.registry.get(f"{PERSONS}/{person}")).json()["facts"]["profile"]["ethnic"] == "06"
    homes = [(await two.registry.get(f"{HOUSEHOLDS}/{home}")).json() for home in (two.home, two.her_home)]
    assert [len(home["members"]) for home in homes] == [2, 1]
    said = await two.registry.said()
    assert [e.type for e in said] == ["registry.person-facts-changed.v1"] * 2
    assert not any(b"marital" in e.data or b"married" in e.data for e in said)
    for person in (two.man, two.woman):
        listed = (await two.registry.get(f"{PERSONS}/{person}/life-events")).json()["items"]
        assert [e["kind"] for e in listed] == ["settled", "married"]


async def test_a_divorce_names_nobody_and_finds_the_spouse(two: Two) -> None:
    await two.tell(two.man, "married", "2026-07-10", spouse=two.woman)
    event = await two.tell(two.woman, "divorced", "2026-08-10", by="court", evidence="民事调解书")
    assert ({p["person_id"] for p in event["people"]}, event["court"]) == ({two.man, two.woman}, True)
    assert (await two.marital(two.man), await two.marital(two.woman)) == ("40", "40")
    again = await two.tell(two.man, "married", "2026-09-10", spouse=two.woman)
    assert (await two.marital(two.man), await two.marital(two.woman)) == ("23", "23")
    refused = await two.tell(two.man, "divorced", "2026-08-20", 422)
    assert codes(refused) == [("/on", "not-married-then")]
    assert (await two.take_back(again)).status_code == 200
    assert await two.marital(two.man) == "40"
    await two.tell(two.man, "married", "2026-09-20")
    assert await two.marital(two.man) == "22", "anew, with somebody who is not in the registry"


async def test_a_divorce_of_whom_no_marriage_is_known_is_to_be_looked_at(two: Two) -> None:
    event = await two.tell(two.man, "divorced", "2026-08-10")
    assert warned(event) == [("/on", "marriage-not-known")]
    path = f"{PERSONS}/{two.woman}/facts"
    stated = {"profile": {"marital": "20"}, "valid_from": "2026-07-01"}
    assert (await two.registry.patch(path, stated, headers={"if-match": "*"})).status_code == 200
    assert warned(await two.tell(two.woman, "divorced", "2026-08-10")) == []


async def test_taken_back_all_is_as_if_it_had_never_been_told(two: Two) -> None:
    before = await believed(two.registry)
    event = await two.tell(two.man, "married", "2026-07-10", spouse=two.woman)
    assert (await two.take_back(event)).status_code == 200
    assert await believed(two.registry) == before
    assert await two.marital(two.man, "2026-08-01", event["recorded_at"]) == "21", "what was thought stays readable"
    assert await two.marital(two.man, "2026-08-01") == "10"


async def test_a_late_report_counts_before_what_was_stated_and_is_refused_where_something_later_stands_against_it(
    two: Two,
) -> None:
    late = await two.tell(two.man, "married", "2015-05-01", spouse=two.woman)
    assert [await two.marital(two.man, day) for day in ("2026-06-01", "2026-08-01")] == ["21", "21"]
    path = f"{PERSONS}/{two.man}/facts"
    stated = await two.registry.patch(path, {"profile": {"marital": "10"}}, headers={"if-match": "*"})
    assert [(w["pointer"], w["code"]) for w in stated.json()["warnings"]] == [("/profile/marital", "marital-by-events")]
    assert stated.json()["facts"]["profile"]["marital"] == "21"
    refused = await two.tell(two.woman, "married", "2014-01-01", 409)
    assert (refused["event_id"], refused["kind"]) == (late["event_id"], "married")
    await two.tell(two.woman, "divorced", "2012-01-01", 201)


async def test_nobody_has_two_spouses(two: Two) -> None:
    await two.tell(two.man, "married", "2026-07-10", spouse=two.woman)
    refused = await two.tell(two.woman, "married", "2026-08-10", 422)
    assert codes(refused) == [("/on", "married-then")]
    third = (await two.registry.post(HOUSEHOLDS, household(member("02", "19930101", female=True), flat="201"))).json()
    other = third["members"][0]["person_id"]
    refused = await two.tell(other, "married", "2026-08-10", 422, spouse=two.man)
    assert codes(refused) == [("/spouse", "married-then")]
    refused = await two.tell(two.man, "divorced", "2026-08-10", 422, spouse=other)
    assert codes(refused) == [("/on", "not-the-spouse")]


async def test_kin_ages_and_sexes_stand_against_a_marriage(two: Two) -> None:
    daughter = household(member(), member("30", "20080101", female=True), member("20", "19980101"), flat="201")
    home = (await two.registry.post(HOUSEHOLDS, daughter)).json()
    _, girl, brother = (m["person_id"] for m in home["members"])
    refused = await two.tell(brother, "married", "2026-08-10", 422, spouse=girl)
    assert codes(refused) == [("/spouse", "under-age"), ("/spouse", "close-kin")]
    refused = await two.tell(two.man, "married", "2026-08-10", 422, spouse=two.father)
    assert codes(refused) == [("/spouse", "same-sex"), ("/spouse", "close-kin")]
    refused = await two.tell(two.man, "married", "2026-08-10", 422, spouse=two.man)
    assert codes(refused) == [("/spouse", "same-person")]
    refused = await two.tell(girl, "married", "2026-08-10", 422)
    assert codes(refused) == [("/on", "under-age")]
    refused = await two.tell(girl, "married", "2026-08-10", 422, law="autonomous-rule")
    assert codes(refused) == [("", "evidence-missing")]
    elsewhere = await two.tell(girl, "married", "2026-08-10", law="autonomous-rule", evidence="结婚证")
    assert (warned(elsewhere), elsewhere["law"]) == ([("/on", "under-age-elsewhere")], "autonomous-rule")
    then = await two.tell(brother, "married", "2018-02-01")
    assert warned(then) == [("/on", "under-age-then")]


async def test_what_is_stated_otherwise_is_looked_at_and_not_refused(two: Two) -> None:
    wed: dict[str, Any] = {"profile": {"marital": "21"}}
    couple = household(member("02", "19850101", **wed), member("12", "19860101", female=True), flat="201")
    head = (await two.registry.post(HOUSEHOLDS, couple)).json()["members"][0]["person_id"]
    event = await two.tell(head, "married", "2026-08-10", spouse=two.woman)
    assert warned(event) == [("/on", "spouse-at-home"), ("/on", "stated-married")]
    assert await two.marital(head) == "20", "how often, nobody has told"


async def test_a_death_widows_a_spouse_who_lives_elsewhere(two: Two) -> None:
    await two.tell(two.man, "married", "2026-07-10", spouse=two.woman)
    await two.registry.said()
    await two.registry.post(f"{PERSONS}/{two.man}/death", {"died_on": "2026-08-10"})
    assert [await two.marital(two.woman, day) for day in ("2026-08-09", "2026-08-10")] == ["21", "30"]
    said = [(e.type, e.key) for e in await two.registry.said()]
    assert ("registry.person-facts-changed.v1", two.woman) in said
    died = (await two.registry.get(f"{PERSONS}/{two.man}/life-events")).json()["items"][-1]
    assert (await two.take_back(died)).status_code == 200
    assert (await two.marital(two.woman), await two.marital(two.man)) == ("21", "21")
    widowed = await two.tell(two.woman, "widowed", "2026-08-10", 422)
    assert codes(widowed) == [("/on", "not-the-spouse")]


async def test_who_was_married_to_somebody_not_in_the_registry_is_widowed_by_word(two: Two) -> None:
    await two.tell(two.woman, "married", "2026-07-10")
    await two.tell(two.woman, "widowed", "2026-08-10")
    assert [await two.marital(two.woman, day) for day in ("2026-07-20", "2026-08-20")] == ["21", "30"]


async def test_a_couple_of_two_records_of_one_person_is_none_and_a_marriage_goes_along_with_a_merger(two: Two) -> None:
    async def merge(gone: str, into: str) -> httpx.Response:
        asked = await two.registry.post(f"{PERSONS}/{gone}/merger", {"into": into, "reason": "重复登记"}, **CADRE)
        secretary: dict[str, Any] = {"role": Role.COMMUNITY_SECRETARY, "subject": "secretary"}
        return await two.registry.post(f"{asked.headers['location']}/approval", {}, **secretary)

    event = await two.tell(two.man, "married", "2026-07-10", spouse=two.woman)
    refused = await merge(two.woman, two.man)
    assert (refused.status_code, refused.json()["event_id"]) == (409, event["event_id"])
    assert codes(refused.json()) == [("/spouse", "same-person")]
    twin = (await two.registry.post(HOUSEHOLDS, household(member("02", "19900315"), flat="201"))).json()
    kept = twin["members"][0]["person_id"]
    assert (await merge(two.man, kept)).status_code == 200
    assert (await two.marital(kept), await two.marital(two.woman)) == ("21", "21")
    await two.registry.post(f"{PERSONS}/{kept}/death", {"died_on": "2026-09-10"})
    assert await two.marital(two.woman) == "30"


async def test_who_may_not_see_the_profile_hears_of_no_marriage(two: Two) -> None:
    event = await two.tell(two.man, "married", "2026-07-10", spouse=two.woman)
    block: dict[str, Any] = {"role": Role.BLOCK_HEAD, "place": f"{COMMUNITY}/1/1"}
    agency: dict[str, Any] = {"role": Role.PARTNER_AGENCY, "place": COMMUNITY[:6]}
    for who in (block, agency):
        assert (await two.registry.get(f"{EVENTS}/{event['event_id']}", **who)).status_code == 404
        for path in (f"{PERSONS}/{two.man}/life-events", f"{HOUSEHOLDS}/{two.home}/life-events"):
            assert [e["kind"] for e in (await two.registry.get(path, **who)).json()["items"]] == ["settled"]
        assert "profile" not in (await two.registry.get(f"{PERSONS}/{two.man}", **who)).json()["facts"]
    own: dict[str, Any] = {"role": Role.RESIDENT, "subject": two.woman}
    seen = (await two.registry.get(f"{EVENTS}/{event['event_id']}", **own)).json()
    assert [p["person_id"] for p in seen["people"]] == [two.woman]


async def test_of_another_place_nobody_is_married_to_anybody(two: Two) -> None:
    other = "522731003013"
    await two.registry.put(f"/v1/registry/communities/{other}", plan("另一社区"))
    there = (
        await two.registry.post(HOUSEHOLDS, household(member("02", "19930101", female=True)) | {"community": other})
    ).json()
    bride = there["members"][0]["person_id"]
    path, body = f"{PERSONS}/{two.man}/life-events", {"kind": "married", "on": "2026-07-10", "spouse": bride}
    assert (await two.registry.post(path, body, **CADRE)).status_code == 404
    assert (await two.registry.post(path, body)).status_code == 201
    foreign = await two.registry.post(path, {"kind": "divorced", "on": "2026-08-10"}, **CADRE)
    assert (foreign.status_code, foreign.json()["type"]) == (403, "urn:anju:problem:beyond-your-place")
    assert bride not in foreign.text
