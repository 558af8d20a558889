"""Agency forms over HTTP: filled once, corrected where somebody answers for it, and those told who were given the old value."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.registry.forms.catalogue import PATHS
from services.registry.forms.standard import STANDARD
from shared import clock
from shared.auth import Role
from shared.ids import new_id
from tests.support.clients import Service, service
from tests.support.people import household, member, plan

pytestmark = pytest.mark.xdist_group("agency forms")
STREET, COUNTY_CODE = "522731003", "522731"
FORMS = "/v1/registry/forms"
CLERK: dict[str, Any] = {"role": Role.STREET_WELFARE_CLERK, "place": STREET, "subject": "clerk"}
COUNTY: dict[str, Any] = {"role": Role.COUNTY_CIVIL_AFFAIRS, "place": COUNTY_CODE, "subject": "county"}
AGENCY: dict[str, Any] = {"role": Role.INSURANCE_AGENCY, "place": COUNTY_CODE, "subject": "agency"}
JOBS: dict[str, Any] = {"role": Role.EMPLOYMENT_SERVICE, "place": COUNTY_CODE, "subject": "job-centre"}
CADRE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "place": STREET, "subject": "cadre"}
SECRETARY: dict[str, Any] = {"role": Role.COMMUNITY_SECRETARY, "place": STREET, "subject": "secretary"}
ADMIN: dict[str, Any] = {"role": Role.ADMIN, "subject": "admin"}
ELSEWHERE: dict[str, Any] = {"role": Role.INSURANCE_AGENCY, "place": "522732", "subject": "neighbour"}

FACTS: dict[str, Any] = {
    "hukou": {"division": "522328", "moved": False},
    "residence_document": "permit",
    "collective": {"division": "522328100200"},
    "labour_class": "ORDINARY",
    "work": {"status": "none"},
    "organised_transfer": False,
    "insurances": {
        "110": [{"division": "522328", "state": "paused", "since": "2019-03-01"}],
        "170": [],
        "390": [{"division": "522731", "state": "paying"}],
    },
    "profile": {"ethnic": "09", "education": "70", "political": "13", "marital": "21"},
    "health": {"status": "20"},
    "disability": {"disabled": True, "kind": "4", "grade": "2", "certified_on": "2020-05-06"},
    "schooling": {"state": "graduated"},
    "medical_care": {"family_doctor": {"institution": "惠水卫生院"}},
    "tags": ["elder-alone"],
}
PARCEL = {
    "kind": "farmland",
    "village": "522328100200",
    "area_mu": "3.20",
    "since": "2017-12-31",
    "term_to": "2047-12-31",
}


class Family:
    """A head with all facts, a husband with none, who moved in on 1 June 2026; and what the head holds."""

    def __init__(self, registry: Service, community: str, household_id: str, head: str, other: str) -> None:
        self.registry, self.community, self.id, self.head, self.other = registry, community, household_id, head, other
        self.form = f"HS-LS{community}"
        self.block_head = {
            "role": Role.BLOCK_HEAD,
            "place": f"{community}/1/1",
            "subject": f"block-head-{community}",
        }
        self.county = COUNTY | {"place": community}

    async def fill(self, form: str, as_whom: dict[str, Any], query: str = "", **body: Any) -> httpx.Response:
        return await self.registry.post(f"{FORMS}/{form}/fillings{query}", body, **as_whom)

    async def filled(self, form: str, as_whom: dict[str, Any], query: str = "", **body: Any) -> dict[str, Any]:
        answer = await self.fill(form, as_whom, query, **body)
        assert answer.status_code == 201, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def dibao(self, as_whom: dict[str, Any] = CLERK, **body: Any) -> dict[str, Any]:
        return await self.filled("F-D1", as_whom, household_id=self.id, **body)

    async def log(self, person_id: str) -> list[dict[str, Any]]:
        answer = await self.registry.get(f"/v1/registry/persons/{person_id}/accesses", role=Role.AUDITOR)
        return [each for each in answer.json()["items"] if each["purpose"] != "audit"]


_communities = itertools.count(100)


@pytest.fixture(scope="module")
async def registry(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """One for all of these tests: each has a community of its own."""
    async with service("registry", tmp_path_factory.mktemp("forms")) as found:
        yield found


@pytest.fixture
async def family(registry: Service) -> Family:
    community = f"{STREET}{next(_communities)}"
    assert (await registry.put(f"/v1/registry/communities/{community}", plan())).status_code == 201
    head = member(**FACTS) | {"name": "王小花", "phone": "13812345678"}
    body = household(
        *(head, member("11") | {"name": "李大山"}),
        moved_from_division="522328",
        registered_poor=True,
        dibao={"receiving": True, "household_class": "rural", "division": "522328"},
        community=community,
    )
    answer = await registry.post("/v1/registry/households", body)
    assert answer.status_code == 201, answer.text
    view = answer.json()
    people = [each["person_id"] for each in view["members"]]
    land = PARCEL | {"certificate_no": f"{community}0001J-0009", "holders": [{"person_id": people[0]}]}
    parcel = await registry.post("/v1/registry/land/parcels", land)
    assert parcel.status_code == 201, parcel.text
    return Family(registry, community, view["household_id"], *people)


def fields(view: dict[str, Any], item: int = 0) -> dict[str, dict[str, Any]]:
    """By key, those in groups behind the group and the place in it."""
    filled = view["items"][item]
    found = {each["key"]: each for each in filled["fields"]}
    for group, entries in filled["groups"].items():
        for n, entry in enumerate(entries):
            found |= {f"{group}.{n}.{each['key']}": each for each in entry["fields"]}
    return found


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def slug(answer: httpx.Response) -> str:
    kind: str = answer.json()["type"]
    return kind.rpartition(":")[2]


async def test_a_form_is_filled_with_values_their_origin_and_age(family: Family) -> None:
    found = fields(await family.dibao())
    name = found["head_name"]
    assert (name["value"], name["freshness"], name["source"], name["channel"]) == ("王小花", "fresh", "staff", "desk")
    assert found["head_id_number"]["value"].startswith("522799")
    assert (found["household_block"]["value"], found["household_size"]["value"]) == ("1", 2)
    marital = found["members.0.profile_marital"]
    assert (marital["value"], marital["text"], marital["valid_from"]) == (
        "21",
        "married for the first time",
        "2026-06-01",
    )
    assert marital["stale_on"] == (clock.today(clock.now()) + timedelta(366)).isoformat()
    assert found["members.0.insurance_170_state"]["value"] == "none"
    assert found["parcels.0.parcel_area_mu"]["value"] == "3.20"
    assert found["members.1.health_status"]["freshness"] == "missing"


async def test_what_is_missing_is_listed_once(family: Family) -> None:
    to_ask = (await family.dibao())["items"][0]["to_ask"]
    assert {(each["field"], each["id"]) for each in to_ask} >= {("members.health_status", family.other)}
    assert not [each for each in to_ask if each["id"] == family.head]
    asked = {each["field"] for each in to_ask}
    assert "members.disability_disabled" in asked
    assert "members.disability_grade" not in asked, "once it is known that there is a disability"
    assert len({(each["field"], each["id"]) for each in to_ask}) == len(to_ask)


async def test_what_is_missing_comes_from_nowhere(family: Family) -> None:
    """Of a husband of whose profile only the ethnic group is known, the marital status is missing, and nobody told it."""
    known = await family.registry.patch(
        f"/v1/registry/persons/{family.other}/facts", {"profile": {"ethnic": "09"}}, headers={"if-match": "*"}, **CADRE
    )
    assert known.status_code == 200, known.text
    marital = fields(await family.dibao())["members.1.profile_marital"]
    assert (marital["freshness"], marital["value"]) == ("missing", None)
    assert (marital["source"], marital["recorded_at"], marital["stale_on"]) == (None, None, None)


async def test_flat_under_the_agencys_own_keys(family: Family) -> None:
    view = await family.filled("F-D1", CLERK, "?shape=flat", household_id=family.id)
    item = view["items"][0]
    assert (item["fields"], item["groups"]) == ([], {})
    assert item["values"]["head_name"] == "王小花"
    assert [each["relation"] for each in item["values"]["members"]] == ["02", "11"]


async def test_the_read_is_recorded_with_purpose_case_form_and_fields(family: Family) -> None:
    await family.dibao(case_ref="DB-2026-0001")
    (head,), (other,) = await family.log(family.head), await family.log(family.other)
    assert (head["purpose"], head["case"], head["legal_basis"]) == ("dibao-review", "DB-2026-0001", "legal-duty")
    assert head["fields"][0] == other["fields"][0] == "form:F-D1/1"
    assert "head.phone" in head["fields"]
    assert "head.phone" not in other["fields"]
    assert "person.health.status" in other["fields"]
    provided = await family.registry.database.pool.fetch("select distinct owner from form_provisions")
    assert {row["owner"] for row in provided} == {"person", "household", "membership", "occupancy", "parcel"}


async def test_a_repeated_request_is_answered_without_values_and_records_nothing(family: Family) -> None:
    key = {"idempotency-key": new_id()}
    body = {"household_id": family.id}
    first = await family.registry.post(f"{FORMS}/F-D1/fillings", body, headers=key, **CLERK)
    again = await family.registry.post(f"{FORMS}/F-D1/fillings", body, headers=key, **CLERK)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["items"][0]["filling_id"] == first.json()["items"][0]["filling_id"]
    assert again.json()["items"][0]["fields"] == []
    assert len(await family.log(family.head)) == 1
    kept = await family.registry.database.pool.fetch("select convert_from(body, 'utf8') as body from idempotency_keys")
    assert not [row for row in kept if "13812345678" in row["body"]]


async def test_no_account_is_given_what_a_read_would_not_show(family: Family) -> None:
    """By who fills it: of the form's agency with its purpose, of another agency as without one."""
    sensitive, own = "members.0.health_status", "head_id_number"
    county, cadre, agency = [fields(await family.dibao(who)) for who in (COUNTY, CADRE, AGENCY)]
    assert county[sensitive]["value"] == "20"
    for found in (cadre, agency):
        assert (found[sensitive]["value"], found[sensitive]["reason"]) == (None, "not-allowed")
        assert (found[own]["value"], found[own]["freshness"]) == (None, "withheld")
    assert cadre["household_dibao_receiving"]["value"] is True
    block_head = fields(await family.dibao(family.block_head))
    assert {key for key, each in block_head.items() if each["freshness"] != "withheld"} == {
        *("head_name", "household_community_name", "household_block", "household_unit", "household_flat"),
        *("household_size", "household_settled_on", "household_moved_from_division"),
        *(f"members.{n}.{key}" for n in (0, 1) for key in ("name", "relation", "sex")),
    }


