"""People who may have been entered twice: found when they come in, listed for staff, dismissed or merged."""

from __future__ import annotations

from typing import Any

from shared.auth import Role
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, id_number, member, plan

HOUSEHOLDS = "/v1/registry/households"
DUPLICATES = "/v1/registry/duplicates"
CADRE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "subject": "cadre", "place": COMMUNITY}


def named(name: str, **more: Any) -> dict[str, Any]:
    return member(**more) | {"name": name}


async def settle(registry: Service, person: dict[str, Any], flat: str, **more: Any) -> dict[str, Any]:
    answer = await registry.post(HOUSEHOLDS, household(person, flat=flat, **more), **CADRE)
    assert answer.status_code == 201, answer.text
    view: dict[str, Any] = answer.json()
    return view


def twins(view: dict[str, Any]) -> list[str]:
    return [w["pointer"] for w in view["warnings"] if w["code"] == "possible-duplicate"]


async def pairs(registry: Service, **as_whom: Any) -> list[tuple[str, str, list[str]]]:
    page = (await registry.get(DUPLICATES, **(as_whom or CADRE))).json()
    return [(item["person_id"], item["other_id"], item["likenesses"]) for item in page["items"]]


async def test_same_name_birth_and_origin_is_said_when_the_second_comes_in(estate: Service) -> None:
    first = await settle(estate, named("韦小妹", hukou={"division": "522328"}), "101")
    assert twins(first) == []
    elsewhere = await settle(estate, named("韦小妹", hukou={"division": "522731"}), "102")
    assert twins(elsewhere) == [], "many people share a name and a day of birth"
    again = await settle(estate, named("韦小妹", hukou={"division": "522328"}), "201")
    assert twins(again) == ["/members/0"]
    ids = [view["members"][0]["person_id"] for view in (first, again)]
    assert await pairs(estate) == [(*sorted(ids), ["name-birth-origin"])]
    of_one = (await estate.get(f"/v1/registry/persons/{ids[0]}/duplicates", **CADRE)).json()["items"]
    assert [(p["name"], p["other_name"]) for p in of_one] == [("韦小妹", "韦小妹")]


async def test_same_origin_is_also_where_the_household_moved_from(estate: Service) -> None:
    await settle(estate, named("韦小妹"), "101", moved_from_division="522328")
    assert twins(await settle(estate, named("韦小妹"), "102", moved_from_division="522328")) == ["/members/0"]


async def test_same_name_and_telephone(estate: Service) -> None:
    await settle(estate, named("韦小妹") | {"phone": "13812345678"}, "101")
    other = member(birth="19810101") | {"name": "韦小妹", "phone": "13812345678"}
    assert twins(await settle(estate, other, "102")) == ["/members/0"]
    wife = member("12", female=True) | {"name": "韦大妹", "phone": "13812345678"}
    assert len(await pairs(estate)) == 1
    answer = await estate.post(HOUSEHOLDS, household(member(), wife, flat="201"), **CADRE)
    assert twins(answer.json()) == [], "a telephone alone is a family's"


async def test_who_is_found_is_told_to_nobody_outside_the_place(estate: Service) -> None:
    other = "522731003013"
    await estate.put(f"/v1/registry/communities/{other}", plan("另一社区"))
    twin = household(named("韦小妹", hukou={"division": "522328"}), community=other)
    assert (await estate.post(HOUSEHOLDS, twin)).status_code == 201
    assert twins(await settle(estate, named("韦小妹", hukou={"division": "522328"}), "101")) == []
    assert await pairs(estate) == []
    assert len(await pairs(estate, role=Role.COMMUNITY_CADRE, place="522731")) == 1


async def test_a_number_with_a_slip_names_whose_it_may_be(estate: Service) -> None:
    number = id_number()
    there = await settle(estate, named("韦小妹") | {"id_number": number}, "101")
    wrong = number[:13] + str((int(number[13]) + 1) % 10) + number[14:]
    swapped = next(s for n in range(16) if (s := number[:n] + number[n + 1] + number[n] + number[n + 2 :]) != number)
    for slip in (wrong, swapped):
        answer = await estate.post(HOUSEHOLDS, household(named("韦小妹") | {"id_number": slip}, flat="102"), **CADRE)
        faults = [e for e in answer.json()["errors"] if e["code"] == "id-number-like"]
        assert [fault["pointer"] for fault in faults] == ["/members/0/id_number"], answer.text
        assert there["members"][0]["person_id"] in faults[0]["detail"]
        assert number not in answer.text


async def test_who_was_looked_at_does_not_come_again(estate: Service) -> None:
    await settle(estate, named("韦小妹", hukou={"division": "522328"}), "101")
    again = await settle(estate, named("韦小妹", hukou={"division": "522328"}), "102")
    ((one, other, _),) = await pairs(estate)
    path = f"{DUPLICATES}/{other}/{one}/dismissal"  # in either order
    assert (await estate.post(path, {"reason": "系同名两人"}, **CADRE)).status_code == 204
    assert await pairs(estate) == []
    assert (await estate.post(path, {"reason": "系同名两人"}, **CADRE)).status_code == 404
    person = again["members"][0]["person_id"]
    phone = {"phone": "13912345678", "reason": "更新"}
    await estate.post(f"/v1/registry/persons/{person}/change-requests", phone, **CADRE)
    assert await pairs(estate) == [], "a dismissal stands"


async def test_merged_people_are_no_pair_any_more_until_they_are_parted(estate: Service) -> None:
    first = await settle(estate, named("韦小妹", hukou={"division": "522328"}), "101")
    again = await settle(estate, named("韦小妹", hukou={"division": "522328"}), "102")
    kept, gone = (view["members"][0]["person_id"] for view in (first, again))
    body = {"into": kept, "reason": "重复登记"}
    asked = await estate.post(f"/v1/registry/persons/{gone}/merger", body, **CADRE)
    approved = await estate.post(f"{asked.headers['location']}/approval", {}, role=Role.COMMUNITY_SECRETARY)
    assert approved.status_code == 200
    assert await pairs(estate) == []
    await estate.post(f"/v1/registry/persons/{gone}/merger/withdrawal", {"reason": "系两人"}, **CADRE)
    assert len(await pairs(estate)) == 1


async def test_a_corrected_name_finds_its_double(estate: Service) -> None:
    first = await settle(estate, named("韦小妹", hukou={"division": "522328"}), "101")
    again = await settle(estate, named("韦小姝", hukou={"division": "522328"}), "102")
    assert twins(again) == []
    person = again["members"][0]["person_id"]
    change = {"name": "韦小妹", "reason": "更正"}
    asked = await estate.post(f"/v1/registry/persons/{person}/change-requests", change, **CADRE)
    await estate.post(f"{asked.headers['location']}/approval", {}, role=Role.COMMUNITY_SECRETARY)
    ids = sorted([first["members"][0]["person_id"], person])
    assert await pairs(estate) == [(*ids, ["name-birth-origin"])]
