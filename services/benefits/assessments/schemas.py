"""What benefits shows of assessments and parameters."""

from __future__ import annotations

from datetime import date, datetime

from services.benefits.assessments.domain import Outcome, Scheme
from services.benefits.schemas import MissingView, ReasonView
from shared.http import View


class NoteView(View):
    """Something to tell beside the reasons."""

    slug: str
    detail: str


class AssessmentView(View):
    """What a person (`person_id` null: the household) is told in one scheme."""

    person_id: str | None
    scheme: Scheme
    outcome: Outcome
    reasons: list[ReasonView]
    one_of: bool
    """Not all reasons hold, but certainly one of them: the outcome is the same whichever it is."""
    missing: list[MissingView]
    from_division: str | None
    to_division: str | None
    fund_moves: bool | None
    """Whether money moves with the relation; null: not known, or no case may open."""
    notes: list[NoteView]
    case_id: str | None
    """The case that is under way."""
    assessed_at: datetime


class HouseholdAssessments(View):
    household_id: str
    version: int
    assessments: list[AssessmentView]
    """Each present member in each scheme, and the household's dibao last. Empty once nobody lives there any more."""


class PersonAssessments(View):
    person_id: str
    merged_into: str | None
    """The person had been entered twice: all else is of the person of this id."""
    household_id: str
    assessments: list[AssessmentView]


class ParameterView(View):
    """What is in force for the divisions under `prefix` ("" is the whole country) from a day on, and where that is written."""

    name: str
    prefix: str
    valid_from: date
    value: bool | int | str
    source: str


class ParametersView(View):
    on: date
    parameters: list[ParameterView]
    """Where several prefixes fit a division, the longest counts."""
