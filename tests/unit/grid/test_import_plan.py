"""What a file of cells asks for, and every error at its cell."""

from __future__ import annotations

import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.grid.cells.domain import Cell, Unit, faults_of_cells
from services.grid.imports.fields import CELLS
from services.grid.imports.plan import TEXTS, PlannedCell, Plans, merged, plans, unknown_units
from shared.imports.fields import CellFault, Severity, Table

CODE = "522731003012"
OTHER = "522731003013"
COMMUNITIES = {"新民社区": [CODE], "惠民社区": [OTHER], "同名社区": [CODE, OTHER], "远方社区": ["520100001001"]}
COLUMNS = tuple(field.name for field in CELLS.fields)
FIRST = 2
"""Row of the first line in the tests' files."""


def table(
    *lines: str, columns: str = "community code block unit head name estate", faults: tuple[CellFault, ...] = ()
) -> Table:
    """A file: in each line the cells, divided by blanks; `.` is a blank cell, and lines after `|` stand on the next sheet."""
    names = columns.split()
    rows, sheet, n = [], 0, FIRST - 1
    for line in lines:
        n += 1
        if line == "|":
            sheet, n = sheet + 1, FIRST - 1
            continue
        said = {name: "" if text == "." else text for name, text in zip(names, line.split(), strict=False)}
        rows.append({"sheet": sheet, "row": n} | {c: said.get(c, "") if c in names else None for c in COLUMNS})
    schema = {"sheet": pl.UInt16, "row": pl.UInt32} | dict.fromkeys(COLUMNS, pl.String)
    return Table(pl.DataFrame(rows, schema=schema), ("网格",), frozenset(names), (), faults)


def read(given: Table) -> tuple[Plans, list[CellFault]]:
    return plans(given, COMMUNITIES, lambda code: code.startswith("522731"))


def told(faults: list[CellFault]) -> list[tuple[int, str, str]]:
    """Row, column, code."""
    return sorted((fault.row, fault.column, fault.code) for fault in faults)


def units(cell: PlannedCell) -> list[str]:
    return sorted(f"{u.estate}/{u.block}/{u.unit}" for u in cell.units)


def test_cells_merged_down_or_left_blank_are_those_above() -> None:
    given = table(
        f"新民社区 {CODE}001 1栋 1单元 head-1 第一网格",
        ". . . 2单元",
        f". {CODE}002 2栋 1单元",
        ". . . 2单元 . 第二网格",
        ". . 3栋 1单元 head-2",
        f"惠民社区 {OTHER}001 1栋 1单元",
    )
    planned, faults = read(given)
    assert faults == []
    assert [(cell.code[-3:], cell.name, cell.head, units(cell)) for cell in planned[CODE]] == [
        ("001", "第一网格", "head-1", ["1/1/1", "1/1/2"]),
        ("002", "第二网格", "head-2", ["1/2/1", "1/2/2", "1/3/1"]),
    ]
    assert [(cell.code, cell.name, cell.head, units(cell)) for cell in planned[OTHER]] == [
        (f"{OTHER}001", None, None, ["1/1/1"])
    ]


@pytest.mark.parametrize(
    "block", ["3", "3栋", "3号楼", "3幢", "三栋", "３栋", "03栋", "第3栋", "3栋2单元", "3栋-2单元"]
)
@pytest.mark.parametrize("unit", ["2", "2单元", "二单元", "２", "2门", "第二单元"])
def test_blocks_and_units_are_read_as_people_write_them(block: str, unit: str) -> None:
    planned, faults = read(table(f"{CODE} {CODE}001 {block} {unit}"))
    assert (faults, units(planned[CODE][0])) == ([], ["1/3/2"])


def test_a_block_cell_may_hold_the_unit_and_an_estate_the_parts_below_begin_anew() -> None:
    planned, faults = read(
        table(
            f"新民社区 {CODE}001 一期 1栋2单元 .",
            ". . 二期 1栋 1",
            ". . 三期 . 1",
            columns="community code estate block unit",
        )
    )
    assert told(faults) == [(2, "code", "cell-held-back"), (3, "code", "cell-held-back"), (4, "block", "required")]
    assert planned == {}


