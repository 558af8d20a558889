"""What jobs says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.events import Event


class EmploymentNow(BaseModel):
    """An employment that stands."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    employment_id: str
    form: str
    division: str | None
    employer_kind: Literal["public", "enterprise", "other"] | None
    started_on: date | None


class WorkerState(Event):
    """Work of a person after a change; `version` is that of jobs' record of the person."""

    person_id: str
    household_id: str
    work: Literal["employed", "none"]
    employments: tuple[EmploymentNow, ...]
    """All that stand now."""
    has_worked: bool = False
    """Is any employment on record that was not taken back, be it ended?"""

    @property
    def takes_word_back(self) -> bool:
        """Does jobs know nothing of the person's work any more?"""
        return False


class EmploymentStarted(WorkerState, type="jobs.employment-started.v1", key="person_id"):
    """A person started work."""

    employment_id: str


class EmploymentEnded(WorkerState, type="jobs.employment-ended.v1", key="person_id"):
    """A person's employment ended."""

    employment_id: str
    reason: Literal["left", "dismissed", "contract-ended", "retired", "death", "withdrawn"]

    @property
    def takes_word_back(self) -> bool:
        """An employment that never was, and leaves no other, an ended one neither."""
        return self.reason == "withdrawn" and not self.employments and not self.has_worked


class HouseholdWithoutWorkState(Event):
    """Whether a household with labour has no one in work (零就业家庭); Employment Promotion Law art. 56."""

    household_id: str
    community_code: str
    without_work: bool
    since: datetime | None


class HouseholdWithoutWorkFound(
    HouseholdWithoutWorkState, type="jobs.household-without-work-found.v1", key="household_id"
):
    """A household with labour was found to have no one in work."""


class HouseholdWithoutWorkCleared(
    HouseholdWithoutWorkState, type="jobs.household-without-work-cleared.v1", key="household_id"
):
    """Someone works again, or the household no longer has labour."""
