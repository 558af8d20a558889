"""What benefits takes and shows of applications and cases."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, field_validator, model_validator

from services.benefits import examples
from services.benefits.assessments.domain import MoveClass, Scheme
from services.benefits.cases.domain import Basis, CaseAction, CaseKind, CaseStatus, Channel, Decision
from services.benefits.schemas import LawView, MissingView, ReasonView
from shared.http import Body, View
from shared.shapes import Division, Id, Plain
from shared.validation import Wrong

Note = Annotated[str, Field(min_length=1, max_length=500), Plain]
"""Why, in words; without names or numbers of people."""


class ApplicationBody(Body):
    """An application: of a person, or for dibao (低保) of a household. `channel`: by default the window for staff, online for
    programs."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.APPLICATION, examples.DIBAO_APPLICATION]})

    scheme: Scheme
    person_id: Id | None = None
    household_id: Id | None = None
    channel: Channel | None = None

    @model_validator(mode="after")
    def _has_its_subject(self) -> ApplicationBody:
        wanted = (
            (self.person_id, self.household_id)
            if self.scheme is not Scheme.DIBAO
            else (self.household_id, self.person_id)
        )
        if wanted[0] is None or wanted[1] is not None:
            raise Wrong(
                "subject-of-scheme",
                "dibao is a household's (household_id), every other scheme a person's (person_id)",
                "低保以户申请（household_id），其他险种以人申请（person_id）",
            )
        return self


class BasisBody(Body):
    """On what a case opens that the table does not allow: the clerk's own law and article, and from where to where."""

    kind: CaseKind
    law: Annotated[str, Field(min_length=2, max_length=120), Plain]
    article: Annotated[str, Field(min_length=1, max_length=40), Plain]
    from_division: Division
    to_division: Division

    def basis(self) -> Basis:
        return Basis(self.kind, self.law, self.article, self.from_division, self.to_division)


class DecisionBody(Body):
    """What a named clerk makes of a proposed refusal."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CONFIRMATION, examples.OVERTURN]})

    decision: Decision
    note: Note
    basis: BasisBody | None = None

    @field_validator("basis")
    @classmethod
    def _only_to_overturn(cls, basis: BasisBody | None, info: object) -> BasisBody | None:
        if basis and getattr(info, "data", {}).get("decision") is Decision.CONFIRM:
            raise Wrong("basis-not-wanted", "only a case that opens has a basis", "仅撤销不予受理时填写依据")
        return basis


class WithdrawalBody(Body):
    """The applicant takes the application back."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.WITHDRAWAL]})

    note: Note | None = None


class DecisionView(View):
    """A decision on a proposed refusal: by whom, when, and why."""

    decision: Decision
    note: str
    decided_by: str
    decided_at: datetime


class EndView(View):
    """A case that ended without effect: why, and by whom."""

    because: CaseAction
    note: str | None
    ended_by: str
    ended_at: datetime


class CaseView(View):
    """An application, and the case it became or the refusal that is proposed."""

    case_id: str
    version: int
    scheme: Scheme
    person_id: str | None
    household_id: str
    recorded_under: str | None
    """The id under which it was recorded, where that is merged into `person_id`."""
    duplicate_of: str | None
    """Set aside, and nothing can be done to it: the person had been entered twice, and this other case is under way."""
    status: CaseStatus
    kind: CaseKind | None
    """null: no case opened."""
    channel: Channel
    legal_basis: LawView | None
    from_division: str | None
    to_division: str | None
    move_class: MoveClass | None
    fund_moves: bool | None
    reasons: list[ReasonView]
    """What the table said when it was applied for: why the case opened, or all reasons to refuse it."""
    one_of: bool
    missing: list[MissingView]
    applied_at: datetime
    applied_by: str
    decision: DecisionView | None
    end: EndView | None
