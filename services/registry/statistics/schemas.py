"""What the registry shows of its figures."""

from __future__ import annotations

from datetime import datetime

from pydantic import ConfigDict

from services.registry import examples
from shared.http import View


class AgesView(View):
    """People by full years of age today."""

    under_16: int
    from_16_to_60: int
    over_60: int


class FiguresView(View):
    """Who lives now in a community, or in one of its blocks. null: not for the caller to see."""

    community: str
    name: str
    """Of the community."""
    estate: str | None
    block: str | None
    """null: the figures are those of the community."""
    households: int
    """Co-living households (共同生活家庭) that are settled."""
    people: int
    registered_poor_households: int | None
    """建档立卡户."""
    registered_poor_people: int | None
    """People of registered-poor households."""
    party_members: int | None
    probationary_members: int | None
    men: int
    women: int
    ages: AgesView
    moved_hukou: int | None
    """People whose hukou was moved to the resettlement place."""
    flats: int
    occupied: int


class StatisticsView(View):
    """Figures of what the caller may see, in order of community and block."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.STATISTICS]})

    items: list[FiguresView]
    as_of: datetime