async def test_whom_the_place_does_not_cover_is_not_there(family: Family) -> None:
    there = await family.fill("F-P2", ELSEWHERE, person_id=family.head)
    missing = await family.fill("F-P2", ELSEWHERE, person_id=new_id())
    assert there.status_code == missing.status_code == 422
    assert codes(there) == codes(missing) == [("/person_ids/0", "person-unknown")]
    filling = (await family.filled("F-P2", AGENCY, person_id=family.head))["items"][0]["filling_id"]
    for who in (ELSEWHERE, CLERK, family.block_head):
        answer = await family.registry.get(f"{FORMS}/F-P2/fillings/{filling}", **who)
        assert (answer.status_code, slug(answer)) == (404, "filling-not-found"), (
            "what it was filled for is nobody else's"
        )


async def test_without_consent_nothing_is_given_and_nothing_recorded(family: Family) -> None:
    withheld = fields(await family.filled("F-J1", JOBS, person_id=family.head))
    assert {each["reason"] for each in withheld.values()} == {"consent-missing"}
    assert await family.log(family.head) == []
    given = await family.registry.post(
        f"/v1/registry/persons/{family.head}/consents",
        {
            "purpose": "employment",
            "notice": "employment-1",
            "given_on": "2026-11-21",
            "form": "written",
            "evidence": "TY-1",
        },
        **CADRE,
    )
    assert given.status_code == 201, given.text
    found = fields(await family.filled("F-J1", JOBS, person_id=family.head))
    assert (found["labour_class"]["value"], found["work_status"]["value"]) == ("ORDINARY", "none")
    assert [each["legal_basis"] for each in await family.log(family.head)] == ["consent"]
    both = await family.filled("F-J1", JOBS, person_ids=[family.head, family.other])
    assert fields(both, 0)["name"]["value"] == "王小花"
    assert fields(both, 1)["name"]["reason"] == "consent-missing"


