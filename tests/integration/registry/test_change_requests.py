"""Changes of what is recorded of a person: asked for, approved by a second person, and readable on both axes of history."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from shared.auth import Role
from tests.support.clients import Service
from tests.support.people import household, id_number, member

PERSONS = "/v1/registry/persons"
REQUESTS = "/v1/registry/change-requests"
CADRE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "subject": "cadre"}
SECRETARY: dict[str, Any] = {"role": Role.COMMUNITY_SECRETARY, "subject": "secretary"}
BLOCK_HEAD: dict[str, Any] = {"role": Role.BLOCK_HEAD, "subject": "block-head", "place": "522731003012/1/1"}


class Person:
    """The head of a household that moved in on 1 June 2026."""

    def __init__(self, registry: Service, person_id: str) -> None:
        self.registry = registry
        self.id = person_id
        self.path = f"{PERSONS}/{person_id}"

    async def ask(self, body: dict[str, Any], as_whom: dict[str, Any] = CADRE, **more: Any) -> httpx.Response:
        return await self.registry.post(
            f"{self.path}/change-requests", {"reason": "登记有误"} | body, **as_whom, **more
        )

    async def approve(
        self, asked: httpx.Response, body: dict[str, Any] | None = None, **as_whom: Any
    ) -> httpx.Response:
        assert asked.status_code == 201, asked.text
        path = f"{asked.headers['location']}/approval"
        return await self.registry.post(path, body or {}, **(as_whom or SECRETARY))

    async def view(self, **as_whom: Any) -> dict[str, Any]:
        view: dict[str, Any] = (await self.registry.get(self.path, **as_whom)).json()
        return view

    async def state(self, **query: str) -> dict[str, Any]:
        answer = await self.registry.get(f"{self.path}/state", params=query, **CADRE)
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()
        return state


@pytest.fixture
async def person(estate: Service) -> Person:
    answer = await estate.post(
        "/v1/registry/households",
        household(
            member(labour_class="ORDINARY") | {"name": "王晓明", "phone": "13812345678"}, member("12", female=True)
        ),
    )
    assert answer.status_code == 201, answer.text
    await estate.said()
    return Person(estate, answer.json()["members"][0]["person_id"])


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def slug(answer: httpx.Response) -> str:
    kind: str = answer.json()["type"]
    return kind.rpartition(":")[2]


async def test_a_name_changes_once_a_second_person_approves(person: Person) -> None:
    asked = await person.ask({"name": "王小明"})
    view = asked.json()
    assert (view["status"], view["takes_two"]) == ("open", True)
    assert view["fields"] == [{"field": "name", "before": "王晓明", "after": "王小明"}]
    assert (await person.view(**CADRE))["name"] == "王晓明"
    assert await person.registry.said() == []

    approved = await person.approve(asked)
    assert (approved.status_code, approved.json()["status"], approved.json()["decided_by"]) == (
        200,
        "approved",
        "secretary",
    )
    view = await person.view(**CADRE)
    assert (view["name"], view["version"]) == ("王小明", 2)
    (event,) = await person.registry.said()
    assert event.type == "registry.person-facts-changed.v1"
    assert "王" not in event.data.decode()


async def test_who_asked_for_a_name_cannot_approve_it(person: Person) -> None:
    asked = await person.ask({"name": "王小明"})
    answer = await person.approve(asked, **CADRE)
    assert (answer.status_code, slug(answer)) == (403, "second-person-needed")
    assert (await person.view(**CADRE))["name"] == "王晓明"


async def test_an_id_number_is_read_by_two_people(person: Person) -> None:
    number = id_number("19810315", female=True)
    asked = await person.ask({"id_number": number})
    assert asked.json()["fields"][0]["after"] == f"5227**********{number[-4:]}"
    assert codes(await person.approve(asked)) == [("/id_number", "missing")]
    assert codes(await person.approve(asked, {"id_number": id_number()})) == [("/id_number", "differs-from-request")]
    assert (await person.approve(asked, {"id_number": number})).status_code == 200

    view = await person.view(params={"purpose": "correction"})
    assert (view["id_number"], view["sex"], view["birth"]) == (number, "2", "1981-03-15")
    (event,) = await person.registry.said()
    said = json.loads(event.data)
    assert (said["sex"], said["birth_on"], said["version"]) == ("2", "1981-03-15", 2)
    again = household(member() | {"id_number": number}, flat="201")
    answer = await person.registry.post("/v1/registry/households", again)
    assert answer.status_code == 422, "it is found by its new number"


async def test_a_telephone_changes_at_once_where_the_caller_answers_for_it(person: Person) -> None:
    asked = await person.ask({"phone": "13987654321"})
    assert (asked.status_code, asked.json()["status"], asked.json()["decided_by"]) == (201, "approved", "cadre")
    assert (await person.view(**CADRE))["phone"] == "139****4321"
    removed = await person.ask({"phone": None})
    assert removed.json()["fields"] == [{"field": "phone", "before": "139****4321", "after": None}]
    assert (await person.view(**CADRE))["phone"] is None


async def test_what_a_grid_worker_sees_waits_for_who_answers_for_it(person: Person) -> None:
    asked = await person.ask({"facts": {"labour_class": "LOST"}}, BLOCK_HEAD)
    view = asked.json()
    assert (view["status"], view["takes_two"]) == ("open", False)
    assert view["fields"] == [{"field": "labour_class", "before": None, "after": None}], (
        "a block head sees no labour class"
    )
    answer = await person.approve(asked, **BLOCK_HEAD)
    assert (answer.status_code, slug(answer)) == (403, "not-the-owner")
    assert (await person.approve(asked)).json()["status"] == "approved"
    (event,) = await person.registry.said()
    assert json.loads(event.data)["labour_class"] == "LOST"


async def test_asking_tells_nobody_what_it_may_not_see(person: Person) -> None:
    """As recorded already, or the number of another: only who answers for a field is told before it is decided."""
    same = await person.ask({"facts": {"labour_class": "ORDINARY"}}, BLOCK_HEAD)
    assert same.status_code == 201
    other = await person.registry.post("/v1/registry/households", household(member(), flat="201"))
    number = (
        await person.registry.get(f"{PERSONS}/{other.json()['members'][0]['person_id']}?purpose=correction")
    ).json()
    taken = await person.ask({"id_number": number["id_number"]}, BLOCK_HEAD)
    assert taken.status_code == 201
    await person.registry.post(f"{taken.headers['location']}/refusal", {"reason": "不是本人"}, **SECRETARY)
    told = await person.ask({"id_number": number["id_number"]})
    assert codes(told) == [("/id_number", "id-number-taken")]
    assert number["person_id"] in told.json()["errors"][0]["detail"]


async def test_everything_wrong_is_told_at_once(person: Person) -> None:
    answer = await person.ask({"id_number": "522731190002290010", "phone": "123"})
    assert (answer.status_code, slug(answer)) == (422, "cannot-change")
    assert codes(answer) == [("/id_number", "id-number-birth-date"), ("/phone", "phone-format")]
    assert codes(await person.ask({"id_number": id_number("20260701")})) == [("/id_number", "born-after-first-event")]
    assert codes(await person.ask({"name": "王晓明"})) == [("/name", "as-recorded")]
    assert codes(await person.ask({})) == [("", "nothing-asked")]
    assert codes(await person.ask({"phone": "13800000000", "valid_from": "2099-01-01"})) == [
        ("/valid_from", "date-in-future")
    ]


async def test_one_question_at_a_time(person: Person) -> None:
    asked = await person.ask({"name": "王小明"})
    again = await person.ask({"name": "王大明", "phone": "13900000000"}, BLOCK_HEAD)
    assert (again.status_code, slug(again), again.json()["request_id"]) == (
        409,
        "change-asked-already",
        asked.json()["request_id"],
    )
    other = await person.registry.post(f"{asked.headers['location']}/withdrawal", None, **SECRETARY)
    assert (other.status_code, slug(other)) == (403, "asked-by-another")
    withdrawn = await person.registry.post(f"{asked.headers['location']}/withdrawal", None, **CADRE)
    assert withdrawn.json()["status"] == "withdrawn"
    late = await person.approve(asked)
    assert (late.status_code, slug(late)) == (409, "illegal-move")
    assert (await person.ask({"name": "王大明"})).status_code == 201


async def test_what_changed_meanwhile_is_asked_anew(person: Person) -> None:
    asked = await person.ask({"facts": {"labour_class": "LOST"}}, BLOCK_HEAD)
    changed = await person.registry.patch(
        f"{person.path}/facts", {"labour_class": "SKILLED"}, headers={"if-match": "*"}, **CADRE
    )
    assert changed.status_code == 200
    late = await person.approve(asked)
    assert (late.status_code, slug(late)) == (409, "changed-since-asked")


async def test_a_correction_held_all_along_and_a_new_name_from_its_day(person: Person) -> None:
    before = datetime.now(UTC).isoformat()
    await person.approve(await person.ask({"name": "王小明"}))
    between = datetime.now(UTC).isoformat()
    await person.approve(await person.ask({"name": "王明", "valid_from": "2026-09-01"}))

    assert (await person.state(as_of="2026-07-01"))["name"] == "王小明"
    assert (await person.state(as_of="2026-09-01"))["name"] == "王明"
    assert (await person.state(as_of="2026-07-01", known_at=before))["name"] == "王晓明"
    assert (await person.state(as_of="2026-09-01", known_at=between))["name"] == "王小明"
    assert (await person.view(**CADRE))["name"] == "王明"


async def test_a_name_of_former_days_leaves_the_present_one(person: Person) -> None:
    await person.approve(await person.ask({"name": "王明", "valid_from": "2026-09-01"}))
    late = await person.approve(await person.ask({"name": "王中明", "valid_from": "2026-08-01"}))
    assert [(w["pointer"], w["code"]) for w in late.json()["warnings"]] == [("/name", "later-known")]
    assert (await person.view(**CADRE))["name"] == "王明"
    assert [(await person.state(as_of=day))["name"] for day in ("2026-07-31", "2026-08-15", "2026-09-01")] == [
        "王晓明",
        "王中明",
        "王明",
    ]


async def test_numbers_of_former_days_stay_sealed_and_readable(person: Person) -> None:
    old = (await person.state())["id_number"]
    before = datetime.now(UTC).isoformat()
    number = id_number("19790315")
    await person.approve(await person.ask({"id_number": number}), {"id_number": number})
    now, then = await person.state(), await person.state(known_at=before)
    assert (now["id_number"], now["birth"]) == (f"5227**********{number[-4:]}", "1979")
    assert (then["id_number"], then["birth"]) == (old, "1980")
    stored = await person.registry.database.pool.fetch("select value::text from person_facts where fact = 'id_number'")
    requests = await person.registry.database.pool.fetch("select r::text as row from change_requests r")
    assert len(stored) == 2
    assert not any(number in text for text in [*(r["value"] for r in stored), *(r["row"] for r in requests)])


async def test_requests_are_listed_for_who_may_see_their_people(person: Person) -> None:
    first = (await person.ask({"name": "王小明"})).json()["request_id"]
    second = (await person.ask({"facts": {"labour_class": "LOST"}}, BLOCK_HEAD)).json()["request_id"]

    async def listed(query: str = "", **as_whom: Any) -> list[str]:
        page = (await person.registry.get(f"{REQUESTS}{query}", **as_whom)).json()
        return [item["request_id"] for item in page["items"]]

    assert await listed("?status=open", **CADRE) == [first, second]
    assert await listed(f"?person_id={person.id}&status=approved", **CADRE) == []
    foreign = {"role": Role.COMMUNITY_CADRE, "place": "522731003013"}
    assert await listed(**foreign) == []
    answer = await person.registry.get(f"{REQUESTS}/{first}", **foreign)
    assert (answer.status_code, slug(answer)) == (404, "change-request-not-found")


async def test_an_unmasked_look_at_a_request_is_noted(person: Person) -> None:
    number = id_number("19810315")
    asked = await person.ask({"id_number": number})
    path = asked.headers["location"]
    assert (await person.registry.get(f"{path}?purpose=correction", **CADRE)).status_code == 403
    shown = await person.registry.get(f"{path}?purpose=correction&case=K-1", role=Role.STREET_WELFARE_CLERK)
    assert shown.json()["fields"][0]["after"] == number
    page = (await person.registry.get(f"{person.path}/accesses", role=Role.AUDITOR)).json()
    assert [(note["purpose"], note["case"]) for note in page["items"]] == [("correction", "K-1")]


async def test_work_that_jobs_keeps_is_not_asked_of_the_registry(person: Person) -> None:
    await person.registry.database.pool.execute(
        'update persons set work_copy = \'{"status": "employed"}\' where person_id = $1', person.id
    )
    answer = await person.ask({"facts": {"work": {"status": "none"}}})
    assert (answer.status_code, slug(answer)) == (409, "work-belongs-to-jobs")


async def test_a_person_is_found_by_the_name_it_has_now(person: Person) -> None:
    await person.approve(await person.ask({"name": "韦小妹"}))

    async def found(name: str) -> list[str]:
        page = (await person.registry.post(f"{PERSONS}/search", {"name": name}, **CADRE)).json()
        return [item["person_id"] for item in page["items"]]

    assert (await found("weixiaom"), await found("小妹"), await found("晓明")) == ([person.id], [person.id], [])
