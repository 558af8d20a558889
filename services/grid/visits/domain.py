"""What the grid decides about visits: which ones a household needs, which acts a visit allows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from services.grid.households.domain import HouseholdState
from shared.errors import Conflict


class Reason(StrEnum):
    """Why a visit is asked for."""

    FIRST_VISIT = "first-visit"
    WITHOUT_WORK = "without-work"


class Outcome(StrEnum):
    """How a visit went."""

    MET = "met"
    NOT_HOME = "not-home"
    WRONG_ADDRESS = "wrong-address"


class VisitStatus(StrEnum):
    REQUESTED = "requested"
    OVERDUE = "overdue"
    DONE = "done"
    CANCELLED = "cancelled"


class VisitAction(StrEnum):
    COMPLETE = "complete"
    PASS_DUE = "pass-due"
    CANCEL = "cancel"


MOVES: dict[tuple[VisitStatus, VisitAction], VisitStatus] = {
    (VisitStatus.REQUESTED, VisitAction.COMPLETE): VisitStatus.DONE,
    (VisitStatus.REQUESTED, VisitAction.PASS_DUE): VisitStatus.OVERDUE,
    (VisitStatus.REQUESTED, VisitAction.CANCEL): VisitStatus.CANCELLED,
    (VisitStatus.OVERDUE, VisitAction.COMPLETE): VisitStatus.DONE,
    (VisitStatus.OVERDUE, VisitAction.CANCEL): VisitStatus.CANCELLED,
}

OPEN = frozenset(status for status, action in MOVES if action is VisitAction.CANCEL)
"""Statuses of a visit that is still to be made."""


class IllegalMove(Conflict):
    slug = "illegal-move"
    title_en, title_zh = "The present status does not allow this", "当前状态不允许此操作"


def move(status: VisitStatus, action: VisitAction) -> VisitStatus:
    """The status after the action. Raises IllegalMove."""
    after = MOVES.get((status, action))
    if after is None:
        raise IllegalMove(members={"state": status, "action": action})
    return after


@dataclass(frozen=True, slots=True)
class Ask:
    """What a visit is for. The occasion tells one finding of the same reason from the next: each is visited for once."""

    reason: Reason
    occasion: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A visit that was asked for."""

    visit_id: str
    ask: Ask
    status: VisitStatus


@dataclass(frozen=True, slots=True)
class Needs:
    """How the visits of a household must change: what to ask for, and which ones are no longer wanted."""

    ask: tuple[Ask, ...]
    cancel: tuple[str, ...]


def visits_wanted(state: str | None, without_work: bool | None, since: datetime | None) -> tuple[Ask, ...]:
    """The visits a household is to have: one when it settled, one for each time that it was found without work.

    `state` None: the registry has not spoken of it yet; jobs may have, and is heard when the registry has.
    """
    if state != HouseholdState.SETTLED:
        return ()
    first = Ask(Reason.FIRST_VISIT, "settling")
    if not without_work:
        return (first,)
    return first, Ask(Reason.WITHOUT_WORK, since.astimezone(UTC).isoformat() if since else "found")


def needs(wanted: Sequence[Ask], asked: Sequence[Asked]) -> Needs:
    """What is wanted and was not asked for yet; what is open and no longer wanted. A visit that was made stays made."""
    standing = {visit.ask for visit in asked if visit.status is not VisitStatus.CANCELLED}
    return Needs(
        ask=tuple(ask for ask in wanted if ask not in standing),
        cancel=tuple(visit.visit_id for visit in asked if visit.status in OPEN and visit.ask not in wanted),
    )


def look_on(due_on: date, provisional: bool, today: date) -> date:
    """At the end of which day a requested visit is looked at: its due day; every day while that is provisional and may move."""
    return min(due_on, today) if provisional else due_on
