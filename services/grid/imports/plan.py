"""What a file of cells says, row by row, and the cells that it asks for. Pure.

A row that is not in order holds its whole cell back: half a cell would send the visits of its other units to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from services.grid.cells.domain import GRID_DIGITS, Cell, Unit
from shared.imports import values
from shared.imports.fields import CellFault, Severity, Table, errors_by_row
from shared.validation import Wrong

_COMMUNITY_DIGITS = 12
_CODE = re.compile(f"[0-9]{{{GRID_DIGITS}}}(?:[0-9]{{2}})?")
_NUMBER = "[0-9一二三四五六七八九十]"
_SEVERAL = re.compile(f"{_NUMBER}(?:[-—–,、]|(?:单元|号?[栋幢楼座门])?[~至到和及与])第?{_NUMBER}")
"""1-4单元, 1、2, 1单元和2单元."""
_NOBODY = frozenset({"无", "暂无", "暂缺", "空缺"})

TEXTS: dict[str, tuple[str, str]] = {
    "required": ("is needed", "此项必填"),
    "community-unknown": (
        "no community of this name: write its name as it was registered, or its 12-digit code",
        "没有此名称的安置点：请按登记名称填写，或填写 12 位区划代码",
    ),
    "community-ambiguous": (
        "several communities have this name: write the 12-digit code",
        "有多个同名安置点：请填写 12 位区划代码",
    ),
    "community-outside": ("this community lies outside your place", "该安置点不在您的管辖范围内"),
    "cell-code-format": (
        "a cell's code has 15 digits, that of a micro-grid 17: write it in full, the cell formatted as text",
        "网格编码应为 15 位数字，微网格为 17 位：请完整填写，并将单元格设为文本格式",
    ),
    "cell-outside-community": (
        "a cell's code starts with the community's 12 digits: correct the code or the community",
        "网格编码须以本社区的 12 位区划代码开头，请更正网格编码或安置点",
    ),
    "one-row-each": ("names several: give each unit a row of its own", "含有多个楼栋或单元：请每个单元各填一行"),
    "unit-in-two-cells": (
        "this unit stands above in another cell: leave it in one of them",
        "该单元已在上方划入另一网格，请只保留一处",
    ),
    "cell-with-two-names": ("this cell has another name above", "该网格在上方为另一名称，请统一"),
    "cell-with-two-heads": ("this cell has another head above", "该网格在上方为另一楼长，请统一"),
    "cell-held-back": (
        "left out because another row of this cell is not in order: correct that row and upload again",
        "因该网格的其他行有误，本行暂未采用：请更正后重新上传",
    ),
    "unit-unknown": ("the registry has no such unit in this community", "登记库中该社区没有此单元，请核对"),
}
"""By code: English, Chinese."""


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """A cell as a file asks for it. `name`, `head` None: not said, what stands stays; `head` "": nobody. `rows`: sheet and row of each
    unit, in their order."""

    code: str
    name: str | None
    head: str | None
    units: tuple[Unit, ...]
    rows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """What a cell, or the one above it, says. `value` None: it cannot be used, which its own row tells."""

    text: str
    value: str | None


def _value(said: _Said | None) -> str | None:
    return None if said is None else said.value


@dataclass(frozen=True, slots=True)
class _Line:
    """A row. `cell`: the code, or what stands for it; `unit` None: not in order."""

    sheet: int
    row: int
    cell: str
    community: str
    name: str | None
    head: str | None
    unit: Unit | None


Plans = Mapping[str, Sequence[PlannedCell]]
"""Cells by the code of their community."""


def plans(
    table: Table, communities: Mapping[str, Sequence[str]], covers: Callable[[str], bool]
) -> tuple[Plans, list[CellFault]]:
    """The cells that a file asks for, and everything wrong with it, each at its cell (what reading found too).

    `communities`: codes by name (`shared.imports.values.codes_by_key`); `covers`: does the uploader's place cover the community of this
    code?
    """
    walk = _Walk(table.faults, communities, covers)
    lines = [walk.line(row) for row in table.frame.iter_rows(named=True)]
    faults = [*walk.faults, *_at_odds(lines)]
    wrong = errors_by_row(faults)
    held = {line.cell for line in lines if line.unit is None or (line.sheet, line.row) in wrong}
    faults += [
        _fault(line.sheet, line.row, "code", _wrong("cell-held-back"), line.cell)
        for line in lines
        if line.cell in held and (line.sheet, line.row) not in wrong
    ]
    return _cells(line for line in lines if line.cell not in held), faults


def unknown_units(planned: Sequence[PlannedCell], told: Set[Unit]) -> list[CellFault]:
    """Warnings of units that the registry, having told those of the community, has not named."""
    return [
        _fault(*where, "unit", _wrong("unit-unknown"), unit.unit, Severity.WARNING)
        for cell in planned
        for unit, where in zip(cell.units, cell.rows, strict=True)
        if unit not in told
    ]


def _wrong(code: str) -> Wrong:
    """Of a code of `TEXTS`."""
    return Wrong(code, *TEXTS[code])


def _fault(
    sheet: int, row: int, column: str, wrong: Wrong, text: str | None, severity: Severity = Severity.ERROR
) -> CellFault:
    return CellFault(sheet, row, column, wrong.code, severity, wrong.en, wrong.zh, text[:40] if text else None)


class _Walk:
    """Goes down the rows. 安置点, 网格编码, 期 and 楼栋 left blank are those of the row above, within their sheet and community."""

    def __init__(
        self, faults: Iterable[CellFault], communities: Mapping[str, Sequence[str]], covers: Callable[[str], bool]
    ) -> None:
        self.faults = list(faults)
        self._unread = {(f.sheet, f.row, f.column) for f in self.faults if f.severity is Severity.ERROR}
        self._communities = communities
        self._covers = covers
        self._above: dict[str, _Said] = {}
        self._sheet = self._row = -1
        self._texts: Mapping[str, Any] = {}

    def line(self, row: Mapping[str, Any]) -> _Line:
        if row["sheet"] != self._sheet:
            self._above.clear()
        self._sheet, self._row, self._texts = row["sheet"], row["row"], row
        community = self._needed("community", self._community, resets=("code", "estate", "block"))
        code = self._needed("code", lambda text: self._code(text, community.value))
        name, head = self._said("name", values.free_name), self._said("head", _head)
        unit = self._unit()
        return _Line(
            self._sheet,
            self._row,
            code.text,
            community.value or "",
            _value(name),
            _value(head),
            unit if community.value and code.value else None,
        )

    def _said(self, column: str, read: Callable[[str], str]) -> _Said | None:
        """What the cell says; None where it is blank."""
        text: str | None = self._texts[column]
        if (self._sheet, self._row, column) in self._unread:
            return self._unusable(text)
        if text is None or values.says_nothing(text):
            return None
        try:
            value = read(text)
        except Wrong as wrong:
            self._tell(column, wrong)
            return self._unusable(text)
        return _Said(value, value)

    def _unusable(self, text: str | None) -> _Said:
        return _Said(values.compact(text or "") or f"{self._sheet}:{self._row}", None)

    def _carried(self, column: str, read: Callable[[str], str], resets: Sequence[str] = ()) -> _Said | None:
        """What the cell says, or the last one above that was not blank. Where it says another thing, the columns `resets` begin anew."""
        said = self._said(column, read)
        if said and said != self._above.get(column):
            self._above[column] = said
            for other in resets:
                self._above.pop(other, None)
        return self._above.get(column)

    def _needed(self, column: str, read: Callable[[str], str], resets: Sequence[str] = ()) -> _Said:
        said = self._carried(column, read, resets)
        if said is None:
            self._tell(column, _wrong("required"))
            return self._unusable(None)
        return said

    def _community(self, text: str) -> str:
        name = values.compact(text)
        if name.isdecimal():
            code = values.community_code(name)
            if not self._covers(code):
                raise _wrong("community-outside")
            return code
        codes = [code for code in self._communities.get(values.community_key(text), ()) if self._covers(code)]
        if len(codes) != 1:
            raise _wrong("community-ambiguous" if codes else "community-unknown")
        return codes[0]

    def _code(self, text: str, community: str | None) -> str:
        code = values.compact(text)
        if not _CODE.fullmatch(code):
            raise _wrong("cell-code-format")
        if community and not code.startswith(community):
            raise _wrong("cell-outside-community")
        return code

    def _unit(self) -> Unit | None:
        """The unit of the row, as the cells of its address say together; None where they do not."""
        estate = self._carried("estate", _one, resets=("block",))
        texts = {"estate": estate, "block": self._carried("block", _one), "unit": self._said("unit", _one)}
        if any(said and said.value is None for said in texts.values()):
            return None
        door, wrong = values.locate({part: _value(said) for part, said in texts.items()})
        for part, what in wrong.items():
            self._tell_part(part, what)
        missing = [] if wrong else [part for part in ("block", "unit") if getattr(door, part) is None]
        for part in missing:
            self._tell(part, _wrong("required"))
        if door.block is None or door.unit is None or wrong:
            return None
        return Unit(door.estate or "1", door.block, door.unit)

    def _tell_part(self, part: str, wrong: Wrong) -> None:
        """Of a part that stands in a row above the fault is the row's unit, which does not go with it."""
        if values.says_nothing(self._texts[part] or ""):
            self._tell("unit", wrong)
            return
        self._tell(part, wrong)
        if part in self._above:
            self._above[part] = self._unusable(self._texts[part])

    def _tell(self, column: str, wrong: Wrong) -> None:
        text: str | None = self._texts[column]
        self.faults.append(_fault(self._sheet, self._row, column, wrong, text))


