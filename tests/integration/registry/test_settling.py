"""Settling a household: what is made, what is refused and why, who may."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from shared.auth import Role
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, id_number, member, plan

PATH = "/v1/registry/households"


@pytest.fixture
async def community(registry: Service) -> Service:
    answer = await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    assert answer.status_code == 201
    await registry.said()
    return registry


async def counts(registry: Service, *tables: str) -> dict[str, int]:
    return {t: await registry.database.pool.fetchval(f"select count(*) from {t}") for t in tables}


async def test_makes_the_coliving_and_the_flat_household(community: Service) -> None:
    answer = await community.post(PATH, household(member(), member("12", "19820722", female=True)))
    assert answer.status_code == 201
    rows = await community.database.pool.fetch("select kind, household_id from households")
    assert sorted(row["kind"] for row in rows) == ["coliving", "flat"]
    assert answer.json()["hukou_household_id"] is None
    assert answer.headers["location"].endswith(answer.json()["household_id"])
    assert (await counts(community, "persons", "memberships", "occupancies")) == {
        "persons": 2,
        "memberships": 4,
        "occupancies": 1,
    }


async def test_makes_a_hukou_household_only_when_stated(community: Service) -> None:
    outside = member("20", "20100101") | {"in_hukou_household": False}
    answer = await community.post(PATH, household(member(), outside, hukou_household={"division": "522328"}))
    hukou = answer.json()["hukou_household_id"]
    members = await community.database.pool.fetchval("select count(*) from memberships where household_id = $1", hukou)
    assert members == 1


async def test_says_one_event_of_the_household_and_one_of_each_person(community: Service) -> None:
    await community.post(PATH, household(member(), member("20", "20100101"), dibao={"receiving": False}))
    said = await community.said()
    assert [event.type for event in said] == [
        "registry.household-settled.v1",
        "registry.person-registered.v1",
        "registry.person-registered.v1",
    ]
    settled = json.loads(said[0].data)
    assert settled["dibao"]["receiving"] is False
    assert {m["relation"] for m in settled["members"]} == {"02", "20"}


async def test_events_carry_no_name_number_or_phone(community: Service) -> None:
    person = member() | {"name": "王小明", "phone": "13812345678"}
    await community.post(PATH, household(person))
    for event in await community.said():
        for secret in ("王小明", person["id_number"], "13812345678"):
            assert secret.encode() not in event.data


async def test_numbers_are_sealed_in_the_database(community: Service) -> None:
    person = member() | {"phone": "13812345678"}
    await community.post(PATH, household(person))
    (row,) = await community.database.pool.fetch("select * from persons")
    assert all(person["id_number"] not in str(value) and "13812345678" not in str(value) for value in row.values())


async def test_facts_are_kept_apart_and_unknown_is_not_none(community: Service) -> None:
    facts: dict[str, Any] = {"hukou": {"division": "522328", "moved": False}, "insurances": {"110": [], "170": None}}
    await community.post(PATH, household(member(**facts)))
    person = json.loads((await community.said())[1].data)
    assert person["residence_division"] == COMMUNITY
    assert person["hukou_division"] == "522328"
    assert person["insurances"] == {"110": []}
    assert person["work"] is None


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"id_number": "522799198003150014"}, "/members/0/id_number", "id-number-checksum"),
        ({"id_number": "52279919800315001"}, "/members/0/id_number", "id-number-length"),
        ({"id_number": "522799800315001"}, "/members/0/id_number", "id-number-length"),
        ({"phone": "12345"}, "/members/0/phone", "phone-format"),
        ({"relation": "04"}, "/members/0/relation", "relation-unknown"),
        ({"name": ""}, "/members/0/name", "string-too-short"),
        ({"facts": {"hukou": {"division": "52"}}}, "/members/0/facts/hukou/division", "string-pattern-mismatch"),
        ({"facts": {"labour_class": "STRONG"}}, "/members/0/facts/labour_class", "labour-class-unknown"),
    ],
)
async def test_a_wrong_member_is_named_by_field_and_reason(
    community: Service, wrong: dict[str, object], pointer: str, code: str
) -> None:
    answer = await community.post(PATH, household(member() | wrong))
    assert answer.status_code == 422
    assert (pointer, code) in {(e["pointer"], e["code"]) for e in answer.json()["errors"]}
    assert str(wrong.get("id_number", "no number")) not in answer.text
    assert await counts(community, "persons", "households", "outbox") == {"persons": 0, "households": 0, "outbox": 0}


async def test_every_fault_is_told_at_once(community: Service) -> None:
    twice = member("20", "20100101")
    answer = await community.post(PATH, household(member("12"), twice, dict(twice)))
    codes = {e["code"] for e in answer.json()["errors"]}
    assert codes == {"head-missing", "person-repeated"}


async def test_a_person_who_lives_elsewhere_is_not_settled_again(community: Service) -> None:
    person = member()
    await community.post(PATH, household(person))
    answer = await community.post(PATH, household(person, flat="102"))
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/members/0/id_number", "already-settled")]
    renamed = await community.post(PATH, household(person | {"name": "另一人"}, flat="102"))
    assert [(e["pointer"], e["code"]) for e in renamed.json()["errors"]] == [("/members/0/name", "name-differs")]


async def test_a_flat_must_exist_and_be_free(community: Service) -> None:
    await community.post(PATH, household())
    taken = await community.post(PATH, household())
    assert (taken.status_code, taken.json()["type"]) == (409, "urn:anju:problem:flat-taken")
    unknown = await community.post(PATH, household(flat="999"))
    assert (unknown.status_code, unknown.json()["type"]) == (422, "urn:anju:problem:flat-unknown")


async def test_a_head_by_the_old_code_is_kept_as_02(community: Service) -> None:
    answer = await community.post(PATH, household(member("01")))
    assert answer.json()["members"][0]["relation"] == "02"


async def test_an_unknown_area_code_is_a_warning(community: Service) -> None:
    number = "522731190001010013"
    known = await community.post(PATH, household(member() | {"id_number": number}))
    assert known.json()["warnings"] == []
    from stdnum.cn import ric

    odd = "99279919800315001"
    odd += str(ric.calc_check_digit(odd + "0"))
    answer = await community.post(PATH, household(member() | {"id_number": odd}, flat="102"))
    assert answer.status_code == 201
    assert [w["pointer"] for w in answer.json()["warnings"]] == ["/members/0/id_number"]


async def test_born_in_the_future_or_after_settling_is_refused(community: Service) -> None:
    answer = await community.post(PATH, household(member() | {"id_number": id_number("20991231")}))
    assert answer.json()["errors"][0]["code"] == "id-number-birth-in-future"
    answer = await community.post(PATH, household(member(), member("20", "20260801")))
    assert answer.json()["errors"][0]["code"] == "born-after-settling"


async def test_two_at_once_for_one_flat_or_one_person_settle_once(community: Service) -> None:
    answers = await asyncio.gather(*(community.post(PATH, household()) for _ in range(6)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409, 409, 409]
    person = member()
    flats = ["102", "201", "202", "301", "302"]
    answers = await asyncio.gather(*(community.post(PATH, household(person, flat=flat)) for flat in flats))
    assert sorted(a.status_code for a in answers)[0] == 201
    assert [a.status_code for a in answers].count(201) == 1
    assert all(a.status_code in (201, 409, 422) for a in answers)


async def test_who_may_settle_and_where(community: Service) -> None:
    body = household()
    foreign = await community.post(PATH, body, role=Role.COMMUNITY_CADRE, place="522731003013")
    assert foreign.json()["type"] == "urn:anju:problem:flat-unknown"
    block_head = await community.post(PATH, body, role=Role.BLOCK_HEAD, place=f"{COMMUNITY}/1/1")
    assert block_head.status_code == 403
    own = await community.post(PATH, body, role=Role.COMMUNITY_CADRE, place=COMMUNITY)
    assert own.status_code == 201


async def test_outside_the_own_place_nothing_is_told_of_a_person_but_that_the_number_is_taken(
    community: Service,
) -> None:
    other = "522731003013"
    await community.put(f"/v1/registry/communities/{other}", plan())
    person = member()
    await community.post(PATH, household(person))
    for asked in (person, person | {"name": "另一人"}):
        body = household(asked) | {"community": other}
        answer = await community.post(PATH, body, role=Role.COMMUNITY_CADRE, place=other)
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
            ("/members/0/id_number", "registered-elsewhere")
        ]


@pytest.mark.parametrize("field", ["name", "organisation", "source", "block"])
async def test_a_personal_number_in_free_text_is_refused_and_not_repeated(community: Service, field: str) -> None:
    text = "13812345678" if field == "block" else "见 522799198003150013"
    person = member(collective={"division": "522328", "organisation": text if field == "organisation" else "某村"})
    body = household(person | ({"name": text} if field == "name" else {})) | (
        {field: text} if field in ("source", "block") else {}
    )
    answer = await community.post(PATH, body)
    assert [e["code"] for e in answer.json()["errors"]] == ["personal-data"]
    assert text[-11:] not in answer.text


async def test_days_that_nobody_can_mean_are_refused(community: Service) -> None:
    answer = await community.post(PATH, household(member(hukou={"division": "522328", "moved_on": "9999-12-31"})))
    assert answer.json()["errors"][0]["pointer"] == "/members/0/facts/hukou/moved_on"


async def test_a_plan_being_changed_and_a_settling_do_not_stop_each_other(community: Service) -> None:
    path = f"/v1/registry/communities/{COMMUNITY}"
    answers = await asyncio.gather(
        *(community.put(path, plan(name=f"社区{n}"), headers={"if-match": "*"}) for n in range(5)),
        *(community.post(PATH, household(flat=f"{f}0{n}")) for f in (1, 2, 3) for n in (1, 2)),
    )
    assert {a.status_code for a in answers} == {200, 201}


async def test_faults_of_day_flat_numbers_and_people_are_told_together(community: Service) -> None:
    person = member()
    await community.post(PATH, household(person))
    wrong = member("20", "20100101") | {"id_number": "123", "phone": "1"}
    answer = await community.post(PATH, household(member("12"), person, wrong) | {"settled_on": "2099-01-01"})
    assert answer.status_code == 422
    assert {(e["pointer"], e["code"]) for e in answer.json()["errors"]} == {
        ("/flat", "flat-taken"),
        ("/settled_on", "date-in-future"),
        ("/members/1/id_number", "already-settled"),
        ("/members/2/id_number", "id-number-length"),
    }


async def test_the_part_of_an_address_that_is_unknown_is_named(community: Service) -> None:
    for part, body in (
        ("community", household() | {"community": "522731003999"}),
        ("block", household(block="9")),
        ("unit", household() | {"unit": "9"}),
        ("flat", household(flat="999")),
    ):
        (error,) = (await community.post(PATH, body)).json()["errors"]
        assert (error["pointer"], error["code"]) == (f"/{part}", f"{part}-unknown")
    foreign = await community.post(PATH, household(), role=Role.COMMUNITY_CADRE, place="522731003013")
    assert foreign.json()["errors"][0]["pointer"] == "/community"


async def test_a_body_that_is_not_json_is_told_so(community: Service) -> None:
    answer = await community.request("POST", PATH, content=b"a=b", headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:anju:problem:not-json")
