"""What benefits shows of its figures."""

from __future__ import annotations

from datetime import datetime

from pydantic import ConfigDict

from services.benefits import examples
from services.benefits.assessments.domain import Outcome, Scheme
from shared.http import View


class OutcomeView(View):
    """How many are told this in the scheme."""

    assessed: int
    """People; for dibao (低保) households."""
    households: int
    """Households with at least one such assessment."""
    share_of_households: str | None
    """Of those that live there, in percent, two decimals; null where nobody does."""


class FiguresView(View):
    """Assessments in a community, or in one of its blocks, of the households that live there now."""

    community: str
    estate: str | None
    block: str | None
    """null: the figures are those of the community."""
    households: int
    schemes: dict[Scheme, dict[Outcome, OutcomeView]]
    """The schemes that the caller may see, each with all outcomes."""


class StatisticsView(View):
    """Figures of what the caller may see, in order of community and block."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.STATISTICS]})

    items: list[FiguresView]
    as_of: datetime
