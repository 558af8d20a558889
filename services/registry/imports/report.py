"""What is said of a roster's cells while it is checked, and how it is shown: nobody's name or number in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from shared.identity import BadPhone, normalise_phone
from shared.imports.cells import Mask, says_something, shown
from shared.imports.fields import CellFault, Severity, Table, row_named
from shared.privacy import mask_address, mask_id_number, mask_name, mask_phone


def _hidden(text: str) -> str:
    return "*" * len(text)


def _mask_phone(text: str) -> str:
    try:
        return mask_phone(normalise_phone(text))
    except BadPhone:
        return _hidden(text)


def _mask_birth(text: str) -> str:
    """The year, where one can be seen."""
    return text[:4] if text[:4].isdigit() else "*" * len(text)


MASKS: Mapping[str, Mask] = {
    "name": mask_name,
    "head_name": mask_name,
    "id_number": mask_id_number,
    "phone": _mask_phone,
    "birth_on": _mask_birth,
    "moved_from": mask_address,
    "hukou_division": mask_address,
    "work_division": mask_address,
    "health": _hidden,
    "disability_kind": _hidden,
    "disability_grade": _hidden,
}


class Report:
    """Faults found so far, by row of the table (from 0). A cell that reading alone finds wrong is wrong already: its text counts for
    nothing, and nothing more is said of it."""

    def __init__(self, table: Table) -> None:
        self._at = {place: at for at, place in enumerate(table.frame.select("sheet", "row").iter_rows())}
        self._places = table.frame.select("sheet", "row").rows()
        self._wrong: set[tuple[int, str]] = set()
        self._known: set[tuple[int, str, str]] = set()
        self.wrong_rows: set[int] = set()
        self.faults: list[CellFault] = []
        self.take(table.faults)
        self.frame = _without(table.frame, self._wrong)

    def take(self, faults: Iterable[CellFault]) -> None:
        """Faults of the table's rows."""
        for fault in faults:
            self._add(self._at[fault.sheet, fault.row], fault)

    def error(self, at: int, column: str, code: str, en: str, zh: str) -> None:
        """Keeps the row out."""
        self._say(at, column, code, Severity.ERROR, en, zh)

    def warn(self, at: int, column: str, code: str, en: str, zh: str) -> None:
        """Lets the row in."""
        self._say(at, column, code, Severity.WARNING, en, zh)

    def tell_once(self, groups: Sequence[int], columns: frozenset[str]) -> None:
        """Of the same warning about one of these columns in several rows of a group (by row) keeps the first."""
        told: set[tuple[int, str, str]] = set()
        faults, self.faults = self.faults, []
        for fault in faults:
            key = groups[self._at[fault.sheet, fault.row]], fault.column, fault.code
            if fault.severity is Severity.ERROR or fault.column not in columns or key not in told:
                self.faults.append(fault)
                told.add(key)

    def is_wrong(self, at: int, column: str) -> bool:
        """Has the cell an error?"""
        return (at, column) in self._wrong

    def is_known(self, at: int, column: str, code: str) -> bool:
        """Is this said of the cell already, or is the cell wrong anyway?"""
        return (at, column) in self._wrong or (at, column, code) in self._known

    def place(self, at: int, seen_from: int) -> tuple[str, str]:
        """Where a row stands, in English and Chinese."""
        (sheet, row), (own, _) = self._places[at], self._places[seen_from]
        return row_named(sheet, row, own)

    def first_said(self, at: int, columns: tuple[str, ...]) -> str:
        """The first of the columns whose cell says something; the first where none does."""
        return next((column for column in columns if says_something(self.frame[at, column])), columns[0])

    def _say(self, at: int, column: str, code: str, severity: Severity, en: str, zh: str) -> None:
        sheet, row = self._places[at]
        value = shown(column, self.frame[at, column], MASKS)
        self._add(at, CellFault(sheet, row, column, code, severity, en, zh, value))

    def _add(self, at: int, fault: CellFault) -> None:
        if fault.severity is Severity.ERROR:
            self._wrong.add((at, fault.column))
            self.wrong_rows.add(at)
        self._known.add((at, fault.column, fault.code))
        self.faults.append(fault)


def _without(frame: pl.DataFrame, cells: Iterable[tuple[int, str]]) -> pl.DataFrame:
    """The frame with nothing in these cells."""
    by_column: dict[str, list[int]] = {}
    for at, column in cells:
        by_column.setdefault(column, []).append(at)
    return frame.with_columns(
        frame[column].scatter(sorted(rows), None).alias(column) for column, rows in by_column.items()
    )
