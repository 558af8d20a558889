"""What the grid takes and shows of visits."""

from __future__ import annotations

from datetime import date

from pydantic import ConfigDict

from services.grid import examples
from services.grid.visits.domain import Outcome, Reason, VisitStatus
from shared.http import Body, View
from shared.shapes import Day


class CompletionBody(Body):
    """A visit that was made, and how it went."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.COMPLETION]})

    visited_on: Day
    outcome: Outcome


class VisitView(View):
    """A visit. The address is where the household lives now; links to people are null for the grid centre."""

    visit_id: str
    version: int
    household_id: str | None
    reason: Reason
    status: VisitStatus
    due_on: date
    provisional: bool
    """The due date reaches a year without a State Council notice, and may move."""
    head: str | None
    cell: str | None
    community: str
    estate: str
    block: str
    unit: str
    flat: str | None
    asked_on: date
    visited_on: date | None
    outcome: Outcome | None
