"""What the grid shows of households."""

from __future__ import annotations

from services.grid.visits.schemas import VisitView
from shared.http import View


class CellOfHousehold(View):
    code: str
    name: str
    head: str | None


class HouseholdView(View):
    household_id: str
    version: int
    state: str
    """What the registry says: settled, ended, withdrawn."""
    community: str
    cell: CellOfHousehold | None
    """None: no cell covers its unit yet, or nobody lives there any more."""
    visit: VisitView | None
    """The first visit."""
    visits: list[VisitView]
    """All visits, oldest first."""
