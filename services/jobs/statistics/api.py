"""Routes of figures: /v1/jobs/statistics."""

from __future__ import annotations

from services.jobs.api import Reading
from services.jobs.statistics import store
from services.jobs.statistics.domain import per_household
from services.jobs.statistics.schemas import FiguresView, StatisticsView
from shared.app import router
from shared.auth import Actor, Scope
from shared.db import Reader, Row
from shared.figures import By, Community, percent, wants_blocks

routes = router("/v1/jobs/statistics", "jobs: statistics")


@routes.get("", summary="Figures of communities, or of their blocks")
async def get_statistics(actor: Reading, read: Reader, community: Community = None, by: By = None) -> StatisticsView:
    """Labour, employment and its forms, counted from the rows as they stand now, of what the caller may see."""
    rows = await store.list_counts(read, actor.place.within(community), wants_blocks(community, by))
    return StatisticsView(items=[_figures(actor, row) for row in rows], as_of=read.now)


def _figures(actor: Actor, row: Row) -> FiguresView:
    with_labour = row["households_with_labour"]
    poor = row["workshop_registered_poor"] if actor.may(Scope.WELFARE_FLAGS) else None
    return FiguresView(
        **{**row, "workshop_registered_poor": poor},
        employed_per_household=per_household(row["employed"], with_labour),
        employment_rate=percent(row["employed"], row["labour"]),
        household_cover=percent(row["households_with_someone_in_work"], with_labour),
    )
