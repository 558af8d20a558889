"""What benefits shows of people who were entered twice."""

from __future__ import annotations

from services.benefits.assessments.domain import Scheme
from shared.http import View


class AlarmView(View):
    """Something to look at: a stable slug, a sentence in the language asked for, and what it is about."""

    slug: str
    detail: str
    schemes: list[Scheme]
    divisions: list[str]
    """Where relations are active, or dibao is drawn."""
    cases: dict[str, str]
    """Cases that are set aside, each with the one that counts instead."""


class MergedView(View):
    """An id that is merged into another: what was recorded under it is that person's."""

    merged_id: str
    person_id: str
    household_id: str
    community: str
    alarms: list[AlarmView]
    """Empty: the two entries go together."""
