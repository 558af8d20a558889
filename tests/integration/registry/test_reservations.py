"""Flats kept for a household: by one at a time, until it moves in, and for nobody who is gone. Vacancies and maps."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from shared import clock
from shared.auth import Role
from tests.support.clients import Service
from tests.support.estate import family
from tests.support.imports import bring_in, cells, csv_of
from tests.support.people import COMMUNITY, household, member, plan

PATH, HOUSEHOLDS = "/v1/registry/reservations", "/v1/registry/households"
COMMUNITIES = f"/v1/registry/communities/{COMMUNITY}"
IF_ANY = {"if-match": "*"}


def wish(flat: str = "101", **more: Any) -> dict[str, Any]:
    for_whom = {} if "household_id" in more else {"agreement_no": "安置协议0001"}
    return {"community": COMMUNITY, "block": "1", "unit": "1", "flat": flat, "people": 3} | for_whom | more


async def reserve(registry: Service, flat: str = "101", **more: Any) -> str:
    answer = await registry.post(PATH, wish(flat, **more))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["reservation_id"])


async def settle(registry: Service, flat: str = "101", **more: Any) -> str:
    answer = await registry.post(HOUSEHOLDS, household(flat=flat, **more))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["household_id"])


async def state(registry: Service, reservation: str) -> str:
    return str((await registry.get(f"{PATH}/{reservation}")).json()["state"])


async def vacant(registry: Service, query: str = "limit=200", **who: Any) -> list[str]:
    answer = await registry.get(f"{COMMUNITIES}/vacancies?{query}", **who)
    assert answer.status_code == 200, answer.text
    return [f"{row['block']}-{row['unit']}-{row['flat']}" for row in answer.json()["items"]]


async def run_out(registry: Service) -> None:
    """As if the time of all reservations were over."""
    await registry.database.pool.execute(
        "update reservations set expires_at = $1 where ended_at is null", clock.now() - timedelta(seconds=1)
    )


async def test_of_many_who_reserve_one_flat_at_once_exactly_one_does(estate: Service) -> None:
    wishes = [wish(agreement_no=f"安置协议{n}") for n in range(6)]
    answers = await asyncio.gather(*(estate.post(PATH, each) for each in wishes))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
    refused = next(answer for answer in answers if answer.status_code == 409).json()
    assert refused["type"] == "urn:anju:problem:flat-reserved"
    assert "kept for another household until" in refused["errors"][0]["detail"]
    assert await estate.database.pool.fetchval("select count(*) from reservations") == 1


async def test_who_settles_and_who_reserves_at_once_do_not_both(estate: Service) -> None:
    answers = await asyncio.gather(
        *(estate.post(PATH, wish(agreement_no=f"安置协议{n}")) for n in range(2)),
        *(estate.post(HOUSEHOLDS, household()) for _ in range(2)),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_a_reserved_flat_is_settled_by_its_reservation_only(estate: Service) -> None:
    reservation = await reserve(estate)
    other = await reserve(estate, "102")
    refused = await estate.post(HOUSEHOLDS, household())
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "flat-reserved")
    wrong = await estate.post(HOUSEHOLDS, household(reservation=other))
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (409, "reservation-not-open")
    home = await settle(estate, reservation=reservation)
    view = (await estate.get(f"{PATH}/{reservation}")).json()
    assert (view["state"], view["taken_by"]) == ("settled", home)
    again = await estate.post(f"{PATH}/{reservation}/cancellation", None)
    assert (again.status_code, again.json()["state"]) == (409, "settled")


async def test_a_reservation_of_a_free_flat_says_nothing_without_one(estate: Service) -> None:
    reservation = await reserve(estate)
    await estate.post(f"{PATH}/{reservation}/cancellation", None)
    late = await estate.post(HOUSEHOLDS, household(reservation=reservation))
    assert late.json()["errors"][0]["code"] == "reservation-not-open"
    await settle(estate)


async def test_cancelled_and_run_out_reservations_keep_nothing(estate: Service) -> None:
    cancelled = await reserve(estate)
    assert (await estate.post(f"{PATH}/{cancelled}/cancellation", None)).json()["state"] == "cancelled"
    late = await reserve(estate)
    await run_out(estate)
    assert await state(estate, late) == "expired"
    assert "1-1-101" in await vacant(estate)
    new = await reserve(estate)
    assert [await state(estate, each) for each in (cancelled, late, new)] == ["cancelled", "expired", "open"]
    listed = (await estate.get(f"{PATH}?community={COMMUNITY}")).json()["items"]
    every = (await estate.get(f"{PATH}?only_open=false")).json()["items"]
    assert ([row["reservation_id"] for row in listed], len(every)) == ([new], 3)


async def test_a_household_moves_to_the_flat_kept_for_it_and_no_other_does(estate: Service) -> None:
    home, other = await settle(estate, "201"), await settle(estate, "202")
    reservation = await reserve(estate, household_id=home)
    where = {"block": "1", "unit": "1", "flat": "101"}
    refused = await estate.put(f"{HOUSEHOLDS}/{other}/flat", where, headers=IF_ANY)
    assert refused.json()["type"] == "urn:anju:problem:flat-reserved"
    assert (await estate.put(f"{HOUSEHOLDS}/{home}/flat", where, headers=IF_ANY)).status_code == 200
    assert await state(estate, reservation) == "settled"


async def test_a_split_takes_the_flat_kept_for_its_household_and_no_other(estate: Service) -> None:
    body = household(member(), member("20", "20000101"), flat="201")
    home = (await estate.post(HOUSEHOLDS, body)).json()
    son = home["members"][1]["person_id"]
    strange = await reserve(estate)
    split = {"kind": "split", "on": "2026-09-01", "people": [{"person_id": son, "relation": "02"}]}
    where = {"block": "1", "unit": "1", "flat": "101"}
    refused = await estate.post(f"{HOUSEHOLDS}/{home['household_id']}/life-events", split | where)
    assert refused.json()["type"] == "urn:anju:problem:flat-reserved"
    await estate.post(f"{PATH}/{strange}/cancellation", None)
    own = await reserve(estate, household_id=home["household_id"])
    done = await estate.post(f"{HOUSEHOLDS}/{home['household_id']}/life-events", split | where)
    assert done.status_code == 201, done.text
    assert await state(estate, own) == "settled"


async def test_a_withdrawn_household_frees_what_was_kept_for_it(estate: Service) -> None:
    home = await settle(estate, "201")
    reservation = await reserve(estate, household_id=home)
    assert (await estate.post(f"{HOUSEHOLDS}/{home}/withdrawal", {"reason": "录入错误"})).status_code == 200
    assert await state(estate, reservation) == "household-gone"
    await settle(estate)


async def test_a_merged_household_frees_what_was_kept_for_it_and_no_new_one_is(estate: Service) -> None:
    homes = [(await estate.post(HOUSEHOLDS, household(flat=flat))).json() for flat in ("201", "202")]
    reservation = await reserve(estate, household_id=homes[1]["household_id"])
    merge = {
        "kind": "merged",
        "on": "2026-09-01",
        "into": homes[0]["household_id"],
        "people": [{"person_id": homes[1]["members"][0]["person_id"], "relation": "71"}],
    }
    merged = await estate.post(f"{HOUSEHOLDS}/{homes[1]['household_id']}/life-events", merge)
    assert merged.status_code == 201, merged.text
    assert await state(estate, reservation) == "household-gone"
    gone = await estate.post(PATH, wish(household_id=homes[1]["household_id"]))
    assert gone.json()["type"] == "urn:anju:problem:illegal-move"
    await reserve(estate)
    assert await state(estate, reservation) == "household-gone"


async def test_a_roster_brings_nobody_into_a_reserved_flat(estate: Service) -> None:
    await reserve(estate, "101")
    report = await bring_in(estate, csv_of([*family("101"), *family("102")]))
    assert report["created"] == 3
    assert [(row, column, code) for row, column, code in cells(report) if code != "head-held-back"] == [
        (2, "房号", "flat-reserved")
    ]


async def test_a_plan_does_not_leave_out_a_flat_that_is_kept(estate: Service) -> None:
    await reserve(estate, "301")
    answer = await estate.put(COMMUNITIES, plan(floors=2), headers=IF_ANY)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:anju:problem:flats-in-use")


async def test_vacancies_by_block_area_people_and_page(registry: Service) -> None:
    body = plan(blocks=2, units=1, floors=2, per_floor=2)
    areas = {"101": "40.00", "102": "60.00", "201": "80.00"}
    for block in body["blocks"]:
        for flat in [flat for floor in block["units"][0]["floors"] for flat in floor["flats"]]:
            flat["area_m2"] = areas.get(flat["flat"])
    assert (await registry.put(COMMUNITIES, body)).status_code == 201
    every = await vacant(registry)
    assert len(every) == 8
    await settle(registry, "101")
    await reserve(registry, "102")
    assert await vacant(registry) == [flat for flat in every if flat not in ("1-1-101", "1-1-102")]
    assert await vacant(registry, "block=1") == ["1-1-201", "1-1-202"]
    assert await vacant(registry, "area_from=60&area_to=80") == ["1-1-201", "2-1-102", "2-1-201"]
    assert await vacant(registry, "people=3") == ["2-1-101", "2-1-102"]
    first = (await registry.get(f"{COMMUNITIES}/vacancies?limit=4")).json()
    second = (await registry.get(f"{COMMUNITIES}/vacancies?limit=4&cursor={first['next']}")).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (4, 2, None)
    assert [(row["area_m2"], row["meant_for"]) for row in first["items"][:2]] == [("80.00", 4), (None, None)]
    assert await vacant(registry, role=Role.BLOCK_HEAD, place=f"{COMMUNITY}/1/2") == every[4:]
    outside = await registry.get(f"{COMMUNITIES}/vacancies", role=Role.COMMUNITY_CADRE, place="522731003099")
    assert outside.status_code == 404


async def test_a_flat_larger_than_the_standard_allows_is_a_warning(registry: Service) -> None:
    body = plan(blocks=1, units=1, floors=1)
    body["blocks"][0]["units"][0]["floors"][0]["flats"][0]["area_m2"] = "60.50"
    await registry.put(COMMUNITIES, body)
    kept = await registry.post(PATH, wish())
    assert [warning["code"] for warning in kept.json()["warnings"]] == ["area-over-standard"]
    three = household(member(), member("12"), member("20"), reservation=kept.json()["reservation_id"])
    settled = await registry.post(HOUSEHOLDS, three)
    assert [w["pointer"] for w in settled.json()["warnings"] if w["code"] == "area-over-standard"] == ["/flat"]


async def test_blocks_on_a_map(registry: Service) -> None:
    body = plan(blocks=2, units=1, floors=1)
    body["blocks"][0]["point"] = {"lon": "106.650123", "lat": "26.13", "crs": "EPSG:4490"}
    answer = await registry.put(COMMUNITIES, body)
    assert answer.json()["blocks"][0]["point"] == {"lon": "106.650123", "lat": "26.130000", "crs": "EPSG:4490"}
    await settle(registry, "101")
    await reserve(registry, "102")
    found = await registry.get(f"{COMMUNITIES}/blocks.geojson")
    assert found.headers["content-type"] == "application/geo+json"
    first, second = found.json()["features"]
    assert first["geometry"]["coordinates"] == [106.650123, 26.13]
    counts = {name: first["properties"][name] for name in ("flats", "occupied", "reserved", "vacant", "people")}
    assert counts == {"flats": 2, "occupied": 1, "reserved": 1, "vacant": 0, "people": 1}
    assert (second["geometry"], second["properties"]["vacant"]) == (None, 2)


NOWHERE: list[tuple[dict[str, str], str, str]] = [
    ({"lon": "26.13", "lat": "80", "crs": "EPSG:4490"}, "/blocks", "point-outside"),
    ({"lon": "106.65", "lat": "26.13", "crs": "EPSG:4326"}, "/blocks/0/point/crs", "literal-error"),
    ({"lon": "106.65", "lat": "26.13"}, "/blocks/0/point/crs", "missing"),
]


async def test_places_that_cannot_be_are_refused(registry: Service) -> None:
    body = plan(blocks=1)
    for point, pointer, code in NOWHERE:
        body["blocks"][0]["point"] = point
        answer = await registry.put(COMMUNITIES, body)
        assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]


async def test_a_plan_file_says_where_blocks_stand(registry: Service) -> None:
    row = {
        "安置点": "新民社区",
        "区划代码": COMMUNITY,
        "楼栋": "1栋",
        "单元": "1单元",
        "房号": "101",
        "经度": "106.65",
        "纬度": "26.13",
    }
    path = "/v1/registry/dwellings/imports"
    assert (await bring_in(registry, csv_of([row]), path))["accepted"] == 1
    view = (await registry.get(COMMUNITIES)).json()
    assert view["blocks"][0]["point"]["lat"] == "26.130000"
    wrong = await bring_in(registry, csv_of([row | {"房号": "102", "经度": "26.13", "纬度": "106.65"}]), path)
    assert (wrong["accepted"], wrong["errors"][0]["code"]) == (0, "point-outside")
    blank = await bring_in(registry, csv_of([row | {"房号": "103", "经度": "", "纬度": ""}]), path)
    assert blank["accepted"] == 1
    assert (await registry.get(COMMUNITIES)).json()["blocks"][0]["point"]["lat"] == "26.130000"


async def test_who_may_reserve_and_where(estate: Service) -> None:
    reservation = await reserve(estate)
    for role, place, status in (
        (Role.COMMUNITY_CADRE, COMMUNITY, 200),
        (Role.BLOCK_HEAD, f"{COMMUNITY}/1/1", 200),
        (Role.BLOCK_HEAD, f"{COMMUNITY}/1/2", 404),
        (Role.COMMUNITY_CADRE, "522731003099", 404),
    ):
        assert (await estate.get(f"{PATH}/{reservation}", role=role, place=place)).status_code == status
    assert (await estate.post(PATH, wish("102"), role=Role.BLOCK_HEAD, place=f"{COMMUNITY}/1/1")).status_code == 403
    outside = await estate.post(PATH, wish("102"), role=Role.COMMUNITY_CADRE, place="522731003099")
    assert outside.json()["type"] == "urn:anju:problem:flat-unknown"
