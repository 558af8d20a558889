"""Somebody in two hukou households, or counted in two that draw dibao: raised when it comes to be so, cleared when it is so no more."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.registry.alarms.__main__ import look_at_all
from shared.auth import Role
from tests.support.clients import Service
from tests.support.imports import bring_in, csv_of
from tests.support.people import COMMUNITY, household, id_number, member, plan

HOUSEHOLDS = "/v1/registry/households"
PERSONS = "/v1/registry/persons"
ALARMS = "/v1/registry/alarms"
NEXT = "522731003013"
ANY = {"if-match": "*"}
RURAL = {"receiving": True, "household_class": "rural"}


async def settle(registry: Service, *members: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await registry.post(HOUSEHOLDS, household(*members, **more))
    assert answer.status_code == 201, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def alarms(registry: Service, **asked: Any) -> list[tuple[str, str, str]]:
    """Kind, ground, person."""
    page = (await registry.get(ALARMS, params=asked)).json()
    return [(a["kind"], a["ground"], a["person_id"]) for a in page["items"]]


async def tell(registry: Service, household_id: str, **body: Any) -> str:
    answer = await registry.post(f"{HOUSEHOLDS}/{household_id}/life-events", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["event_id"])


@pytest.fixture
async def homes(estate: Service) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two households, each with a hukou household of its own; the son of the first is a man of 1998."""
    first = await settle(estate, member(), member("20", "19980101"), hukou_household={"division": "522328"})
    second = await settle(estate, member(), flat="102", hukou_household={"division": "522731"})
    return first, second


async def test_two_hukou_until_one_is_left(estate: Service, homes: tuple[dict[str, Any], dict[str, Any]]) -> None:
    first, second = homes
    son = first["members"][1]["person_id"]
    registers = sorted(home["hukou_household_id"] for home in homes)
    people = [{"person_id": son, "relation": "97"}]
    await tell(estate, second["hukou_household_id"], kind="hukou-joined", on="2026-08-01", people=people)
    page = (await estate.get(ALARMS)).json()
    (alarm,) = page["items"]
    assert (alarm["kind"], alarm["person_id"], alarm["households"], alarm["since"]) == (
        "two-hukou",
        son,
        registers,
        "2026-08-01",
    )
    assert page["counts"] == {"two-hukou": 1, "two-dibao": 0}
    state = (await estate.get(f"{PERSONS}/{son}/state")).json()
    assert sorted(state["hukou_household_ids"]) == registers
    left = await tell(estate, first["hukou_household_id"], kind="hukou-left", on="2026-08-01", people=[son])
    assert await alarms(estate) == []
    (cleared,) = (await estate.get(ALARMS, params={"cleared": "true"})).json()["items"]
    assert cleared["cleared_at"] is not None
    await estate.post(f"/v1/registry/life-events/{left}/withdrawal", {"reason": "误录"})
    assert await alarms(estate) == [("two-hukou", "member", son)], "raised anew"
    await estate.post(f"{PERSONS}/{son}/death", {"died_on": "2026-09-01"})
    assert await alarms(estate) == []


