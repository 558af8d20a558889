"""What is taken and shown of consents, purposes and notices."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from services.registry import examples
from services.registry.consents.domain import Form, Giving, Guardian, Guardianship
from services.registry.persons.domain import Purpose
from shared.http import Body, View
from shared.shapes import Day, Id, Plain

Evidence = Annotated[str, Field(min_length=1, max_length=80), Plain]
"""Where the paper or the recording lies: a number of a document, never its content."""


class GuardianBody(Body):
    """Who consents for the person. `person_id` where the registry knows the guardian; else the evidence says who it is."""

    relation: Guardianship
    person_id: Id | None = None


class ConsentBody(Body):
    """A consent, given to the notice of that id. For a child under 14 a guardian gives it."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CONSENT]})

    purpose: Purpose
    notice: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9.-]+$")]
    given_on: Day
    form: Form
    evidence: Evidence
    guardian: GuardianBody | None = None

    def giving(self) -> Giving:
        guardian = Guardian(self.guardian.relation, self.guardian.person_id) if self.guardian else None
        return Giving(self.purpose, self.notice, self.given_on, self.form, self.evidence, guardian)


class ConsentWithdrawalBody(Body):
    """A reason may be told; none is asked for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})

    because: Evidence | None = None


class ConsentView(View):
    consent_id: str
    person_id: str
    purpose: str
    notice: str
    law_ref: str
    status: str
    """standing, withdrawn, or replaced by a consent to a newer notice."""
    given_on: date
    form: str
    evidence: str
    guardian_relation: str | None
    guardian_id: str | None
    replaces: str | None
    recorded_by: str
    recorded_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    because: str | None


class PurposeView(View):
    """What data are read for, and what that rests on today."""

    purpose: str
    legal_basis: str
    """By PIPL art. 13: consent, legal-duty, emergency …"""
    law_ref: str
    needs_consent: bool
    notice: str
    notice_since: date
    text_id: str
    """Of the published text of the notice."""
