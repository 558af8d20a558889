"""Routes of households: /v1/grid/households."""

from __future__ import annotations

from fastapi import Request, Response

from services.grid.api import Reading, copies_of
from services.grid.households import store
from services.grid.households.schemas import CellOfHousehold, HouseholdView
from services.grid.sight import link_for
from services.grid.visits.api import view_of
from services.grid.visits.domain import Reason, VisitStatus
from services.grid.visits.schemas import VisitView
from services.grid.visits.store import list_visits_of
from shared.app import router
from shared.auth import Actor
from shared.db import Reader, Row
from shared.http import check_none_match, tag
from shared.shapes import Id

routes = router("/v1/grid/households", "grid: households")


@routes.get("/{household_id}", summary="The cell of a household, and its visits")
async def get_household(
    actor: Reading, read: Reader, request: Request, response: Response, household_id: Id
) -> HouseholdView:
    row = await store.get_household(read, household_id, actor)
    visits = [view_of(actor, visit) for visit in await list_visits_of(read, household_id)]
    view = HouseholdView(
        household_id=household_id,
        version=row["version"],
        state=row["state"],
        community=row["community_code"],
        cell=_cell(actor, row),
        visit=_first(visits),
        visits=visits,
    )
    check_none_match(request, view.version, copies_of(view))
    tag(response, view.version, copies_of(view))
    return view


def _cell(actor: Actor, row: Row) -> CellOfHousehold | None:
    if row["cell_code"] is None:
        return None
    return CellOfHousehold(code=row["cell_code"], name=row["cell_name"], head=link_for(actor, row["head_staff_id"]))


def _first(visits: list[VisitView]) -> VisitView | None:
    """The first visit; one that was cancelled (the household was entered by mistake, or has left) is none."""
    return next((v for v in visits if v.reason == Reason.FIRST_VISIT and v.status != VisitStatus.CANCELLED), None)