def _one(text: str) -> str:
    if _SEVERAL.search(values.compact(text)):
        raise _wrong("one-row-each")
    return text


def _head(text: str) -> str:
    return "" if values.compact(text) in _NOBODY else values.account(text)


def _at_odds(lines: Sequence[_Line]) -> Iterable[CellFault]:
    """Rows that do not go with rows above."""
    owners: dict[tuple[str, Unit], str] = {}
    said: dict[tuple[str, str], str] = {}
    for line in lines:
        if line.unit:
            owner = owners.setdefault((line.community, line.unit), line.cell)
            if owner != line.cell:
                yield _fault(line.sheet, line.row, "unit", _wrong("unit-in-two-cells"), owner)
        for column, value, code in (
            ("name", line.name, "cell-with-two-names"),
            ("head", line.head, "cell-with-two-heads"),
        ):
            if value is not None and said.setdefault((line.cell, column), value) != value:
                yield _fault(line.sheet, line.row, column, _wrong(code), value)


def _cells(lines: Iterable[_Line]) -> Plans:
    """The cells of rows that are in order."""
    found: dict[str, dict[str, list[_Line]]] = {}
    for line in lines:
        found.setdefault(line.community, {}).setdefault(line.cell, []).append(line)
    return {
        community: [_cell(code, rows) for code, rows in sorted(cells.items())] for community, cells in found.items()
    }


