"""What the cells of a row say together."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from services.registry.imports.roster import FACTS, check
from services.registry.persons.schemas import FactsBody
from tests.support.rosters import AREA, ON, Families, table_of

KNOWN = frozenset({AREA})


def _facts(**cells: str) -> dict[str, Any]:
    """What a row says that has no other column of facts than these."""
    row = Families(Random(1)).family()[0]
    kept = ("户主", "姓名", "身份证号", "与户主关系", "安置点", "楼栋", "单元", "房号")
    checked = check(table_of([{header: row[header] for header in kept} | cells]), ON, KNOWN)
    assert [fault for fault in checked.faults if fault.severity == "error"] == []
    found = checked.rows.row(0, named=True)
    texts = {name: value for name, value in found.items() if isinstance(value, str) and value[0] in '{["'}
    return {name: json.loads(value) for name, value in texts.items()} | {
        name: value for name, value in found.items() if name.endswith(":blank") and value
    }


def test_what_is_not_said_is_not_there() -> None:
    assert _facts() == {}
    assert _facts(民族="", 就业状况="", 户籍地="-") == {}


def test_a_form_of_work_says_that_there_is_work() -> None:
    assert _facts(就业形式="扶贫车间") == {"work": {"status": "employed", "form": "workshop"}}
    assert _facts(就业状况="无") == {"work": {"status": "none"}}
    assert _facts(就业状况="外出务工", 就业形式="企业") == {"work": {"status": "employed", "form": "enterprise"}}


def test_a_day_of_the_move_says_that_the_hukou_was_moved() -> None:
    assert _facts(户口迁移日期="2021-03") == {"hukou": {"moved": True, "moved_on": "2021-03-01"}}
    assert _facts(户籍地="惠水县摆金镇某村", 户口是否迁移="否") == {"hukou": {"division": "522731103", "moved": False}}


def test_insurance_blank_none_and_there() -> None:
    assert _facts(居民养老参保地="", 居民养老状态="") == {"insurance:170": [], "insurance:170:blank": True}
    assert _facts(居民养老参保地="无", 居民养老状态="") == {"insurance:170": []}
    assert _facts(居民养老参保地="", 居民养老状态="未参保") == {"insurance:170": []}
    assert _facts(居民养老参保地="不详", 居民养老状态="") == {}
    assert _facts(居民养老参保地="惠水县") == {}
    assert _facts(居民养老参保地="惠水县", 居民养老状态="暂停", 是否欠费="是") == {
        "insurance:170": [{"division": "522731", "state": "paused", "arrears": True}]
    }
    assert _facts(职工养老参保地="惠水县", 职工养老状态="暂停", 职工养老单位性质="企业") == {
        "insurance:110": [{"division": "522731", "state": "paused", "employer_kind": "enterprise"}]
    }


def test_health_and_disability() -> None:
    assert _facts(健康状况="长期慢性病") == {"health": {"status": "30"}}
    assert _facts(健康状况="", 残疾类别="", 残疾等级="") == {}
    assert _facts(残疾类别="肢体", 残疾等级="二级") == {"disability": {"disabled": True, "kind": "4", "grade": "2"}}
    assert _facts(残疾等级="3") == {"disability": {"disabled": True, "grade": "3"}}
    assert _facts(残疾类别="无") == {"disability": {"disabled": False}}


def test_a_report_never_shows_what_a_cell_says_of_health() -> None:
    row = Families(Random(1)).family()[0]
    checked = check(table_of([row | {"健康状况": "某种病", "残疾类别": "某种残疾"}]), ON, KNOWN)
    found = {fault.column: fault.value for fault in checked.faults if fault.column in ("health", "disability_kind")}
    assert found == {"health": "***", "disability_kind": "****"}


def test_dibao_by_its_class() -> None:
    assert _facts(低保类别="农村") == {"dibao": {"receiving": True, "household_class": "rural"}}
    assert _facts(是否低保="农村低保", 低保地="惠水县") == {
        "dibao": {"receiving": True, "household_class": "rural", "division": "522731"}
    }
    assert _facts(是否低保="否") == {"dibao": {"receiving": False}}


def test_facts_are_in_the_shape_that_a_change_of_facts_takes() -> None:
    families = Families(Random(1)).take(60)
    checked = check(table_of([row for family in families for row in family]), ON, KNOWN)
    for row in checked.rows.iter_rows(named=True):
        groups_of = {name: json.loads(row[name]) for name in FACTS if row[name] is not None}
        body = {name: value for name, value in groups_of.items() if not name.startswith("insurance:")}
        body["insurances"] = {n.partition(":")[2]: v for n, v in groups_of.items() if n.startswith("insurance:")}
        FactsBody.model_validate(body)
