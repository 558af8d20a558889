"""Which rows are one household, and who is held back with whom."""

from __future__ import annotations

from random import Random

import pytest

from services.registry.imports.roster import MOST_MEMBERS, CheckedRoster, check
from shared.imports.fields import CellFault, Severity
from tests.support.roster_damage import told_of
from tests.support.rosters import (
    AREA,
    FIRST_ROW,
    MEN,
    ON,
    Families,
    Family,
    Row,
    left_blank_below,
    table_of,
)

KNOWN = frozenset({AREA})


@pytest.fixture
def families() -> Families:
    return Families(Random(7))


def _check(rows: list[Row], faults: tuple[CellFault, ...] = ()) -> CheckedRoster:
    return check(table_of(rows, faults), ON, KNOWN)


def _told(rows: list[Row]) -> list[tuple[int, str, str]]:
    """Row from 0, column, code."""
    return sorted((row - FIRST_ROW, column, code) for row, column, code in told_of(_check(rows).faults))


def _bare(family: Family, *columns: str) -> Family:
    """Without these columns."""
    return [{header: text for header, text in row.items() if header not in columns} for row in family]


def test_members_below_a_head_live_where_it_lives(families: Families) -> None:
    first, second = families.family(3), families.family(2)
    rows = _check([*left_blank_below(first), *left_blank_below(second)]).rows
    assert rows["household"].to_list() == [0] * len(first) + [1] * len(second)
    assert rows["flat"].to_list() == [row["房号"] for row in (*first, *second)]
    assert rows["head"].to_list() == [row["与户主关系"] == "户主" for row in (*first, *second)]
    assert rows["registered_poor"].null_count() == 0


def test_a_household_may_stand_apart_in_the_file(families: Families) -> None:
    first, second = families.family(3), families.family(2)
    rows = _check([*first[:1], *second, *first[1:]]).rows
    assert rows["household"].to_list() == [0, *[1] * len(second), *[0] * (len(first) - 1)]


def test_the_same_flat_written_in_other_ways_is_one_household(families: Families) -> None:
    head, *others = families.family(3)
    others[0] |= {
        "楼栋": f"{head['楼栋']}号楼",
        "单元": f"第{head['单元']}单元",
        "房号": f"{head['房号']}室",
        "安置点": "新民 社区",
    }
    assert set(_check([head, *others]).rows["household"]) == {0}
    others[1] |= {"楼栋": "", "单元": "", "房号": f"{head['楼栋']}-{head['单元']}-{head['房号']}"}
    assert set(_check([head, *others]).rows["household"]) == {0}


def test_a_head_never_takes_its_flat_from_above(families: Families) -> None:
    first, second = families.family(2), families.family(2)
    rows = [*first, *(row | {"安置点": "", "楼栋": "", "单元": "", "房号": ""} for row in second)]
    at = len(first)
    assert _told(rows) == sorted(
        [(at, column, "required") for column in ("安置点", "楼栋", "单元", "房号")]
        + [(at + n, "姓名", "head-held-back") for n in range(1, len(second))]
    )


def test_an_estate_that_is_not_said_is_the_first(families: Families) -> None:
    family = families.family(2)
    assert set(_check(family).rows["estate"]) == {"1"}
    named = [row | {"期/区": "二期" if n == 0 else ""} for n, row in enumerate(family)]
    assert set(_check(named).rows["estate"]) == {"2"}
    assert set(_check(named).rows["household"]) == {0}


def test_an_estate_that_cannot_be_read_holds_the_household_back(families: Families) -> None:
    family = [row | {"期/区": "??" if n == 0 else ""} for n, row in enumerate(families.family(2))]
    assert _told(family) == sorted(
        [(0, "期/区", "part-format")] + [(n, "姓名", "head-held-back") for n in range(1, len(family))]
    )


def test_a_household_without_a_head_is_for_the_registry_to_judge(families: Families) -> None:
    _, *others = families.family(3)
    checked = _check(others)
    assert told_of(checked.faults) == set()
    assert not checked.rows["head"].any()
    assert checked.rows["ok"].all()


def test_who_names_a_head_that_lives_elsewhere_in_the_file_is_wrong_about_the_flat(families: Families) -> None:
    family = families.family(3)
    family[1]["房号"] = "909"
    assert _told(family) == [(1, "户主", "head-name-differs")]


