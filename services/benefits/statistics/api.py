"""Routes of figures: /v1/benefits/statistics."""

from __future__ import annotations

from collections.abc import Sequence

from services.benefits.api import Reading
from services.benefits.assessments.domain import Outcome, Scheme
from services.benefits.sight import schemes_of
from services.benefits.statistics import store
from services.benefits.statistics.schemas import FiguresView, OutcomeView, StatisticsView
from shared.app import router
from shared.db import Reader, Row
from shared.figures import By, Community, percent, wants_blocks

routes = router("/v1/benefits/statistics", "benefits: statistics")


@routes.get("", summary="Figures of communities, or of their blocks")
async def get_statistics(actor: Reading, read: Reader, community: Community = None, by: By = None) -> StatisticsView:
    """What people and households are told in each scheme, counted from the assessments as they stand now, of what the caller may see: an
    insurance agency sees its schemes, county civil affairs sees dibao."""
    schemes = schemes_of(actor)
    rows = await store.list_counts(read, actor.place.within(community), schemes, wants_blocks(community, by))
    return StatisticsView(items=[_figures(row, schemes) for row in rows], as_of=read.now)


def _figures(row: Row, schemes: Sequence[str]) -> FiguresView:
    told = {(counts["scheme"], counts["outcome"]): counts for counts in row["outcomes"]}
    households = row["households"]
    return FiguresView(
        community=row["community"],
        estate=row["estate"],
        block=row["block"],
        households=households,
        schemes={
            Scheme(scheme): {outcome: _outcome(told.get((scheme, outcome), {}), households) for outcome in Outcome}
            for scheme in schemes
        },
    )


def _outcome(counts: Row, households: int) -> OutcomeView:
    told = counts.get("households", 0)
    share = percent(told, households)
    return OutcomeView(assessed=counts.get("assessed", 0), households=told, share_of_households=share)
