"""The correction file: the caller's own sheets, bad cells coloured, the reasons beside them. Read again, it says the same.

All cells are text, so nothing in it is calculated, followed or run. It is made in memory: on a disk it would lie in clear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count, product
from typing import Any, BinaryIO

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from shared.imports.fields import CellFault, Severity, Shape, by_row
from shared.imports.headers import REASONS, Header
from shared.imports.sheets import Grid
from shared.imports.table import Sheet
from shared.imports.texts import visible, with_line_feeds

MOST_NOTES = 2_000
"""Cell notes of a sheet: with more of them spreadsheet programs crawl. The column of reasons tells all."""

_TEXT = 49
"""The built-in format of cells that are text."""
_MOST_CHARACTERS = 32_767
_MOST_MERGED = 10_000
"""Cells of a merge that is kept; what is larger merges whole columns, and says nothing."""
_LAST_FROZEN = 15
_WIDTHS = (6, 40)
_REASONS_WIDTH = 60
_SAMPLE = 200
_COLOURS = {Severity.ERROR: "#F8B4B4", Severity.WARNING: "#FFF2A8"}
_STARTS_FORMULA = tuple("=+-@\t\r\n")
_BAD_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]")
_MOST_NAME = 31

_Place = tuple[int, int]


def write(sheets: Sequence[Sheet], shape: Shape, faults: Sequence[CellFault], out: BinaryIO) -> None:
    """Writes the XLSX to `out`. `sheets`: those of the file (`sheets_of`), `faults`: of all of them."""
    found = by_row(faults)
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        formats = _Formats(book)
        for name, sheet in zip(legal_names([sheet.grid.name for sheet in sheets]), sheets, strict=True):
            worksheet = book.add_worksheet(name)
            own = {row: told for (index, row), told in found.items() if index == sheet.grid.index}
            _Correction(worksheet, sheet, shape, formats, own).write()


class _Formats:
    """Cell formats, made when first asked for. All say text: what is typed over a number stays as it is typed."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[Any, ...], Format] = {}

    def of(self, text: str, severity: Severity | None = None, *, bold: bool = False, wrap: bool = False) -> Format:
        """`text` that begins like a formula is marked as quoted."""
        key = (text.startswith(_STARTS_FORMULA), severity, bold, wrap or "\n" in text)
        if key not in self._made:
            look = {"num_format": _TEXT, "valign": "top", "quote_prefix": key[0], "bold": bold, "text_wrap": key[3]}
            look |= {"bg_color": _COLOURS[severity]} if severity else {}
            self._made[key] = self._book.add_format(look)
        return self._made[key]


