"""Routes of figures: /v1/jobs/statistics."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query

from services.jobs.api import Reading
from services.jobs.statistics import store
from services.jobs.statistics.domain import per_household, percent
from services.jobs.statistics.schemas import FiguresView, StatisticsView
from shared.app import router
from shared.db import Reader, Row
from shared.shapes import CommunityCode

routes = router("/v1/jobs/statistics", "jobs: statistics")

Community = Annotated[CommunityCode | None, Query(description="Only of this community.")]
By = Annotated[
    Literal["community", "block"] | None,
    Query(description="An entry per community or per block; where a community is given, per block unless said."),
]


@routes.get("", summary="Figures of communities, or of their blocks")
async def get_statistics(actor: Reading, read: Reader, community: Community = None, by: By = None) -> StatisticsView:
    """Labour, employment and its forms, counted from the rows as they stand now, of what the caller may see."""
    by_block = by == "block" if by else community is not None
    rows = await store.list_counts(read, actor.place, community, by_block)
    return StatisticsView(items=[_figures(row) for row in rows], as_of=read.now)


def _figures(row: Row) -> FiguresView:
    with_labour = row["households_with_labour"]
    return FiguresView(
        **row,
        employed_per_household=per_household(row["employed"], with_labour),
        employment_rate=percent(row["employed"], row["labour"]),
        household_cover=percent(row["households_with_someone_in_work"], with_labour),
    )
