"""Reading the cells of a table by what they mean: each distinct combination once, however many rows have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import polars as pl

from shared.imports.fields import CellFault, Severity
from shared.imports.values import says_nothing
from shared.scrubbing import scrub
from shared.validation import Wrong

T = TypeVar("T")
Mask = Callable[[str], str]

_MOST_SHOWN = 40


def says_something(text: str | None) -> bool:
    """Is there such a column, and does its cell say anything?"""
    return bool(text) and not says_nothing(text or "")


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of a cell, wherever it stands."""

    column: str
    code: str
    severity: Severity
    en: str
    zh: str

    def at(self, sheet: int, row: int, value: str | None) -> CellFault:
        """The same, of the cell of that row."""
        return CellFault(sheet, row, self.column, self.code, self.severity, self.en, self.zh, value)


class Cells:
    """Cells of a row that are read together. Collects what is to be said of them."""

    __slots__ = ("_texts", "remarks")

    def __init__(self, texts: Mapping[str, str | None]) -> None:
        self._texts = texts
        self.remarks: list[Remark] = []

    @property
    def failed(self) -> bool:
        """Has one of the cells an error so far?"""
        return any(remark.severity is Severity.ERROR for remark in self.remarks)

    def text(self, column: str) -> str | None:
        """What stands there: None where there is no such column."""
        return self._texts.get(column)

    def says(self, column: str) -> bool:
        """Does the cell say anything?"""
        return says_something(self._texts.get(column))

    def read(
        self, column: str, reader: Callable[[str], T], severity: Severity = Severity.ERROR, as_code: str | None = None
    ) -> T | None:
        """What the cell means; None where it says nothing, or nothing that can be read (which is remarked)."""
        text = self._texts.get(column)
        if text is None or not says_something(text):
            return None
        try:
            return reader(text)
        except Wrong as wrong:
            self.remarks.append(Remark(column, as_code or wrong.code, severity, wrong.en, wrong.zh))
            return None

    def error(self, column: str, code: str, en: str, zh: str) -> None:
        self.remarks.append(Remark(column, code, Severity.ERROR, en, zh))

    def warn(self, column: str, code: str, en: str, zh: str) -> None:
        self.remarks.append(Remark(column, code, Severity.WARNING, en, zh))


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that are read together, and the columns that come of it, in order of what `read` returns."""

    columns: tuple[str, ...]
    gives: Mapping[str, pl.DataType | type[pl.DataType]]
    read: Callable[[Cells], Sequence[Any]]


def read_groups(
    frame: pl.DataFrame, groups: Sequence[Group], masks: Mapping[str, Mask]
) -> tuple[pl.DataFrame, list[CellFault]]:
    """What the rows mean: the columns that the groups give, in the order of the rows; and what is to be said of their cells."""
    frames, faults = [], []
    for group in groups:
        found, remarked = _read_group(frame, group, masks)
        frames.append(found)
        faults += remarked
    return pl.concat(frames, how="horizontal"), faults


def shown(column: str, text: str | None, masks: Mapping[str, Mask]) -> str | None:
    """A cell's text as a report may show it; None where it is blank."""
    if not text:
        return None
    mask = masks.get(column)
    return (mask(text) if mask else scrub(text))[:_MOST_SHOWN]


def _read_group(frame: pl.DataFrame, group: Group, masks: Mapping[str, Mask]) -> tuple[pl.DataFrame, list[CellFault]]:
    texts = frame.select(group.columns)
    distinct = texts.unique(maintain_order=True)
    which = texts.join(
        distinct.with_row_index("which"), on=group.columns, how="left", nulls_equal=True, maintain_order="left"
    )["which"]
    meanings: list[Sequence[Any]] = []
    remarks: dict[int, list[Remark]] = {}
    for n, values in enumerate(distinct.iter_rows()):
        cells = Cells(dict(zip(group.columns, values, strict=True)))
        meanings.append(group.read(cells))
        if cells.remarks:
            remarks[n] = cells.remarks
    found = pl.DataFrame(meanings, schema=dict(group.gives), orient="row")[which]
    return found, _faults(frame, which, remarks, masks)


def _faults(
    frame: pl.DataFrame, which: pl.Series, remarks: Mapping[int, Sequence[Remark]], masks: Mapping[str, Mask]
) -> list[CellFault]:
    if not remarks:
        return []
    rows = which.is_in(list(remarks)).arg_true()
    return [
        remark.at(row["sheet"], row["row"], shown(remark.column, row[remark.column], masks))
        for n, row in zip(which[rows], frame[rows].iter_rows(named=True), strict=True)
        for remark in remarks[n]
    ]
