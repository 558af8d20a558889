"""What an import says of its rows: everything at once, counted, and nothing of what is blank."""

from __future__ import annotations

from typing import Any

from tests.support.clients import Service
from tests.support.estate import family, people, row
from tests.support.imports import bring_in, cells, csv_of


async def test_a_row_tells_its_fault_of_form_and_its_fault_of_place_at_once(estate: Service) -> None:
    rows = [
        row("户主", "101", 身份证号="522799", 安置点="无此社区"),
        row("女", "101", "20100101", True, 安置点="无此社区"),
        row("户主", "909", 身份证号="522799"),
    ]
    report = await bring_in(estate, csv_of(rows))
    assert set(cells(report)) >= {
        (2, "身份证号", "id-number-length"),
        (2, "安置点", "community-unknown"),
        (4, "身份证号", "id-number-length"),
        (4, "房号", "flat-unknown"),
    }
    assert next(e["value"] for e in report["errors"] if e["code"] == "flat-unknown") == "909"
    assert (report["rows"], report["accepted"], report["rejected"]) == (3, 0, 3)


async def test_warnings_are_counted_apart(estate: Service) -> None:
    report = await bring_in(estate, csv_of([row("户主", "101", 入住日期="2019年6月")]))
    assert (report["accepted"], report["errors_total"], report["warnings_total"]) == (1, 1, 1)


async def test_a_blank_insurance_cell_changes_nothing_of_who_is_in(estate: Service) -> None:
    told = family("101", 居民养老参保地="", 居民养老状态="")
    await bring_in(estate, csv_of(told))
    person = (await people(estate))[0]
    assert person["facts"]["insurance:170"] == []
    path = f"/v1/registry/persons/{person['person_id']}/facts"
    answer = await estate.request("PATCH", path, json={"insurances": {"170": None}}, headers={"if-match": "*"})
    assert answer.status_code == 200, answer.text
    report = await bring_in(estate, csv_of(told))
    assert (report["accepted"], report["changed"]) == (3, 0)


async def test_who_may_be_in_the_registry_already_is_remarked_at_its_row(estate: Service) -> None:
    told: dict[str, Any] = {"姓名": "韦小妹", "联系电话": "13812345678"}
    first = await bring_in(estate, csv_of([row("户主", "101", "19800101", **told)]))
    again = await bring_in(estate, csv_of([row("户主", "102", "19800102", **told)]))
    assert (first["warnings_total"], again["accepted"], again["warnings_total"]) == (0, 1, 1)
    assert cells(again) == [(2, "身份证号", "possible-duplicate")]
    pairs = (await estate.get("/v1/registry/duplicates")).json()["items"]
    assert [pair["likenesses"] for pair in pairs] == [["name-phone"]]
