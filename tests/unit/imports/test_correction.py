"""The correction file: the caller's sheets where they stood, bad cells coloured and explained, safe to open, the same when read again."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook
from xlsxwriter import Workbook

from shared.imports import correction
from shared.imports.fields import CellFault, Severity
from shared.imports.files import sniff
from shared.imports.headers import REASONS
from shared.imports.table import sheets_of
from tests.unit.imports.books import CHILD, HEADER, LIMIT, NUMBER, PERSON, SHAPE, made, read, sheet, text

NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RED, YELLOW = "FFF8B4B4", "FFFFF2A8"


def fault(row: int, column: str, *, severity: Severity = Severity.ERROR, on: int = 0) -> CellFault:
    return CellFault(on, row, column, "wrong", severity, f"wrong {column}", f"{column} 有误")


def corrected(data: bytes | str, *faults: CellFault) -> bytes:
    plain = data.encode() if isinstance(data, str) else data
    out = io.BytesIO()
    correction.write(sheets_of(plain, sniff(plain, LIMIT), SHAPE), SHAPE, faults, out)
    return out.getvalue()


def cells(data: bytes, index: int = 0) -> list[list[Any]]:
    return load_workbook(io.BytesIO(data)).get_sheet_by_index(index).to_python(skip_empty_area=False)


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def look(data: bytes, place: str) -> ElementTree.Element:
    """The cell format of a cell of the first sheet."""
    styles = ElementTree.fromstring(part(data, "xl/styles.xml"))
    cell = ElementTree.fromstring(part(data, "xl/worksheets/sheet1.xml")).find(f".//{NS}c[@r='{place}']")
    assert cell is not None
    formats = styles.find(f"{NS}cellXfs")
    assert formats is not None
    return formats[int(cell.get("s", "0"))]


def colour(data: bytes, place: str) -> str | None:
    styles = ElementTree.fromstring(part(data, "xl/styles.xml"))
    fills = styles.find(f"{NS}fills")
    assert fills is not None
    shade = fills[int(look(data, place).get("fillId", "0"))].find(f".//{NS}fgColor")
    return None if shade is None else shade.get("rgb")


def notes(data: bytes) -> dict[str, str]:
    told = ElementTree.fromstring(part(data, "xl/comments1.xml"))
    return {str(note.get("ref")): "".join(note.itertext()) for note in told.iter(f"{NS}comment")}


TITLE = ["新民社区花名册"]
ROSTER = sheet([TITLE, HEADER, PERSON, [], CHILD], merges=[(0, 0, 0, 8)])


def test_sheets_stand_as_they_stood_with_the_reasons_beside() -> None:
    data = corrected(ROSTER, fault(3, "id_number"), fault(5, "name"), fault(5, "room", severity=Severity.WARNING))
    said = cells(data)
    assert [line[:9] for line in said] == [line[:9] for line in cells(ROSTER)]
    assert [line[9] for line in said] == [
        "",
        REASONS,
        "身份证号：id_number 有误 / wrong id_number",
        "",
        "姓名：name 有误 / wrong name\n房号：room 有误 / wrong room",
    ]
    assert load_workbook(io.BytesIO(data)).get_sheet_by_index(0).merged_cell_ranges == [((0, 0), (0, 8))]


def test_bad_cells_are_coloured_and_explained_in_a_note() -> None:
    data = corrected(ROSTER, fault(3, "id_number"), fault(5, "room", severity=Severity.WARNING), fault(5, "phone"))
    assert [colour(data, place) for place in ("C3", "H5", "I5", "B3")] == [RED, YELLOW, RED, None]
    assert notes(data) == {
        "C3": "id_number 有误\nwrong id_number",
        "H5": "room 有误\nwrong room",
        "I5": "phone 有误\nwrong phone",
    }


def test_an_error_outshines_a_warning_of_the_same_cell() -> None:
    data = corrected(ROSTER, fault(3, "name", severity=Severity.WARNING), fault(3, "name"))
    assert colour(data, "B3") == RED


def test_a_fault_without_a_cell_colours_its_reason() -> None:
    data = corrected(ROSTER, fault(3, "head"), fault(5, "name"))
    assert [colour(data, place) for place in ("J3", "J5")] == [RED, None]


def test_a_fault_of_a_covered_cell_colours_the_cell_that_shows() -> None:
    lines = [HEADER, PERSON, [*CHILD[:4], *[""] * 5]]
    data = corrected(sheet(lines, merges=[(1, n, 2, n) for n in range(4, 8)]), fault(3, "room"))
    assert colour(data, "H2") == RED
    assert cells(data)[2][9].startswith("房号")


def test_cells_stand_where_they_stood_when_the_sheet_begins_elsewhere() -> None:
    data = corrected(sheet([HEADER, PERSON], at=(4, 2)), fault(6, "name"))
    assert colour(data, "D6") == RED
    assert cells(data)[4][11] == REASONS


def test_the_header_is_frozen_and_filters() -> None:
    xml = part(corrected(ROSTER, fault(3, "name")), "xl/worksheets/sheet1.xml")
    assert '<autoFilter ref="A2:J5"/>' in xml
    assert 'ySplit="2"' in xml


HOSTILE = [
    "=cmd|'/C calc'!A0",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("http://x.invalid")',
    "http://x.invalid",
    "<script>x</script>",
]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_nothing_in_it_is_calculated_followed_or_hidden(kind: str) -> None:
    lines = [[*HEADER, "备注"], *([*PERSON, said] for said in HOSTILE), [*PERSON, "\u202e=1\x01\x7f\u200b"]]
    data = corrected(text_sheet(lines) if kind == "xlsx" else text(lines), fault(2, "name"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        whole = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "<f>" not in whole
    assert "<hyperlink " not in whole
    assert not re.search("[\u202e\x01\x7f\u200b]", whole)
    assert [line[9] for line in cells(data)[1:]] == [*HOSTILE, "=1"]
    assert [look(data, f"J{n}").get("quotePrefix") for n in range(2, 11)] == ["1"] * 6 + [None, None, "1"]


def text_sheet(lines: Sequence[Sequence[str]]) -> bytes:
    """A workbook that holds every value as text."""

    def fill(book: Workbook) -> None:
        own = book.add_worksheet()
        for row, line in enumerate(lines):
            for column, said in enumerate(line):
                own.write_string(row, column, said)

    return made(fill)


def test_long_numbers_are_text_and_stay_so_when_typed_over() -> None:
    data = corrected(ROSTER, fault(3, "name"))
    assert cells(data)[2][2] == NUMBER
    assert look(data, "C3").get("numFmtId") == "49"


def test_what_has_lost_its_digits_is_told_again() -> None:
    lost = sheet([HEADER, [*PERSON[:2], 522799190001010038, *PERSON[3:]]])
    again = read(corrected(lost, *read(lost).faults))
    assert [one.code for one in again.faults] == ["number-lost-digits"]


def test_what_reading_tells_is_told_again() -> None:
    said = text([HEADER, [*PERSON[:3], "=A1", "#REF!", *PERSON[5:]], PERSON])
    first = read(said)
    assert read(corrected(said, *first.faults)).faults == first.faults
    assert len(first.faults) == 2


def test_a_correction_of_a_correction_has_one_column_of_reasons() -> None:
    once = corrected(ROSTER, fault(3, "id_number"))
    twice = corrected(once, fault(5, "name"))
    assert cells(twice)[1].count(REASONS) == 1
    assert [line[9] for line in cells(twice)[2:]] == ["", "", "姓名：name 有误 / wrong name"]
    assert read(twice).ignored == ()


def test_only_visible_sheets_are_in_it_and_keep_their_order() -> None:
    def fill(book: Workbook) -> None:
        for name in ("填表说明", "作废", "3栋", "代码"):
            own = book.add_worksheet(name)
            own.write_row(0, 0, HEADER if name in ("作废", "3栋") else ["说明"])
            own.write_row(1, 0, PERSON if name in ("作废", "3栋") else [])
            if name == "作废":
                own.hide()

    data = corrected(made(fill), fault(2, "name", on=1))
    assert load_workbook(io.BytesIO(data)).sheet_names == ["填表说明", "3栋", "代码"]
    assert cells(data, 0) == [["说明"]]
    assert cells(data, 1)[0][9] == REASONS
    assert read(data).frame.equals(read(made(fill)).frame)


def test_names_of_sheets_are_made_legal_and_told_apart() -> None:
    names = ["", "a/b", "a_b", "A_B", "History", "x" * 40, "x" * 31, "'q'", "Sheet1"]
    legal = list(correction.legal_names(names))
    assert len({name.lower() for name in legal}) == len(names)
    assert all(0 < len(name) <= 31 and not set("[]:*?/\\") & set(name) for name in legal)


def test_a_grouped_header_keeps_its_column_of_reasons_apart() -> None:
    groups = ["序号", "家庭成员", "", "与户主关系", "住房", "", "", "", "联系电话"]
    leaves = ["", "姓名", "身份证号", "", "安置点", "楼栋", "单元", "房号", "手机"]
    first = text([groups, leaves, PERSON])
    again = corrected(corrected(first, fault(3, "name")), fault(3, "name"))
    assert cells(again)[1].count(REASONS) == 1
    assert read(again).ignored == read(first).ignored
    assert read(again).frame.equals(read(first).frame)


def test_a_sheet_with_very_many_faults_has_notes_for_the_first() -> None:
    lines = [HEADER, *([str(n), *PERSON[1:]] for n in range(correction.MOST_NOTES + 5))]
    data = corrected(text(lines), *(fault(row, "name") for row in range(2, len(lines) + 1)))
    assert len(notes(data)) == correction.MOST_NOTES
    assert cells(data)[-1][9].startswith("姓名")


CELL = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "",
            "合计",
            "示例",
            "=A1",
            "'=1",
            "#N/A",
            "5.2E+17",
            NUMBER,
            "注：",
            "_x0041_",
            "\r\n",
            "\u202ex",
            "e\u200b\u0301",
        ]
    ),
    st.integers(0, 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
LINES = st.lists(st.lists(CELL, min_size=9, max_size=11), max_size=5)


@settings(max_examples=60)
@given(
    above=st.lists(st.lists(st.text(max_size=4), max_size=3), max_size=2),
    below=LINES,
    at=st.tuples(st.integers(0, 3), st.integers(0, 3)),
)
def test_read_again_a_workbook_says_the_same(
    above: list[list[str]], below: list[list[Any]], at: tuple[int, int]
) -> None:
    def fill(book: Workbook) -> None:
        own = book.add_worksheet()
        for row, line in enumerate([*above, HEADER, PERSON, *below, CHILD]):
            for column, value in enumerate(line):
                write = own.write_string if isinstance(value, str) else own.write
                write(row + at[0], column + at[1], value)
        own.merge_range(len(above) + at[0] + 1, 5 + at[1], len(above) + at[0] + 1 + len(below) + 1, 5 + at[1], "3栋")

    _same(made(fill))


@settings(max_examples=60)
@given(
    lines=st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='",'), max_size=6), max_size=9
        ),
        max_size=5,
    )
)
def test_read_again_a_csv_file_says_the_same(lines: list[list[str]]) -> None:
    _same(text([HEADER, PERSON, *lines]).encode())


def _same(data: bytes) -> None:
    first = read(data)
    again = read(corrected(data, *first.faults))
    assert again.frame.equals(first.frame, null_equal=True)
    assert [(one.row, one.column, one.code) for one in again.faults] == [
        (one.row, one.column, one.code) for one in first.faults
    ]
    assert again.ignored == first.ignored
