"""Routes of figures: /v1/registry/statistics."""

from __future__ import annotations

from services.registry.api import Reading
from services.registry.sight import may_see
from services.registry.statistics import store
from services.registry.statistics.schemas import AgesView, FiguresView, StatisticsView
from shared.app import router
from shared.auth import Actor
from shared.db import Reader, Row
from shared.figures import By, Community, wants_blocks

routes = router("/v1/registry/statistics", "registry: statistics")

_GROUPS = {
    "registered_poor_households": "registered_poor",
    "registered_poor_people": "registered_poor",
    "party_members": "profile",
    "probationary_members": "profile",
    "moved_hukou": "hukou",
}
"""Figures that show what the fact groups hold are shown to whom these are."""


@routes.get("", summary="Figures of communities, or of their blocks")
async def get_statistics(actor: Reading, read: Reader, community: Community = None, by: By = None) -> StatisticsView:
    """Households, people and flats, counted from the rows as they stand now, of what the caller may see: a block head's figures are
    those of the own block."""
    rows = await store.list_counts(read, actor.place.within(community), wants_blocks(community, by))
    return StatisticsView(items=[_figures(actor, row) for row in rows], as_of=read.now)


def _figures(actor: Actor, row: Row) -> FiguresView:
    hidden = {name: None for name, group in _GROUPS.items() if not may_see(actor, group)}
    young, old = row["under_16"], row["over_60"]
    ages = AgesView(under_16=young, from_16_to_60=row["people"] - young - old, over_60=old)
    return FiguresView.model_validate({**row, "community": row["community_code"], "ages": ages} | hidden)
