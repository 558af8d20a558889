"""A roster comes in by the public route: what is right is in, what is wrong is named, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from shared.auth import Role
from shared.contracts.registry import HouseholdChanged, HouseholdSettled, PersonFactsChanged, PersonRegistered
from shared.imports import store
from tests.integration.conftest import NewService
from tests.support.clients import Service
from tests.support.estate import family, people, row
from tests.support.imports import ROSTERS, bring_in, cells, csv_of, imports_of, send
from tests.support.people import COMMUNITY, id_number, plan


async def test_a_household_comes_in_with_its_people_facts_and_news(estate: Service) -> None:
    report = await bring_in(estate, csv_of(family()))
    assert (report["status"], report["rows"], report["accepted"], report["created"], report["rejected"]) == (
        "done",
        3,
        3,
        3,
        0,
    )
    assert report["errors"] == []
    head, spouse, child = await people(estate)
    assert head["relation"] == "02"
    assert head["facts"]["work"] == {"status": "employed", "form": "workshop"}
    assert head["facts"]["labour_class"] == "ORDINARY"
    assert spouse["facts"]["profile"] == {"ethnic": "09"}
    assert head["household_facts"] == {"registered_poor": True}
    assert child["valid_from"] == child["birth_on"], "born after the household moved in"
    said = [event.parse() for event in await estate.said()]
    assert [type(e) for e in said] == [HouseholdSettled, *[PersonRegistered] * 3]
    assert said[0].registered_poor is True  # type: ignore[attr-defined]
    shown = await estate.get(f"/v1/registry/persons/{head['person_id']}?purpose=correction")
    assert shown.json()["phone"] == "13800005678"


async def test_the_same_file_again_changes_nothing(estate: Service) -> None:
    data = csv_of(family())
    await bring_in(estate, data)
    before = await people(estate)
    await estate.said()
    report = await bring_in(estate, data)
    assert (report["accepted"], report["created"], report["changed"], report["rejected"]) == (3, 0, 0, 0)
    assert await people(estate) == before
    assert await estate.said() == []


async def test_a_row_changes_what_differs_and_a_blank_cell_nothing(estate: Service) -> None:
    rows = family()
    await bring_in(estate, csv_of(rows))
    await estate.said()
    changed = [
        rows[0] | {"就业形式": "公益性岗位", "联系电话": "13900001234", "是否建档立卡": ""},
        rows[1] | {"民族": "", "文化程度": "初中"},
        rows[2] | {"与户主关系": "三子"},
    ]
    report = await bring_in(estate, csv_of(changed))
    assert (report["accepted"], report["created"], report["changed"]) == (3, 0, 3)
    head, spouse, child = await people(estate)
    assert head["facts"]["work"]["form"] == "public-post"
    assert head["household_facts"] == {"registered_poor": True}
    assert spouse["facts"]["profile"] == {"ethnic": "09", "education": "70"}
    assert child["relation"] == "24"
    assert [p["version"] for p in (head, spouse, child)] == [2, 2, 1]
    said = [event.parse() for event in await estate.said()]
    assert sorted(type(e).__name__ for e in said) == ["HouseholdChanged", "PersonFactsChanged", "PersonFactsChanged"]
    assert {HouseholdChanged, PersonFactsChanged} == {type(e) for e in said}
    shown = await estate.get(f"/v1/registry/persons/{head['person_id']}?purpose=correction")
    assert shown.json()["phone"] == "13900001234"


async def test_a_bad_member_stays_out_and_a_bad_head_holds_the_household_back(estate: Service) -> None:
    first, second = family("101"), family("102")
    good = first[1]["身份证号"]
    first[1]["身份证号"] = good[:-1] + ("0" if good[-1] != "0" else "1")
    second[0]["姓名"] = ""
    report = await bring_in(estate, csv_of([*first, *second]))
    assert (report["rows"], report["accepted"], report["created"], report["rejected"]) == (6, 2, 2, 4)
    assert cells(report) == [
        (3, "身份证号", "id-number-checksum"),
        (5, "姓名", "required"),
        (6, "姓名", "head-held-back"),
        (7, "姓名", "head-held-back"),
    ]
    assert {p["flat_now"] for p in await people(estate)} == {"101"}
    first[1]["身份证号"], second[0]["姓名"] = good, "测试人"
    await estate.said()
    again = await bring_in(estate, csv_of([*first, *second]))
    assert (again["accepted"], again["created"], again["rejected"]) == (6, 4, 0)
    assert [p["flat_now"] for p in await people(estate)].count("102") == 3


async def test_a_dry_run_says_the_same_and_leaves_nothing(estate: Service) -> None:
    data = csv_of([*family("101"), *family("909")])
    dry = await bring_in(estate, data, dry_run=True)
    assert await people(estate) == []
    assert await estate.said() == []
    real = await bring_in(estate, data)
    same = ("rows", "accepted", "created", "changed", "rejected", "errors", "errors_total")
    assert {name: dry[name] for name in same} == {name: real[name] for name in same}
    assert cells(real)[0] == (5, "房号", "flat-unknown")


async def test_an_import_that_broke_off_goes_on_where_it_was(
    new_service: NewService, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate = await new_service("registry", registry_chunk_people=3)
    await estate.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    await estate.said()
    data = csv_of([r for flat in ("101", "102", "201", "202") for r in family(flat)])
    sent = await send(estate, data)
    broken: Iterator[bool] = iter([False, True, False, True, False, False])

    async def set_settled(*args: Any) -> None:
        await real(*args)
        if next(broken, False):
            raise TimeoutError("away")

    real = store.add_settled
    monkeypatch.setattr(store, "add_settled", set_settled)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await imports_of(estate).do_next(estate.database)
        assert (await estate.get(sent.headers["location"])).json()["status"] == "running"
    other = estate.app.state.settings.model_copy(update={"registry_chunk_people": 6})  # another release cuts otherwise
    assert await imports_of(estate, other).do_next(estate.database)
    report = (await estate.get(sent.headers["location"])).json()
    assert (report["status"], report["accepted"], report["created"], report["rows_settled"]) == ("done", 12, 12, 12)
    assert len(await people(estate)) == 12
    assert len(await estate.said()) == 4 + 12, "each said once"


async def test_what_the_registry_holds_against_a_row_is_named(estate: Service) -> None:
    first = family("101")
    await bring_in(estate, csv_of(first))
    moved = [first[0] | {"房号": "201"}]
    taken = family("101")
    elsewhere = row("户主", "202", 安置点="无此社区")
    renamed = [first[1] | {"姓名": "另一人"}]
    report = await bring_in(estate, csv_of([*moved, elsewhere]))
    assert cells(report) == [(2, "身份证号", "already-settled"), (3, "安置点", "community-unknown")]
    assert cells(await bring_in(estate, csv_of(taken)))[0] == (2, "身份证号", "head-number-differs")
    assert cells(await bring_in(estate, csv_of(renamed))) == [(2, "姓名", "name-differs")]


async def test_a_community_called_by_name_and_by_code_is_one(estate: Service) -> None:
    head, spouse, child = family()
    report = await bring_in(estate, csv_of([head, spouse | {"安置点": COMMUNITY}, child]))
    assert (report["accepted"], len(await people(estate))) == (3, 3)
    taken = [
        row("户主", "102"),
        row("户主", "102", 安置点=COMMUNITY),
        row("女", "102", "20100101", True, 安置点=COMMUNITY),
    ]
    report = await bring_in(estate, csv_of(taken))
    assert (report["status"], report["created"]) == ("done", 1)
    assert cells(report) == [(3, "房号", "flat-repeated"), (4, "姓名", "head-held-back")]
    assert "第 2 行" in report["errors"][0]["detail"] or "row 2" in report["errors"][0]["detail"]


async def test_a_head_stays_head_and_a_change_of_the_household_counts(estate: Service) -> None:
    head, *others = family()
    await bring_in(estate, csv_of([head, *others]))
    report = await bring_in(estate, csv_of([head | {"与户主关系": "子"}, *others]))
    assert cells(report) == [(2, "与户主关系", "head-demoted")]
    assert (await people(estate))[0]["relation"] == "02"
    report = await bring_in(estate, csv_of([head | {"是否建档立卡": "否"}, *others]))
    assert (report["accepted"], report["changed"]) == (3, 1)


async def test_a_form_filled_in_for_one_household_leaves_no_name_in_clear(estate: Service) -> None:
    report = await bring_in(estate, "户主姓名,张三丰,身份证号,522799198003150011\n原住址,某乡,,\n".encode())
    kept = await estate.database.pool.fetchval("select problem::text from imports")
    assert report["status"] == "failed"
    assert "张三丰" not in f"{kept} {report}"


async def test_done_stays_done_where_statistics_cannot_be_renewed(estate: Service) -> None:
    sent = await send(estate, csv_of(family()))
    worker = imports_of(estate)
    worker._kinds["roster"] = replace(worker._kinds["roster"], tables=("no_such_table",))
    assert await worker.do_next(estate.database)
    assert (await estate.get(sent.headers["location"])).json()["status"] == "done"
    assert not await worker.do_next(estate.database)


async def test_each_language_has_its_reasons(estate: Service) -> None:
    data = csv_of([row("户主", "999")])
    english = (await bring_in(estate, data))["errors"][0]["detail"]
    chinese = (await bring_in(estate, data, headers={"accept-language": "zh"}))["errors"][0]["detail"]
    assert english.isascii()
    assert "房号" in chinese


async def test_a_roster_without_a_needed_column_fails_and_says_which(estate: Service) -> None:
    rows = [{name: value for name, value in row("户主").items() if name != "与户主关系"}]
    report = await bring_in(estate, csv_of(rows))
    assert report["status"] == "failed"
    assert report["problem"]["type"] == "urn:anju:problem:file-refused"
    assert "与户主关系" in report["problem"]["detail"]
    assert await people(estate) == []


async def test_unknown_columns_are_named(estate: Service) -> None:
    report = await bring_in(estate, csv_of([row("户主", 爱好="象棋")]))
    assert (report["ignored_columns"], report["accepted"]) == (["爱好"], 1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "xls", id="xls"),
        pytest.param(b"%PDF-1.7 ...", "wrong-kind", id="pdf"),
        pytest.param(b"PK\x03\x04 cut off", "damaged", id="damaged"),
    ],
)
async def test_what_is_no_roster_at_all_is_refused_at_once(estate: Service, data: bytes, reason: str) -> None:
    answer = await send(estate, data)
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)
    assert answer.json()["detail"]
    assert await estate.database.pool.fetchval("select count(*) from imports") == 0


async def test_a_file_over_the_limit_is_refused(new_service: NewService) -> None:
    small = await new_service("registry", max_upload_bytes=2000)
    assert (await send(small, csv_of([row("户主")] * 100))).status_code == 413
    assert (await send(small, bytes(100_000))).status_code == 413


async def test_sent_again_with_the_same_key_it_is_one_import(estate: Service) -> None:
    data, key = csv_of(family()), {"idempotency-key": "roster-2026-11"}
    first, second = [await send(estate, data, headers=key) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    assert second.headers["idempotent-replayed"] == "true"
    other = await send(estate, csv_of(family("102")), headers=key)
    assert other.json()["type"] == "urn:anju:problem:idempotency-key-reused"


CADRE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "place": COMMUNITY, "subject": "cadre"}


async def test_only_who_may_write_uploads_and_only_for_their_place(estate: Service) -> None:
    assert (await send(estate, csv_of(family()), role=Role.BLOCK_HEAD)).status_code == 403
    foreign = await bring_in(estate, csv_of(family()), role=Role.COMMUNITY_CADRE, place="522731003099")
    assert cells(foreign)[0] == (2, "安置点", "community-unknown")
    assert (await bring_in(estate, csv_of(family()), **CADRE))["accepted"] == 3


async def test_an_import_is_seen_by_its_uploader_and_by_those_above(estate: Service) -> None:
    here = (await send(estate, csv_of(family()), **CADRE)).headers["location"]
    statuses = [
        (await estate.get(here, **who)).status_code
        for who in (
            CADRE,
            {"role": Role.COMMUNITY_SECRETARY, "place": COMMUNITY, "subject": "secretary"},
            {"role": Role.COMMUNITY_CADRE, "place": "522731003099", "subject": "stranger"},
        )
    ]
    assert statuses == [200, 200, 404]
    listed = await estate.get(ROSTERS, **CADRE)
    assert [f"{ROSTERS}/{item['import_id']}" for item in listed.json()["items"]] == [here]


async def test_the_correction_shows_full_values_to_its_uploader_and_is_recorded(estate: Service) -> None:
    rows = [*family(), row("户主", "999")]
    rows[0]["身份证号"] = f"{rows[0]['身份证号'][:6]}-{rows[0]['身份证号'][6:]}"
    report = await bring_in(estate, csv_of(rows), **CADRE)
    shown = await estate.get(report["correction"], **CADRE)
    assert shown.status_code == 200
    assert shown.content.startswith(b"PK")
    boss = await estate.get(report["correction"], role=Role.COMMUNITY_SECRETARY, place=COMMUNITY, subject="secretary")
    assert boss.json()["type"] == "urn:anju:problem:correction-for-uploader"
    log = await estate.database.pool.fetch("select * from access_log")
    assert {(r["reader"], r["purpose"]) for r in log} == {("cadre", "correction")}
    assert len(log) == 3


async def test_corrected_in_the_correction_file_everything_is_in(estate: Service) -> None:
    import io

    import python_calamine
    import xlsxwriter

    rows = [*family("101"), *family("102")]
    rows[1]["身份证号"] = rows[1]["身份证号"][:-2]
    rows[3]["房号"] = "999"
    report = await bring_in(estate, csv_of(rows))
    content = (await estate.get(report["correction"])).content
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    header = sheet[0]
    assert "身份证号" in str(sheet[2][-1]), "the reason stands beside the row"
    right = id_number("19820202", True)
    sheet[2][header.index("身份证号")] = right
    sheet[4][header.index("房号")] = "102"
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for n, values in enumerate(sheet):
            page.write_row(n, 0, [str(value) for value in values])
    again = await bring_in(estate, out.getvalue())
    assert (again["accepted"], again["rejected"]) == (6, 0)
    assert len(await people(estate)) == 6


async def test_nothing_of_a_file_lies_in_clear(estate: Service) -> None:
    rows = [*family(), row("户主", "999")]
    await bring_in(estate, csv_of(rows))
    dump = ""
    for table in ("imports", "import_parts", "outbox", "idempotency_keys"):
        for r in await estate.database.pool.fetch(f"select * from {table}"):
            dump += " ".join(v.hex() if isinstance(v, bytes) else str(v) for v in r.values())
    for value in [r["身份证号"] for r in rows] + ["测试人", "13800005678"]:
        assert value not in dump
        assert value.encode().hex() not in dump


async def test_after_its_time_the_file_is_forgotten(estate: Service) -> None:
    report = await bring_in(estate, csv_of([row("户主", "999")]))
    async with estate.database.transaction(clock.now()) as tx:
        assert await store.PARTS.forget(tx, clock.now() + timedelta(seconds=1)) == 1
    assert await estate.database.pool.fetchval("select count(*) from import_parts") == 0
    here = f"{ROSTERS}/{report['import_id']}"
    kept = (await estate.get(here)).json()
    assert (kept["rejected"], kept["errors"], kept["correction"]) == (1, [], None)
    assert (await estate.get(f"{here}/correction")).status_code == 410
    assert (await estate.get(f"{here}/errors")).status_code == 410


async def test_many_faults_are_paged(estate: Service) -> None:
    rows = [row("户主", "101", 联系电话=f"{n}") for n in range(1050)]
    for r in rows:
        r["身份证号"] = "1"
    report = await bring_in(estate, csv_of(rows))
    assert len(report["errors"]) == 1000
    assert report["rejected"] == 1050
    seen: list[tuple[int, str]] = []
    cursor = ""
    while True:
        page = (await estate.get(report["errors_link"] + cursor)).json()
        seen += [(fault["row"], fault["column"]) for fault in page["items"]]
        if page["next"] is None:
            break
        cursor = f"?cursor={page['next']}"
    assert len(seen) == len(set(seen)) == report["errors_total"] >= 2 * 1050
    assert seen == sorted(seen, key=lambda fault: fault[0])
