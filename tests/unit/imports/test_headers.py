"""The header of a roster, in the ways in which staff write it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from xlsxwriter import Workbook

from shared.imports.refusals import FileRefused
from tests.unit.imports.books import CHILD, HEADER, NUMBER, PERSON, changed, made, read, rows, sheet, text

PLAIN = HEADER[1:]
VALUES = PERSON[1:]

SPELT = {
    "plain": {},
    "spaces inside": {"姓名": "姓 名"},
    "line break": {"与户主关系": "与户主\n关系"},
    "one character a line": {"姓名": "姓\n\n名"},
    "asterisk": {"姓名": "*姓名", "房号": "房号＊"},
    "colon": {"楼栋": "楼栋："},
    "demand": {"姓名": "姓名（必填）", "房号": "房号必填"},
    "unit in brackets": {"房号": "房号（室）", "联系电话": "联系电话【手机】"},
    "format in brackets": {"身份证号": "身份证号(18位，文本格式)"},
    "full width": {"单元": "单元　", "房号": "（房号）房号"},
    "numbered": {"姓名": "1.姓名", "身份证号": "②身份证号", "房号": "七、房号"},
    "two languages": {"姓名": "姓名/Name", "身份证号": "身份证号 ID Number"},
    "invisible characters": {"姓名": "\u200b姓\u00ad名\ufeff", "楼栋": "\u202e楼栋\u202c"},
    "synonyms": {
        "身份证号": "公民身份号码",
        "楼栋": "楼栋号",
        "房号": "房间号",
        "与户主关系": "关系",
        "安置点": "安置社区",
    },
}


@pytest.mark.parametrize("spelling", SPELT.values(), ids=SPELT.keys())
def test_knows_a_column_however_it_is_spelt(spelling: dict[str, str]) -> None:
    table = read(sheet([[spelling.get(name, name) for name in PLAIN], VALUES]))
    assert table.frame.select("name", "id_number", "room", "phone").rows() == [("韦小花", NUMBER, "302", "13800000001")]
    assert table.ignored == ()


def test_columns_stand_in_any_order() -> None:
    assert rows(text([PLAIN[::-1], VALUES[::-1]]), "name", "room") == [(2, "韦小花", "302")]


def test_title_and_unit_lines_stand_above() -> None:
    lines = [["新民社区搬迁户花名册"], [], ["填报单位：新民社区", "", "", "单位：户、人"], HEADER, PERSON]
    assert rows(sheet(lines, merges=[(0, 0, 0, 8)]), "name") == [(5, "韦小花")]


def test_a_header_stands_in_row_60_at_the_latest() -> None:
    assert rows(sheet([HEADER, PERSON], at=(59, 0)), "name") == [(61, "韦小花")]
    with pytest.raises(FileRefused):
        read(sheet([["x"], *[[""]] * 59, HEADER, PERSON]))


def test_the_sheet_may_begin_anywhere() -> None:
    assert rows(sheet([HEADER, PERSON, CHILD], at=(6, 3)), "name", "room") == [
        (8, "韦小花", "302"),
        (9, "韦小明", "302"),
    ]


GROUPS = ["序号", "户主", "家庭成员信息", "", "", "住房信息", "", "", "", "备注"]
LEAVES = ["", "姓名", "姓名", "身份证号", "与户主关系", "安置点", "楼栋", "单元", "房号", ""]
GROUPED = ["1", "韦大山", "韦小花", NUMBER, "妻", "新民社区", "3栋", "1单元", "302", "x"]
MERGED = [(0, 0, 1, 0), (0, 2, 0, 4), (0, 5, 0, 8), (0, 9, 1, 9)]


@pytest.mark.parametrize(
    "data", [sheet([GROUPS, LEAVES, GROUPED], merges=MERGED), text([GROUPS, LEAVES, GROUPED])], ids=["xlsx", "csv"]
)
def test_reads_two_lines_with_groups(data: bytes | str) -> None:
    table = read(data)
    said = table.frame.select("row", "head", "name", "id_number", "room").rows()
    assert said == [(3, "韦大山", "韦小花", NUMBER, "302")]
    assert table.ignored == ("备注",)


def test_the_name_of_another_field_above_weakens_a_leaf() -> None:
    groups = ["户主", "", "成员", "", *PLAIN[2:]]
    leaves = ["姓名", "身份证号", "姓名", "身份证号", *[""] * 6]
    line = ["韦大山", "1", "韦小花", NUMBER, *VALUES[2:]]
    table = read(sheet([groups, leaves, line], merges=[(0, 0, 0, 1), (0, 2, 0, 3)]))
    assert table.frame.select("head", "name", "id_number").rows() == [("韦大山", "韦小花", NUMBER)]
    assert table.ignored == ("户主/身份证号",)


def test_the_group_names_the_field_where_the_leaf_says_nothing() -> None:
    groups, leaves = ["基本信息", "", "", "房号", *PLAIN[3:6]], ["姓名", "身份证号", "关系", "（室）", "", "", ""]
    line = ["韦小花", NUMBER, "户主", "302", "新民社区", "3栋", "1单元"]
    assert rows(sheet([groups, leaves, line], merges=[(0, 0, 0, 2)]), "room", "unit") == [(3, "302", "1单元")]


def test_unknown_columns_are_named_and_columns_without_a_name_are_not() -> None:
    table = read(sheet([[*HEADER, "爱 好", "", "爱好" * 40], [*PERSON, "唱歌", "多余", ""]]))
    assert table.ignored == ("爱 好", ("爱好" * 40)[:60])
    assert table.present == {"name", "id_number", "relation", "site", "block", "unit", "room", "phone"}
    assert table.frame["head"].to_list() == [None]


@pytest.mark.parametrize("serial", ["序号", "编 号", "序", "No.", "NO", "#", "行号"])
def test_serial_numbers_are_no_unknown_column(serial: str) -> None:
    assert read(sheet([[serial, *PLAIN], PERSON])).ignored == ()


def test_what_is_missing_and_what_was_found_are_told() -> None:
    with pytest.raises(FileRefused) as refused:
        read(sheet([["姓名", "公民身份号码", "爱好", "楼栋"], ["韦小花", NUMBER, "", "3栋"]]))
    assert refused.value.reason == "columns-missing"
    assert refused.value.members["missing"] == ("与户主关系", "安置点", "单元", "房号")
    assert refused.value.members["found"] == ["姓名", "身份证号", "楼栋"]
    assert "与户主关系、安置点、单元、房号" in refused.value.zh


def test_a_form_that_is_no_table_is_refused_without_the_names_in_it() -> None:
    with pytest.raises(FileRefused) as refused:
        read(sheet([["姓名", "韦小花", "身份证号", NUMBER], ["楼栋", "3栋", "", ""]]))
    assert "韦小花" not in f"{refused.value.members} {refused.value.zh} {refused.value.en}"


@pytest.mark.parametrize("lines", [[], [["姓名"]], [["a", "b"], ["c", "d"]]], ids=["nothing", "one name", "no name"])
def test_all_is_missing_where_there_is_no_header(lines: Sequence[Sequence[str]]) -> None:
    with pytest.raises(FileRefused) as refused:
        read(sheet(lines))
    assert refused.value.members["missing"] == PLAIN[:7]
    assert refused.value.members["found"] == []


def test_a_column_that_is_there_twice_is_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        read(sheet([[*HEADER, "公民身份号码"], [*PERSON, NUMBER]]))
    assert (refused.value.reason, refused.value.members["repeated"]) == ("column-repeated", ("身份证号",))


def test_a_header_without_rows_is_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        read(sheet([HEADER, [], ["合计", "0"]]))
    assert refused.value.reason == "no-rows"


def roster(book: Workbook, name: str, *lines: Sequence[Any]) -> Any:
    own = book.add_worksheet(name)
    for n, line in enumerate(lines):
        own.write_row(n, 0, line)
    return own


def test_every_visible_sheet_with_the_columns_is_read() -> None:
    def fill(book: Workbook) -> None:
        roster(book, "填表说明", ["填表说明"], ["1. 姓名、身份证号须与证件一致"])
        roster(book, "作废", HEADER, PERSON).hide()
        roster(book, "代码", HEADER, PERSON).very_hidden()
        roster(book, "3栋", HEADER, PERSON)
        roster(book, "4栋", [], HEADER[::-1], CHILD[::-1])
        roster(book, "统计", ["楼栋", "单元", "人数"], ["3栋", "1单元", 4])

    table = read(made(fill))
    assert table.sheets == ("填表说明", "3栋", "4栋", "统计")
    assert table.frame.select("sheet", "row", "name").rows() == [(1, 2, "韦小花"), (2, 3, "韦小明")]
    assert table.unread == ("统计",)


def test_a_hidden_first_sheet_is_not_shown() -> None:
    def fill(book: Workbook) -> None:
        hidden = roster(book, "作废", HEADER, CHILD)
        roster(book, "名册", HEADER, PERSON).activate()
        hidden.hide()

    table = read(made(fill))
    assert (table.sheets, table.frame["name"].to_list()) == (("名册",), ["韦小花"])


def test_all_written_with_prefixed_names_is_read() -> None:
    def prefixed(part: bytes) -> bytes:
        body = part.replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?")
        return body.replace(b"xmlns=", b"xmlns:x=")

    data = changed(sheet([HEADER, PERSON]), {"xl/worksheets/sheet1.xml": prefixed, "xl/sharedStrings.xml": prefixed})
    assert rows(data, "name") == [(2, "韦小花")]
