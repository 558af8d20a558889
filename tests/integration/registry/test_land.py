"""Land rights on the real database: held beyond any move, two axes of history, one certificate once, one homestead a household."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared import clock
from shared.auth import Role
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, member

PATH, HOUSEHOLDS = "/v1/registry/land/parcels", "/v1/registry/households"
VILLAGE = "522328100200"
IF_ANY = {"if-match": "*"}
CERTIFICATE = "522328100200010001J-0001"


def parcel(*people: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "farmland",
        "certificate_no": CERTIFICATE,
        "village": VILLAGE,
        "area_mu": "3.2",
        "grade": "6",
        "term_to": "2047-12-31",
        "holders": [{"person_id": person} for person in people],
        "since": "2017-12-31",
    } | more


def contract(**more: Any) -> dict[str, Any]:
    return {
        "mode": "lease",
        "party": "示例合作社",
        "from": "2026-01-01",
        "to": "2030-12-31",
        "price_per_mu": "450",
    } | more


def homestead(*people: str, n: int = 1, **more: Any) -> dict[str, Any]:
    number = f"宅基地第{n:04}号"
    return parcel(*people, kind="homestead", certificate_no=number, grade=None, term_to=None, **more)


class Home:
    def __init__(self, registry: Service, view: dict[str, Any]) -> None:
        self.registry = registry
        self.id = view["household_id"]
        self.people = [m["person_id"] for m in view["members"]]

    async def post(self, body: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        answer = await self.registry.post(PATH, body, **kwargs)
        assert answer.status_code == 201, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def listed(self, query: str = "", **kwargs: Any) -> list[str]:
        answer = await self.registry.get(f"{PATH}?{query}", **kwargs)
        assert answer.status_code == 200, answer.text
        return [row["parcel_id"] for row in answer.json()["items"]]


async def settle(registry: Service, flat: str = "101", block: str = "1") -> Home:
    body = household(member(), member("12", "19820722", female=True), flat=flat, block=block)
    answer = await registry.post(HOUSEHOLDS, body)
    assert answer.status_code == 201, answer.text
    return Home(registry, answer.json())


@pytest.fixture
async def home(estate: Service) -> Home:
    return await settle(estate)


async def test_a_right_is_read_as_it_was_registered(home: Home) -> None:
    view = await home.post(parcel(*home.people))
    read = await home.registry.get(f"{PATH}/{view['parcel_id']}")
    assert read.json() == view
    assert (view["area_mu"], view["status"], view["others_hold"]) == ("3.20", "held", None)
    again = await home.registry.get(f"{PATH}/{view['parcel_id']}", headers={"if-none-match": read.headers["etag"]})
    assert again.status_code == 304


async def test_what_others_hold_is_known_without_them(home: Home) -> None:
    shares = [{"person_id": home.people[0], "share": "1/4"}, {"person_id": home.people[1], "share": "1/3"}]
    assert (await home.post(parcel(holders=shares)))["others_hold"] == "5/12"


async def test_the_same_certificate_is_refused_until_the_first_is_taken_back(home: Home) -> None:
    first = await home.post(parcel(home.people[0]))
    second = await home.registry.post(PATH, parcel(home.people[1]))
    assert (second.status_code, second.json()["type"]) == (409, "urn:anju:problem:certificate-taken")
    other = await home.post(parcel(home.people[1], certificate_no="522328100200010002J"))
    taken = await home.registry.patch(f"{PATH}/{other['parcel_id']}", {"certificate_no": CERTIFICATE}, headers=IF_ANY)
    assert taken.status_code == 409
    await home.registry.post(f"{PATH}/{first['parcel_id']}/withdrawal", None)
    assert (await home.registry.post(PATH, parcel(home.people[1]))).status_code == 201


async def test_of_two_who_register_one_certificate_at_once_one_does(home: Home) -> None:
    answers = await asyncio.gather(*(home.registry.post(PATH, parcel(person)) for person in home.people * 2))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_a_right_does_not_end_by_moving_leaving_or_dying(home: Home) -> None:
    view = await home.post(parcel(*home.people))
    where = {"block": "2", "unit": "1", "flat": "201", "moved_on": "2026-08-01"}
    moved = await home.registry.put(f"{HOUSEHOLDS}/{home.id}/flat", where, headers=IF_ANY)
    assert moved.status_code == 200
    left = {"kind": "left", "on": "2026-09-01", "people": [home.people[1]]}
    assert (await home.registry.post(f"{HOUSEHOLDS}/{home.id}/life-events", left)).status_code == 201
    died = await home.registry.post(f"/v1/registry/persons/{home.people[0]}/death", {"died_on": "2026-10-01"})
    assert died.status_code == 200
    assert (await home.registry.get(f"{PATH}/{view['parcel_id']}")).json() == view
    for person in home.people:
        assert await home.listed(f"person_id={person}") == [view["parcel_id"]]


async def test_a_right_ends_for_a_reason_of_the_law_only(home: Home) -> None:
    path = f"{PATH}/{(await home.post(parcel(*home.people)))['parcel_id']}"
    moved = await home.registry.post(f"{path}/end", {"on": "2026-10-01", "because": "moved"})
    assert moved.json()["errors"][0]["code"] == "land-end-unknown"
    early = await home.registry.post(f"{path}/end", {"on": "2017-12-31", "because": "taken"})
    assert early.json()["errors"][0]["code"] == "before-it-began"
    assert (await home.registry.post(f"{path}/end", {"on": "2026-10-01", "because": "taken"})).status_code == 200
    again = await home.registry.post(f"{path}/end", {"on": "2026-11-01", "because": "taken"})
    assert again.json()["type"] == "urn:anju:problem:illegal-move"
    assert (await home.registry.post(f"{path}/contracts", contract())).status_code == 409


async def test_what_held_on_a_day_and_what_was_known_of_it(home: Home) -> None:
    path = f"{PATH}/{(await home.post(parcel(*home.people)))['parcel_id']}"
    at_first = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    correction = {"area_mu": "3.15", "since": "2017-12-31"}
    assert (await home.registry.patch(path, correction, headers=IF_ANY)).status_code == 200
    change = {"holders": [{"person_id": home.people[1]}], "since": "2026-03-01"}
    assert (await home.registry.patch(path, change, headers=IF_ANY)).status_code == 200
    await home.registry.post(f"{path}/end", {"on": "2026-10-01", "because": "given-back"})

    async def then(query: str) -> tuple[Any, ...]:
        answer = await home.registry.get(f"{path}/state?{query}")
        view = answer.json()
        right = view["right"]
        return right and right["area_mu"], [h["person_id"] for h in view["holders"]], view["ended"]

    assert await then("as_of=2020-01-01") == ("3.15", home.people, None)
    assert await then(f"as_of=2020-01-01&known_at={at_first}") == ("3.20", home.people, None)
    assert await then("as_of=2026-03-01") == ("3.15", [home.people[1]], None)
    assert await then("as_of=2026-10-01") == (None, [], "given-back")
    assert (await home.registry.get(f"{path}/state?as_of=2017-12-30")).status_code == 404
    back = await home.registry.post(f"{path}/resumption", None)
    assert (back.status_code, back.json()["status"], back.json()["ended_on"]) == (200, "held", None)
    assert await then("as_of=2026-10-01") == ("3.15", [home.people[1]], None)
    earlier = await home.registry.post(f"{path}/end", {"on": "2026-05-01", "because": "taken"})
    assert earlier.status_code == 200, earlier.text


async def test_a_correction_of_the_past_leaves_what_was_renewed_since(home: Home) -> None:
    path = f"{PATH}/{(await home.post(parcel(*home.people)))['parcel_id']}"
    renewed = {"certificate_no": "林权0009", "since": "2024-01-01"}
    assert (await home.registry.patch(path, renewed, headers=IF_ANY)).status_code == 200
    late = await home.registry.patch(path, {"area_mu": "3.15", "since": "2017-12-31"}, headers=IF_ANY)
    assert [warning["code"] for warning in late.json()["warnings"]] == ["later-known"]
    rights = [
        (await home.registry.get(f"{path}/state?as_of={day}")).json()["right"] for day in ("2023-12-31", "2024-01-01")
    ]
    assert [(right["certificate_no"], right["area_mu"]) for right in rights] == [
        ("****0001", "3.15"),
        ("****", "3.20"),
    ]
    assert (await home.registry.get(path)).json()["area_mu"] == "3.20"


async def test_one_household_has_one_homestead_unless_another_is_inherited(home: Home) -> None:
    house = {"old_house": "demolished", "agreement_on": "2019-03-01"}
    first = await home.post(homestead(home.people[0], homestead=house))
    assert first["warnings"] == []
    second = await home.registry.post(PATH, homestead(home.people[1], n=2))
    assert (second.status_code, second.json()["type"]) == (409, "urn:anju:problem:second-homestead")
    await home.post(homestead(home.people[1], n=2, inherited=True))
    neighbour = await settle(home.registry, "102")
    unsigned = await home.post(homestead(neighbour.people[0], n=3, homestead={"old_house": "demolished"}))
    assert [warning["code"] for warning in unsigned["warnings"]] == ["agreement-unknown"]


async def test_of_two_homesteads_of_a_household_at_once_one_is_registered(home: Home) -> None:
    bodies = [homestead(person, n=n) for n, person in enumerate(home.people * 2)]
    answers = await asyncio.gather(*(home.registry.post(PATH, body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_contracts_are_added_ended_and_taken_back(home: Home) -> None:
    path = f"{PATH}/{(await home.post(parcel(*home.people)))['parcel_id']}"
    added = await home.registry.post(f"{path}/contracts", contract())
    (first,) = added.json()["contracts"]
    assert (first["from"], first["to"], first["price_per_mu"]) == ("2026-01-01", "2030-12-31", "450.00")
    twice = await home.registry.post(f"{path}/contracts", contract(to="2027-01-01"))
    assert twice.json()["errors"][0]["code"] == "contract-over-area"
    running = await home.registry.post(f"{path}/end", {"on": "2026-10-01", "because": "taken"})
    assert running.json()["contracts"] == [first["contract_id"]]
    end = {"on": "2026-08-31", "because": "双方协商解除"}
    ended = await home.registry.post(f"{path}/contracts/{first['contract_id']}/end", end)
    (over,) = ended.json()["contracts"]
    assert (over["to"], over["agreed_to"], over["ended_because"]) == ("2026-08-31", "2030-12-31", "双方协商解除")
    then = [(await home.registry.get(f"{path}/state?as_of=2026-{day}")).json() for day in ("08-31", "09-01")]
    assert [len(view["contracts"]) for view in then] == [1, 0]
    next_one = await home.registry.post(f"{path}/contracts", contract(**{"from": "2026-09-01"}))
    mistaken = next_one.json()["contracts"][1]["contract_id"]
    back = await home.registry.post(f"{path}/contracts/{mistaken}/withdrawal", None)
    assert [each["contract_id"] for each in back.json()["contracts"]] == [first["contract_id"]]
    assert (await home.registry.post(f"{path}/contracts/{mistaken}/withdrawal", None)).status_code == 404


async def test_a_contract_keeps_to_the_law_and_says_which(home: Home) -> None:
    path = f"{PATH}/{(await home.post(parcel(*home.people)))['parcel_id']}"
    wrong = contract(to="2050-01-01", written=False)
    answer = await home.registry.post(f"{path}/contracts", wrong, headers={"accept-language": "zh"})
    found = {error["code"]: error["detail"] for error in answer.json()["errors"]}
    assert answer.status_code == 422
    assert "第三十八条" in found["contract-beyond-term"]
    assert "第四十条" in found["contract-not-written"]


async def test_a_right_that_changes_under_its_contracts_is_refused(home: Home) -> None:
    path = f"{PATH}/{(await home.post(parcel(*home.people)))['parcel_id']}"
    await home.registry.post(f"{path}/contracts", contract(area_mu="3.00"))
    shorter = await home.registry.patch(path, {"term_to": "2028-12-31"}, headers=IF_ANY)
    smaller = await home.registry.patch(path, {"area_mu": "2.99"}, headers=IF_ANY)
    assert [a.json()["errors"][0]["code"] for a in (shorter, smaller)] == ["contracts-against"] * 2


async def test_contracts_that_end_soon_are_found(home: Home) -> None:
    today = clock.today(clock.now())
    soon, later, over, never = [
        (await home.post(parcel(home.people[0], certificate_no=f"522328100200010001J-{n:04}")))["parcel_id"]
        for n in range(4)
    ]
    for parcel_id, last_on in (
        (soon, today + timedelta(29)),
        (later, today + timedelta(31)),
        (over, today - timedelta(2)),
    ):
        lent = contract(mode="lent", to=str(last_on), **{"from": "2026-01-01"})
        assert (await home.registry.post(f"{PATH}/{parcel_id}/contracts", lent)).status_code == 201
    assert await home.listed("contract_ends_within=30") == [soon]
    assert await home.listed("contract_ends_within=60") == [soon, later]
    assert never in await home.listed()


async def test_lists_by_village_kind_household_and_page(home: Home) -> None:
    there = [
        (await home.post(parcel(home.people[0], certificate_no=f"522328100200010001J-{n:04}")))["parcel_id"]
        for n in range(3)
    ]
    wood = (await home.post(homestead(home.people[1])))["parcel_id"]
    other = (await home.post(parcel(home.people[1], certificate_no="林权0001", village="522328101201")))["parcel_id"]
    assert await home.listed(f"household_id={home.id}") == [*there, wood, other]
    assert await home.listed("village=522328100") == [*there, wood]
    assert await home.listed("kind=homestead") == [wood]
    assert await home.listed(f"person_id={home.people[0]}&village=522328101201") == []
    first = (await home.registry.get(f"{PATH}?limit=2")).json()
    second = (await home.registry.get(f"{PATH}?limit=2&cursor={first['next']}")).json()
    third = (await home.registry.get(f"{PATH}?limit=2&cursor={second['next']}")).json()
    assert [r["parcel_id"] for page in (first, second, third) for r in page["items"]] == [*there, wood, other]
    assert (await home.registry.get(f"{PATH}?kind=pond")).json()["errors"][0]["code"] == "land-kind-unknown"


async def test_who_was_entered_twice_holds_what_either_held(home: Home) -> None:
    again = (await home.registry.post(HOUSEHOLDS, household(flat="201"))).json()
    gone, kept = again["members"][0]["person_id"], home.people[0]
    view = await home.post(parcel(gone))
    merger = f"/v1/registry/persons/{gone}/merger"
    asked = await home.registry.post(merger, {"into": kept, "reason": "重复登记"}, subject="a")
    approved = await home.registry.post(f"{asked.headers['location']}/approval", {}, subject="b")
    assert approved.status_code == 200, approved.text
    assert await home.listed(f"person_id={kept}") == [view["parcel_id"]]
    assert await home.listed(f"household_id={home.id}") == [view["parcel_id"]]
    place = {"role": Role.COMMUNITY_CADRE, "place": f"{COMMUNITY}/1/1"}
    assert await home.listed(**place) == [view["parcel_id"]]
    unknown = await home.registry.post(PATH, parcel(gone, certificate_no="林权0002"))
    assert unknown.json()["errors"][0]["code"] == "person-unknown"
    parted = await home.registry.post(f"{merger}/withdrawal", {"reason": "系同名两人"})
    assert parted.status_code == 200, parted.text
    assert await home.listed(f"person_id={kept}") == []


async def test_who_sees_a_land_right(home: Home) -> None:
    view = await home.post(parcel(*home.people), role=Role.COMMUNITY_CADRE, place=COMMUNITY)
    path = f"{PATH}/{view['parcel_id']}"
    assert view["certificate_no"] == CERTIFICATE

    async def status(role: Role, place: str | None) -> int:
        answer = await home.registry.get(path, role=role, place=place)
        return answer.status_code

    assert await status(Role.COMMUNITY_CADRE, COMMUNITY) == 200  # its people live there
    assert await status(Role.STREET_WELFARE_CLERK, "522328") == 200  # the land lies there
    assert await status(Role.COMMUNITY_CADRE, "522731003099") == 404
    assert await status(Role.BLOCK_HEAD, f"{COMMUNITY}/1/1") == 403
    assert await status(Role.EMPLOYMENT_SERVICE, None) == 403
    assert await home.listed(role=Role.COMMUNITY_CADRE, place="522731003099") == []
    agency = (await home.registry.get(path, role=Role.PARTNER_AGENCY)).json()
    assert agency["certificate_no"] == "****0001"
    rows = (await home.registry.get(PATH)).json()["items"]
    assert [row["certificate_no"] for row in rows] == ["****0001"]


async def test_holders_are_people_whom_the_caller_sees(home: Home) -> None:
    elsewhere = await settle(home.registry, "101", block="2")
    body = parcel(home.people[0], elsewhere.people[0])
    answer = await home.registry.post(PATH, body, role=Role.COMMUNITY_CADRE, place=f"{COMMUNITY}/1/1")
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/holders/1/person_id", "person-unknown")]


async def test_no_event_tells_of_land(home: Home) -> None:
    await home.registry.said()
    await home.post(parcel(*home.people))
    assert await home.registry.said() == []