@pytest.mark.parametrize("columns", [(), ("户主",)])
@pytest.mark.parametrize("broken", [{"房号": ""}, {"与户主关系": ""}, {"身份证号": ""}, {"楼栋": "??", "单元": ""}])
def test_a_bad_head_holds_its_household_back(families: Families, columns: tuple[str, ...], broken: Row) -> None:
    before, family, after = families.family(2), families.family(3), families.family(2)
    family[0] |= broken
    told = _told([*_bare(before, *columns), *_bare(family, *columns), *_bare(after, *columns)])
    at = len(before)
    assert [one for one in told if one[2] == "head-held-back"] == [
        (at + n, "姓名", "head-held-back") for n in range(1, len(family))
    ]
    assert {row for row, _, code in told if code != "head-held-back"} == {at}


def test_a_head_without_flat_holds_back_whom_its_name_shows(families: Families) -> None:
    family, other = families.family(3), families.family(2)
    family[0]["房号"] = ""
    told = _told([family[0], *other, *family[1:]])
    at = 1 + len(other)
    assert told == sorted(
        [(0, "房号", "required")] + [(at + n, "姓名", "head-held-back") for n in range(len(family) - 1)]
    )


def test_a_row_without_flat_at_the_top_is_no_ones(families: Families) -> None:
    family = families.family(3)
    head, *others = _bare(family, "户主")
    others[0] |= {"安置点": "", "楼栋": "", "单元": "", "房号": ""}
    assert _told([*others, head]) == sorted((0, column, "required") for column in ("安置点", "楼栋", "单元", "房号"))


def test_a_doubt_about_the_household_is_told_once(families: Families) -> None:
    rows = [row | {"原住址": "老家"} for row in (*families.family(3), *families.family(2))]
    second = sum(row["户主"] == rows[0]["户主"] for row in rows)
    assert _told(rows) == [(0, "原住址", "moved-from-left-out"), (second, "原住址", "moved-from-left-out")]


def test_held_back_names_the_row_of_the_head(families: Families) -> None:
    family = families.family(2)
    family[0]["身份证号"] = ""
    held = [fault for fault in _check(family).faults if fault.code == "head-held-back"]
    assert {(fault.en.count("row 2)"), fault.zh.count("第 2 行")) for fault in held} == {(1, 1)}


def test_a_second_head_is_wrong_with_the_rows_that_follow_it(families: Families) -> None:
    family, other = families.family(2), families.family(3)
    place = {column: family[0][column] for column in ("安置点", "楼栋", "单元", "房号")}
    joined = _bare([row | place for row in other], "户主")
    shared = ("是否建档立卡", "入住日期", "是否低保", "低保类别", "低保地", "原住址")
    told = _told(_bare([*_bare(family, "户主"), *joined], *shared))
    at = len(family)
    assert told == sorted(
        [(at, "与户主关系", "second-head")] + [(at + n, "姓名", "head-held-back") for n in range(1, len(other))]
    )


def test_rows_below_a_second_head_that_name_the_first_stay_with_it(families: Families) -> None:
    family = _bare(families.family(4), "婚姻状况", "出生日期", "性别")
    family[1] |= {"与户主关系": "户主"}
    assert _told(family) == [(1, "与户主关系", "second-head")]


def test_a_head_that_stands_twice_is_a_repeated_person_and_no_second_head(families: Families) -> None:
    family = families.family(3)
    assert _told([*family[:2], dict(family[0]), *family[2:]]) == [(2, "身份证号", "person-repeated")]


def test_a_person_in_two_households_belongs_to_the_upper(families: Families) -> None:
    first, second = families.family(2), families.family(2)
    second.append(second[0] | {column: first[1][column] for column in ("姓名", "身份证号", "性别", "出生日期")})
    second[-1] |= {"与户主关系": "其他", "婚姻状况": "", "文化程度": "", "劳动能力": "", "就业状况": "", "就业形式": ""}
    second[-1] |= {"就业地": "", "单位性质": "", "就业开始日期": ""}
    at = len(first) + len(second) - 1
    assert _told([*first, *second]) == [(at, "身份证号", "person-repeated")]


def test_a_household_has_at_most_thirty_people(families: Families) -> None:
    head = families.family(1)[0]
    plain = {"与户主关系": "其他", "性别": "", "出生日期": "", "婚姻状况": "", "文化程度": ""}
    numbers = [families.number(ON.replace(year=1990), MEN) for _ in range(MOST_MEMBERS + 1)]
    members = [
        head | plain | {"姓名": f"成员{'甲乙丙丁'[n % 4]}", "身份证号": number} for n, number in enumerate(numbers)
    ]
    beyond = {MOST_MEMBERS - 1, MOST_MEMBERS}
    assert _told([*members, head]) == [(at, "姓名", "too-many-members") for at in sorted(beyond)]
    assert _told([head, *members]) == [(at + 1, "姓名", "too-many-members") for at in sorted(beyond)]


