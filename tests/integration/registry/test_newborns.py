"""Children who have no ID number yet: known by their birth certificate until a number comes, and never two people."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from shared.auth import Role
from tests.integration.conftest import NewService
from tests.integration.registry.believed import believed
from tests.support.clients import Service
from tests.support.estate import row as usual_row
from tests.support.imports import bring_in, csv_of
from tests.support.people import household, id_number, member, plan

HOUSEHOLDS = "/v1/registry/households"
PERSONS = "/v1/registry/persons"
REQUESTS = "/v1/registry/change-requests"
NEWBORNS = "/v1/registry/newborns"
CADRE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "subject": "cadre"}
SECRETARY: dict[str, Any] = {"role": Role.COMMUNITY_SECRETARY, "subject": "secretary"}
BORN = date(2026, 7, 10)
PARENTS = "02", "12"


def newborn(certificate: str = "T520000021", born: date = BORN, sex: str = "2", relation: str = "30") -> dict[str, Any]:
    certified = {"sex": sex, "birth_on": born.isoformat(), "birth_certificate": certificate}
    return {"name": "测试童", "newborn": certified, "relation": relation}


class Family:
    """A couple who moved into flat 101 on 1 June 2026."""

    def __init__(self, registry: Service, household_id: str) -> None:
        self.registry = registry
        self.id = household_id
        self.path = f"{HOUSEHOLDS}/{household_id}"

    async def tell(self, *members: dict[str, Any], kind: str = "born", on: date = BORN) -> httpx.Response:
        body = {"kind": kind, "on": on.isoformat(), "members": members, "source": "grid report"}
        return await self.registry.post(f"{self.path}/life-events", body, **CADRE)

    async def born(self, *members: dict[str, Any]) -> list[str]:
        """Ids of the children."""
        answer = await self.tell(*(members or (newborn(),)))
        assert answer.status_code == 201, answer.text
        return [part["person_id"] for part in answer.json()["people"]]

    async def person(self, person_id: str, **query: str) -> dict[str, Any]:
        view: dict[str, Any] = (await self.registry.get(f"{PERSONS}/{person_id}", params=query)).json()
        return view

    async def ask(self, person_id: str, **body: Any) -> httpx.Response:
        return await self.registry.post(
            f"{PERSONS}/{person_id}/change-requests", {"reason": "已落户", "evidence": "户口簿"} | body, **CADRE
        )

    async def give_number(self, person_id: str, number: str) -> httpx.Response:
        asked = await self.ask(person_id, id_number=number)
        assert asked.status_code == 201, asked.text
        return await self.registry.post(f"{asked.headers['location']}/approval", {"id_number": number}, **SECRETARY)

    async def waiting(self, **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.registry.get(NEWBORNS, params=query, **CADRE)).json()["items"]
        return found


@pytest.fixture
async def family(estate: Service) -> Family:
    couple = member(PARENTS[0]), member(PARENTS[1], "19820722", female=True)
    answer = await estate.post(HOUSEHOLDS, household(*couple, moved_from_division="522328"))
    assert answer.status_code == 201, answer.text
    await estate.said()
    return Family(estate, answer.json()["household_id"])


def row(name: str, number: str, relation: str, flat: str = "101") -> dict[str, str]:
    """A row of a roster that tells no day."""
    return usual_row(relation, flat, 姓名=name, 身份证号=number, 入住日期="")


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_a_child_is_registered_by_its_birth_certificate(family: Family) -> None:
    (child,) = await family.born(newborn("t520 000021"))
    masked = await family.person(child)
    assert (masked["id_number"], masked["birth_certificate"], masked["sex"]) == (None, "T*******21", "2")
    full = await family.person(child, purpose="insurance")
    assert (full["birth_certificate"], full["birth"]) == ("T520000021", "2026-07-10")
    fields = await family.registry.database.pool.fetchval("select fields from access_log where person_id = $1", child)
    assert "birth_certificate" in fields
    brief = next(m for m in (await family.registry.get(family.path)).json()["members"] if m["person_id"] == child)
    assert (brief["id_number"], brief["relation"]) == (None, "30")
    found = await family.registry.post(f"{PERSONS}/search", {"name": "测试童"})
    assert [(each["person_id"], each["id_number"]) for each in found.json()["items"]] == [(child, None)]
    then = await family.registry.get(f"{PERSONS}/{child}/state", params={"as_of": "2026-07-11"})
    assert (then.json()["id_number"], then.json()["birth"]) == (None, "2026")


async def test_no_event_tells_the_certificate_and_every_service_takes_the_child(
    family: Family, new_service: NewService
) -> None:
    await family.born()
    said = await family.registry.said()
    assert [e.type for e in said] == ["registry.household-changed.v1", "registry.person-registered.v1"]
    assert not any("520000021" in event.data.decode() for event in said)
    assert json.loads(said[1].data)["birth_on"] == BORN.isoformat()
    for name in ("benefits", "jobs", "grid"):
        service = await new_service(name)
        await service.hear(said)
        assert await service.database.pool.fetchval("select count(*) from dead_letters") == 0


async def test_one_certificate_is_one_child_and_twins_are_two(family: Family) -> None:
    first, second = await family.born(newborn(), newborn("T520000022"))
    assert first != second
    again = await family.tell(newborn())
    assert codes(again) == [("/members/0/newborn/birth_certificate", "already-settled")]
    same = await family.tell(newborn("T520000023"), newborn("t520000023"))
    assert codes(same) == [("/members/1/newborn/birth_certificate", "person-repeated")]
    pairs = (await family.registry.get(f"{PERSONS}/{first}/duplicates")).json()["items"]
    assert [pair["likenesses"] for pair in pairs] == [["name-birth-origin"]]  # for their name, and no more


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            {"newborn": {"birth_certificate": "520000021"}},
            ("/members/0/newborn/birth_certificate", "birth-certificate-format"),
        ),
        ({"newborn": {"birth_on": "2026-07-09"}}, ("/members/0/newborn/birth_on", "born-another-day")),
        ({"newborn": {"birth_on": "2099-07-09"}}, ("/members/0/newborn/birth_on", "date-in-future")),
        ({"newborn": {"birth_on": "2010-07-09"}}, ("/members/0/newborn/birth_on", "id-number-needed")),
        ({"newborn": {"sex": "9"}}, ("/members/0/newborn/sex", "literal-error")),
        ({"newborn": None}, ("/members/0/id_number", "missing")),
        ({"id_number": "522799202607100021"}, ("/members/0/id_number", "has-number")),
    ],
)
async def test_what_is_wrong_is_said_where_it_stands(
    family: Family, change: dict[str, Any], fault: tuple[str, str]
) -> None:
    body = newborn()
    given = change.get("newborn", {})
    body |= change | {"newborn": body["newborn"] | given if given is not None else None}
    answer = await family.tell(body)
    assert answer.status_code == 422
    assert fault in codes(answer)
    assert "520000021" not in answer.text


async def test_a_child_whose_hukou_is_overdue_is_warned_of(family: Family) -> None:
    answer = await family.tell(newborn())
    assert [(w["pointer"], w["code"]) for w in answer.json()["warnings"]] == [("/members/0/newborn", "hukou-overdue")]


async def test_nobody_is_without_both_numbers(family: Family) -> None:
    (child,) = await family.born()
    for statement in (
        "update persons set birth_certificate_sealed = null, birth_certificate_lookup = null where person_id = $1",
        "update persons set birth_certificate_lookup = null where person_id = $1",
        "update persons set id_number_lookup = 'x' where person_id = $1",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await family.registry.database.pool.execute(statement, child)


# the number comes


async def test_the_number_comes_once_a_second_person_has_read_it(family: Family) -> None:
    (child,) = await family.born()
    number = id_number("20260710", female=True)
    assert [each["number_asked"] for each in await family.waiting()] == [False]
    before = datetime.now(UTC).isoformat()
    asked = await family.ask(child, id_number=number)
    assert asked.json()["fields"][0]["before"] is None
    assert [each["number_asked"] for each in await family.waiting()] == [True]
    path = f"{asked.headers['location']}/approval"
    assert codes(await family.registry.post(path, {}, **SECRETARY)) == [("/id_number", "missing")]
    other = await family.registry.post(path, {"id_number": id_number("20260710", female=True)}, **SECRETARY)
    assert codes(other) == [("/id_number", "differs-from-request")]
    await family.registry.said()
    approved = await family.registry.post(path, {"id_number": number}, **SECRETARY)
    assert approved.json()["status"] == "approved"
    assert [e.type for e in await family.registry.said()] == ["registry.person-facts-changed.v1"]
    full = await family.person(child, purpose="correction")
    assert (full["id_number"], full["birth_certificate"]) == (number, "T520000021")
    assert await family.waiting() == []
    state = f"{PERSONS}/{child}/state"
    now = (await family.registry.get(state, params={"as_of": "2026-07-11"})).json()
    then = (await family.registry.get(state, params={"as_of": "2026-07-11", "known_at": before})).json()
    assert (now["id_number"][-4:], then["id_number"]) == (number[-4:], None)
    assert codes(await family.tell(newborn())) == [("/members/0/newborn/birth_certificate", "already-settled")]


async def test_a_number_of_another_birth_or_sex_is_not_the_childs(family: Family) -> None:
    (child,) = await family.born()
    wrong = await family.ask(child, id_number=id_number("20260711"))
    assert codes(wrong) == [
        ("/id_number", "born-another-day"),
        ("/id_number", "sex-differs"),
        ("/id_number", "birth-differs"),
    ]
    number = id_number("20260710", female=True)
    typo = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert codes(await family.ask(child, id_number=typo)) == [("/id_number", "id-number-checksum")]


async def test_sex_and_certificate_of_a_child_are_corrected_by_two(family: Family) -> None:
    (child,) = await family.born()
    asked = await family.ask(
        child, birth={"sex": "1", "birth_on": "2026-07-10"}, birth_certificate="T520000077", reason="登记有误"
    )
    shown = {field["field"]: (field["before"], field["after"]) for field in asked.json()["fields"]}
    assert shown["birth"] == ({"sex": "2", "birth_on": "2026"}, {"sex": "1", "birth_on": "2026"})
    assert shown["birth_certificate"] == ("T*******21", "T*******77")
    assert (await family.registry.post(f"{asked.headers['location']}/approval", {}, **SECRETARY)).status_code == 200
    full = await family.person(child, purpose="correction")
    assert (full["sex"], full["birth_certificate"]) == ("1", "T520000077")
    assert (await family.give_number(child, id_number("20260710"))).status_code == 200
    follows = await family.ask(child, birth={"sex": "2", "birth_on": "2026-07-10"})
    assert codes(follows) == [("/birth", "follows-from-number")]


async def test_a_certificate_that_another_child_has_is_refused(family: Family) -> None:
    child, twin = await family.born(newborn(), newborn("T520000022"))
    taken = await family.ask(twin, birth_certificate="T520000021")
    assert codes(taken) == [("/birth_certificate", "birth-certificate-taken")]
    assert child in taken.text


# entered twice


async def test_a_roster_that_has_the_number_first_is_a_duplicate_to_be_merged(family: Family) -> None:
    (child,) = await family.born()
    number = id_number("20260710", female=True)
    head = (await family.registry.get(f"{family.path}?purpose=correction")).json()["members"][0]
    rows = [
        row(head["name"], head["id_number"], "户主"),
        row("测有名", number, "女"),
    ]
    report = await bring_in(family.registry, csv_of(rows))
    assert (report["created"], report["rejected"]) == (1, 0), report
    assert [each["code"] for each in report["errors"]] == ["possible-duplicate"]
    (pair,) = (await family.registry.get("/v1/registry/duplicates")).json()["items"]
    assert pair["likenesses"] == ["birth-household"]
    other = ({pair["person_id"], pair["other_id"]} - {child}).pop()
    refused = await family.ask(child, id_number=number)
    assert codes(refused) == [("/id_number", "id-number-taken")]
    assert other in refused.text

    before = await believed(family.registry)
    for gone, kept, take in ((other, child, ["id_number", "name"]), (child, other, [])):
        path = f"{PERSONS}/{gone}/merger"
        asked = await family.registry.post(path, {"into": kept, "take": take, "reason": "重复登记"}, **CADRE)
        assert asked.status_code == 201, asked.text
        merged = await family.registry.post(f"{asked.headers['location']}/approval", {"id_number": number}, **SECRETARY)
        assert merged.status_code == 200, merged.text
        full = await family.person(kept, purpose="correction")
        assert (full["id_number"], full["name"], full["status"]) == (number, "测有名", "resident")
        assert await family.waiting() == []
        assert (await family.person(gone))["id_number"] is None
        parted = await family.registry.post(f"{path}/withdrawal", {"reason": "系双胞胎"}, **CADRE)
        assert parted.status_code == 200, parted.text
        assert await believed(family.registry) == before
    kept_back = await family.registry.post(
        f"{PERSONS}/{child}/merger", {"into": other, "take": ["birth_certificate"], "reason": "重复登记"}, **CADRE
    )
    assert codes(kept_back) == [("/take/0", "stays-behind")]


# taken back, and told anew


async def test_a_birth_told_by_mistake_is_taken_back_and_told_anew_of_the_same_child(family: Family) -> None:
    event = (await family.tell(newborn())).json()
    (child,) = (part["person_id"] for part in event["people"])
    await family.registry.said()
    answer = await family.registry.post(
        f"/v1/registry/life-events/{event['event_id']}/withdrawal", {"reason": "日期有误"}, **CADRE
    )
    assert answer.status_code == 200, answer.text
    assert [e.type for e in await family.registry.said()] == [
        "registry.household-changed.v1",
        "registry.person-withdrawn.v1",
    ]
    assert (await family.person(child))["status"] == "withdrawn"
    assert await family.waiting() == []
    again = newborn(born=BORN + timedelta(days=1), sex="1")
    told = await family.tell(again, on=BORN + timedelta(days=1))
    assert [part["person_id"] for part in told.json()["people"]] == [child]
    full = await family.person(child, purpose="correction")
    assert (full["status"], full["sex"], full["birth"]) == ("resident", "1", "2026-07-11")


async def test_a_birth_of_whom_others_were_merged_into_stays(family: Family) -> None:
    event = (await family.tell(newborn())).json()
    (child,) = (part["person_id"] for part in event["people"])
    (twin,) = await family.born(newborn("T520000022"))
    asked = await family.registry.post(f"{PERSONS}/{twin}/merger", {"into": child, "reason": "重复登记"}, **CADRE)
    assert (await family.registry.post(f"{asked.headers['location']}/approval", {}, **SECRETARY)).status_code == 200
    refused = await family.registry.post(
        f"/v1/registry/life-events/{event['event_id']}/withdrawal", {"reason": "误录"}, **CADRE
    )
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:anju:problem:told-of-merged")


async def test_a_family_moves_in_with_a_newborn_and_anew_after_a_mistake(estate: Service) -> None:
    members = member(), newborn(born=date(2026, 5, 20))
    first = await estate.post(HOUSEHOLDS, household(*members))
    assert first.status_code == 201, first.text
    child = first.json()["members"][1]["person_id"]
    asked = await estate.post(
        f"{PERSONS}/{child}/change-requests", {"phone": "13812345678", "name": "测小童", "reason": "登记有误"}, **CADRE
    )
    home = f"{HOUSEHOLDS}/{first.json()['household_id']}"
    assert (await estate.post(f"{home}/withdrawal", {"reason": "误录"})).status_code == 200
    second = await estate.post(HOUSEHOLDS, household(*members, flat="102"))
    assert second.status_code == 201, second.text
    assert second.json()["members"][1]["person_id"] == child
    # What was sealed of the child before is readable still.
    read = await estate.get(f"{asked.headers['location']}?purpose=correction")
    assert {field["after"] for field in read.json()["fields"]} == {"13812345678", "测小童"}


async def test_a_child_without_number_comes_with_who_joins(family: Family) -> None:
    answer = await family.tell(newborn(born=date(2026, 6, 20)), kind="joined", on=BORN)
    assert answer.status_code == 201, answer.text
    assert len((await family.registry.get(family.path)).json()["members"]) == 3


# the list


async def test_the_list_is_of_ones_place_by_pages_and_tells_how_long(family: Family) -> None:
    other = "522731003013"
    await family.registry.put(f"/v1/registry/communities/{other}", plan("另一社区"))
    await family.born(newborn(), newborn("T520000022"))
    elsewhere = await family.registry.post(
        HOUSEHOLDS, household(member(), newborn("T520000023", born=date(2026, 5, 1))) | {"community": other}
    )
    assert elsewhere.status_code == 201
    page = (await family.registry.get(NEWBORNS, params={"limit": 1}, **CADRE, place="522731003012")).json()
    rest = await family.registry.get(NEWBORNS, params={"cursor": page["next"]}, **CADRE, place="522731003012")
    here = [*page["items"], *rest.json()["items"]]
    assert [(each["household_id"], each["days"], each["flat"]) for each in here] == [(family.id, 0, "101")] * 2
    assert {(each["hukou"], each["insurance"]) for each in here} == {("passed", "passed")}
    assert len(await family.waiting()) == 3
    assert len(await family.waiting(community=other)) == 1
    assert (await family.registry.get(NEWBORNS, role=Role.BLOCK_HEAD, place="522731003012/1/1")).status_code == 403
