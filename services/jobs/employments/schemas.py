"""What jobs takes and shows of employments."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict

from services.jobs import examples
from services.jobs.employments.domain import EmployerKind, EmploymentStatus, EndReason, Form, Source, Terms
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
    duplicate_of: str | None
    """Set aside: the person was entered twice, and this is that employment once more."""
    recorded_under: str | None
    """The id under which it was recorded, where that is merged into `person_id`."""


class EmploymentView(EmploymentRow):
    version: int
    source: Source
    employer: str | None
    end_reason: EndReason | None
    warnings: list[WarningView] = []