def test_facts_of_the_household_may_be_said_in_any_of_its_rows(families: Families) -> None:
    family = families.family(3)
    for row in family:
        row |= {"是否建档立卡": "", "原住址": "", "入住日期": "", "是否低保": "", "低保类别": "", "低保地": ""}
    family[1] |= {"是否建档立卡": "是", "入住日期": "2019年6月1日", "原区划代码": "522328"}
    family[2] |= {"低保类别": "农村"}
    rows = _check(family).rows
    assert rows["ok"].all()
    assert set(rows["registered_poor"]) == {True}
    assert set(rows["moved_from_division"]) == {"522328"}
    assert set(rows["dibao"]) == {'{"receiving": true, "household_class": "rural"}'}
    assert rows["settled_on"].n_unique() == 1


def test_a_row_in_error_has_no_say_on_the_household(families: Families) -> None:
    family = families.family(3)
    for row in family:
        row["是否建档立卡"] = ""
    family[1] |= {"是否建档立卡": "是", "身份证号": ""}
    family[2] |= {"是否建档立卡": "否"}
    checked = _check(family)
    assert set(checked.rows.filter("ok")["registered_poor"]) == {False}
    assert (1, "身份证号", "required") in _told(family)


def test_a_county_and_a_town_of_it_are_one_place(families: Families) -> None:
    family = families.family(2)
    for row in family:
        row["原住址"] = "惠水县某村"
    family[1]["原住址"] = "惠水县摆金镇某村"
    assert told_of(_check(family).faults) == set()


def test_what_reading_finds_is_not_told_twice(families: Families) -> None:
    family = families.family(2)
    family[1]["身份证号"] = ""
    lost = CellFault(0, FIRST_ROW + 1, "id_number", "number-lost-digits", Severity.ERROR, "lost", "丢失")
    checked = _check(family, (lost,))
    assert list(checked.faults) == [lost]
    assert checked.rows["ok"].to_list() == [True, False, *[True] * (len(family) - 2)]


def test_a_cell_that_reading_finds_wrong_counts_for_nothing(families: Families) -> None:
    family = families.family(1)[:1]
    broken = CellFault(0, FIRST_ROW, "insured_170_state", "cell-error", Severity.ERROR, "an error", "错误值", "#REF!")
    family[0] |= {"居民养老参保地": "", "居民养老状态": ""}
    assert list(_check(family, (broken,)).faults) == [broken]


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"与户主关系": "妻"}, "与户主关系", "relation-against-sex"),
        ({"与户主关系": "父亲"}, "与户主关系", "relation-against-age"),
        ({"文化程度": "研究生"}, "文化程度", "schooling-against-age"),
        ({"婚姻状况": "已婚"}, "婚姻状况", "marriage-against-age"),
        ({"劳动能力": "普通劳动力"}, "劳动能力", "labour-against-age"),
        ({"就业状况": "已就业"}, "就业状况", "under-age"),
        ({"就业状况": "", "就业形式": "企业"}, "就业形式", "under-age"),
    ],
)
def test_doubts_let_the_row_in(families: Families, change: Row, column: str, code: str) -> None:
    family = families.family(1)[:1]
    born = ON.replace(year=ON.year - 8)
    boy = {"姓名": "小明", "身份证号": families.number(born, MEN), "与户主关系": "长子", "性别": "", "出生日期": ""}
    plain = {"文化程度": "小学", "婚姻状况": "未婚", "劳动能力": "无", "就业状况": "无", "就业形式": "", "就业地": ""}
    family.append(family[0] | boy | plain | {"单位性质": "", "就业开始日期": ""})
    assert _told(family) == []
    family[1] |= change
    checked = _check(family)
    assert (FIRST_ROW + 1, column, code) in told_of(checked.faults)
    assert {fault.severity for fault in checked.faults} == {Severity.WARNING}
    assert checked.rows["ok"].all()


def test_no_rows_give_no_rows() -> None:
    checked = check(table_of([]), ON, KNOWN)
    assert checked.rows.height == 0
    assert list(checked.faults) == []