async def test_two_hukou_by_a_late_report_and_by_a_merger(
    estate: Service, homes: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    first, second = homes
    head = first["members"][0]["person_id"]
    body = {"division": "520100", "on": "2010-01-01", "people": [{"person_id": head, "relation": "02"}]}
    late = (await estate.post("/v1/registry/hukou-households", body)).json()["household_id"]
    (alarm,) = (await estate.get(ALARMS)).json()["items"]
    assert (alarm["person_id"], alarm["since"]) == (head, "2026-06-01"), "since the settling, which states another"
    people = [{"person_id": head, "relation": "97"}]
    await tell(estate, late, kind="hukou-merged", on="2026-07-01", into=second["hukou_household_id"], people=people)
    assert len(await alarms(estate)) == 1
    await tell(estate, second["hukou_household_id"], kind="hukou-left", on="2026-07-02", people=[head])
    assert await alarms(estate) == []


async def test_two_hukou_of_two_records_that_are_one(
    estate: Service, homes: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    """He left the first flat, though not the register, before he is said to have moved into the second."""
    first, _ = homes
    son = first["members"][1]["person_id"]
    third = await settle(estate, member(), flat="201", settled_on="2026-07-01", hukou_household={"division": "520100"})
    gone = third["members"][0]["person_id"]
    await tell(estate, first["household_id"], kind="left", on="2026-06-20", people=[son])
    body = {"into": son, "life": "both", "reason": "重复登记"}
    asked = await estate.post(f"{PERSONS}/{gone}/merger", body, role=Role.COMMUNITY_CADRE)
    done = await estate.post(f"{asked.headers['location']}/approval", {}, role=Role.COMMUNITY_SECRETARY)
    assert done.status_code == 200, done.text
    assert await alarms(estate) == [("two-hukou", "member", son)]
    await estate.post(f"{PERSONS}/{gone}/merger/withdrawal", {"reason": "系同名两人"})
    assert await alarms(estate) == []


async def test_two_dibao_by_household_and_register_unless_it_is_one_file(
    estate: Service, homes: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    first, _ = homes
    head, son = (m["person_id"] for m in first["members"])
    home, register = f"{HOUSEHOLDS}/{first['household_id']}/facts", f"{HOUSEHOLDS}/{first['hukou_household_id']}/facts"
    here, there = RURAL | {"division": "522731"}, RURAL | {"division": "522328"}
    await estate.patch(home, {"dibao": here, "valid_from": "2026-07-01"}, headers=ANY)
    assert await alarms(estate) == []
    await estate.patch(register, {"dibao": there, "valid_from": "2026-06-15"}, headers=ANY)
    assert sorted(await alarms(estate)) == sorted(("two-dibao", "member", person) for person in (head, son))
    assert {a["since"] for a in (await estate.get(ALARMS)).json()["items"]} == {"2026-07-01"}
    await estate.patch(register, {"dibao": here}, headers=ANY)
    assert await alarms(estate) == [], "one county pays, and nobody is entered who lives elsewhere: one file"
    await tell(estate, first["household_id"], kind="left", on="2026-08-01", people=[son])
    assert await alarms(estate) == [("two-dibao", "member", head)]
    await estate.patch(register, {"dibao": {"receiving": False}}, headers=ANY)
    assert await alarms(estate) == []


async def test_the_two_halves_of_an_alarm_at_one_time(
    estate: Service, homes: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    for home in homes:
        paths = [f"{HOUSEHOLDS}/{home[name]}/facts" for name in ("household_id", "hukou_household_id")]
        bodies = [{"dibao": RURAL | {"division": division}} for division in ("522731", "522328")]
        acts = (estate.patch(path, body, headers=ANY) for path, body in zip(paths, bodies, strict=True))
        assert [answer.status_code for answer in await asyncio.gather(*acts)] == [200, 200]
    assert len(await alarms(estate)) == 3


async def test_two_dibao_by_two_records_that_may_be_of_one(estate: Service) -> None:
    def twin() -> dict[str, Any]:
        return {"name": "韦小妹", "id_number": id_number(), "relation": "02", "phone": "13812345678"}

    first = await settle(estate, twin(), dibao=RURAL)
    assert await alarms(estate) == []
    second = await settle(estate, twin(), flat="102", dibao=RURAL)
    ids = sorted(home["members"][0]["person_id"] for home in (first, second))
    assert sorted(await alarms(estate)) == [("two-dibao", "duplicate", person) for person in ids]
    assert [a["other_id"] in ids for a in (await estate.get(ALARMS)).json()["items"]] == [True, True]
    await estate.post(f"/v1/registry/duplicates/{ids[0]}/{ids[1]}/dismissal", {"reason": "系同名两人"})
    assert await alarms(estate) == []
    row = {"安置点": COMMUNITY, "楼栋": "1", "单元": "1", "房号": "201", "与户主关系": "户主", "姓名": "韦小妹"}
    roster = csv_of(
        [row | {"身份证号": id_number(), "联系电话": "13812345678", "是否低保": "是", "低保类别": "农村低保"}]
    )
    report = await bring_in(estate, roster)
    assert report["rejected"] == 0, report
    assert len(await alarms(estate, kind="two-dibao")) == 4, "the third with each of the two, and they with it"
    again = csv_of([row | {"身份证号": id_number(), "房号": "202"}])
    assert (await bring_in(estate, again))["rejected"] == 0
    assert len(await alarms(estate)) == 4, "of one that draws nothing there is none"


async def test_two_dibao_of_a_merger_until_what_is_drawn_is_stated_anew(estate: Service) -> None:
    kept = await settle(estate, member(), dibao=RURAL)
    gone = await settle(estate, member("02"), member("20", "20100101"), flat="102", dibao=RURAL)
    one, other = kept["members"][0]["person_id"], gone["members"][0]["person_id"]
    asked = await estate.post(
        f"{PERSONS}/{other}/merger", {"into": one, "reason": "重复登记"}, role=Role.COMMUNITY_CADRE
    )
    await estate.post(f"{asked.headers['location']}/approval", {}, role=Role.COMMUNITY_SECRETARY)
    assert await alarms(estate) == [("two-dibao", "merged", one)]
    parted = await estate.post(f"{PERSONS}/{other}/merger/withdrawal", {"reason": "系同名两人"})
    assert parted.status_code == 200
    assert await alarms(estate) == []
    asked = await estate.post(
        f"{PERSONS}/{other}/merger", {"into": one, "reason": "重复登记"}, role=Role.COMMUNITY_CADRE
    )
    await estate.post(f"{asked.headers['location']}/approval", {}, role=Role.COMMUNITY_SECRETARY)
    assert len(await alarms(estate)) == 1
    path = f"{HOUSEHOLDS}/{gone['household_id']}/facts"
    stated = await estate.patch(path, {"dibao": RURAL, "valid_from": "2026-07-01"}, headers=ANY)
    assert stated.status_code == 200
    assert await alarms(estate) == [], "reviewed without the one who was counted twice"


async def test_a_household_taken_back_leaves_no_alarm(
    estate: Service, homes: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    first, _ = homes
    head = first["members"][0]["person_id"]
    body = {"division": "520100", "on": "2026-06-01", "people": [{"person_id": head, "relation": "02"}]}
    await estate.post("/v1/registry/hukou-households", body)
    assert len(await alarms(estate)) == 1
    await estate.post(f"{HOUSEHOLDS}/{first['household_id']}/withdrawal", {"reason": "误录"})
    assert await alarms(estate) == []


async def test_an_alarm_shows_what_is_of_the_place(
    estate: Service, homes: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    first, _ = homes
    await estate.put(f"/v1/registry/communities/{NEXT}", plan("另一社区"))
    far = (
        await estate.post(HOUSEHOLDS, household(hukou_household={"division": "520100"}) | {"community": NEXT})
    ).json()
    son = first["members"][1]["person_id"]
    people = [{"person_id": son, "relation": "97"}]
    await tell(estate, far["hukou_household_id"], kind="hukou-joined", on="2026-08-01", people=people)
    cadre: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "place": COMMUNITY}
    (alarm,) = (await estate.get(ALARMS, **cadre)).json()["items"]
    assert (alarm["households"], alarm["households_elsewhere"]) == ([first["hukou_household_id"]], 1)
    there = (await estate.get(ALARMS, role=Role.COMMUNITY_CADRE, place=NEXT)).json()
    assert (there["items"], there["counts"]["two-hukou"]) == ([], 0)
    page = (await estate.get(ALARMS, params={"limit": 1})).json()
    assert (await estate.get(ALARMS, params={"limit": 1, "cursor": page["next"]})).json()["items"] == []
    refused = await estate.get(ALARMS, role=Role.INSURANCE_AGENCY, place=COMMUNITY[:6])
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:anju:problem:alarms-not-shown")


async def test_who_was_passed_over_is_found_by_the_command(
    estate: Service, homes: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    first, _ = homes
    head = first["members"][0]["person_id"]
    body = {"division": "520100", "on": "2026-06-01", "people": [{"person_id": head, "relation": "02"}]}
    await estate.post("/v1/registry/hukou-households", body)
    assert await look_at_all(estate.database) == (3, 0)
    await estate.database.pool.execute("delete from alarms")
    assert await look_at_all(estate.database) == (3, 1)
    assert await alarms(estate) == [("two-hukou", "member", head)]
