"""Routes of figures: /v1/registry/statistics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query, Request

from services.registry.access.service import note_figures
from services.registry.api import Reading, require_group, require_unmask
from services.registry.households.api import CaseOf, PurposeOf
from services.registry.households.domain import HouseholdKind
from services.registry.persons.domain import Purpose
from services.registry.sight import sees_masked, shows
from services.registry.statistics import service
from services.registry.statistics.schemas import FiguresView, StatisticsView
from shared.app import router
from shared.auth import Actor
from shared.db import Reader
from shared.figures import By, Community, wants_blocks
from shared.shapes import Day

routes = router("/v1/registry/statistics", "registry: statistics")

KindOf = Annotated[
    HouseholdKind,
    Query(
        description="Households of this kind, and their members: who live together (coliving), who live in one flat (flat), who are"
        " registered together (hukou), counted where the household beside which they are recorded lives, or lived last."
    ),
]
AsOf = Annotated[Day | None, Query(description="The day; today unless said.")]

_GROUPS = {
    "registered_poor_households": "registered_poor",
    "registered_poor_people": "registered_poor",
    "monitored_households": "monitored",
    "monitored_people": "monitored",
    "party_members": "profile",
    "probationary_members": "profile",
    "labour_classes": "labour_class",
    "tags": "tags",
    "disability": "disability",
    "moved_hukou": "hukou",
}
"""Figures that show what the fact groups hold are shown to whom these are: by block and day a figure may tell of one person."""
_OF_HUKOU = ("registered", "floating", "hukou_elsewhere", "hukou_unknown")


@routes.get("", summary="Figures of communities, or of their blocks")
async def get_statistics(
    actor: Reading,
    read: Reader,
    request: Request,
    community: Community = None,
    by: By = None,
    kind: KindOf = HouseholdKind.COLIVING,
    as_of: AsOf = None,
    purpose: PurposeOf = None,
    case: CaseOf = None,
) -> StatisticsView:
    """Households, people and flats on a day, by what is known now, of what the caller may see: a block head's figures are those of the own
    block. From counters, which `counted_to` says how far they have come. Disability shows to who states a purpose that needs it; the read
    is noted."""
    if purpose is not None:
        require_unmask(actor)
    if kind is HouseholdKind.HUKOU:
        require_group(actor, "hukou")
    day = as_of or read.today
    async with read.writing() as tx:
        found = await service.list_figures(tx, actor.place.within(community), kind, day, wants_blocks(community, by))
        if purpose is not None and shows(actor, "disability", purpose):
            request_id = request.scope.get("anju.request_id")
            await note_figures(tx, actor, purpose, case, len(found.items), request_id, ("disability",))
    by_day = day != read.today
    return StatisticsView(
        items=[_figures(actor, kind, purpose, by_day, item) for item in found.items],
        kind=kind,
        day=day,
        counted_to=found.counted_to,
        waiting=found.waiting,
        as_of=found.counted_to,
    )


def _figures(
    actor: Actor, kind: HouseholdKind, purpose: Purpose | None, by_day: bool, item: Mapping[str, Any]
) -> FiguresView:
    """What the caller is shown of an entry. `by_day`: of another day than today."""
    hidden: dict[str, Any] = {name: None for name, group in _GROUPS.items() if not shows(actor, group, purpose)}
    if not shows(actor, "hukou", purpose):
        hidden["head_counts"] = item["head_counts"] | dict.fromkeys(_OF_HUKOU)
    if kind is HouseholdKind.HUKOU:
        hidden["occupied"] = None
    if sees_masked(actor) and (by_day or item["block"] is not None):
        hidden["ages"] = None
    return FiguresView.model_validate({**item, **hidden})
