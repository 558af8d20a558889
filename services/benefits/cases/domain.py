"""The life of an application and the case it becomes, and what an assessment makes of it; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
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
class Held:
    """Whose a case is and how it stands: of a person, at home where the person is now; set aside as `duplicate_of` another."""

    subject_id: str
    household_id: str
    status: CaseStatus
    ended_because: CaseAction | None = None
    duplicate_of: str | None = None

    @property
    def is_under_way(self) -> bool:
        """It counts as the person's case of its scheme."""
        return is_pending(self.status) and self.duplicate_of is None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A case as it was recorded under an id, and the person whose that id is now: dead or alive, and where at home."""

    case_id: str
    under: str
    scheme: str
    opened: bool
    """It has a basis: open, not only proposed to be refused."""
    held: Held
    owner_id: str
    home: str
    dead: bool


def whose(cases: Iterable[Recorded]) -> dict[str, Held]:
    """How cases are held that were recorded under the ids of one person, or of several people; by case id, all of them.

    Of one person and scheme one is under way: the person's own before those of other ids; the others are set aside, as an application
    beside an open case would be refused (`case-open`). What only a death had ended goes on where the person lives.
    """
    found: dict[str, Held] = {}
    first: dict[tuple[str, str], str] = {}
    for case in sorted(cases, key=lambda case: (case.under != case.owner_id, case.under, case.case_id)):
        held = replace(case.held, subject_id=case.owner_id, duplicate_of=None)
        if is_pending(held.status) or held.ended_because is CaseAction.PERSON_DIED:
            held = replace(held, household_id=case.home)
            if case.dead:
                found[case.case_id] = replace(
                    held, status=move(CaseStatus.OPEN, CaseAction.PERSON_DIED), ended_because=CaseAction.PERSON_DIED
                )
                continue
            status = CaseStatus.OPEN if case.opened else CaseStatus.REFUSAL_PROPOSED
            counting = first.setdefault((case.owner_id, case.scheme), case.case_id)
            aside = None if counting == case.case_id else counting
            held = replace(held, status=status, ended_because=None, duplicate_of=aside)
        found[case.case_id] = held
    return found


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
