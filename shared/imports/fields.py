"""What an import looks for in a file, and what it says of a cell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class Severity(StrEnum):
    """An error keeps the row out; a warning lets it in."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Field:
    """A column that an import knows. `title`: its usual header; `synonyms`: other ways of writing it."""

    name: str
    title: str
    synonyms: tuple[str, ...] = ()
    needed: bool = False
    """Without this column the file is refused."""
    personal: bool = False
    """Its values are shown masked, whoever asks."""
    digits: bool = False
    """A long number: held by the file as a number it has lost its last digits."""
    single: bool = False
    """Merged down over several rows, it is said of the first alone (a name, an ID number); others are said of all of them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of table: its columns, and what makes a row one of its rows."""

    fields: tuple[Field, ...]
    rows_have: tuple[str, ...]
    """Names of fields: a row where all of them are blank is no row of the table (blank, total, signature, remark)."""

    def title(self, name: str) -> str:
        """The usual header of a field."""
        return next(field.title for field in self.fields if field.name == name)


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is said of one cell. `sheet`: index of the sheet; `row`: as a spreadsheet program shows it, from 1; `column`: name of a
    field; `value`: masked where personal, at most 40 characters."""

    sheet: int
    row: int
    column: str
    code: str
    severity: Severity
    en: str
    zh: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, cleaned but not interpreted.

    `frame`: `sheet` (UInt16), `row` (UInt32), then a text column per field of the shape, in its order: null where the row's sheet has
    no such column, "" where the cell is blank or has a fault. Rows in the order of the file.
    """

    frame: pl.DataFrame
    sheets: tuple[str, ...]
    """Names of the visible sheets of the file, by index; of a CSV file one, named ""."""
    present: frozenset[str]
    """Fields that some sheet has a column for."""
    ignored: tuple[str, ...]
    """Headers that no field is known by, as written (cleaned, at most 60 characters)."""
    faults: tuple[CellFault, ...]
    """What reading alone finds: a formula without a value, an error value, a long number held as a number."""
    unread: tuple[str, ...] = ()
    """Names of visible sheets whose header has some of the columns but not all that are needed: their rows are not in `frame`."""


def row_named(sheet: int, row: int, seen_from: int) -> tuple[str, str]:
    """How a row is called in English and Chinese where a row of the sheet `seen_from` is spoken of."""
    if sheet == seen_from:
        return f"row {row}", f"第 {row} 行"
    return f"row {row} of sheet {sheet + 1}", f"第 {sheet + 1} 张工作表第 {row} 行"


def errors_by_row(faults: Iterable[CellFault]) -> set[tuple[int, int]]:
    """Sheet and row of every row that an error keeps out."""
    return {(fault.sheet, fault.row) for fault in faults if fault.severity is Severity.ERROR}


def by_row(faults: Sequence[CellFault]) -> Mapping[tuple[int, int], list[CellFault]]:
    """Faults by sheet and row."""
    found: dict[tuple[int, int], list[CellFault]] = {}
    for fault in faults:
        found.setdefault((fault.sheet, fault.row), []).append(fault)
    return found