def test_the_same_code_may_come_back_further_down_and_a_row_may_stand_twice() -> None:
    planned, faults = read(
        table(
            f"新民社区 {CODE}001 1 1", f". {CODE}002 2 1", f". {CODE}001 1 2", f". {CODE}001 1 2", f". {CODE}00201 3 1"
        )
    )
    assert faults == []
    assert [(cell.code[12:], units(cell)) for cell in planned[CODE]] == [
        ("001", ["1/1/1", "1/1/2"]),
        ("002", ["1/2/1"]),
        ("00201", ["1/3/1"]),
    ]


ROW_2 = f"新民社区 {CODE}009 9 9"
WRONG = [
    (f". {CODE}001 1 1", "community", "required"),
    (f"无名社区 {CODE}001 1 1", "community", "community-unknown"),
    (f"同名社区 {CODE}001 1 1", "community", "community-ambiguous"),
    ("远方社区 520100001001001 1 1", "community", "community-unknown"),
    ("520100001001 520100001001001 1 1", "community", "community-outside"),
    (f"52273100301 {CODE}001 1 1", "community", "community-code-format"),
    ("新民社区 . 1 1", "code", "required"),
    (f"新民社区 {CODE}01 1 1", "code", "cell-code-format"),
    (f"新民社区 {CODE}0011 1 1", "code", "cell-code-format"),
    (f"新民社区 {CODE}00A 1 1", "code", "cell-code-format"),
    (f"新民社区 {OTHER}001 1 1", "code", "cell-outside-community"),
    (f"新民社区 {CODE}001 . 1", "block", "required"),
    (f"新民社区 {CODE}001 1 .", "unit", "required"),
    (f"新民社区 {CODE}001 1 -", "unit", "required"),
    (f"新民社区 {CODE}001 1 1-4单元", "unit", "one-row-each"),
    (f"新民社区 {CODE}001 1至3栋 1", "block", "one-row-each"),
    (f"新民社区 {CODE}001 1 1、2单元", "unit", "one-row-each"),
    (f"新民社区 {CODE}001 1 一单元和二单元", "unit", "one-row-each"),
    (f"新民社区 {CODE}001 1 1;2", "unit", "part-format"),
    (f"新民社区 {CODE}001 1栋2单元 1", "block", "parts-contradict"),
    (f"新民社区 {CODE}001 1 1 张三", "head", "account-format"),
    (f"新民社区 {CODE}001 1 1 . <b>", "name", "name-characters"),
    (f"新民社区 {CODE}001 1 {'长' * 17}", "unit", "part-too-long"),
]


@pytest.mark.parametrize(("line", "column", "code"), WRONG)
def test_what_is_wrong_is_named_at_its_cell_in_both_languages(line: str, column: str, code: str) -> None:
    planned, faults = read(table(line))
    assert planned == {}
    assert told(faults) == [(2, column, code)]
    (fault,) = faults
    assert fault.severity is Severity.ERROR
    assert fault.en
    assert any("一" <= c <= "鿿" for c in fault.zh)
    text = dict(zip(["community", "code", "block", "unit", "head", "name"], line.split(), strict=False))[column]
    assert fault.value == (None if text == "." else text)


@pytest.mark.parametrize(("line", "column", "code"), WRONG)
def test_an_error_keeps_its_cell_out_and_no_other(line: str, column: str, code: str) -> None:
    good = f"{CODE} {CODE}008 8"
    planned, faults = read(table(f"{good} 1", f"{good} 2", "|", line, ". . . 7", "|", f"惠民社区 {OTHER}008 8 1"))
    assert [cell.code for cells in planned.values() for cell in cells] == [f"{CODE}008", f"{OTHER}008"]
    assert {fault.sheet for fault in faults} == {1}
    assert (2, column, code) in told(faults)
    assert {fault.row for fault in faults} == {2, 3}  # the row below goes with it, or is as wrong


def test_rows_that_do_not_go_with_rows_above_are_the_errors() -> None:
    planned, faults = read(
        table(
            f"新民社区 {CODE}001 1 1 head-1 一网格",
            f". {CODE}002 1 1 head-2 二网格",
            f". {CODE}002 2 1 head-2 二网格",
            f". {CODE}003 3 1 head-3 三网格",
            f". {CODE}003 3 2 head-4 三网格",
            f". {CODE}004 4 1 head-3 四网格",
            f". {CODE}004 4 2 head-3 五网格",
        )
    )
    assert [cell.code[-3:] for cell in planned[CODE]] == ["001"]
    held = [(row, "code", "cell-held-back") for row in (4, 5, 7)]
    assert told(faults) == sorted(
        [
            (3, "unit", "unit-in-two-cells"),
            (6, "head", "cell-with-two-heads"),
            (8, "name", "cell-with-two-names"),
            *held,
        ]
    )


