"""What the grid says."""

from __future__ import annotations

from datetime import date
from typing import Literal

from shared.events import Event


class HouseholdAssigned(Event, type="grid.household-assigned.v1", key="household_id"):
    """A household was put in a grid cell (or in none: its unit has no cell yet, or it was withdrawn)."""

    household_id: str
    community_code: str
    cell_code: str | None
    head_staff_id: str | None
    """The block head (楼长) who answers for the cell."""


class VisitRequested(Event, type="grid.visit-requested.v1", key="visit_id"):
    """The block head was asked for a visit."""

    visit_id: str
    household_id: str
    reason: Literal["first-visit", "without-work"]
    head_staff_id: str | None
    due_on: date
    provisional: bool


class VisitOverdue(Event, type="grid.visit-overdue.v1", key="visit_id"):
    """A visit was not made by its due date."""

    visit_id: str
    household_id: str
    due_on: date
