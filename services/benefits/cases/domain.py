"""The life of an application and the case it becomes, and what an assessment makes of it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.benefits.assessments.domain import (
    Assessment,
    MoveClass,
    Outcome,
    Reason,
    may_open,
    move_class,
    refusal,
)
from shared.errors import Conflict


class CaseStatus(StrEnum):
    """Status of an application and the case it becomes."""

    OPEN = "open"
    REFUSAL_PROPOSED = "refusal-proposed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class CaseAction(StrEnum):
    """What can happen to an application or case."""

    OPEN = "open"
    REFUSE = "refuse"
    CONFIRM_REFUSAL = "confirm-refusal"
    OVERTURN_REFUSAL = "overturn-refusal"
    WITHDRAW = "withdraw"
    PERSON_DIED = "person-died"
    END_HOUSEHOLD = "household-ended"
    WITHDRAW_HOUSEHOLD = "household-withdrawn"


class CaseKind(StrEnum):
    """A relation is transferred (转移接续), or only its registration changes (登记变更)."""

    TRANSFER = "transfer"
    CHANGE = "change"


class Channel(StrEnum):
    """Where an application came in: 社区窗口, 网上, 经办机构."""

    COMMUNITY_WINDOW = "community-window"
    ONLINE = "online"
    AGENCY = "agency"


class Decision(StrEnum):
    """What a clerk makes of a proposed refusal."""

    CONFIRM = "confirm"
    OVERTURN = "overturn"


PENDING = frozenset({CaseStatus.OPEN, CaseStatus.REFUSAL_PROPOSED})
ENDINGS = (
    CaseAction.WITHDRAW,
    CaseAction.PERSON_DIED,
    CaseAction.END_HOUSEHOLD,
    CaseAction.WITHDRAW_HOUSEHOLD,
)
"""Acts that end a case without effect."""

MOVES: dict[tuple[CaseStatus | None, CaseAction], CaseStatus] = {
    (None, CaseAction.OPEN): CaseStatus.OPEN,
    (None, CaseAction.REFUSE): CaseStatus.REFUSAL_PROPOSED,
    (CaseStatus.REFUSAL_PROPOSED, CaseAction.CONFIRM_REFUSAL): CaseStatus.REFUSED,
    (CaseStatus.REFUSAL_PROPOSED, CaseAction.OVERTURN_REFUSAL): CaseStatus.OPEN,
} | {(status, ending): CaseStatus.WITHDRAWN for status in PENDING for ending in ENDINGS}
"""The allowed moves; None is an application not recorded yet. A refusal is final only once a named clerk confirms it."""


class IllegalMove(Conflict):
    """The status of the case does not allow the act."""

    slug = "case-move-not-allowed"
    title_en, title_zh = "The status of the case does not allow this", "事项当前状态不允许此操作"


def move(status: CaseStatus | None, action: CaseAction) -> CaseStatus:
    """The status after an act. Raises IllegalMove."""
    try:
        return MOVES[status, action]
    except KeyError:
        raise IllegalMove(members={"state": status, "action": action}) from None


def is_pending(status: CaseStatus) -> bool:
    """Whether a case in this status keeps another of the same scheme from opening (reason `case-open`)."""
    return status in PENDING


@dataclass(frozen=True, slots=True)
class Basis:
    """What a case stands on: its kind, law and article, and from where to where; a place is None where it is not known."""

    kind: CaseKind
    law: str
    article: str
    from_division: str | None
    to_division: str | None
    fund_moves: bool | None = None

    @property
    def move_class(self) -> MoveClass | None:
        """How far the relation goes; None where a place is not known."""
        both = self.from_division and self.to_division
        return move_class(self.from_division, self.to_division) if both and self.from_division else None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of an application: the status it gets, why, and on what basis a case opens (None: none does)."""

    action: CaseAction
    reasons: tuple[Reason, ...]
    one_of: bool
    """Not all reasons hold, but certainly one of them."""
    basis: Basis | None


def rule_on(assessment: Assessment) -> Ruling:
    """The table lets a case open, or the application is to be refused with all reasons. Order 765 art. 16: the result is told.

    The basis is the reason that decides, which stands first.
    """
    reasons = assessment.reasons or assessment.either
    one_of = not assessment.reasons
    if not may_open(assessment):
        return Ruling(CaseAction.REFUSE, refusal(assessment), one_of, None)
    kind = CaseKind.TRANSFER if assessment.outcome is Outcome.TRANSFER else CaseKind.CHANGE
    route = assessment.from_division, assessment.to_division, assessment.fund_moves
    return Ruling(CaseAction.OPEN, reasons, one_of, Basis(kind, reasons[0].law, reasons[0].article, *route))
