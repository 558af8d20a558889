"""Which lines are people, and which are totals, signatures, remarks, examples and headers printed again."""

from __future__ import annotations

import pytest

from tests.unit.imports.books import CHILD, HEADER, NUMBER, PERSON, rows, sheet, text

BLANK = ("",) * len(HEADER)


def line(**cells: str) -> list[str]:
    """A line with some cells filled: by letter of the column, A to I."""
    return [cells.get(letter, "") for letter in "ABCDEFGHI"]


NO_ROWS = {
    "blank": BLANK,
    "spaces": (" ", "\u3000", "\u200b", *BLANK[3:]),
    "serial number alone": line(A="7"),
    "shared columns alone": line(E="新民社区", F="3栋"),
    "total": line(A="合计", B="2人"),
    "total with spaces": line(B="合　计", C="2"),
    "total under the name": line(A="3", B="总计"),
    "total with a colon": line(B="小计：2人"),
    "total of the page": line(A="本页小计", B="2"),
    "total of the block": line(B="3栋合计", C="12"),
    "total in words": line(B="共 1710 户 7353 人"),
    "number of people": line(A="总人数", B="7353"),
    "running total": line(A="累计", B="55", C="66"),
    "signatures": line(B="制表人：韦大山", C="审核人：王小利", F="填表日期：2024年3月1日"),
    "signature with a telephone": line(B="负责人（签字）：", I="电话：13800000001"),
    "seal": line(B="单位（公章）"),
    "seal alone": line(B="（盖章）"),
    "village committee": line(B="社区居委会（盖章）："),
    "date of signing": line(B="2024 年 3 月 1 日"),
    "date left open": line(B="年  月  日"),
    "remark": line(A="备注：本表一式两份"),
    "remark numbered": line(B="注1：姓名须与证件一致"),
    "instructions": line(A="填表说明", B="不得合并单元格"),
    "example by its serial": ("示例", *PERSON[1:]),
    "example in short": ("例", *PERSON[1:]),
    "example in brackets": ("（样例）", *PERSON[1:]),
    "example in the name": line(B="例：张三", C=NUMBER),
    "header again": HEADER,
    "header again, spelt otherwise": ("序号", "姓 名", "身份证号", *BLANK[3:]),
}


@pytest.mark.parametrize("aside", NO_ROWS.values(), ids=NO_ROWS.keys())
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_is_no_row(aside: tuple[str, ...], kind: str) -> None:
    lines = [HEADER, PERSON, aside, CHILD]
    assert rows(sheet(lines) if kind == "xlsx" else text(lines), "name") == [(2, "韦小花"), (4, "韦小明")]


ROWS = {
    "a name that looks like a total": line(B="何计", C=NUMBER),
    "nothing but a name": line(B="何计"),
    "a name and a wrong number": line(B="韦小花", C="123"),
    "a number without a name": line(C=NUMBER),
    "a number without a name under a total": line(A="合计", C=NUMBER),
    "a remark beside a person": (*PERSON[:8], "备注：外出"),
    "a person whose serial says total": ("小计", *PERSON[1:]),
    "a person of the family 共": line(B="共小花", C=NUMBER),
    "a person of the family 注": line(B="注小花", C=NUMBER),
    "a name that is a header's word": line(B="姓名", C=NUMBER),
}


@pytest.mark.parametrize("person", ROWS.values(), ids=ROWS.keys())
def test_is_a_row(person: tuple[str, ...]) -> None:
    assert [row for (row,) in rows(sheet([HEADER, PERSON, person]))] == [2, 3]


def test_a_line_merged_over_many_columns_is_a_title() -> None:
    lines = [HEADER, PERSON, line(B="第二部分 随迁人员"), CHILD]
    assert rows(sheet(lines, merges=[(2, 1, 2, 7)]), "name") == [(2, "韦小花"), (4, "韦小明")]


def test_a_title_printed_again_is_no_row() -> None:
    title = line(B="新民社区花名册")
    assert rows(text([title, HEADER, PERSON, title, HEADER, CHILD]), "name") == [(3, "韦小花"), (6, "韦小明")]


@pytest.mark.parametrize(
    "below",
    [
        ["", *map(str, range(1, 9))],
        [str(n) for n in range(1, 10)],
        ["", "必填", "必填", "选填", "必填", "", "", "必填", ""],
    ],
    ids=["numbers of columns", "numbers from the first column", "demands"],
)
def test_a_line_that_belongs_to_the_header_is_no_row(below: list[str]) -> None:
    assert rows(text([HEADER, below, PERSON]), "name") == [(3, "韦小花")]


def test_a_grouped_header_printed_again_is_no_row() -> None:
    groups = ["序号", "家庭成员", "", "与户主关系", "住房", "", "", "", "联系电话"]
    leaves = ["", "姓名", "身份证号", "", "安置点", "楼栋", "单元", "房号", ""]
    lines = [groups, leaves, PERSON, groups, leaves, CHILD]
    assert rows(text(lines), "name", "relation") == [(3, "韦小花", "户主"), (6, "韦小明", "子")]