async def test_everything_wrong_with_those_asked_for_is_told_at_once(family: Family) -> None:
    answer = await family.fill("F-P2", AGENCY, person_ids=[family.head, new_id(), family.head])
    assert (answer.status_code, slug(answer)) == (422, "cannot-fill")
    assert codes(answer) == [("/person_ids/1", "person-unknown"), ("/person_ids/2", "repeated")]
    assert codes(await family.fill("F-P2", AGENCY, household_id=family.id)) == [("", "form-of-other-subject")]
    assert codes(await family.fill("F-P2", AGENCY, household_id=family.id, person_id=family.head)) == [("", "for-whom")]
    assert (await family.fill("F-P2", AGENCY, person_ids=[new_id()] * 101)).status_code == 422
    assert (await family.fill("F-X9", AGENCY, person_id=family.head)).status_code == 404
    assert await family.log(family.head) == []


async def test_a_correction_from_end_to_end(family: Family) -> None:
    """A block head sees a wrong value and asks; who answers decides; the filling is fresh; the agency that had the old one is told."""
    old = await family.dibao(CLERK, case_ref="DB-7")
    path = f"{FORMS}/F-D1/fillings/{old['items'][0]['filling_id']}"
    corrected = f"{FORMS}/F-D1/corrected"
    own = await family.dibao(family.block_head)
    said = {"field": "members.labour_class", "person_id": family.head, "value": "LOST", "reason": "入户所见"}
    asked = await family.registry.post(
        f"{FORMS}/F-D1/fillings/{own['items'][0]['filling_id']}/corrections", said, **family.block_head
    )
    assert asked.status_code == 201, asked.text
    assert (asked.json()["status"], asked.json()["source"]) == ("open", "grid report")
    assert asked.json()["fields"] == [{"field": "labour_class", "before": None, "after": None}]
    again = fields((await family.registry.get(path, **CLERK)).json())["members.0.labour_class"]
    assert (again["freshness"], again["value"], again["request_id"]) == (
        "being-corrected",
        "ORDINARY",
        asked.json()["request_id"],
    )
    queue = "/v1/registry/change-requests?status=open&owner="
    waiting = [
        len((await family.registry.get(queue + who, **CADRE)).json()["items"]) for who in ("register", "insurance")
    ]
    assert waiting == [1, 0]
    assert (await family.registry.get(corrected, **(CLERK | {"place": family.community}))).json()["items"] == []
    refused = await family.registry.post(f"{asked.headers['location']}/approval", {}, **family.block_head)
    assert (refused.status_code, slug(refused)) == (403, "not-the-owner")
    approved = await family.registry.post(f"{asked.headers['location']}/approval", {}, **CADRE)
    assert approved.status_code == 200, approved.text

    (told,) = (await family.registry.get(corrected, **(CLERK | {"place": family.community}))).json()["items"]
    assert (told["filling_id"], told["case_ref"], told["fields"]) == (
        old["items"][0]["filling_id"],
        "DB-7",
        ["members.labour_class"],
    )
    assert (told["because"], told["of"]) == ("corrected", family.head)
    assert "LOST" not in str(told)
    for who in (AGENCY, CADRE, family.block_head):
        assert (await family.registry.get(corrected, **who)).status_code == 403
    fresh = fields((await family.registry.get(path, **CLERK)).json())["members.0.labour_class"]
    assert (fresh["value"], fresh["freshness"]) == ("LOST", "fresh")
    assert fresh["verified"]["role"] == "community-cadre"
    assert (await family.registry.get(corrected, **(CLERK | {"place": family.community}))).json()["items"] == [], (
        "read again, it knows"
    )


