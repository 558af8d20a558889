"""What jobs shows of people."""

from __future__ import annotations

from services.jobs.employments.schemas import EmploymentRow
from services.jobs.persons.domain import LabourClass, Presence, Work
from services.jobs.seekers.schemas import SeekerView
from shared.http import View, WarningView


class PersonView(View):
    person_id: str
    merged_into: str | None
    """The person had been entered twice: all else is of the person of this id."""
    version: int
    household_id: str
    state: Presence
    work: Work
    labour_class: LabourClass | None
    seeker: SeekerView | None
    """null: does not seek work."""
    employments: list[EmploymentRow]
    warnings: list[WarningView] = []
    """Something to look at: of who was entered twice, work that may not stand together."""
