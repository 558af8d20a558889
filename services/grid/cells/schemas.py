"""What the grid takes and shows of cells."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from services.grid import examples
from services.grid.cells.domain import Cell, Unit
from services.grid.schemas import CellCode, StaffId
from shared.http import Body, View, WarningView
from shared.shapes import Name, Part


class UnitBody(Body):
    """A stair unit (单元) of a block (栋)."""

    estate: Part = "1"
    block: Part
    unit: Part


class CellBody(Body):
    """A grid cell (网格) and who answers for it (楼长): the id of a staff account, or nobody yet."""

    code: CellCode
    name: Name
    head: StaffId | None = None
    units: Annotated[list[UnitBody], Field(min_length=1, max_length=500)]


class CellsBody(Body):
    """All cells of a community as they should stand."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CELLS]})

    cells: Annotated[list[CellBody], Field(max_length=500)]

    def plan(self) -> list[Cell]:
        """The same as domain values."""
        return [
            Cell(cell.code, cell.name, cell.head, tuple(Unit(u.estate, u.block, u.unit) for u in cell.units))
            for cell in self.cells
        ]


class UnitView(View):
    estate: str
    block: str
    unit: str


class CellView(View):
    code: str
    name: str
    head: str | None
    units: list[UnitView]
    households: int


class UnitWithoutCell(UnitView):
    """A unit that no cell covers, and how many households there wait for one."""

    households: int


class CellsView(View):
    community: str
    community_name: str | None
    """None: the registry has not told of the community yet."""
    version: int
    """0: nobody has put cells yet."""
    cells: list[CellView]
    units_without_cell: list[UnitWithoutCell]
    households_without_cell: int
    warnings: list[WarningView]