async def test_a_fact_of_the_household_is_corrected_in_the_name_of_its_head(family: Family) -> None:
    old, own = await family.dibao(), await family.dibao(family.block_head)
    path = f"{FORMS}/F-D1/fillings/{own['items'][0]['filling_id']}/corrections"
    said = {"field": "household_dibao_receiving", "value": False, "reason": "已停发"}
    asked = await family.registry.post(path, said, **family.block_head)
    assert asked.status_code == 201, asked.text
    view = asked.json()
    assert (view["person_id"], view["status"]) == (family.head, "open")
    assert view["fields"] == [{"field": "household:dibao", "before": None, "after": None}], "a block head sees no dibao"
    seen = await family.registry.get(asked.headers["location"], **CLERK)
    assert seen.json()["fields"][0]["after"]["receiving"] is False
    twice = await family.registry.post(path, said, **family.block_head)
    assert slug(twice) == "change-asked-already"
    waiting = fields(await family.dibao())["household_dibao_receiving"]
    assert (waiting["freshness"], waiting["request_id"]) == ("being-corrected", view["request_id"])

    await family.registry.said()
    approved = await family.registry.post(f"{asked.headers['location']}/approval", {}, **CADRE)
    assert approved.status_code == 200, approved.text
    (event,) = await family.registry.said()
    assert event.type == "registry.household-changed.v1"
    facts = (await family.registry.get(f"/v1/registry/households/{family.id}", **CLERK)).json()["facts"]
    assert facts["dibao"] == {"receiving": False, "household_class": "rural", "division": "522328"}
    head = (await family.registry.get(f"/v1/registry/persons/{family.head}")).json()
    assert not [group for group in head["facts"] if "dibao" in group], "nothing of it is the person's"
    fresh = fields(await family.dibao())["household_dibao_receiving"]
    assert (fresh["value"], fresh["freshness"], fresh["verified"]["role"]) == (False, "fresh", "community-cadre")
    told = (await family.registry.get(f"{FORMS}/F-D1/corrected", **family.county)).json()["items"]
    assert {(each["filling_id"], each["because"]) for each in told} >= {(old["items"][0]["filling_id"], "corrected")}


