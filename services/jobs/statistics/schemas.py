"""What jobs shows of its figures."""

from __future__ import annotations

from datetime import datetime

from pydantic import ConfigDict

from services.jobs import examples
from services.jobs.employments.domain import Form
from shared.http import View


class FiguresView(View):
    """Work in a community, or in one of its blocks: of the households that live there now and their living people. Labour is the class as
    stated (劳动能力: skilled, ordinary, weak or half), whatever the age today."""

    community: str
    estate: str | None
    block: str | None
    """null: the figures are those of the community."""
    households: int
    households_with_labour: int
    labour: int
    """People of a labour class."""
    employed: int
    """Of these, those with an employment that stands."""
    employed_per_household: str | None
    """Employed to a household with labour, one decimal; null where there is no such household."""
    employment_rate: str | None
    """Employed of labour in percent, two decimals; null where there is no labour."""
    households_with_someone_in_work: int
    """Of those with labour. Any member's work counts but a child's, as for the flag of a household without work."""
    households_without_work: int
    """Flagged: with labour, known to have no one in work (零就业家庭). Where work is not known, a household is neither."""
    household_cover: str | None
    """Households with someone in work of those with labour, in percent, two decimals; null where there are none."""
    by_form: dict[Form, int]
    """People by the form of their work, whatever their labour class; who works in two forms counts in both."""
    workshop_registered_poor: int | None
    """People in a workshop (扶贫车间) whose household is registered poor (建档立卡)."""
    seekers: int
    """People who seek work."""


class StatisticsView(View):
    """Figures of what the caller may see, in order of community and block."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.STATISTICS]})

    items: list[FiguresView]
    as_of: datetime
