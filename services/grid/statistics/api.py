"""Routes of figures: /v1/grid/statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from services.grid.api import Reading
from services.grid.statistics import store
from services.grid.statistics.schemas import FiguresView, StatisticsView, VisitCounts
from services.grid.visits.domain import Reason, VisitStatus
from shared.app import router
from shared.db import Reader, Row
from shared.figures import By, Community, percent, wants_blocks

routes = router("/v1/grid/statistics", "grid: statistics")


@routes.get("", summary="Figures of communities, or of their blocks")
async def get_statistics(actor: Reading, read: Reader, community: Community = None, by: By = None) -> StatisticsView:
    """Households, cells and visits, counted from what the caller may see: a block head's figures are those of the own block and the
    own cells."""
    rows = await store.list_counts(read, actor.within(community), wants_blocks(community, by))
    places = groupby(rows, lambda row: (row["community_code"], row["estate"], row["block"]))
    return StatisticsView(items=[_figures(*place, list(counts)) for place, counts in places], as_of=read.now)


def _figures(community: str, estate: str | None, block: str | None, rows: Sequence[Row]) -> FiguresView:
    counts: dict[str, int] = {row["what"]: row["n"] for row in rows}
    plain = ("households", "cells", "cells_without_head", "units", "units_without_cell", "households_without_cell")
    return FiguresView(
        community=community,
        estate=estate,
        block=block,
        **{name: counts.get(name, 0) for name in plain},
        visits=_visits(counts, *Reason),
        visits_by_reason={reason: _visits(counts, reason) for reason in Reason},
        first_visits_done_share=percent(counts.get("first_visits_done", 0), counts.get("households", 0)),
    )


def _visits(counts: Mapping[str, int], *reasons: Reason) -> VisitCounts:
    return VisitCounts(
        **{status: sum(counts.get(f"{reason}/{status}", 0) for reason in reasons) for status in VisitStatus}
    )