def test_what_reading_found_is_an_error_once_and_not_filled_from_above() -> None:
    lost = CellFault(0, 3, "code", "number-lost-digits", Severity.ERROR, "lost", "丢失", "5.2E+16")
    planned, faults = read(
        table(f"新民社区 {CODE}001 1 1", ". 5.22731003012E+16 2 1", ". . . 2", f". {CODE}002 3 1", faults=(lost,))
    )
    assert [cell.code[-3:] for cell in planned[CODE]] == ["001", "002"]
    assert told(faults) == [(3, "code", "number-lost-digits"), (4, "code", "cell-held-back")]


def test_nobody_may_be_said_for_a_head() -> None:
    planned, _ = read(table(f"新民社区 {CODE}001 1 1 无", f". {CODE}002 2 1 -"))
    assert [cell.head for cell in planned[CODE]] == ["", None]


STANDING = [
    Cell(f"{CODE}001", "一网格", "head-1", (Unit("1", "1", "1"), Unit("1", "1", "2"))),
    Cell(f"{CODE}002", "二网格", "head-2", (Unit("1", "2", "1"),)),
]


def planned_cell(sequence: str, *where: str, name: str | None = None, head: str | None = None) -> PlannedCell:
    found = tuple(Unit("1", *unit.split("-")) for unit in where)
    return PlannedCell(CODE + sequence, name, head, found, tuple((0, n) for n in range(len(where))))


def test_cells_that_are_not_named_stay_and_what_is_not_said_stays() -> None:
    after = merged(STANDING, [planned_cell("002", "2-2", "2-1")])
    assert after == [STANDING[0], Cell(f"{CODE}002", "二网格", "head-2", (Unit("1", "2", "1"), Unit("1", "2", "2")))]


def test_a_new_cell_is_called_by_its_number_until_it_has_a_name() -> None:
    (*_, new, micro) = merged(STANDING, [planned_cell("003", "3-1"), planned_cell("00301", "4-1", name="微网格")])
    assert (new.name, new.head, micro.name) == ("003网格", None, "微网格")


def test_a_unit_taken_over_moves_and_an_emptied_cell_is_no_more() -> None:
    after = merged(STANDING, [planned_cell("001", "1-1", "2-1", head="")])
    assert after == [Cell(f"{CODE}001", "一网格", None, (Unit("1", "1", "1"), Unit("1", "2", "1")))]


def test_a_unit_the_registry_has_not_told_of_is_a_warning() -> None:
    cell = planned_cell("001", "1-1", "7-7")
    (warning,) = unknown_units([cell], {Unit("1", "1", "1")})
    assert (warning.row, warning.column, warning.code, warning.severity) == (
        1,
        "unit",
        "unit-unknown",
        Severity.WARNING,
    )


PLAN = st.dictionaries(
    st.tuples(st.sampled_from("12"), st.sampled_from("1234"), st.sampled_from("123")),
    st.sampled_from(["001", "002", "00301"]),
)


@given(PLAN, PLAN, st.randoms(use_true_random=False))
def test_any_file_leaves_cells_in_order_with_just_its_units_and_again_changes_nothing(
    before: dict[tuple[str, str, str], str], asked: dict[tuple[str, str, str], str], rng: random.Random
) -> None:
    def of(plan: dict[tuple[str, str, str], str]) -> Plans:
        lines = [f"{CODE} {CODE}{cell} {estate} {block}栋 {unit}单元" for (estate, block, unit), cell in plan.items()]
        rng.shuffle(lines)
        planned, faults = read(table(*lines, columns="community code estate block unit"))
        assert faults == []
        return planned

    first, second = of(before).get(CODE, []), of(asked).get(CODE, [])
    standing = merged([], first)
    after = merged(standing, second)
    assert faults_of_cells(CODE, after) == []
    expected = {unit: cell for unit, cell in before.items() if cell not in asked.values()} | asked
    assert {(u.estate, u.block, u.unit): c.code[12:] for c in after for u in c.units} == expected
    assert merged(after, second) == after


def test_every_text_says_the_next_step_or_the_fact_in_both_languages() -> None:
    assert all(en and zh and en != zh for en, zh in TEXTS.values())
