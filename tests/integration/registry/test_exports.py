"""Lists are exported by the public route: masked or in full, by who may, in each format, and nothing is told to anybody else."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import polars as pl
import pytest
from python_calamine import load_workbook

from services.registry.exports.making import Exports
from shared.auth import Role
from tests.integration.conftest import NewService
from tests.support.clients import Service
from tests.support.exports import EXPORTS, ask, exported, exports_of, made, rows_of
from tests.support.people import COMMUNITY, household, member, plan

CLERK: dict[str, Any] = {"role": Role.STREET_WELFARE_CLERK, "place": COMMUNITY[:9], "subject": "clerk"}
ZH = {"accept-language": "zh"}
HERE = {"division": COMMUNITY}


async def settle(registry: Service, *members: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await registry.post("/v1/registry/households", household(*members, **more))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
async def people(estate: Service) -> list[dict[str, Any]]:
    """Two households, of which one name begins like a formula: three people, in the order of their list."""
    head = member(labour_class="ORDINARY") | {"name": "=1+1", "phone": "13800005678"}
    wife = member("12", "19820202", True, tags=["elder-alone"], health={"status": "40"}) | {"name": "李小花"}
    first = await settle(estate, head, wife, flat="101", registered_poor=True)
    second = await settle(estate, member() | {"name": "王五"}, flat="201", block="2")
    ids = [m["person_id"] for one in (first, second) for m in one["members"]]
    return [one | {"person_id": i} for one, i in zip((head, wife, second["members"][0]), ids, strict=True)]


async def test_a_list_is_masked_and_in_the_readers_language(estate: Service, people: list[dict[str, Any]]) -> None:
    data = await exported(estate, {"filters": HERE}, headers=ZH, **CLERK)
    assert data.startswith("\ufeff".encode())
    head, wife, other = rows_of(data)
    assert (head["姓名"], wife["姓名"], other["姓名"]) == ("'=**1", "李*花", "王*")
    assert head["身份证号"] == f"5227**********{people[0]['id_number'][-4:]}"
    assert (head["联系电话"], head["出生年份"]) == ("138****5678", "1980")
    assert (wife["性别"], wife["性别代码"], wife["与户主关系"]) == ("女性", "2", "妻")
    assert [row["楼栋"] for row in (head, wife, other)] == ["1", "1", "2"]
    assert people[0]["id_number"].encode() not in data
    english = rows_of(await exported(estate, {"filters": HERE, "fields": ["sex"]}, **CLERK))
    assert english[1] == {"Sex": "female", "Sex (code)": "2"}


async def test_with_a_purpose_it_is_in_full_and_noted_for_each(estate: Service, people: list[dict[str, Any]]) -> None:
    fields = ["person_id", "name", "id_number", "phone", "birth_on", "flat", "health", "registered_poor"]
    body = {"filters": HERE, "fields": fields, "purpose": "dibao-review", "case": "db-1"}
    export = await made(estate, body, **CLERK)
    assert (export["rows"], export["exported"], export["without_consent"], export["gone"]) == (3, 3, 0, 0)
    log = "select * from access_log where purpose = 'dibao-review' order by id"
    notes = await estate.database.pool.fetch(log)
    assert {note["person_id"] for note in notes} == {person["person_id"] for person in people}
    assert {(n["reader"], n["role"], n["place"], n["case_ref"], n["results"]) for n in notes} == {
        ("clerk", "street-welfare-clerk", COMMUNITY[:9], "db-1", 3)
    }
    assert notes[0]["fields"] == ["name", "id_number", "phone", "birth_on", "flat", "health"]
    assert notes[0]["law_ref"].startswith("PIPL-13-1-3")
    head, wife, _ = rows_of((await estate.get(export["file"], **CLERK)).content)
    number = people[0]["id_number"]
    assert head["ID number"] == (f"'{number}" if number.isdigit() else number), "a spreadsheet would round it"
    assert (head["Name"], head["Telephone"], head["Date of birth"]) == ("'=1+1", "13800005678", "1980-03-15")
    assert (head["Registered poor"], wife["State of health (code)"], wife["Flat"]) == ("yes", "40", "101")
    fetched = (await estate.database.pool.fetch(log))[3:]
    assert [(n["person_id"], n["results"], n["case_ref"]) for n in fetched] == [(None, 3, "db-1")]
    shown = (await estate.get(f"{EXPORTS}/{export['export_id']}", **CLERK)).json()
    assert shown["fetches"] == 1


async def test_a_masked_list_leaves_no_note_and_is_counted(estate: Service, people: list[dict[str, Any]]) -> None:
    before = await estate.database.pool.fetchval("select count(*) from access_log")
    await exported(estate, {"filters": HERE}, **CLERK)
    assert await estate.database.pool.fetchval("select count(*) from access_log") == before
    assert await estate.database.pool.fetchval("select fetches from exports") == 1


async def test_who_has_not_consented_is_left_out_and_a_withdrawal_closes_the_file(
    estate: Service, people: list[dict[str, Any]]
) -> None:
    consent = {"purpose": "employment", "notice": "employment-1", "given_on": "2026-11-21", "form": "written"}
    given = []
    for person in people[:2]:
        path = f"/v1/registry/persons/{person['person_id']}/consents"
        answer = await estate.post(path, consent | {"evidence": "TY-2026-0001"})
        assert answer.status_code == 201, answer.text
        given.append(answer.json()["consent_id"])
    body = {"filters": HERE, "fields": ["person_id", "phone"], "purpose": "employment"}
    export = await made(estate, body, **CLERK)
    assert (export["exported"], export["without_consent"]) == (2, 1)
    file = await estate.get(export["file"], **CLERK)
    assert [row["Person id"] for row in rows_of(file.content)] == [person["person_id"] for person in people[:2]]
    notes = await estate.database.pool.fetch("select * from access_log where person_id is not null order by id")
    assert [note["consent_id"] for note in notes] == given
    await estate.post(f"/v1/registry/consents/{given[0]}/withdrawal", {})
    refused = await estate.get(export["file"], **CLERK)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:anju:problem:consent-withdrawn-since")
    again = await made(estate, body, **CLERK)
    assert (again["exported"], again["without_consent"]) == (1, 2)


async def test_it_is_there_for_nobody_else_nor_for_who_may_see_less_by_now(
    estate: Service, people: list[dict[str, Any]]
) -> None:
    export = await made(estate, {"filters": HERE, "purpose": "insurance", "fields": ["name", "health"]}, **CLERK)
    missing = f"{EXPORTS}/0198c0de-0000-7000-8000-000000000001"
    for other in (
        CLERK | {"subject": "another"},
        CLERK | {"place": "522732"},
        CLERK | {"place": f"{COMMUNITY}/1/1"},
        CLERK | {"role": Role.COMMUNITY_CADRE},
        CLERK | {"role": Role.EMPLOYMENT_SERVICE},
        CLERK | {"role": Role.APP_BACKEND},
    ):
        for end in ("", "/file", "/events"):
            there = await estate.get(f"{EXPORTS}/{export['export_id']}{end}", **other)
            absent = await estate.get(f"{missing}{end}", **other)
            assert there.status_code == absent.status_code == 404
            assert there.json()["type"] == absent.json()["type"]
        assert (await estate.get(EXPORTS, **other)).json()["items"] == []
    wider = CLERK | {"place": "522731", "role": Role.COUNTY_CIVIL_AFFAIRS}
    assert (await estate.get(export["file"], **wider)).status_code == 200
    deleted = await estate.request("DELETE", f"{EXPORTS}/{export['export_id']}", **CLERK | {"subject": "another"})
    assert deleted.status_code == 404


async def test_what_the_account_does_not_see_is_refused_by_its_column(
    estate: Service, people: list[dict[str, Any]]
) -> None:
    cadre = {"role": Role.COMMUNITY_CADRE, "place": COMMUNITY}
    fields = ["name", "nonsense", "insurance_390", "birth_on", "name"]
    refused = await ask(estate, {"filters": HERE, "fields": fields}, **cadre)
    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("/fields/1", "field-unknown"),
        ("/fields/2", "field-not-shown"),
        ("/fields/3", "field-needs-purpose"),
        ("/fields/4", "field-repeated"),
    ]
    in_full = await ask(estate, {"filters": HERE, "purpose": "insurance"}, **cadre)
    assert (in_full.status_code, in_full.json()["type"]) == (403, "urn:anju:problem:unmask-not-allowed")
    wrong_purpose = {"filters": HERE, "fields": ["health"], "purpose": "benefit-payment"}
    refused = await ask(estate, wrong_purpose, **CLERK)
    assert refused.json()["errors"][0]["code"] == "field-needs-purpose"
    shown = {one["list"]: one for one in (await estate.get("/v1/registry/export-lists", headers=ZH, **cadre)).json()}
    names = {field["name"] for field in shown["persons"]["fields"]}
    assert {"name", "labour_class", "dibao"} <= names
    assert not {"insurance_390", "health"} & names


async def test_wrong_filters_are_refused_where_they_stand(estate: Service) -> None:
    county = {"role": Role.COUNTY_CIVIL_AFFAIRS, "place": "522731"}
    for body, pointer, code in (
        ({"filters": {"sex": "1"}}, "/filters", "criterion-needed"),
        ({"filters": {"id_number": "123"}}, "/filters/id_number", "id-number-length"),
        ({"filters": {"colour": "red"}}, "/filters/colour", "extra-forbidden"),
        ({"filters": {}, "list": "cats"}, "/list", "list-unknown"),
        ({"filters": {}, "list": "vacancies"}, "/filters/community", "missing"),
    ):
        refused = await ask(estate, body, **county)
        assert refused.status_code == 422, refused.text
        found = [(e["pointer"], e["code"]) for e in refused.json()["errors"]]
        assert (pointer, code) in found
    program = {"role": Role.PARTNER_AGENCY, "place": "522731"}
    refused = await ask(estate, {"filters": HERE | {"name": "花"}}, **program)
    assert refused.json()["errors"][0]["pointer"] == "/filters/name"


async def test_an_export_is_of_the_own_place_only(estate: Service, people: list[dict[str, Any]]) -> None:
    block = {"role": Role.BLOCK_HEAD, "place": f"{COMMUNITY}/1/2"}
    assert len(rows_of(await exported(estate, {"filters": HERE}, **block))) == 1
    elsewhere = CLERK | {"place": "522732001"}
    assert rows_of(await exported(estate, {"filters": HERE}, **elsewhere)) == []
    households = {"list": "households", "filters": {"community": COMMUNITY}}
    assert rows_of(await exported(estate, households, **elsewhere)) == []
    assert len(rows_of(await exported(estate, households, **block))) == 1


async def test_households_and_vacant_flats(estate: Service, people: list[dict[str, Any]]) -> None:
    body = {
        "list": "households",
        "filters": {},
        "purpose": "insurance",
        "fields": ["head_name", "head_id_number", "members"],
    }
    rows = rows_of(await exported(estate, body, **CLERK))
    assert [(row["Head of household"], row["Members"]) for row in rows] == [("'=1+1", "2"), ("王五", "1")]
    noted = await estate.database.pool.fetch("select person_id from access_log where person_id is not null")
    assert {row["person_id"] for row in noted} == {people[0]["person_id"], people[2]["person_id"]}
    vacant = {"list": "vacancies", "filters": {"community": COMMUNITY, "block": "1"}}
    flats = rows_of(await exported(estate, vacant, **CLERK))
    assert len(flats) == 2 * 3 * 2 - 1
    assert ("1", "101") not in {(row["Unit"], row["Flat"]) for row in flats}
    refused = await ask(estate, vacant | {"purpose": "insurance"}, **CLERK)
    assert refused.json()["type"] == "urn:anju:problem:purpose-not-needed"
    nowhere = await ask(estate, {"list": "vacancies", "filters": {"community": "522732001031"}}, **CLERK)
    assert nowhere.json()["type"] == "urn:anju:problem:community-not-found"


async def test_a_workbook_holds_numbers_as_text_and_days_as_days(estate: Service, people: list[dict[str, Any]]) -> None:
    fields = ["name", "id_number", "birth_on", "floor", "relation", "tags"]
    body = {"filters": HERE, "format": "xlsx", "fields": fields, "purpose": "insurance"}
    book = load_workbook(io.BytesIO(await exported(estate, body, headers=ZH, **CLERK)))
    assert book.sheet_names == ["人员名册"]
    head, first, second, _ = book.get_sheet_by_index(0).to_python()
    assert head[:4] == ["姓名", "身份证号", "出生日期", "楼层"]
    assert first == ["=1+1", people[0]["id_number"], date(1980, 3, 15), 1, "户主", "02", "", ""]
    assert second[6:] == ["独居老人", "elder-alone"]


async def test_parquet_has_types_and_the_names_of_the_fields(estate: Service, people: list[dict[str, Any]]) -> None:
    fields = ["name", "id_number", "sex", "birth_on", "birth_year", "registered_poor"]
    body = {"filters": HERE, "format": "parquet", "fields": fields, "purpose": "insurance"}
    frame = pl.read_parquet(io.BytesIO(await exported(estate, body, **CLERK)))
    assert dict(frame.schema) == {
        "name": pl.String,
        "id_number": pl.String,
        "sex": pl.String,
        "sex_label": pl.String,
        "birth_on": pl.Date,
        "birth_year": pl.Int32,
        "registered_poor": pl.Boolean,
    }
    assert frame.row(0) == ("=1+1", people[0]["id_number"], "1", "male", date(1980, 3, 15), 1980, True)
    nobody = {"filters": HERE | {"age_from": 140}, "format": "parquet", "fields": fields, "purpose": "insurance"}
    assert pl.read_parquet(io.BytesIO(await exported(estate, nobody, **CLERK))).schema == frame.schema


async def test_what_is_kept_is_sealed_and_gone_when_deleted_or_old(
    estate: Service, people: list[dict[str, Any]]
) -> None:
    number = people[0]["id_number"]
    body = {"filters": {"id_number": number}, "fields": ["name", "id_number"], "purpose": "insurance"}
    asked = await ask(estate, body, **CLERK)
    kept = "select (select jsonb_agg(e)::text from exports e) || (select string_agg(encode(sealed, 'escape'), '') from export_parts)"
    assert number not in await estate.database.pool.fetchval(kept)
    answers = await estate.database.pool.fetchval("select string_agg(encode(body, 'escape'), '') from idempotency_keys")
    assert number not in answers
    assert number not in asked.text
    await exports_of(estate).do_next(estate.database)
    assert number not in await estate.database.pool.fetchval(kept)
    assert await estate.database.pool.fetchval("select array_agg(distinct part) from export_parts") == ["file"]
    location = asked.headers["location"]
    assert number.encode() in (await estate.get(f"{location}/file", **CLERK)).content
    for _ in range(2):
        assert (await estate.request("DELETE", location, **CLERK)).status_code == 204
    assert (await estate.get(location, **CLERK)).json()["status"] == "deleted"
    assert (await estate.get(f"{location}/file", **CLERK)).status_code == 410
    old = await made(estate, body, **CLERK)
    await estate.database.pool.execute("update exports set asked_at = asked_at - interval '31 days'")
    await exports_of(estate).forget(estate.database)
    assert await estate.database.pool.fetchval("select count(*) from export_parts") == 0
    gone = await estate.get(old["file"], **CLERK)
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:anju:problem:export-forgotten")


async def test_limits_are_refusals_with_a_reason(new_service: NewService) -> None:
    registry = await new_service("registry", registry_export_most_rows=1, registry_exports_at_once=1)
    assert (await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())).status_code == 201
    await settle(registry, member(), member("12", "19820202", True))
    assert (await ask(registry, {"filters": HERE}, **CLERK)).status_code == 202
    busy = await ask(registry, {"filters": HERE}, **CLERK)
    assert (busy.status_code, busy.json()["type"]) == (429, "urn:anju:problem:too-many-exports")
    assert (await ask(registry, {"filters": HERE}, **CLERK | {"subject": "another"})).status_code == 202
    while await exports_of(registry).do_next(registry.database):
        pass
    failed = (await registry.get(EXPORTS, **CLERK)).json()["items"][0]
    shown = (await registry.get(f"{EXPORTS}/{failed['export_id']}", headers=ZH, **CLERK)).json()
    assert (shown["status"], shown["problem"]["type"]) == ("failed", "urn:anju:problem:export-too-large")
    assert shown["problem"]["limit_rows"] == 1
    assert (await registry.get(f"{EXPORTS}/{failed['export_id']}/file", **CLERK)).status_code == 409


async def test_the_same_request_twice_is_one_export(estate: Service) -> None:
    headers = {"idempotency-key": "export-2026-11-29"}
    first, second = [await ask(estate, {"filters": HERE}, headers=headers, **CLERK) for _ in range(2)]
    assert first.content == second.content
    assert await estate.database.pool.fetchval("select count(*) from exports") == 1


async def test_what_a_role_lost_since_is_decided_anew_when_it_is_made(estate: Service) -> None:
    asked = await ask(estate, {"filters": HERE, "purpose": "insurance"}, **CLERK)
    take = "update exports set asked_by = jsonb_set(asked_by, '{role}', '\"community-cadre\"')"
    await estate.database.pool.execute(take)
    await exports_of(estate).do_next(estate.database)
    row = await estate.database.pool.fetchrow("select * from exports")
    assert (row["status"], row["problem"]["slug"], row["wrapped"]) == ("failed", "export-not-allowed", None)
    assert asked.status_code == 202


async def test_who_does_not_meet_it_any_more_is_left_out_and_counted(
    estate: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = [await settle(estate, member(), flat=f"{n}01") for n in (1, 2, 3)]
    asked = await ask(estate, {"filters": HERE}, **CLERK)
    real, deaths = Exports._add_chunk, iter([homes[2]["members"][0]["person_id"]])

    async def and_somebody_dies(*args: Any) -> None:
        await real(*args)
        for person_id in deaths:
            died = await estate.post(f"/v1/registry/persons/{person_id}/death", {"died_on": "2026-10-01"})
            assert died.status_code == 200, died.text

    monkeypatch.setattr(Exports, "_add_chunk", and_somebody_dies)
    await exports_of(estate, registry_export_chunk_rows=1).do_next(estate.database)
    export = (await estate.get(asked.headers["location"], **CLERK)).json()
    assert (export["rows"], export["exported"], export["gone"]) == (3, 2, 1)
