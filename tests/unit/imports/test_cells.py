"""Values as files hold them: cleaned, or told why they cannot be taken."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from xlsxwriter import Workbook

from shared.imports.fields import Severity
from shared.imports.texts import clean_lines
from tests.unit.imports.books import CHILD, HEADER, NUMBER, PERSON, changed, made, read, rows, sheet, text

CLEANED = {
    "as it is": ("韦小花", "韦小花"),
    "spaces": ("  韦 \u3000\u00a0 小花\u2003", "韦 小花"),
    "lines and tabs": ("韦\r\n小\t花\u2028x", "韦 小 花 x"),
    "full width": ("５２２７９９（Ｘ）", "522799(X)"),
    "apostrophe": ("'522799", "522799"),
    "typographic apostrophe": ("’ 522799", "522799"),
    "text formula": (f'="{NUMBER}"', NUMBER),
    "zero width": ("韦\u200b小\u200d花\ufeff", "韦小花"),
    "direction": ("\u202e花小韦\u202c\u200f\u2066x\u2069", "花小韦x"),
    "soft hyphen and filler": ("韦\u00ad小\u3164花\u2800", "韦小花"),
    "control characters": ("韦\x00\x07小\x1b花\x7f\x9f", "韦小花"),
    "not a character": ("韦\ufdd0小\U0001ffff花", "韦小花"),
    "form of a Han character": ("邊\U000e0101", "邊\U000e0101"),
    "form of nothing": ("A\ufe0f\U000e0101", "A"),
    "script": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "name of 200 characters": ("阿" * 200, "阿" * 200),
    "middle dot": ("阿依古丽·买买提", "阿依古丽·买买提"),
    "escape as text": ("_x0041_", "_x0041_"),
    "plus": ("+8613800000001", "+8613800000001"),
    "at": ("@SUM(1)", "@SUM(1)"),
}


@pytest.mark.parametrize(("written", "said"), CLEANED.values(), ids=CLEANED.keys())
@pytest.mark.parametrize("kind", ["cell", "text"])
def test_cleans(written: str, said: str, kind: str) -> None:
    assert clean_lines([[written]]) == [[said]]
    if kind == "cell":
        assert rows(sheet_with(written), "relation") == [(2, said)]


def sheet_with(value: Any, **look: Any) -> bytes:
    """A sheet whose 与户主关系 is written by XlsxWriter as a value of its type."""

    def fill(book: Workbook) -> None:
        own = book.add_worksheet()
        own.write_row(0, 0, HEADER)
        own.write_row(1, 0, PERSON)
        form = book.add_format(look) if look else None
        if isinstance(value, str):
            own.write_string(1, 3, value, form)
        else:
            own.write(1, 3, value, form)

    return made(fill)


@given(st.text(max_size=20))
@example("'=\"'x\"")
@example("A\u200b\u0301")
def test_what_is_cleaned_shows_nothing_unseen(written: str) -> None:
    [[said]] = clean_lines([[written]])
    assert said == said.strip()
    assert not {"\n", "\t", "\x00", "\u202e", "\u200b", "\ufeff", "\u3164"} & set(said)
    assert "  " not in said


VALUES = {
    "whole number": (3, {}, "3"),
    "number with a fraction": (64.35, {}, "64.35"),
    "sum of fractions": (0.1 + 0.2, {}, "0.3"),
    "small number": (0.00001, {}, "0.00001"),
    "number in a look that is no date": (302, {"num_format": '0"室"'}, "302"),
    "long number": (13800000001, {}, "13800000001"),
    "true": (True, {}, "是"),
    "false": (False, {}, "否"),
    "date": (date(2020, 1, 2), {"num_format": "yyyy-mm-dd"}, "2020-01-02"),
    "date in Chinese": (date(2020, 1, 2), {"num_format": 'yyyy"年"m"月"d"日"'}, "2020-01-02"),
    "date with time": (
        datetime.fromisoformat("2020-01-02 03:04"),
        {"num_format": "yyyy-mm-dd hh:mm"},
        "2020-01-02 03:04:00",
    ),
    "time": (time(8, 30), {"num_format": "hh:mm"}, "08:30:00"),
    "hours": (timedelta(hours=30, minutes=5), {"num_format": "[h]:mm"}, "30:05:00"),
}


@pytest.mark.parametrize(("value", "look", "said"), VALUES.values(), ids=VALUES.keys())
def test_says_values_as_text(value: Any, look: dict[str, str], said: str) -> None:
    assert rows(sheet_with(value, **look), "relation") == [(2, said)]


def only_fault(data: bytes | str) -> tuple[Any, ...]:
    table = read(data)
    [fault] = table.faults
    assert fault.severity is Severity.ERROR
    assert fault.en
    assert fault.zh
    cell = table.frame.filter(row=fault.row)[fault.column].item()
    assert cell == ""
    return fault.row, fault.column, fault.code, fault.value


@pytest.mark.parametrize("number", [522799190001010038, 522799190001010000, 6222021234567890])
def test_a_long_number_held_as_a_number_has_lost_its_digits(number: int) -> None:
    row, column, code, value = only_fault(sheet([HEADER, [*PERSON[:2], number, *PERSON[3:]]]))
    assert (row, column, code) == (2, "id_number", "number-lost-digits")
    assert value is not None
    assert "22799190001" not in value


@pytest.mark.parametrize("number", ["5.22799E+17", "5.22799190001010E+17", "5.22799e17"])
def test_a_long_number_in_scientific_notation_has_lost_its_digits(number: str) -> None:
    data = text([HEADER, [*PERSON[:2], number, *PERSON[3:]]])
    assert only_fault(data)[:3] == (2, "id_number", "number-lost-digits")


def test_a_telephone_held_as_a_number_is_whole() -> None:
    table = read(sheet([HEADER, [*PERSON[:8], 13800000001]]))
    assert (table.frame["phone"].to_list(), table.faults) == (["13800000001"], ())


def formulas(book: Workbook) -> None:
    own = book.add_worksheet()
    own.write_row(0, 0, [*HEADER, "年龄"])
    own.write_row(1, 0, PERSON)
    own.write_formula(1, 1, '="韦"&"小花"', None, "韦小花")
    own.write_formula(1, 3, '=IF(A2="","",A2)', None, "空")
    own.write_formula(1, 5, "=A2", None, 77)
    own.write_formula(1, 9, "=1/0", None, "#DIV/0!")


def test_a_formula_counts_by_its_value() -> None:
    table = read(made(formulas))
    assert table.frame.select("name", "block").rows() == [("韦小花", "77")]
    assert table.faults == ()


FORMULA_CELLS = {
    "no value": (lambda part: part.replace(b"<v>77</v>", b""), "formula-without-value", None),
    "empty value": (lambda part: part.replace(b"<v>77</v>", b"<v></v>"), "formula-without-value", None),
    "empty value in short": (lambda part: part.replace(b"<v>77</v>", b"<v/>"), "formula-without-value", None),
    "shared": (
        lambda part: part.replace(b"<f>A2</f><v>77</v>", b'<f t="shared" si="0"/>'),
        "formula-without-value",
        None,
    ),
    "error": (
        lambda part: part.replace(b'r="F2"', b'r="F2" t="e"').replace(b"<v>77</v>", b"<v>#REF!</v>"),
        "cell-error",
        "#REF!",
    ),
    "error in single quotes": (
        lambda part: part.replace(b'<c r="F2"', b"<c r='F2' t='e'").replace(b"<v>77</v>", b"<v>#N/A</v>"),
        "cell-error",
        "#N/A",
    ),
}


@pytest.mark.parametrize(("change", "code", "value"), FORMULA_CELLS.values(), ids=FORMULA_CELLS.keys())
def test_a_formula_without_a_value_is_told(change: Any, code: str, value: str | None) -> None:
    data = changed(made(formulas), {"xl/worksheets/sheet1.xml": change})
    assert only_fault(data) == (2, "block", code, value)


def test_a_formula_whose_value_is_blank_is_blank() -> None:
    data = changed(
        made(formulas), {"xl/worksheets/sheet1.xml": lambda part: part.replace("<v>空</v>".encode(), b"<v></v>")}
    )
    table = read(data)
    assert (table.frame["relation"].to_list(), table.faults) == ([""], ())


@pytest.mark.parametrize("said", ["=SUM(A1)", "=cmd|'/C calc'!A0", "'=1+1", "＝1+1"])
def test_text_that_is_a_formula_is_told(said: str) -> None:
    assert only_fault(text([HEADER, [*PERSON[:3], said, *PERSON[4:]]])) == (
        2,
        "relation",
        "formula-without-value",
        None,
    )


@pytest.mark.parametrize("said", ["#REF!", "#DIV/0!", "#N/A", "#NAME?", "#VALUE!", "Err:502"])
def test_text_that_is_an_error_is_told(said: str) -> None:
    assert only_fault(text([HEADER, [*PERSON[:3], said, *PERSON[4:]]])) == (2, "relation", "cell-error", said)


def test_faults_of_columns_that_nobody_reads_are_not_told() -> None:
    assert read(text([[*HEADER, "爱好"], [*PERSON, "#REF!"]])).faults == ()


def test_cells_merged_down_count_for_every_row() -> None:
    lines = [HEADER, PERSON, [*CHILD[:4], "", "", "", "", ""], ["3", "韦小宝", NUMBER, "子", "", "", "", "", ""]]
    merges = [(1, column, 3, column) for column in range(4, 8)]
    said = rows(sheet(lines, at=(2, 1), merges=merges), "name", "site", "block", "room", "phone")
    assert said == [
        (4, "韦小花", "新民社区", "3栋", "302", "13800000001"),
        (5, "韦小明", "新民社区", "3栋", "302", ""),
        (6, "韦小宝", "新民社区", "3栋", "302", ""),
    ]


def test_a_name_merged_down_is_that_of_the_first_row() -> None:
    lines = [HEADER, PERSON, ["", "", "", "", "", "", "", "", "13800000002"], CHILD]
    merges = [(1, column, 2, column) for column in range(8)]
    assert rows(sheet(lines, merges=merges), "name") == [(2, "韦小花"), (4, "韦小明")]


def test_a_fault_merged_down_is_one_of_every_row() -> None:
    lines = [HEADER, [*PERSON[:5], "#REF!", *PERSON[6:]], [*CHILD[:5], "", *CHILD[6:]]]
    faults = read(sheet(lines, merges=[(1, 5, 2, 5)])).faults
    assert [(fault.row, fault.code) for fault in faults] == [(2, "cell-error"), (3, "cell-error")]
