"""What jobs takes and shows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict

from services.jobs import examples
from services.jobs.domain import (
    EmployerKind,
    EmploymentStatus,
    EndReason,
    Form,
    LabourClass,
    Presence,
    SeekerStatus,
    Source,
    Standing,
    Terms,
    Work,
)
from shared.http import Body, View, WarningView
from shared.identity import check_credit_code
from shared.shapes import Day, Division, Id


def _credit_code(text: str) -> str:
    return check_credit_code(text).value


CreditCode = Annotated[str, AfterValidator(_credit_code)]


class EmploymentBody(Body):
    """An employment that started. `division`: where the work is; `employer`: credit code (统一社会信用代码)."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.EMPLOYMENT]})

    person_id: Id
    form: Form
    employer_kind: EmployerKind | None = None
    division: Division | None = None
    employer: CreditCode | None = None
    started_on: Day

    def terms(self) -> Terms:
        return Terms(self.form, self.division, self.employer_kind, self.started_on, self.employer)


class EndBody(Body):
    """The last day of an employment, and why it ended."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.END]})

    ended_on: Day
    reason: Literal[EndReason.LEFT, EndReason.DISMISSED, EndReason.CONTRACT_ENDED, EndReason.RETIRED]


class EmploymentRow(View):
    employment_id: str
    person_id: str
    form: Form
    division: str | None
    employer_kind: EmployerKind | None
    started_on: date | None
    """null: not stated."""
    ended_on: date | None
    status: EmploymentStatus


class EmploymentView(EmploymentRow):
    version: int
    source: Source
    employer: str | None
    end_reason: EndReason | None
    warnings: list[WarningView] = []


class SeekerView(View):
    person_id: str
    since: datetime
    status: SeekerStatus


class SeekerRow(SeekerView):
    seeker_id: str
    household_id: str
    labour_class: LabourClass | None
    community: str
    estate: str
    block: str
    unit: str
    flat: str


class PersonView(View):
    person_id: str
    version: int
    household_id: str
    state: Presence
    work: Work
    labour_class: LabourClass | None
    seeker: SeekerView | None
    """null: does not seek work."""
    employments: list[EmploymentRow]


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