async def test_a_change_of_a_household_that_the_person_left_is_asked_anew(family: Family) -> None:
    own = await family.filled("F-J1", family.block_head, person_id=family.other)
    path = f"{FORMS}/F-J1/fillings/{own['items'][0]['filling_id']}/corrections"
    said = {"field": "household_registered_poor", "value": False, "reason": "登记有误"}
    asked = await family.registry.post(path, said, **family.block_head)
    assert asked.status_code == 201, asked.text
    flat = {"community": family.community, "block": "2", "unit": "1", "flat": "201"}
    split = await family.registry.post(
        f"/v1/registry/households/{family.id}/life-events",
        flat | {"kind": "split", "on": "2026-07-01", "people": [{"person_id": family.other, "relation": "02"}]},
    )
    assert split.status_code == 201, split.text
    late = await family.registry.post(f"{asked.headers['location']}/approval", {}, **CADRE)
    assert (late.status_code, slug(late)) == (409, "changed-since-asked")


@pytest.mark.parametrize(
    ("form", "key", "value", "asked"),
    [
        ("F-P2", "phone", "13900001111", {"phone": "13900001111"}),
        ("F-P2", "hukou_division", "522731003012", {"hukou": {"division": "522731003012"}}),
        (
            "F-P2",
            "insurance_110_state",
            [{"division": "522328", "state": "ended"}],
            {"insurance:110": [{"division": "522328", "state": "ended"}]},
        ),
    ],
)
async def test_a_correction_keeps_what_stands_beside_it(
    family: Family, form: str, key: str, value: Any, asked: dict[str, Any]
) -> None:
    filling = (await family.filled(form, AGENCY, person_id=family.head))["items"][0]["filling_id"]
    answer = await family.registry.post(
        f"{FORMS}/{form}/fillings/{filling}/corrections", {"field": key, "value": value, "reason": "核对有误"}, **AGENCY
    )
    assert answer.status_code == 201, answer.text
    (field,) = answer.json()["fields"]
    ((name, wanted),) = asked.items()
    assert field["field"] == name
    if name == "hukou":
        assert field["after"] == {"division": "522731003012", "moved": False, "moved_on": None}
    owner = "approved" if name.startswith("insurance") else "open"
    assert answer.json()["status"] == owner, "who answers for it makes it at once"
    if name == "insurance:110":
        assert field["after"][0].items() >= wanted[0].items()


async def test_why_a_value_cannot_be_corrected_from_here(family: Family) -> None:
    view = await family.dibao()
    path = f"{FORMS}/F-D1/fillings/{view['items'][0]['filling_id']}/corrections"

    async def said(**body: Any) -> list[tuple[str, str]]:
        answer = await family.registry.post(path, {"reason": "有误"} | body, **CLERK)
        assert answer.status_code == 422, answer.text
        return codes(answer)

    assert await said(field="nothing", value=1) == [("/field", "field-unknown")]
    assert await said(field="household_block", value="2") == [("/field", "changed-elsewhere")]
    assert await said(field="members.labour_class", value="LOST") == [("/person_id", "person-unknown")]
    assert await said(field="members.labour_class", value="LOST", person_id=new_id()) == [
        ("/person_id", "person-unknown")
    ]
    assert await said(field="members.labour_class", value="X", person_id=family.head) == [
        ("/value", "labour-class-unknown")
    ]
    assert await said(field="head_phone", value="123") == [("/value", "phone-format")]
    assert await said(field="head_phone", value=12) == [("/value", "string-type")]
    owner = await family.dibao(CADRE)
    own = f"{FORMS}/F-D1/fillings/{owner['items'][0]['filling_id']}/corrections"
    same = await family.registry.post(own, {"field": "head_phone", "value": "13812345678", "reason": "x有误"}, **CADRE)
    assert codes(same) == [("/value", "as-recorded")]


async def test_what_changes_by_itself_and_by_other_routes_is_told_too(family: Family) -> None:
    await family.dibao()
    changed = await family.registry.patch(
        f"/v1/registry/households/{family.id}/facts",
        {"dibao": {"receiving": False}, "valid_from": "2026-06-01"},
        headers={"if-match": "*"},
        **CADRE,
    )
    assert changed.status_code == 200, changed.text
    moved = await family.registry.put(
        f"/v1/registry/households/{family.id}/flat",
        {"block": "2", "unit": "1", "flat": "102"},
        headers={"if-match": "*"},
    )
    assert moved.status_code == 200, moved.text
    items = (await family.registry.get(f"{FORMS}/F-D1/corrected", **family.county)).json()["items"]
    assert {(tuple(each["fields"]), each["because"]) for each in items} == {
        (("household_dibao_receiving",), "corrected"),
        (("household_community_name", "household_block", "household_unit", "household_flat"), "corrected"),
    }
    since = datetime.fromisoformat(items[-1]["recorded_at"]) + timedelta(seconds=1)
    later = await family.registry.get(f"{FORMS}/F-D1/corrected", params={"since": since.isoformat()}, **family.county)
    assert later.json()["items"] == []
    first = (await family.registry.get(f"{FORMS}/F-D1/corrected?limit=1", **family.county)).json()
    second = (
        await family.registry.get(f"{FORMS}/F-D1/corrected?limit=1&cursor={first['next']}", **family.county)
    ).json()
    assert [first["items"][0], second["items"][0]] == items


