"""The profile of a person and a household: who sees which facts and for what, their history, and that facts of health go nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry import examples
from shared.auth import Role
from tests.support.clients import Service
from tests.support.people import household, id_number, member

PERSONS, HOUSEHOLDS = "/v1/registry/persons", "/v1/registry/households"
IF_ANY = {"if-match": "*"}
HEALTH: dict[str, Any] = {
    "health": {"status": "30"},
    "disability": {"disabled": True, "kind": "4", "grade": "2", "certified_on": "2020-05-01"},
    "medical_care": {
        "family_doctor": {"institution": "新民社区卫生服务站", "signed_on": "2025-01-10"},
        "filings": [{"division": "440100", "kind": "working-elsewhere", "since": "2026-01-01", "until": "2026-12-31"}],
    },
}
SCHOOLING = {"state": "enrolled", "stage": "primary", "school": "明田小学", "grade": 3, "boarding": False}
SENSITIVE = set(HEALTH)


@pytest.fixture
async def person(estate: Service) -> str:
    """Of whom all of the profile is known."""
    body = household(member(schooling=SCHOOLING, profile={"ethnic": "09"}, **HEALTH))
    answer = await estate.post(HOUSEHOLDS, body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["members"][0]["person_id"])


async def consents(estate: Service, person: str) -> None:
    """To the purpose that rests on consent."""
    given = {**examples.CONSENT, "given_on": "2026-06-02"}
    answer = await estate.post(f"{PERSONS}/{person}/consents", given, role=Role.COMMUNITY_CADRE)
    assert answer.status_code == 201, answer.text


async def shown(estate: Service, person: str, role: Role, purpose: str | None = None) -> set[str]:
    query = f"?purpose={purpose}" if purpose else ""
    answer = await estate.get(f"{PERSONS}/{person}{query}", role=role)
    assert answer.status_code == 200, answer.text
    return set(answer.json()["facts"])


BY_ROLE_AND_PURPOSE: dict[tuple[Role, str | None], set[str]] = {
    (Role.DEVELOPER, None): set(),
    (Role.COUNTY_CIVIL_AFFAIRS, None): set(),
    (Role.COUNTY_CIVIL_AFFAIRS, "dibao-review"): SENSITIVE,
    (Role.COUNTY_CIVIL_AFFAIRS, "benefit-payment"): {"disability"},
    (Role.INSURANCE_AGENCY, "transfer"): {"medical_care"},
    (Role.INSURANCE_AGENCY, "employment"): set(),
    (Role.BLOCK_HEAD, None): set(),
    (Role.COMMUNITY_CADRE, None): set(),
    (Role.EMPLOYMENT_SERVICE, None): set(),
    (Role.PARTNER_AGENCY, None): set(),
}


async def test_facts_of_health_show_by_role_and_purpose(estate: Service, person: str) -> None:
    await consents(estate, person)
    seen = {asked: await shown(estate, person, *asked) & SENSITIVE for asked in BY_ROLE_AND_PURPOSE}
    assert seen == BY_ROLE_AND_PURPOSE


async def test_a_read_for_a_purpose_notes_which_facts_of_health_were_read(estate: Service, person: str) -> None:
    await consents(estate, person)
    await shown(estate, person, Role.COUNTY_CIVIL_AFFAIRS, "benefit-payment")
    await shown(estate, person, Role.COUNTY_CIVIL_AFFAIRS, "employment")
    rows = await estate.database.pool.fetch("select purpose, fields from access_log order by id")
    assert [(row["purpose"], "disability" in row["fields"], "health" in row["fields"]) for row in rows] == [
        ("benefit-payment", True, False),
        ("employment", False, False),
    ]


async def test_schooling_shows_to_those_who_look_after_it(estate: Service, person: str) -> None:
    assert "schooling" in await shown(estate, person, Role.COMMUNITY_CADRE)
    assert "schooling" not in await shown(estate, person, Role.BLOCK_HEAD)
    assert "schooling" not in await shown(estate, person, Role.PARTNER_AGENCY)


async def test_the_state_on_a_day_never_shows_facts_of_health(estate: Service, person: str) -> None:
    then = await estate.get(f"{PERSONS}/{person}/state?as_of=2026-08-01")
    assert set(then.json()["facts"]) & SENSITIVE == set()
    assert then.json()["facts"]["schooling"]["school"] == "明田小学"


async def test_no_event_carries_a_fact_of_health(estate: Service, person: str) -> None:
    change = {"health": {"status": "41"}, "disability": {"disabled": False}}
    answer = await estate.patch(f"{PERSONS}/{person}/facts", change, headers=IF_ANY)
    assert answer.status_code == 200, answer.text
    said = await estate.said()
    assert {event.type for event in said} >= {"registry.person-registered.v1", "registry.person-facts-changed.v1"}
    for event in said:
        for word in (*SENSITIVE, "family_doctor", "schooling", "卫生", "小学"):
            assert word not in event.data.decode()


async def test_history_of_a_fact_of_health_has_two_axes(estate: Service, person: str) -> None:
    change = {"disability": {"disabled": True, "kind": "4", "grade": "1"}, "valid_from": "2026-07-01"}
    assert (await estate.patch(f"{PERSONS}/{person}/facts", change, headers=IF_ANY)).status_code == 200
    rows = await estate.database.pool.fetch(
        """select value ->> 'grade' as grade, valid_from::text, valid_to::text, retracted_at is null as believed
             from person_facts where person_id = $1 and fact = 'disability' order by valid_from, valid_to nulls first""",
        person,
    )
    assert [tuple(row.values()) for row in rows] == [
        ("2", "2026-06-01", None, False),
        ("2", "2026-06-01", "2026-07-01", True),
        ("1", "2026-07-01", None, True),
    ]


IMPOSSIBLE: list[tuple[dict[str, Any], str, str]] = [
    ({"disability": {"disabled": False, "grade": "1"}}, "/disability", "disability-contradicts"),
    ({"disability": {"disabled": True, "kind": "8"}}, "/disability/kind", "disability-kind-unknown"),
    ({"schooling": {"state": "truant"}}, "/schooling/state", "enrolment-unknown"),
    ({"schooling": {"state": "enrolled", "school": "校长13812345678"}}, "/schooling/school", "personal-data"),
    (
        {"medical_care": {"filings": [HEALTH["medical_care"]["filings"][0] | {"until": "2025-01-01"}]}},
        "/medical_care/filings/0",
        "ends-before-it-begins",
    ),
]


async def test_what_cannot_be_is_refused(estate: Service, person: str) -> None:
    for facts, pointer, code in IMPOSSIBLE:
        answer = await estate.patch(f"{PERSONS}/{person}/facts", facts, headers=IF_ANY)
        assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]


async def test_a_household_is_monitored_until_the_risk_is_removed(estate: Service) -> None:
    watched = {"kind": "sudden", "since": "2026-03-01", "reason": "illness"}
    home = (await estate.post(HOUSEHOLDS, household(monitored=watched, move_batch="2018"))).json()
    path = f"{HOUSEHOLDS}/{home['household_id']}"
    assert (home["facts"]["monitored"]["kind"], home["facts"]["move_batch"]) == ("sudden", "2018")
    half = await estate.patch(f"{path}/facts", {"monitored": watched | {"until": "2026-10-01"}}, headers=IF_ANY)
    assert half.json()["errors"][0]["code"] == "monitored-half"
    over = {"monitored": watched | {"until": "2026-10-01", "ended": "risk-removed"}, "valid_from": "2026-10-01"}
    assert (await estate.patch(f"{path}/facts", over, headers=IF_ANY)).status_code == 200
    before = await estate.get(f"{path}/state?as_of=2026-09-30")
    after = await estate.get(f"{path}/state?as_of=2026-10-01")
    assert [then.json()["facts"]["monitored"]["until"] for then in (before, after)] == [None, "2026-10-01"]
    block_head = await estate.get(path, role=Role.BLOCK_HEAD)
    assert "monitored" not in block_head.json()["facts"]


async def test_the_class_of_labour_by_age_is_a_suggestion(estate: Service) -> None:
    old = {
        "name": "测试人",
        "id_number": id_number("19550101"),
        "relation": "02",
        "facts": {"labour_class": "WEAK_HALF"},
    }
    home = (await estate.post(HOUSEHOLDS, household(old))).json()
    person = home["members"][0]["person_id"]
    view = await estate.get(f"{PERSONS}/{person}/labour-class?scheme=rural-statistics")
    assert view.json() | {"source": ""} == {
        "scheme": "rural-statistics",
        "stated": "WEAK_HALF",
        "suggested": "NONE",
        "look_again": True,
        "from_age": 16,
        "to_age": 60,
        "source": "",
    }
    assert (await estate.get(f"{PERSONS}/{person}")).json()["facts"]["labour_class"] == "WEAK_HALF"
    hidden = await estate.get(f"{PERSONS}/{person}/labour-class", role=Role.BLOCK_HEAD)
    assert (hidden.status_code, hidden.json()["type"]) == (403, "urn:anju:problem:facts-not-shown")


async def test_of_the_profile_each_code_is_changed_by_itself(estate: Service, person: str) -> None:
    """An app that knows only the education does not take the ethnic group away; what held on a day is what it adds to on that day."""
    facts = f"{PERSONS}/{person}/facts"

    async def profile(change: dict[str, Any], **more: str) -> Any:
        answer = await estate.patch(facts, {"profile": change, **more}, headers=IF_ANY)
        assert answer.status_code == 200, answer.text
        return answer.json()["facts"]["profile"]

    assert await profile({"education": "60"}, valid_from="2026-07-01") == {"ethnic": "09", "education": "60"}
    assert await profile({"political": "01"}, valid_from="2026-09-01") == {
        "ethnic": "09",
        "education": "60",
        "political": "01",
    }
    await profile({"marital": "10"}, valid_from="2026-08-01")
    then = [(await estate.get(f"{PERSONS}/{person}/state?as_of=2026-{day}")).json() for day in ("06-30", "08-15")]
    assert [each["facts"]["profile"] for each in then] == [
        {"ethnic": "09"},
        {"ethnic": "09", "education": "60", "marital": "10"},
    ]
    assert await profile({"education": None}) == {"ethnic": "09", "political": "01"}


async def test_what_is_not_known_is_no_change(estate: Service, person: str) -> None:
    """A part that is null and one that is absent say the same."""
    before = (await estate.get(f"{PERSONS}/{person}")).json()["version"]
    same = {"schooling": SCHOOLING, "profile": {"ethnic": "09", "education": None}}
    answer = await estate.patch(f"{PERSONS}/{person}/facts", same, headers=IF_ANY)
    assert answer.json()["version"] == before


async def test_a_change_request_for_one_code_shows_and_keeps_the_others(estate: Service, person: str) -> None:
    asked = {"facts": {"profile": {"education": "60"}}, "reason": "毕业证所载"}
    answer = await estate.post(f"{PERSONS}/{person}/change-requests", asked, headers=IF_ANY)
    assert answer.status_code == 201, answer.text
    assert answer.json()["fields"] == [
        {"field": "profile", "before": {"ethnic": "09"}, "after": {"ethnic": "09", "education": "60"}}
    ]
