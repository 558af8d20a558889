"""What the grid says. Events of one aggregate all carry its whole state, so that a later version replaces an earlier one."""

from __future__ import annotations

from datetime import date
from typing import Literal

from shared.events import Event


class HouseholdAssigned(Event, type="grid.household-assigned.v1", key="household_id"):
    """A household was put in a grid cell (or in none: its unit has no cell yet, or nobody lives there any more)."""

    household_id: str
    community_code: str
    cell_code: str | None
    head_staff_id: str | None
    """The block head (楼长) who answers for the cell."""


class VisitState(Event):
    """State of a visit after a change."""

    visit_id: str
    household_id: str
    community_code: str
    reason: Literal["first-visit", "without-work"]
    status: Literal["requested", "overdue", "done", "cancelled"]
    cell_code: str | None
    head_staff_id: str | None
    """Who is asked for it; None while no cell covers the household's unit, or its cell has no head."""
    due_on: date
    provisional: bool
    """The due date reaches a year without a State Council notice, and may move."""
    visited_on: date | None = None
    outcome: Literal["met", "not-home", "wrong-address"] | None = None


class VisitRequested(VisitState, type="grid.visit-requested.v1", key="visit_id"):
    """A visit was asked for."""


class VisitChanged(VisitState, type="grid.visit-changed.v1", key="visit_id"):
    """Another cell or head answers for a visit that is still to be made, or its due date moved."""


class VisitOverdue(VisitState, type="grid.visit-overdue.v1", key="visit_id"):
    """A visit was not made by its due date."""


class VisitCompleted(VisitState, type="grid.visit-completed.v1", key="visit_id"):
    """A visit was made."""


class VisitCancelled(VisitState, type="grid.visit-cancelled.v1", key="visit_id"):
    """A visit is no longer wanted: the household is gone or was entered by mistake, or someone works again."""
