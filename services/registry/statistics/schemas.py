"""What the registry shows of its figures."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import ConfigDict

from services.registry import examples
from services.registry.households.domain import HouseholdKind
from shared.http import View


class AgesView(View):
    """People by full years of age on the day."""

    under_14: int
    under_16: int
    under_18: int
    from_16_to_60: int
    from_60: int
    """60 and more."""
    over_60: int
    bands: dict[str, int]
    """By ages, both included: `0-5`, `6-13` … `80+`."""


class HeadCountsView(View):
    """Members of households by where they live and where their hukou is. null: not for the caller to see."""

    registered: int | None
    """户籍人口: whose hukou is of this very community, or was moved with them; wherever they live by now."""
    actual: int
    """实有人口: who live here, that is all members but those away."""
    floating: int | None
    """流动人口: who live here, and are known to have their hukou elsewhere."""
    away: int
    """外出: for more than six months."""
    hukou_elsewhere: int | None
    """Here or away."""
    hukou_unknown: int | None
    """Of whom it is not said, or only by a county that holds this community."""


class DisabilityView(View):
    """People by whether they are known to be disabled (残疾). null: not known."""

    yes: int
    no: int
    unknown: int


class FiguresView(View):
    """Who lived on a day in a community, or in one of its blocks. null: not for the caller to see."""

    community: str
    name: str
    """Of the community."""
    estate: str | None
    block: str | None
    """null: the figures are those of the community."""
    households: int
    """Households with members: of the kind that was asked for."""
    people: int
    registered_poor_households: int | None
    """建档立卡户."""
    registered_poor_people: int | None
    """People of registered-poor households."""
    monitored_households: dict[str, int] | None
    """防止返贫监测对象, by kind (code list monitored)."""
    monitored_people: dict[str, int] | None
    party_members: int | None
    probationary_members: int | None
    men: int
    women: int
    ages: AgesView | None
    """null also to programs that see births masked, of blocks and of other days than today: birthdays could be told from them."""
    head_counts: HeadCountsView
    labour_classes: dict[str, int] | None
    """By class (code list labour-class), and `unknown`."""
    tags: dict[str, int] | None
    disability: DisabilityView | None
    """Only where the read states a purpose that needs it."""
    moved_hukou: int | None
    """People whose hukou was moved to the resettlement place."""
    flats: int
    """As the plan has them now."""
    occupied: int | None
    """null: of hukou households, which occupy none."""


class StatisticsView(View):
    """Figures of what the caller may see, in order of community and block."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.STATISTICS]})

    items: list[FiguresView]
    kind: HouseholdKind
    day: date
    """The day that the figures are of, by what is known now."""
    counted_to: datetime
    """All that was told before this instant is counted."""
    waiting: int
    """Households that changed since then, and are not counted as they stand yet."""
    as_of: datetime
    """The same as `counted_to`: what the figures of all services call the instant of the count."""
