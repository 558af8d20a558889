"""What jobs shows of households."""

from __future__ import annotations

from datetime import datetime

from services.jobs.employments.schemas import EmploymentRow
from services.jobs.households.domain import Standing
from services.jobs.seekers.schemas import SeekerView
from shared.http import View


class HouseholdView(View):
    household_id: str
    version: int
    seekers: list[SeekerView]
    """Those who seek work now."""
    employments: list[EmploymentRow]
    """Those that stand and those that ended."""
    without_work: bool
    """A household with labour, known to have no one in work (零就业家庭)."""
    without_work_since: datetime | None
    standing: Standing | None
    """How the household stands to work; null: not looked at yet."""


class HouseholdRow(View):
    household_id: str
    without_work: bool
    without_work_since: datetime | None
    standing: Standing
    community: str
    estate: str
    block: str
    unit: str
    flat: str
