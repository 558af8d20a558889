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


EMPLOYMENT_MOVES: dict[tuple[EmploymentStatus, EmploymentAction], EmploymentStatus] = {
    (EmploymentStatus.STANDING, EmploymentAction.END): EmploymentStatus.ENDED,
    (EmploymentStatus.STANDING, EmploymentAction.WITHDRAW): EmploymentStatus.WITHDRAWN,
    (EmploymentStatus.ENDED, EmploymentAction.WITHDRAW): EmploymentStatus.WITHDRAWN,
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
    was taken back. `filed_at`: when it was recorded, by the clock of the database; None: now."""

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
