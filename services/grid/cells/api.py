"""Routes of cells: /v1/grid/communities/{code}/cells."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from fastapi import Header, Path, Request, Response

from services.grid import examples
from services.grid.api import Config, Reading, Writing, copies_of
from services.grid.cells import service, store
from services.grid.cells.domain import Unit, size_warnings
from services.grid.cells.schemas import CellsBody, CellsView, CellView, UnitView, UnitWithoutCell
from services.grid.settings import GridSettings
from shared.app import router
from shared.auth import Actor
from shared.db import Read, Reader, Row, Tx
from shared.errors import Fault
from shared.http import IfMatch, check_none_match, tag, warnings_for
from shared.shapes import CommunityCode

Code = Annotated[
    CommunityCode, Path(description="12-digit division code (区划代码).", examples=[examples.COMMUNITY_CODE])
]

routes = router("/v1/grid/communities", "grid: cells")


@routes.put("/{code}/cells", summary="Put the cells of a community", responses={201: {"model": CellsView}})
async def put_cells(
    actor: Writing,
    tx: Tx,
    match: IfMatch,
    config: Config,
    request: Request,
    response: Response,
    code: Code,
    body: CellsBody,
    if_none_match: Annotated[
        str | None, Header(alias="If-None-Match", description="`*`: only where there are none yet.")
    ] = None,
) -> CellsView:
    """Replaces all cells. The first ones need no If-Match; a change needs the ETag that was read. Households and their open visits
    go to their new cells; units without a cell are listed, and their households wait. A size out of the usual is a warning."""
    new, version = await service.put_cells(tx, actor, code, body.plan(), match, if_none_match == "*")
    response.status_code = 201 if new else 200
    view = await _view(tx, actor, config, request, code)
    tag(response, version, copies_of(view))
    return view


@routes.get("/{code}/cells", summary="The cells of a community")
async def get_cells(
    actor: Reading, read: Reader, config: Config, request: Request, response: Response, code: Code
) -> CellsView:
    """With the number of households in each cell, and the units that have none. A block head sees the own block and own cells."""
    view = await _view(read, actor, config, request, code)
    check_none_match(request, view.version, copies_of(view))
    tag(response, view.version, copies_of(view))
    return view


async def _view(read: Read, actor: Actor, config: GridSettings, request: Request, code: str) -> CellsView:
    community = await store.find_community(read, code) if code.startswith(actor.place.division) else None
    if community is None:
        raise store.CommunityNotFound
    plan = await store.find_plan(read, code)
    cells = _cells(await store.list_cells(read, code, actor))
    without = [UnitWithoutCell.model_validate(dict(r)) for r in await store.list_units_without_cell(read, code, actor)]
    warnings: list[Fault] = []
    if actor.place.block is None:  # who sees a part of the cells cannot judge their size
        warnings = _untold(cells, await store.find_units_told(read, code))
        counts = {cell.code: cell.households for cell in cells}
        warnings += size_warnings(counts, config.grid_cell_min, config.grid_cell_max)
    return CellsView(
        community=code,
        community_name=community["name"],
        version=plan["version"] if plan else 0,
        cells=cells,
        units_without_cell=without,
        households_without_cell=sum(unit.households for unit in without),
        warnings=warnings_for(request, warnings),
    )


def _cells(rows: list[Row]) -> list[CellView]:
    """Rows of units, in order of their cells, as cells."""
    grouped = [list(units) for _, units in groupby(rows, lambda row: row["cell_code"])]
    return [
        CellView(
            code=units[0]["cell_code"],
            name=units[0]["name"],
            head=units[0]["head_staff_id"],
            units=[UnitView(estate=u["estate"], block=u["block"], unit=u["unit"]) for u in units],
            households=sum(u["households"] for u in units),
        )
        for units in grouped
    ]


def _untold(cells: list[CellView], told: set[Unit] | None) -> list[Fault]:
    """Warnings of units that the registry, having told the community's units, has not named. Pointers go into what is shown."""
    return [
        Fault(
            f"/cells/{i}/units/{j}",
            "unit-unknown",
            "the registry has no such unit in this community",
            "登记库中该社区没有此单元",
        )
        for i, cell in enumerate(cells)
        for j, u in enumerate(cell.units)
        if told is not None and Unit(u.estate, u.block, u.unit) not in told
    ]