def _cell(code: str, lines: Sequence[_Line]) -> PlannedCell:
    units = {line.unit: (line.sheet, line.row) for line in reversed(lines) if line.unit}
    return PlannedCell(
        code,
        next((line.name for line in lines if line.name is not None), None),
        next((line.head for line in lines if line.head is not None), None),
        tuple(units),
        tuple(units.values()),
    )


def merged(standing: Sequence[Cell], planned: Sequence[PlannedCell]) -> list[Cell]:
    """The cells of a community after a file: those it names have just its units, the others what it leaves them. A cell that has lost
    all its units is no more. Both `standing` and the answer are in order of code and unit."""
    there = {cell.code: cell for cell in standing}
    named = {cell.code for cell in planned}
    taken = {unit for cell in planned for unit in cell.units}
    left = [
        replace(cell, units=tuple(unit for unit in cell.units if unit not in taken))
        for cell in standing
        if cell.code not in named
    ]
    after = [*(_laid_over(there.get(cell.code), cell) for cell in planned), *(cell for cell in left if cell.units)]
    return sorted(after, key=lambda cell: cell.code)


def _laid_over(there: Cell | None, cell: PlannedCell) -> Cell:
    """What a file says of a cell, over what stands."""
    name = cell.name or (there.name if there else f"{cell.code[_COMMUNITY_DIGITS:]}网格")
    head = cell.head or None if cell.head is not None or there is None else there.head
    return Cell(cell.code, name, head, tuple(sorted(cell.units)))
