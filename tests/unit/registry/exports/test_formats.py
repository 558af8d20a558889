"""Files of lists: nothing in them is calculated or rounded, and what went in comes out."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import load_workbook

from services.registry.codes.domain import Label
from services.registry.exports.columns import Column
from services.registry.exports.domain import Format, Kind
from services.registry.exports.formats import Look, dump, frame_of, load, write
from shared.imports.files import Xlsx, sniff
from shared.imports.texts import cleaned

MADE_AT = datetime(2026, 11, 29, tzinfo=UTC)
LABELS = {"1": Label("男", "male"), "2": Label("女", "female")}


def column(name: str, kind: Kind = Kind.TEXT, **more: Any) -> Column:
    return Column(name, Label(f"{name}列", name), kind, lambda shown: None, **more)


ALL = (
    column("name"),
    column("number", digits=True),
    column("sex", Kind.CODE, labels=LABELS),
    column("tags", Kind.CODES, labels=LABELS),
    column("born", Kind.DAY),
    column("floor", Kind.NUMBER),
    column("area", Kind.DECIMAL),
    column("poor", Kind.FLAG),
)
ROW = ["李小花", "522799198003150013", "1", "1 2 9", date(1980, 3, 15), -1, Decimal("80.50"), True]


def file_of(form: Format, columns: tuple[Column, ...], *chunks: list[list[Any]], language: str = "en") -> bytes:
    out = io.BytesIO()
    look = Look(columns, language, "人员名册", sum(map(len, chunks)), MADE_AT)
    write(form, look, (load(dump(frame_of(columns, rows))) for rows in chunks), out)
    return out.getvalue()


def csv_cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def sheet_of(data: bytes) -> list[list[Any]]:
    rows: list[list[Any]] = load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    return rows


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "\x1f=", "＝", "＋", "－", "＠", " ="])
def test_a_cell_that_a_spreadsheet_would_calculate_is_text(begin: str) -> None:
    data = file_of(Format.CSV, (column("name"),), [[f"{begin}cmd|' /C calc'!A0"]])
    assert csv_cells(data)[1] == [f"'{begin}cmd|' /C calc'!A0"]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_no_cell_of_a_csv_begins_as_a_formula(text: str) -> None:
    (cell,) = csv_cells(file_of(Format.CSV, (column("name"),), [[text]]))[1]
    assert cell.lstrip()[:1] not in set("=+-@＝＋－＠")
    assert cell.removeprefix("'") == text or cell == text


def test_a_long_number_keeps_its_digits_and_comes_in_again() -> None:
    (cell,) = csv_cells(file_of(Format.CSV, (column("number", digits=True),), [["522799198003150013"]]))[1]
    assert cell == "'522799198003150013"
    assert pl.select(cleaned(pl.lit(cell))).item() == "522799198003150013"


def test_people_read_words_in_their_language() -> None:
    head, row = csv_cells(file_of(Format.CSV, ALL, [ROW], language="zh"))
    assert head == [
        "name列",
        "number列",
        "sex列",
        "sex列代码",
        "tags列",
        "tags列代码",
        "born列",
        "floor列",
        "area列",
        "poor列",
    ]
    assert row[2:] == ["男", "1", "男、女、9", "1 2 9", "1980-03-15", "-1", "80.50", "是"]
    head, row = csv_cells(file_of(Format.CSV, ALL, [ROW]))
    assert head[2:4] == ["sex", "sex (code)"]
    assert (row[2], row[4], row[-1]) == ("male", "male, female, 9", "yes")


def test_a_workbook_has_texts_numbers_and_days() -> None:
    old = [*ROW[:4], date(1900, 1, 1), *ROW[5:]]
    rows = sheet_of(file_of(Format.XLSX, ALL, [ROW], [old, [None] * 8]))
    assert rows[1] == ["李小花", ROW[1], "male", "1", "male, female, 9", "1 2 9", date(1980, 3, 15), -1, 80.5, "yes"]
    assert rows[2][6] == "1900-01-01", "calendars of spreadsheets are off by one before March 1900"
    assert len(rows) == 3 or rows[3] == [""] * 10


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20), min_size=1, max_size=5)
)
def test_any_text_comes_out_of_a_workbook_as_it_went_in(texts: list[str]) -> None:
    kept = [text for text in texts if not set(text) & {"\ufffe", "\uffff"}]
    data = file_of(Format.XLSX, (column("a"), column("b")), *[[[text, "x"]] for text in kept])
    assert [row[0] for row in sheet_of(data)[1:]] == kept


def test_a_workbook_is_one_that_an_import_takes() -> None:
    assert sniff(file_of(Format.XLSX, ALL, [ROW] * 50), 2**20) == Xlsx()


def test_parquet_has_types() -> None:
    frame = pl.read_parquet(io.BytesIO(file_of(Format.PARQUET, ALL, [ROW], [[None] * 8])))
    assert frame.columns == [
        "name",
        "number",
        "sex",
        "sex_label",
        "tags",
        "tags_label",
        "born",
        "floor",
        "area",
        "poor",
    ]
    assert frame.dtypes[-4:] == [pl.Date(), pl.Int32(), pl.Decimal(12, 2), pl.Boolean()]
    assert frame.row(0) == ("李小花", ROW[1], "1", "male", "1 2 9", "male, female, 9", *ROW[4:])
    assert frame.row(1) == (None,) * 10


@pytest.mark.parametrize("form", Format)
def test_however_the_rows_come_the_file_is_the_same(form: Format) -> None:
    assert file_of(form, ALL, [ROW, ROW], [ROW]) == file_of(form, ALL, [ROW], [ROW, ROW])
    assert file_of(form, ALL), "nobody: a header alone"
