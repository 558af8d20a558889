"""What jobs knows of a person: as whom the registry states it, which work it has, and which it may start. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.jobs.employments.domain import Employment, EmploymentStatus, EndReason, Form, Source, Terms, faults_of_day
from services.jobs.parameters import minimum_age
from shared.clock import age_on
from shared.errors import Fault


class Presence(StrEnum):
    """State of a person in the registry."""

    RESIDENT = "resident"
    MOVED_OUT = "moved-out"
    """Lives in no household here any more (迁出); what jobs recorded stands."""
    DECEASED = "deceased"
    WITHDRAWN = "withdrawn"


class LabourClass(StrEnum):
    """Labour classes (劳动能力): 技能, 普通, 弱或半, 丧失, 无."""

    SKILLED = "SKILLED"
    ORDINARY = "ORDINARY"
    WEAK_HALF = "WEAK_HALF"
    LOST = "LOST"
    NONE = "NONE"


LABOUR = frozenset({LabourClass.SKILLED, LabourClass.ORDINARY, LabourClass.WEAK_HALF})
"""Able to work; weak and half labour too."""


@dataclass(frozen=True, slots=True)
class StatedWork:
    """Work as stated to the registry. `terms` None: known to have no work."""

    terms: Terms | None


@dataclass(frozen=True, slots=True)
class Worker:
    """A person as jobs knows them. `stated` and `labour_class` None: not known. `employments`: those not withdrawn, oldest first.
    `seeker_id`: of the spell of seeking work that is open. `version`: of jobs' record of the person. `withdrawn_at`: when a settling
    of the person was last taken back, by the person's own word."""

    person_id: str
    household_id: str
    presence: Presence
    """Withdrawn also where the registry took back the settling of the person's household."""
    sex: str
    birth_on: date
    died_on: date | None = None
    labour_class: LabourClass | None = None
    stated: StatedWork | None = None
    employments: tuple[Employment, ...] = ()
    seeker_id: str | None = None
    version: int = 0
    withdrawn_at: datetime | None = None

    @property
    def standing(self) -> tuple[Employment, ...]:
        """Employments that stand now."""
        return tuple(employment for employment in self.employments if employment.stands)

    @property
    def carried(self) -> tuple[Employment, ...]:
        """Employments that came with the person from a settling which had been taken back when they were recorded: jobs had not heard
        of it yet. They are the person's, as those recorded in the new household; but they are no part of what it stated."""
        return tuple(e for e in self.employments if e.household_id != self.household_id and _is_late(self, e))

    @property
    def brought(self) -> tuple[Employment, ...]:
        """Employments opened as a member of another household, and the person's still: where the person lives now is to hear of them."""
        return tuple(e for e in self.employments if e.household_id != self.household_id and not _is_void(self, e))

    @property
    def retired(self) -> bool:
        """Left the last job to retire, perhaps early: no longer counted as labour (零就业家庭 rules leave 提前退休 out)."""
        return bool(self.employments) and self.employments[-1].end_reason is EndReason.RETIRED

    def with_(self, changed: Employment) -> Worker:
        """The same after a change of one employment."""
        others = {e.employment_id: e for e in self.employments} | {changed.employment_id: changed}
        kept = (e for e in others.values() if e.status is not EmploymentStatus.WITHDRAWN)
        return replace(self, employments=tuple(kept))


def following(worker: Worker, fresh_id: Callable[[], str]) -> list[Employment]:
    """What must change so that employments follow the registry: each employment after a change, in order; none where all is well.

    What the settled person states opens the first employment (with a `fresh_id`), once: where jobs holds any, ended ones too, none is
    opened. Until jobs has recorded anything else of the person, a corrected statement replaces the one before. Death ends what
    stands. What was opened under a settling is withdrawn when that is taken back, but not what was recorded after that.
    """
    changes = [e.withdrawn() for e in worker.employments if _is_void(worker, e)]
    kept = [e for e in worker.employments if not _is_void(worker, e)]
    terms = worker.stated.terms if worker.stated else None
    if terms and not set(kept).difference(worker.carried) and worker.presence is not Presence.WITHDRAWN:
        opened = Employment(fresh_id(), worker.household_id, Source.STATED, terms)
        changes.append(opened)
        kept.append(opened)
    if worker.presence is Presence.DECEASED and worker.died_on:
        changes += [e.ended(worker.died_on, EndReason.DEATH) for e in kept if e.stands]
    return changes


def _is_void(worker: Worker, employment: Employment) -> bool:
    if employment.settling_withdrawn and not _is_late(worker, employment):
        return True
    untouched = employment.source is Source.STATED and employment.version == 1
    alone = len(worker.employments) - len(worker.carried) == 1
    return untouched and alone and worker.stated != StatedWork(employment.terms)


def _is_late(worker: Worker, employment: Employment) -> bool:
    """Recorded (a statement is of its settling, whenever it is heard) since a settling of the person was last taken back."""
    if employment.source is Source.STATED or worker.withdrawn_at is None or employment.filed_at is None:
        return False
    return employment.filed_at >= worker.withdrawn_at


class Work(StrEnum):
    """What jobs knows of a person's work."""

    EMPLOYED = "employed"
    NONE = "none"
    UNKNOWN = "unknown"


def known_work(stands: bool, held: bool, stated_none: bool) -> Work:
    """Employed while an employment stands; none where the last one held has ended or it is stated that there is none; else unknown."""
    if stands:
        return Work.EMPLOYED
    return Work.NONE if held or stated_none else Work.UNKNOWN


def work_of(worker: Worker) -> Work:
    """What is known of the person's work."""
    return known_work(bool(worker.standing), bool(worker.employments), worker.stated == StatedWork(None))


def faults_of_start(worker: Worker, terms: Terms, today: date) -> list[Fault]:
    """Everything that forbids this employment.

    Labour Law art. 15 and State Council Order 364 art. 2: nobody under 16 may be employed, found work for, or run a business.
    One person, one post (一人一岗), no other job beside it: the rules of public-welfare posts (人社部发〔2019〕124号 and Guizhou's).
    """
    starts = terms.started_on or today
    return [
        *_faults_of_person(worker, starts),
        *_faults_of_post(worker, terms.form),
        *faults_of_day("/started_on", starts, today),
    ]


def _faults_of_person(worker: Worker, starts: date) -> Iterable[Fault]:
    if worker.presence is Presence.DECEASED:
        yield Fault("/person_id", "deceased", "the registry has this person as deceased", "该人员已登记为死亡")
    if worker.presence is Presence.WITHDRAWN:
        yield Fault("/person_id", "withdrawn", "the settling of this person was taken back", "该人员的入住登记已撤销")
    limit = minimum_age(starts)
    if age_on(worker.birth_on, starts) < limit:
        yield Fault(
            "/started_on",
            f"under-{limit}",
            f"under {limit} on that day: nobody of that age may be employed (Labour Law art. 15)",
            f"当日未满 {limit} 周岁，不得就业（《劳动法》第十五条）",
        )


def _faults_of_post(worker: Worker, form: Form) -> Iterable[Fault]:
    forms = {e.terms.form for e in worker.standing}
    if form is Form.PUBLIC_POST and forms:
        yield Fault(
            "/form",
            "other-employment-stands",
            "another employment stands: one person, one post",
            "尚有其他就业未结束：公益性岗位一人一岗",
        )
    elif Form.PUBLIC_POST in forms:
        yield Fault(
            "/form",
            "public-post-stands",
            "a public post stands: end it before other work starts",
            "在公益性岗位上：须先结束该岗位",
        )
