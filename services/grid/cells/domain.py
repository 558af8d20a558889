"""What the grid decides about cells: which plan of cells is in order, which sizes are unusual. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.errors import Fault

GRID_DIGITS = 15
"""Digits of a general grid's code (综合网格): 12 of the community, 3 of the sequence. Two more name a micro-grid (微网格) below it."""


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """A stair unit (单元) of a block (栋)."""

    estate: str
    block: str
    unit: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A grid cell: its code, name, the staff account of its block head (楼长), the units it covers."""

    code: str
    name: str
    head: str | None
    units: tuple[Unit, ...]


def faults_of_cells(community: str, cells: Sequence[Cell]) -> list[Fault]:
    """Everything wrong with a community's cells, each with its pointer: foreign or repeated codes, units in two cells."""
    return [*_faults_of_codes(community, cells), *_faults_of_units(cells)]


def _faults_of_codes(community: str, cells: Sequence[Cell]) -> Iterable[Fault]:
    seen: set[str] = set()
    for i, cell in enumerate(cells):
        if not cell.code.startswith(community):
            yield Fault(
                f"/cells/{i}/code",
                "cell-outside-community",
                "a cell's code starts with the community's 12 digits",
                "网格编码须以本社区的 12 位区划代码开头",
            )
        if cell.code in seen:
            yield Fault(f"/cells/{i}/code", "cell-repeated", "this code stands above already", "网格编码重复")
        seen.add(cell.code)


def _faults_of_units(cells: Sequence[Cell]) -> Iterable[Fault]:
    owner: dict[Unit, str] = {}
    for i, cell in enumerate(cells):
        for j, unit in enumerate(cell.units):
            if unit in owner:
                yield Fault(
                    f"/cells/{i}/units/{j}",
                    "unit-repeated",
                    f"this unit stands in cell {owner[unit]} already",
                    f"该单元已划入网格 {owner[unit]}",
                )
            owner.setdefault(unit, cell.code)


def size_warnings(households: Mapping[str, int], smallest: int, largest: int) -> list[Fault]:
    """Grids outside the usual size, as warnings that point to the first cell of each. `households`: by cell code, in order.

    Micro-grids count with the grid they lie in. Local rules name 300 to 500 households; the number is guidance, not a bar.
    """
    sizes: dict[str, int] = {}
    first: dict[str, int] = {}
    for i, (code, n) in enumerate(households.items()):
        grid = code[:GRID_DIGITS]
        sizes[grid] = sizes.get(grid, 0) + n
        first.setdefault(grid, i)
    return [
        Fault(
            f"/cells/{first[grid]}",
            "cell-small" if n < smallest else "cell-large",
            f"{n} households; usual are {smallest} to {largest}",
            f"该网格有 {n} 户；一般为 {smallest} 至 {largest} 户",
        )
        for grid, n in sizes.items()
        if not smallest <= n <= largest
    ]