async def test_the_marital_status_is_what_events_come_to_and_who_had_the_stated_one_is_told(family: Family) -> None:
    stated = fields(await family.dibao(CLERK))["members.0.profile_marital"]
    for kind, day in (("married", "2010-05-01"), ("widowed", "2026-07-01")):
        body = {"kind": kind, "on": day}
        event = await family.registry.post(f"/v1/registry/persons/{family.head}/life-events", body, **CADRE)
        assert event.status_code == 201, event.text
    (told,) = (await family.registry.get(f"{FORMS}/F-D1/corrected", **family.county)).json()["items"]
    assert (told["fields"], told["of"]) == (["members.profile_marital"], family.head)
    now = fields(await family.dibao(CLERK))["members.0.profile_marital"]
    assert (stated["value"], now["value"], now["valid_from"]) == ("21", "30", "2026-07-01")


async def test_a_new_value_from_a_later_day_was_not_wrong_then(family: Family) -> None:
    """And a name that was never changed before is known by what came in with the person."""
    pool = family.registry.database.pool
    await family.filled("F-P2", AGENCY, person_id=family.head)
    await pool.execute(
        "update form_fillings set given_at = given_at - interval '3 days' where person_id = $1", family.head
    )
    yesterday = (clock.today(clock.now()) - timedelta(1)).isoformat()
    for change in ({"phone": "13900001111", "valid_from": yesterday}, {"name": "王晓花"}):
        asked = await family.registry.post(
            f"/v1/registry/persons/{family.head}/change-requests", change | {"reason": "登记有误"}, **CADRE
        )
        assert asked.status_code == 201, asked.text
        if asked.json()["status"] == "open":
            await family.registry.post(f"{asked.headers['location']}/approval", {}, **SECRETARY)
    items = (await family.registry.get(f"{FORMS}/F-P2/corrected", **(AGENCY | {"place": family.community}))).json()[
        "items"
    ]
    assert {(each["fields"][0], each["because"]) for each in items} == {("phone", "changed"), ("name", "corrected")}


async def test_stale_by_its_age_and_fresh_once_somebody_confirmed_it(family: Family) -> None:
    pool = family.registry.database.pool
    await pool.execute(
        "update person_facts set recorded_at = recorded_at - interval '91 days' where fact = 'work' and person_id = $1",
        family.head,
    )
    view = await family.dibao()
    found = fields(view)
    assert (found["members.0.work_status"]["freshness"], found["members.0.labour_class"]["freshness"]) == (
        "stale",
        "fresh",
    )
    asked = {(each["field"], each["id"], each["because"]) for each in view["items"][0]["to_ask"]}
    assert ("members.work_status", family.head, "stale") in asked

    own = await family.dibao(CADRE)
    path = f"{FORMS}/F-D1/fillings/{own['items'][0]['filling_id']}/confirmations"
    chosen = {"field": "members.work_status", "person_id": family.head}
    confirmed = await family.registry.post(path, {"fields": [chosen]}, **CADRE)
    assert confirmed.status_code == 201, confirmed.text
    again = fields(await family.dibao())["members.0.work_status"]
    assert (again["freshness"], again["verified"]["role"]) == ("fresh", "community-cadre")
    assert len(await family.log(family.head)) == 4, "each time that something was shown"

    clerks = f"{FORMS}/F-D1/fillings/{view['items'][0]['filling_id']}/confirmations"
    wrong = await family.registry.post(
        clerks, {"fields": [chosen, {"field": "household_block"}, chosen | {"person_id": family.other}]}, **CLERK
    )
    assert codes(wrong) == [("/fields/1", "field-unknown"), ("/fields/0", "not-the-owner"), ("/fields/2", "no-value")]


# Declaring


def form(**more: Any) -> dict[str, Any]:
    field = {"key": "xm", "path": "head.name", "necessary_for": "确认申请家庭"}
    return {
        "agency": "civil-affairs",
        "title_zh": "临时救助申请表",
        "title_en": "Temporary assistance",
        "purpose": "dibao-review",
        "laws": ["SA-11"],
        "subject": "household",
        "fields": [field],
    } | more


async def put(registry: Service, code: str, body: dict[str, Any], **as_whom: Any) -> httpx.Response:
    return await registry.put(f"{FORMS}/{code}", body, **(as_whom or COUNTY))


