"""What the registry takes and shows of requests by which people exercise their rights."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from services.registry import examples
from services.registry.changes.schemas import ChangeBody
from services.registry.erasure.domain import Ground, Outcome
from services.registry.rights.deletion import Proposal
from services.registry.rights.domain import Asking, Capacity, Kind, Relation, RequestAction, RequestStatus
from shared.http import Body, View, WarningView
from shared.shapes import Id, Plain

Text = Annotated[str, Field(min_length=2, max_length=2000)]
"""Kept sealed."""


class RightsBody(Body):
    """A request (个人权利请求) about a person. Residents ask for themselves and their minor children: of them only `kind`, `said` and
    `correction` are taken."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.RIGHTS_REQUEST]})

    kind: Kind
    capacity: Capacity = Capacity.SELF
    relation: Relation | None = None
    """Of who asks to the person, for guardians and near relatives: the asker is its parent, child …"""
    applicant_id: Id | None = None
    """The guardian or relative, where the registry knows it; else the evidence says who it is."""
    said: Text | None = None
    """What is asked and why, in the asker's words; of a relative, for which lawful interest."""
    evidence: Annotated[str, Field(min_length=1, max_length=120), Plain] | None = None
    """At the desk: the papers that were seen, by kind and file number; no personal data."""
    correction: ChangeBody | None = None

    def asking(self) -> Asking:
        return Asking(
            self.kind,
            self.capacity,
            self.relation,
            self.applicant_id,
            self.said,
            self.evidence,
            self.correction is not None,
        )


class GrantBody(Body):
    """`answer`: the explanation, where that was asked; with a copy a note."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"answer": "登记信息用于社区管理服务……"}]})

    answer: Text | None = None


class BecauseBody(Body):
    """The reason, in writing (个人信息保护法 art. 50)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"because": "现居住于本社区，信息为履行法定职责所必需"}]})

    because: Text


class ProposalBody(Body):
    """How a deletion is to be answered. Which duties the registry sees itself, it says; what others owe is for who decides to ask."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DELETION]})

    ground: Ground
    because: Text
    """Why the ground holds."""
    asked_elsewhere: Text
    """What jobs, grid and benefits were asked (open cases, employments), and what they said."""
    kept_by_law: Text | None = None
    """A duty there that needs the record, by law and article: then it is restricted."""
    technically_hard: Text | None = None
    """Why it cannot be deleted: then it is restricted."""

    def proposal(self) -> Proposal:
        return Proposal(self.ground, self.because, self.asked_elsewhere, self.kept_by_law, self.technically_hard)


class StepView(View):
    action: RequestAction
    by: str | None
    """The account; null to a resident, who is told the role."""
    role: str
    at: datetime
    because: str | None


class RemedyView(View):
    """What is open to whom it was refused (个人信息保护法 art. 50 para. 2)."""

    law_ref: Literal["PIPL-50-2"] = "PIPL-50-2"
    zh: str = "对拒绝决定不服的，可以依法向人民法院提起诉讼。"
    en: str = "Who does not accept the refusal may sue at a people's court."


class RightsView(View):
    """A request by which somebody exercises a right. Texts show as long as the person's record does."""

    request_id: str
    person_id: str
    kind: Kind
    law_ref: str
    capacity: Capacity
    relation: Relation | None
    applicant_id: str | None
    status: RequestStatus
    said: str | None
    evidence: str | None
    change_request_id: str | None
    """A correction is decided there."""
    asked_at: datetime
    due_on: date
    """The last day of the answer."""
    provisional: bool
    """The last day may move: a year it is counted through has no notice of holidays yet."""
    overdue: bool
    answered_at: datetime | None
    ground: Ground | None
    outcome: Outcome | None
    standing: list[str]
    """What keeps the record, by code."""
    kept_until: date | None
    steps: list[StepView]
    refused_because: str | None
    remedy: RemedyView | None
    warnings: list[WarningView] = []


class CopyView(View):
    """All that the registry holds of a person (个人信息保护法 art. 45), for machines."""

    request_id: str
    document: dict[str, Any]
