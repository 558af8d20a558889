"""What the grid shows of its figures."""

from __future__ import annotations

from datetime import datetime

from pydantic import ConfigDict

from services.grid import examples
from services.grid.visits.domain import Reason
from shared.http import View


class VisitCounts(View):
    """Visits by status."""

    requested: int
    overdue: int
    done: int
    cancelled: int


class FiguresView(View):
    """Figures of a community, or of one of its blocks. A visit counts where its household lives now (or lived last); a cell counts in
    every block of which it covers a unit."""

    community: str
    estate: str | None
    block: str | None
    """None: the figures are those of the community."""
    households: int
    """That live there now."""
    cells: int
    cells_without_head: int
    units: int
    """Stair units that the registry has told of."""
    units_without_cell: int
    households_without_cell: int
    visits: VisitCounts
    visits_by_reason: dict[Reason, VisitCounts]
    first_visits_done_share: str | None
    """Percent, two decimals: of the households that live there, those whose first visit was made. None: nobody lives there."""


class StatisticsView(View):
    """Figures of what the caller may see, in order of community and block."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.STATISTICS]})

    items: list[FiguresView]
    as_of: datetime