async def decide(
    registry: Service, code: str, act: str, as_whom: dict[str, Any] = ADMIN, **body: Any
) -> httpx.Response:
    return await registry.post(f"{FORMS}/{code}/{act}", body, **as_whom)


async def test_an_agency_declares_a_form_and_another_puts_it_in_force(family: Family) -> None:
    registry = family.registry
    sex = {
        "key": "xb",
        "path": "head.sex",
        "necessary_for": "确认身份",
        "codes": {"1": "M", "2": "F"},
        "otherwise": "U",
    }
    body = form(fields=[*form()["fields"], sex])
    declared = await put(registry, family.form, body)
    assert (declared.status_code, declared.json()["status"], declared.json()["version"]) == (201, "proposed", 1)
    assert declared.json()["division"] == COUNTY_CODE
    assert (await put(registry, family.form, body)).status_code == 200, "nothing new"
    assert (await family.fill(family.form, CLERK, household_id=family.id)).status_code == 404, "not in force"
    assert (await decide(registry, family.form, "approval", COUNTY, version=1)).status_code == 403
    assert (await decide(registry, family.form, "approval", version=2)).status_code == 404
    approved = await decide(registry, family.form, "approval", version=1)
    assert (approved.status_code, approved.json()["status"]) == (200, "in-force")
    view = await family.filled(family.form, CLERK, "?shape=flat", household_id=family.id)
    assert view["items"][0]["values"] == {"xm": "王小花", "xb": "M"}
    listed = (await registry.get(FORMS, **CLERK)).json()
    assert [each["form"] for each in listed][: len(STANDARD)] == list(STANDARD)
    assert family.form in {each["form"] for each in listed}

    kept = f"{FORMS}/{family.form}/fillings/{view['items'][0]['filling_id']}"
    other = await put(registry, family.form, form(subject="person"))
    assert codes(other) == [("/subject", "subject-changed")]
    second = await put(registry, family.form, form(title_zh="临时救助申请表（新）"))
    assert (second.json()["version"], second.json()["status"]) == (2, "proposed")
    assert (await registry.get(f"{FORMS}/{family.form}", **CLERK)).json()["version"] == 1
    third = await put(registry, family.form, form())
    assert third.json()["version"] == 3
    assert slug(await decide(registry, family.form, "approval", version=2)) == "illegal-move", "the agency took it back"
    refused = await decide(registry, family.form, "refusal", version=3, reason="与现行表重复")
    assert (refused.json()["status"], refused.json()["decided_because"]) == ("refused", "与现行表重复")
    assert (await put(registry, family.form, form())).json()["version"] == 4
    assert (await decide(registry, family.form, "approval", version=4)).status_code == 200
    assert (await registry.get(f"{FORMS}/{family.form}?version=1", **CLERK)).json()["status"] == "replaced"
    again = (await registry.get(f"{kept}?shape=flat", **CLERK)).json()
    assert (again["version"], again["items"][0]["values"]) == (4, {"xm": "王小花"}), "it asks for less now"

    assert (await decide(registry, family.form, "retirement", CADRE, reason="停用")).status_code == 403
    assert (await decide(registry, family.form, "retirement", COUNTY, reason="停用")).status_code == 204
    assert slug(await decide(registry, family.form, "retirement", COUNTY, reason="停用")) == "form-not-in-force"
    assert (await family.fill(family.form, CLERK, household_id=family.id)).status_code == 404
    assert slug(await registry.get(kept, **CLERK)) == "form-not-in-force", "nor is it read once more"
    assert (await registry.get(f"{FORMS}/{family.form}/corrected", **CLERK)).status_code == 200, (
        "and is told all the same"
    )


async def test_who_declares_does_not_approve(registry: Service) -> None:
    both = {"role": Role.DEVELOPER, "subject": "both"}
    assert (await put(registry, "HS-DC1", form(), **both)).status_code == 201
    assert slug(await decide(registry, "HS-DC1", "approval", both, version=1)) == "second-person-needed"


async def test_only_its_agency_declares_a_form(registry: Service) -> None:
    for who in (CLERK, CADRE, AGENCY, JOBS):
        answer = await put(registry, "HS-OA1", form(), **who)
        assert (answer.status_code, slug(answer)) == (403, "not-your-form")
    assert (await put(registry, "HS-OA1", form(agency="nobody"))).status_code == 403
    assert (await put(registry, "HS-OA1", form())).status_code == 201
    other = {"role": Role.COUNTY_CIVIL_AFFAIRS, "place": "522732", "subject": "other"}
    assert (await put(registry, "HS-OA1", form(title_zh="另一表"), **other)).status_code == 403
    assert (await decide(registry, "HS-OA1", "approval", ADMIN | {"place": "522732"}, version=1)).status_code == 403


