"""The visible sheets of a file as text, cell by cell where they stand; cleaned of nothing yet."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import polars as pl
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from shared.imports import delimited, workbook
from shared.imports.delimited import Csv
from shared.imports.files import Kind
from shared.imports.refusals import FileRefused
from shared.imports.workbook import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Mark

_EXACT = 10**15
"""Spreadsheet programs hold 15 digits of a number."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells shown as one. Lines and columns of a Grid, both ends belong to it."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A visible sheet. `cells`: a text column "0", "1", … per column, a line per row, "" where blank. `first_row`: the row of line 0 as a
    spreadsheet program shows it, from 1; `first_column`: that of column 0, from 0.

    A number of more digits than are held is in scientific notation, an error value stands as its text (#REF!), a formula without a
    value as the formula (=A1+1): so they look in CSV, too.
    """

    index: int
    name: str
    first_row: int
    first_column: int
    cells: pl.DataFrame
    merges: tuple[Merge, ...] = ()


def grids(data: bytes, kind: Kind) -> Iterator[Grid]:
    """The visible sheets, one after the other. `data` as `sniff` passed it. FileRefused when it cannot be read wholly."""
    return iter([_delimited(data, kind)]) if isinstance(kind, Csv) else _worksheets(data)


def _delimited(data: bytes, kind: Csv) -> Grid:
    found = delimited.records(data, kind)
    width = max(map(len, found), default=0)
    if len(found) > MOST_ROWS:
        raise FileRefused("too-many-rows", most=MOST_ROWS)
    if width > MOST_COLUMNS:
        raise FileRefused("too-many-columns", most=MOST_COLUMNS)
    if len(found) * width > MOST_CELLS:
        raise FileRefused("too-many-cells", most=MOST_CELLS)
    return Grid(0, "", 1, 0, _frame(zip_longest(*found, fillvalue="")))


def _worksheets(data: bytes) -> Iterator[Grid]:
    workbook.check_styles(data)
    parts, lengths = workbook.sheet_parts(data), workbook.shared_text_lengths(data)
    with _opened(data) as book:
        names = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]
        for index, name in enumerate(names):
            if name not in parts:
                raise FileRefused("unusual")
            marks = workbook.marks(data, parts[name], lengths)
            yield _grid(index, _sheet(book, name), marks)


def _opened(data: bytes) -> CalamineWorkbook:
    try:
        return load_workbook(io.BytesIO(data))
    except PasswordError as error:
        raise FileRefused("encrypted") from error
    except (CalamineError, OSError) as error:
        raise FileRefused("damaged") from error


def _sheet(book: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except (CalamineError, OSError) as error:
        raise FileRefused("damaged") from error


def _grid(index: int, sheet: CalamineSheet, marks: Sequence[Mark]) -> Grid:
    if sheet.start is None:
        return Grid(index, sheet.name, 1, 0, pl.DataFrame())
    lines = sheet.to_python(skip_empty_area=True)
    top, left = sheet.start
    for mark in marks:
        line, column = mark.line - top, mark.column - left
        if 0 <= line < len(lines) and 0 <= column < len(lines[line]):
            lines[line][column] = mark.text
    cells = _frame(zip(*lines, strict=True))
    ranges = sheet.merged_cell_ranges or []
    merges = [Merge(a - top, b - left, c - top, d - left) for (a, b), (c, d) in ranges]
    return Grid(index, sheet.name, top + 1, left, cells, tuple(_within(merges, cells)))


def _within(merges: Sequence[Merge], cells: pl.DataFrame) -> Iterator[Merge]:
    """As far as they lie on the grid."""
    for merge in merges:
        if merge.top >= 0 and merge.left >= 0:
            cut = Merge(merge.top, merge.left, min(merge.bottom, cells.height - 1), min(merge.right, cells.width - 1))
            if cut.top <= cut.bottom and cut.left <= cut.right and (cut.top, cut.left) != (cut.bottom, cut.right):
                yield cut


def _frame(columns: Iterator[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame([_column(str(n), column) for n, column in enumerate(columns)])


def _column(name: str, values: tuple[Any, ...]) -> pl.Series:
    texts = values if set(map(type, values)) == {str} else [v if type(v) is str else _text(v) for v in values]
    return pl.Series(name, texts, dtype=pl.String)


def _text(value: Any) -> str:
    match value:
        case bool():
            return "是" if value else "否"
        case int() | float():
            return _number(value)
        case datetime():
            return value.isoformat(" ", "seconds") if value.time() != time(0) else value.date().isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(value)


def _number(value: float) -> str:
    """As it is shown in full; in scientific notation where digits are lost."""
    if abs(value) >= _EXACT:
        return f"{value:.14E}"
    if float(value).is_integer():
        return str(int(value))
    return f"{Decimal(f'{value:.15g}'):f}"
