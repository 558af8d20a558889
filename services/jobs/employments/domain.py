"""What an employment is, how it moves, and on which days. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.jobs.domain import IllegalMove
from shared.errors import Fault


class Form(StrEnum):
    """Forms of work; 扶贫车间 workshop, 公益性岗位 public post, 劳务输出 dispatched, 外出务工 migrant. All count as work: a rural
    household of which someone farms for a living has someone in work."""

    ENTERPRISE = "enterprise"
    WORKSHOP = "workshop"
    PUBLIC_POST = "public-post"
    SELF_EMPLOYED = "self-employed"
    DISPATCHED = "dispatched"
    MIGRANT = "migrant"
    FARMING = "farming"
    OTHER = "other"


class EmployerKind(StrEnum):
    """单位性质; `public` is 机关事业单位."""

    PUBLIC = "public"
    ENTERPRISE = "enterprise"
    OTHER = "other"


class Source(StrEnum):
    """Where an employment comes from: stated at settling, or recorded here."""

    STATED = "stated"
    RECORDED = "recorded"


class EmploymentStatus(StrEnum):
    STANDING = "standing"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class EmploymentAction(StrEnum):
    END = "end"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    """Who was held to be dead lives: what the death had ended."""


EMPLOYMENT_MOVES: dict[tuple[EmploymentStatus, EmploymentAction], EmploymentStatus] = {
    (EmploymentStatus.STANDING, EmploymentAction.END): EmploymentStatus.ENDED,
    (EmploymentStatus.STANDING, EmploymentAction.WITHDRAW): EmploymentStatus.WITHDRAWN,
    (EmploymentStatus.ENDED, EmploymentAction.WITHDRAW): EmploymentStatus.WITHDRAWN,
    (EmploymentStatus.ENDED, EmploymentAction.REOPEN): EmploymentStatus.STANDING,
}


class EndReason(StrEnum):
    LEFT = "left"
    DISMISSED = "dismissed"
    CONTRACT_ENDED = "contract-ended"
    RETIRED = "retired"
    DEATH = "death"


def move_employment(status: EmploymentStatus, action: EmploymentAction) -> EmploymentStatus:
    """The status after the action. Raises IllegalMove."""
    after = EMPLOYMENT_MOVES.get((status, action))
    if after is None:
        raise IllegalMove(members={"state": status, "action": action})
    return after


@dataclass(frozen=True, slots=True)
class Terms:
    """What is said of an employment. `started_on` None: not stated. `employer`: credit code (统一社会信用代码)."""

    form: Form
    division: str | None = None
    employer_kind: EmployerKind | None = None
    started_on: date | None = None
    employer: str | None = None


@dataclass(frozen=True, slots=True)
class Employment:
    """An employment. `household_id`: the household as whose member it was opened; `settling_withdrawn`: the person's settling there
    was taken back. `filed_at`: when it was recorded, by the clock of the database; None: now. `duplicate_of`: set aside, since the
    person was entered twice and this is that employment once more."""

    employment_id: str
    household_id: str
    source: Source
    terms: Terms
    status: EmploymentStatus = EmploymentStatus.STANDING
    ended_on: date | None = None
    end_reason: EndReason | None = None
    version: int = 1
    settling_withdrawn: bool = False
    filed_at: datetime | None = None
    duplicate_of: str | None = None

    @property
    def stands(self) -> bool:
        return self.status is EmploymentStatus.STANDING

    def ended(self, on: date, reason: EndReason) -> Employment:
        """Raises IllegalMove. A stated start after that day gives way: it ended the day it was to start."""
        status = move_employment(self.status, EmploymentAction.END)
        on = max(on, self.terms.started_on or on)
        return replace(self, status=status, ended_on=on, end_reason=reason, version=self.version + 1)

    def withdrawn(self) -> Employment:
        """As if it had never been. Raises IllegalMove."""
        status = move_employment(self.status, EmploymentAction.WITHDRAW)
        return replace(self, status=status, version=self.version + 1)

    def reopened(self) -> Employment:
        """As before it ended. Raises IllegalMove."""
        status = move_employment(self.status, EmploymentAction.REOPEN)
        return replace(self, status=status, ended_on=None, end_reason=None, version=self.version + 1)

    def aside(self, duplicate_of: str | None) -> Employment:
        """Set aside as a duplicate of another, or (None) no longer."""
        return replace(self, duplicate_of=duplicate_of, version=self.version + 1)


def is_same(one: Employment, other: Employment) -> bool:
    """Whether employments that were recorded of one person under two ids are one: with one employer, or in the same terms where not
    both name it, and on the same days at least in part. (One person, one post: 人社部发〔2019〕124号.)"""
    a, b = one.terms, other.terms
    if a.employer and b.employer:
        return a.employer == b.employer and _overlap(one, other)
    alike = (a.form, a.division, a.employer_kind, a.started_on) == (b.form, b.division, b.employer_kind, b.started_on)
    return alike and _overlap(one, other)


def _overlap(one: Employment, other: Employment) -> bool:
    """A day that is not known bounds nothing."""
    return _starts_by_end(one, other) and _starts_by_end(other, one)


def _starts_by_end(one: Employment, other: Employment) -> bool:
    return one.terms.started_on is None or other.ended_on is None or one.terms.started_on <= other.ended_on


def faults_of_end(employment: Employment, ended_on: date, today: date) -> list[Fault]:
    """Everything wrong with that last day."""
    faults = faults_of_day("/ended_on", ended_on, today)
    if employment.terms.started_on and ended_on < employment.terms.started_on:
        faults.append(Fault("/ended_on", "before-start", "before the day it started", "早于开始日期"))
    return faults


def faults_of_day(pointer: str, day: date, today: date) -> list[Fault]:
    """A day to come is none that something happened on."""
    if day <= today:
        return []
    return [Fault(pointer, "date-in-future", "lies in the future", "日期晚于今天")]