async def test_a_form_that_asks_for_too_much_is_refused_with_every_reason(registry: Service) -> None:
    def field(path: str, **more: Any) -> dict[str, Any]:
        return {"key": path.replace(".", "_"), "path": path, "necessary_for": "办理"} | more

    answer = await put(
        registry,
        "F-D1",
        form(
            laws=["XX-1"],
            fields=[
                field("head.profile.ethnic"),
                field("person.name"),
                field("head.shoe_size"),
                field("head.sex", codes={"1": "M", "7": "X"}),
                field("head.phone", codes={"1": "M"}),
                field("head.name"),
                field("head.name"),
            ],
        ),
    )
    assert (answer.status_code, slug(answer)) == (422, "cannot-declare-form")
    assert codes(answer) == [
        ("path:form_code", "code-reserved"),
        ("/laws/0", "law-unknown"),
        ("/fields/6/key", "key-repeated"),
        ("/fields/0/path", "not-covered"),
        ("/fields/1/path", "path-misplaced"),
        ("/fields/2/path", "path-unknown"),
        ("/fields/3/codes/7", "code-unknown"),
        ("/fields/3/codes", "codes-left-out"),
        ("/fields/4/codes", "not-coded"),
    ]
    assert (
        "第六条"
        in (
            await put(
                registry,
                "HS-TM1",
                form(fields=[field("head.profile.ethnic")]),
                headers={"accept-language": "zh"},
                **COUNTY,
            )
        ).text
    )
    health = await put(
        registry,
        "HS-J9",
        form(agency="employment", purpose="employment", fields=[field("head.health.status"), field("head.id_number")]),
        **JOBS,
    )
    assert codes(health) == [
        ("/fields/0/path", "not-covered"),
        ("/fields/0/path", "agency-may-not-read"),
        ("/fields/1/path", "agency-may-not-read"),
    ]


async def test_every_path_of_the_catalogue_answers(family: Family) -> None:
    """For a purpose that covers all, to an account that may read all: a value, or that there is none."""
    monitored = await family.registry.patch(
        f"/v1/registry/households/{family.id}/facts",
        {"monitored": {"kind": "sudden", "since": "2026-06-02", "reason": "illness"}, "move_batch": "2019"},
        headers={"if-match": "*"},
    )
    assert monitored.status_code == 200, monitored.text
    asked = [
        {"key": f"k{n}", "path": path, "necessary_for": "核对登记"}
        for n, path in enumerate(p for p in PATHS if not p.startswith("parcel."))
    ]
    parcels = {"key": "land", "each": "parcels", "label_zh": "地块", "label_en": "Land"}
    parcels["fields"] = [
        {"key": f"k{n}", "path": p, "necessary_for": "核对"} for n, p in enumerate(PATHS) if "parcel." in p
    ]  # type: ignore[assignment]
    body = form(purpose="correction", subject="person", fields=asked, groups=[parcels], laws=["PIPL-46"])
    declared = await put(family.registry, family.form, body, **COUNTY)
    assert declared.status_code == 201, declared.text
    assert (await decide(family.registry, family.form, "approval", version=1)).status_code == 200
    found = fields(await family.filled(family.form, COUNTY, person_id=family.head))
    unknown = {each["path"] for each in found.values() if each["freshness"] != "fresh"}
    schemes = ("210", "310", "410", "510")
    expected = {p for p in PATHS if p.startswith(tuple(f"person.insurance.{s}" for s in schemes))} | {
        *(f"person.insurance.{scheme}.{part}" for scheme in ("110", "390") for part in ("arrears", "employer_kind")),
        *("person.insurance.390.since", "parcel.grade", "person.collective.organisation"),
    }
    assert unknown == expected
    assert {each["path"] for each in found.values()} == set(PATHS)
    assert date.fromisoformat(found["k3"]["value"]) == date(1980, 3, 15)


async def test_the_catalogue_and_the_forms_are_open_to_all(registry: Service) -> None:
    for who in (CLERK, ADMIN, {"role": Role.RESIDENT}):
        paths = (await registry.get("/v1/registry/form-fields", headers={"accept-language": "zh"}, **who)).json()
        assert [each["path"] for each in paths] == list(PATHS)
        view = (await registry.get(f"{FORMS}/F-D1", headers={"accept-language": "zh"}, **who)).json()
        assert (view["title"], view["legal_basis"]) == ("最低生活保障申请书 / 审批表", "legal-duty")
        assert all(each["necessary_for"] for each in view["fields"])
    (health,) = [each for each in paths if each["path"] == "person.health.status"]
    assert (health["authority_label"], health["decides"]) == ("卫生健康部门", "register")
    assert "employment" not in health["purposes"]