class _Correction:
    """One sheet of the correction file."""

    def __init__(
        self,
        worksheet: Worksheet,
        sheet: Sheet,
        shape: Shape,
        formats: _Formats,
        faults: Mapping[int, Sequence[CellFault]],
    ) -> None:
        self._worksheet, self._grid, self._shape, self._formats = worksheet, sheet.grid, shape, formats
        self._header = sheet.header if sheet.read else None
        self._faults = {row - sheet.grid.first_row: told for row, told in faults.items()}
        self._cells = sheet.grid.cells.with_columns(with_line_feeds(visible(pl.all())).str.head(_MOST_CHARACTERS))
        self._reasons = _reasons_column(sheet.grid, self._header)
        self._merges, self._anchors = _merges(sheet.grid)
        self._notes = 0

    def write(self) -> None:
        self._lay_out()
        bad = self._bad_cells()
        for top, left, bottom, right in self._merges:
            self._worksheet.merge_range(*self._place(top, left), *self._place(bottom, right), "", self._formats.of(""))
        for line, texts in enumerate(self._cells.iter_rows()):
            for column, text in enumerate(texts):
                if (text or (line, column) in bad) and column != self._reasons:
                    self._write_cell(line, column, text, bad.get((line, column), ()))
        if self._header:
            self._write_reasons(self._header)

    def _bad_cells(self) -> dict[_Place, list[CellFault]]:
        found: dict[_Place, list[CellFault]] = {}
        for line, told in self._faults.items():
            for fault in told:
                column = self._column(fault)
                place = self._anchors.get((line, column), (line, column)) if column is not None else None
                if place:
                    found.setdefault(place, []).append(fault)
        return found

    def _column(self, fault: CellFault) -> int | None:
        return self._header.columns.get(fault.column) if self._header else None

    def _write_cell(self, line: int, column: int, text: str, faults: Sequence[CellFault]) -> None:
        bold = self._header is not None and self._header.first <= line <= self._header.last
        form = self._formats.of(text, _worst(faults), bold=bold)
        row, place = self._place(line, column)
        if text:
            self._worksheet.write_string(row, place, text, form)
        else:
            self._worksheet.write_blank(row, place, None, form)
        if faults and self._notes < MOST_NOTES:
            self._notes += 1
            note = "\n".join(dict.fromkeys(f"{fault.zh}\n{fault.en}" for fault in faults))
            self._worksheet.write_comment(row, place, note[:_MOST_CHARACTERS], {"x_scale": 2, "author": ""})

    def _write_reasons(self, header: Header) -> None:
        self._worksheet.write_string(*self._place(header.last, self._reasons), REASONS, self._formats.of("", bold=True))
        for line, told in self._faults.items():
            elsewhere = [fault for fault in told if self._column(fault) is None]
            text = "\n".join(f"{self._shape.title(one.column)}：{one.zh} / {one.en}" for one in told)
            form = self._formats.of("", _worst(elsewhere), wrap=True)
            self._worksheet.write_string(*self._place(line, self._reasons), text[:_MOST_CHARACTERS], form)

    def _lay_out(self) -> None:
        self._worksheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        plain = self._formats.of("")
        for column, width in enumerate(_widths(self._cells)):
            self._worksheet.set_column(*[self._grid.first_column + column] * 2, width, plain)
        if self._header is None:
            return
        row, _ = self._place(self._header.last, 0)
        last, right = self._place(self._cells.height - 1, max(self._reasons, self._cells.width - 1))
        self._worksheet.set_column(*[self._grid.first_column + self._reasons] * 2, _REASONS_WIDTH, plain)
        self._worksheet.autofilter(row, self._grid.first_column, last, right)
        if row < _LAST_FROZEN:
            self._worksheet.freeze_panes(row + 1, 0)

    def _place(self, line: int, column: int) -> _Place:
        """Row and column of the sheet, from 0."""
        return line + self._grid.first_row - 1, column + self._grid.first_column


def _reasons_column(grid: Grid, header: Header | None) -> int:
    """Where the reasons of an earlier correction stand, or right of all."""
    return grid.cells.width if header is None or header.reasons is None else header.reasons


def _merges(grid: Grid) -> tuple[list[tuple[int, int, int, int]], dict[_Place, _Place]]:
    """The merges that can be kept, and for every cell in one the cell that shows."""
    kept: list[tuple[int, int, int, int]] = []
    anchors: dict[_Place, _Place] = {}
    for merge in grid.merges:
        lines, columns = range(merge.top, merge.bottom + 1), range(merge.left, merge.right + 1)
        small = len(lines) * len(columns) <= _MOST_MERGED
        if small and anchors.keys().isdisjoint(product(lines, columns)):
            kept.append((merge.top, merge.left, merge.bottom, merge.right))
            anchors.update(dict.fromkeys(product(lines, columns), (merge.top, merge.left)))
    return kept, anchors


def _worst(faults: Sequence[CellFault]) -> Severity | None:
    if not faults:
        return None  # asked of every cell
    severities = {fault.severity for fault in faults}
    return next((one for one in Severity if one in severities), None)


def _widths(cells: pl.DataFrame) -> list[float]:
    """In characters: a Han character is twice as wide as a Latin one, and three bytes long."""
    head = cells.head(_SAMPLE).select((pl.all().str.len_bytes() + pl.all().str.len_chars()).max() / 2 + 2)
    low, high = _WIDTHS
    return [min(max(width or 0, low), high) for width in head.row(0)] if cells.width else []


def legal_names(names: Sequence[str]) -> Iterator[str]:
    """Names of sheets as a workbook may have them, every one once."""
    taken = {"", "history"}
    for name in names:
        plain = _BAD_IN_NAME.sub("_", name).strip("'")[:_MOST_NAME].strip("'")
        numbered = (f"{(plain or 'Sheet')[: _MOST_NAME - 5]}{n}" for n in count(1))
        legal = next(one for one in chain((plain,), numbered) if one.lower() not in taken)
        taken.add(legal.lower())
        yield legal
