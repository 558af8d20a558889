"""Applications: opened where the table allows, on the facts of the moment; one at a time; refused input."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from services.benefits.cases.schemas import ApplicationBody, DecisionBody, WithdrawalBody
from shared.auth import Role
from shared.http import Body
from shared.ids import new_id
from tests.integration.benefits.news import COMMUNITY, EVERYTHING, HERE, NEAR, OLD, Benefits, Kin, slugs

CLERK: dict[str, Any] = {"role": Role.STREET_WELFARE_CLERK, "place": "522731003"}


@pytest.fixture
async def kin(benefits: Benefits) -> Kin:
    """Two people alike; 170 and dibao may be transferred, 110 changed; the rest keeps."""
    kin = Kin()
    dibao = {"receiving": True, "division": OLD, "household_class": "rural"}
    people = [kin.registered(label, **EVERYTHING) for label in "ab"]
    await benefits.service.hear([kin.settled("ab", dibao=dibao), *people])
    return kin


async def said(benefits: Benefits) -> list[tuple[str, dict[str, Any]]]:
    return [(event.type, json.loads(event.data)) for event in await benefits.service.said()]


async def test_a_transfer_opens_on_its_legal_basis(benefits: Benefits, kin: Kin) -> None:
    answer = await benefits.apply(kin, "a", "170", **CLERK)
    case = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/benefits/cases/{case['case_id']}")
    assert (case["status"], case["kind"], case["channel"]) == ("open", "transfer", "community-window")
    assert case["legal_basis"] == {"law": "社会保险经办条例（国务院令第765号）", "article": "12 ¶3"}
    assert (case["from_division"], case["to_division"], case["move_class"]) == (OLD, HERE, "INTRA_PROVINCE")
    assert (slugs(case), case["fund_moves"], case["applied_by"]) == (
        ["cross-county-hukou"],
        True,
        "street-welfare-clerk@522731003",
    )
    ((kind, state),) = await said(benefits)
    assert kind == "benefits.transfer-opened.v1"
    assert state | {"case_id": ""} == {
        "version": 1,
        "case_id": "",
        "scheme": "170",
        "person_id": kin.person("a"),
        "household_id": kin.household(),
        "status": "open",
        "reasons": ["cross-county-hukou"],
        "kind": "transfer",
        "ended_because": None,
        "duplicate_of": None,
    }


async def test_a_registration_change_opens_as_such(benefits: Benefits, kin: Kin) -> None:
    case = await benefits.applied(kin, "a", "110", role=Role.APP_BACKEND, place=COMMUNITY)
    assert (case["status"], case["kind"], case["channel"]) == ("open", "change", "online")
    assert (case["from_division"], case["to_division"], case["move_class"]) == (NEAR, HERE, "INTRA_PREFECTURE")


async def test_dibao_is_applied_for_by_household(benefits: Benefits, kin: Kin) -> None:
    case = await benefits.applied(kin, "-", "dibao", **CLERK)
    assert (case["status"], case["person_id"], case["household_id"]) == ("open", None, kin.household())
    assert await benefits.outcome(kin, "-", "dibao") == ("keep", ["case-open"])


async def test_while_a_case_is_under_way_the_assessment_says_so(benefits: Benefits, kin: Kin) -> None:
    case = await benefits.applied(kin, "a", "170")
    told = await benefits.told(kin)
    assert (told["a", "170"]["outcome"], told["a", "170"]["case_id"]) == ("keep", case["case_id"])
    assert (told["b", "170"]["outcome"], told["b", "170"]["case_id"]) == ("transfer", None)
    again = await benefits.apply(kin, "a", "170")
    assert (again.status_code, again.json()["type"]) == (409, "urn:anju:problem:case-open")
    assert (again.json()["case_id"], slugs(again.json())) == (case["case_id"], ["case-open"])


async def test_of_two_applications_at_once_one_wins(benefits: Benefits, kin: Kin) -> None:
    answers = await asyncio.gather(*(benefits.apply(kin, "a", "170") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert await benefits.service.database.pool.fetchval("select count(*) from cases") == 1
    assert len(await said(benefits)) == 1


async def test_the_database_itself_holds_one_case_of_a_person_and_scheme(benefits: Benefits, kin: Kin) -> None:
    await benefits.applied(kin, "a", "170")
    second = """insert into cases (case_id, version, subject_id, scheme, household_id, person_id, status, channel, reasons, one_of,
                       missing, based_on, applied_at, applied_by)
                select gen_random_uuid(), 1, subject_id, scheme, household_id, person_id, 'refusal-proposed', channel, '[]', false,
                       '[]', '{}', applied_at, applied_by from cases
                on conflict (subject_id, scheme) where status in ('open', 'refusal-proposed') and duplicate_of is null
                do nothing"""
    assert await benefits.service.database.pool.execute(second) == "INSERT 0 0"


async def test_the_same_key_again_has_no_second_effect(benefits: Benefits, kin: Kin) -> None:
    headers = {"idempotency-key": new_id()}
    first = await benefits.apply(kin, "a", "170", headers=headers)
    again = await benefits.apply(kin, "a", "170", headers=headers)
    assert (again.status_code, again.json(), again.headers["etag"]) == (201, first.json(), first.headers["etag"])


async def test_decided_on_the_facts_of_the_moment(benefits: Benefits, kin: Kin) -> None:
    await benefits.service.database.pool.execute("delete from assessments")
    assert (await benefits.applied(kin, "a", "170"))["status"] == "open"
    await benefits.service.hear([kin.facts("b", 2, **(EVERYTHING | {"hukou_moved": False}))])
    assert (await benefits.applied(kin, "b", "170"))["status"] == "refusal-proposed"


async def test_a_withdrawn_application_leaves_room_for_another(benefits: Benefits, kin: Kin) -> None:
    case = await benefits.applied(kin, "a", "170")
    await said(benefits)
    stale = await benefits.act(case["case_id"], "withdrawal", {}, headers={"if-match": '"7.0"'})
    assert stale.status_code == 412
    answer = await benefits.act(case["case_id"], "withdrawal", {"note": "改变主意"}, headers={"if-match": '"1.0"'})
    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
    end = answer.json()["end"]
    assert (end["because"], end["note"], end["ended_by"]) == ("withdraw", "改变主意", "developer@everywhere")
    ((kind, state),) = await said(benefits)
    assert (kind, state["version"], state["ended_because"]) == ("benefits.transfer-withdrawn.v1", 2, "withdraw")
    assert await benefits.outcome(kin, "a", "170") == ("transfer", ["cross-county-hukou"])
    twice = await benefits.act(case["case_id"], "withdrawal", {})
    assert (twice.status_code, twice.json()["type"]) == (409, "urn:anju:problem:case-move-not-allowed")
    assert (await benefits.applied(kin, "a", "170"))["case_id"] != case["case_id"]


async def test_dibao_is_not_decided_before_all_members_are_known(benefits: Benefits) -> None:
    kin = Kin()
    await benefits.service.hear([kin.settled("ab"), kin.registered("a", **EVERYTHING)])
    answer = await benefits.apply(kin, "-", "dibao")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:anju:problem:household-incomplete")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"scheme": "170"}, "", "subject-of-scheme"),
        ({"scheme": "dibao", "person_id": new_id()}, "", "subject-of-scheme"),
        ({"scheme": "170", "person_id": new_id(), "household_id": new_id()}, "", "subject-of-scheme"),
        ({"scheme": "171", "person_id": new_id()}, "/scheme", "enum"),
        ({"scheme": "170", "person_id": "nobody"}, "/person_id", "id-malformed"),
        ({"scheme": "170", "person_id": new_id(), "colour": "red"}, "/colour", "extra-forbidden"),
        ({"scheme": "170", "person_id": new_id(), "channel": "fax"}, "/channel", "enum"),
    ],
)
async def test_wrong_input_is_refused_with_pointers(
    benefits: Benefits, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await benefits.service.post("/v1/benefits/applications", body)
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]


async def test_cases_are_listed_page_by_page_and_by_status(benefits: Benefits, kin: Kin) -> None:
    made = [
        (await benefits.applied(kin, label, scheme))["case_id"]
        for label, scheme in (("a", "170"), ("a", "310"), ("a", "110"), ("b", "170"), ("-", "dibao"))
    ]
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await benefits.service.get(f"/v1/benefits/cases?community={COMMUNITY}&limit=2{cursor}")).json()
        seen += [item["case_id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == made
    for filtered, found in (("status=refusal-proposed", [made[1]]), ("scheme=dibao", [made[4]]), ("scheme=210", [])):
        items = (await benefits.service.get(f"/v1/benefits/cases?{filtered}")).json()["items"]
        assert [item["case_id"] for item in items] == found
    assert (await benefits.service.get("/v1/benefits/cases?community=522731003013")).json()["items"] == []
    assert (await benefits.service.get("/v1/benefits/cases?cursor=nonsense")).status_code == 400
    assert (await benefits.service.get("/v1/benefits/cases?status=lost")).status_code == 422


async def test_a_case_is_read_with_its_tag(benefits: Benefits, kin: Kin) -> None:
    case = await benefits.applied(kin, "a", "170")
    path = f"/v1/benefits/cases/{case['case_id']}"
    answer = await benefits.service.get(path)
    assert (answer.headers["etag"], answer.json()) == ('"1.0"', case)
    assert (await benefits.service.get(path, headers={"if-none-match": '"1.0"'})).status_code == 304
    assert (await benefits.service.get(path, headers={"accept-language": "zh"})).headers["etag"] == '"1.1"'


async def test_every_post_has_an_example_that_fits_its_body(benefits: Benefits) -> None:
    document = (await benefits.service.http.get("/openapi.json")).json()
    bodies: dict[str, type[Body]] = {
        "applications": ApplicationBody,
        "refusal": DecisionBody,
        "withdrawal": WithdrawalBody,
    }
    for path, operations in document["paths"].items():
        if "post" in operations and "dead-letters" not in path:
            example = operations["post"]["requestBody"]["content"]["application/json"]["example"]
            bodies.pop(path.rsplit("/", 1)[-1]).model_validate(example)
    assert bodies == {}
    for model in (ApplicationBody, DecisionBody, WithdrawalBody):
        for example in model.model_json_schema()["examples"]:
            model.model_validate(example)
