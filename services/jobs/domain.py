"""What jobs decides: who is in work, who seeks work, which household has no one in work, who may be employed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.jobs.parameters import age_on, is_of_labour_age, minimum_age
from shared.errors import Conflict, Fault


class Presence(StrEnum):
    """State of a person in the registry."""

    RESIDENT = "resident"
    DECEASED = "deceased"
    WITHDRAWN = "withdrawn"


class HouseholdState(StrEnum):
    """State of a household in the registry."""

    SETTLED = "settled"
    ENDED = "ended"
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


class SeekerStatus(StrEnum):
    SEEKING = "seeking"
    PLACED = "placed"
    ENDED = "ended"


class SeekerAction(StrEnum):
    PLACE = "place"
    END = "end"


SEEKER_MOVES: dict[tuple[SeekerStatus, SeekerAction], SeekerStatus] = {
    (SeekerStatus.SEEKING, SeekerAction.PLACE): SeekerStatus.PLACED,
    (SeekerStatus.SEEKING, SeekerAction.END): SeekerStatus.ENDED,
}


class IllegalMove(Conflict):
    slug = "illegal-move"
    title_en, title_zh = "The present status does not allow this", "当前状态不允许此操作"


def move_employment(status: EmploymentStatus, action: EmploymentAction) -> EmploymentStatus:
    """The status after the action. Raises IllegalMove."""
    after = EMPLOYMENT_MOVES.get((status, action))
    if after is None:
        raise IllegalMove(members={"state": status, "action": action})
    return after


def move_seeker(status: SeekerStatus, action: SeekerAction) -> SeekerStatus:
    """The status after the action. Raises IllegalMove."""
    after = SEEKER_MOVES.get((status, action))
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
    """An employment. `household_id`: the household as whose member it was opened; `settling_withdrawn`: that household's settling
    was taken back since."""

    employment_id: str
    household_id: str
    source: Source
    terms: Terms
    status: EmploymentStatus = EmploymentStatus.STANDING
    ended_on: date | None = None
    end_reason: EndReason | None = None
    version: int = 1
    settling_withdrawn: bool = False

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


@dataclass(frozen=True, slots=True)
class StatedWork:
    """Work as stated to the registry. `terms` None: known to have no work."""

    terms: Terms | None


@dataclass(frozen=True, slots=True)
class Worker:
    """A person as jobs knows them. `stated` and `labour_class` None: not known. `employments`: those not withdrawn, oldest first.
    `seeker_id`: of the spell of seeking work that is open. `version`: of jobs' record of the person."""

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

    @property
    def standing(self) -> tuple[Employment, ...]:
        """Employments that stand now."""
        return tuple(employment for employment in self.employments if employment.stands)

    @property
    def retired(self) -> bool:
        """Left the last job to retire, perhaps early: no longer counted as labour (零就业家庭 rules leave 提前退休 out)."""
        return bool(self.employments) and self.employments[-1].end_reason is EndReason.RETIRED

    def with_(self, changed: Employment) -> Worker:
        """The same after a change of one employment."""
        others = {e.employment_id: e for e in self.employments} | {changed.employment_id: changed}
        kept = (e for e in others.values() if e.status is not EmploymentStatus.WITHDRAWN)
        return replace(self, employments=tuple(kept))


def following(worker: Worker, fresh_id: str) -> list[Employment]:
    """What must change so that employments follow the registry: each employment after a change, in order; none where all is well.

    What the settled person states opens the first employment (with `fresh_id`), once: where jobs holds any, ended ones too, none is
    opened. Until jobs has recorded anything else of the person, a corrected statement replaces the one before. Death ends what
    stands. What was opened under a settling that was taken back is withdrawn.
    """
    changes = [e.withdrawn() for e in worker.employments if _is_void(worker, e)]
    kept = [e for e in worker.employments if not _is_void(worker, e)]
    terms = worker.stated.terms if worker.stated else None
    if terms and not kept and worker.presence is not Presence.WITHDRAWN:
        opened = Employment(fresh_id, worker.household_id, Source.STATED, terms)
        changes.append(opened)
        kept.append(opened)
    if worker.presence is Presence.DECEASED and worker.died_on:
        changes += [e.ended(worker.died_on, EndReason.DEATH) for e in kept if e.stands]
    return changes


def _is_void(worker: Worker, employment: Employment) -> bool:
    if worker.presence is Presence.WITHDRAWN or employment.settling_withdrawn:
        return True
    untouched = employment.source is Source.STATED and employment.version == 1 and len(worker.employments) == 1
    return untouched and worker.stated != StatedWork(employment.terms)


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


class NotSeeking(StrEnum):
    """Why a person is no job seeker."""

    EMPLOYED = "employed"
    WORK_UNKNOWN = "work-unknown"
    DEATH = "death"
    WITHDRAWN = "withdrawn"
    AGE = "age"
    RETIRED = "retired"
    LABOUR_CLASS = "labour-class"


def why_not_seeking(worker: Worker, on: date) -> NotSeeking | None:
    """None: an able person of labour age, known to have no work, is a job seeker (求职者)."""
    if worker.presence is not Presence.RESIDENT:
        return NotSeeking.DEATH if worker.presence is Presence.DECEASED else NotSeeking.WITHDRAWN
    work = work_of(worker)
    if work is Work.EMPLOYED:
        return NotSeeking.EMPLOYED
    if worker.labour_class not in LABOUR:
        return NotSeeking.LABOUR_CLASS
    if worker.retired:
        return NotSeeking.RETIRED
    if not is_of_labour_age(worker.sex, worker.birth_on, on):
        return NotSeeking.AGE
    return NotSeeking.WORK_UNKNOWN if work is Work.UNKNOWN else None


def seeker_action(why: NotSeeking) -> SeekerAction:
    """What ends a spell of seeking: a job found, or anything else."""
    return SeekerAction.PLACE if why is NotSeeking.EMPLOYED else SeekerAction.END


class Standing(StrEnum):
    """How a household stands to work."""

    WITHOUT_WORK = "without-work"
    """With labour, and known to have no one in work: zero-employment family (零就业家庭)."""
    IN_WORK = "in-work"
    NO_LABOUR = "no-labour"
    UNDETERMINED = "undetermined"
    """Not enough is known: a member, or the work or labour class of one who may be labour."""


def household_standing(members: Sequence[Worker | None], on: date) -> Standing:
    """How a household of these members stands to work; a member of whom jobs has heard nothing yet is None.

    Employment Promotion Law (就业促进法) art. 56: a family all of whose members of labour age are without work is to be helped to at
    least one job. Weak and half labour counts; so does any form of work of any member, farming too, but not a child's: Labour Law
    art. 15. Only what is known counts: a household is without work when no work is unknown among those who may be labour.
    """
    present = [m for m in members if m is None or m.presence is not Presence.DECEASED]
    if any(m and m.standing and age_on(m.birth_on, on) >= minimum_age(on) for m in present):
        return Standing.IN_WORK
    may_work = [m for m in present if m and _may_be_labour(m, on)]
    if any(m is None or m.presence is Presence.WITHDRAWN for m in present):
        return Standing.UNDETERMINED
    if any(work_of(m) is Work.UNKNOWN for m in may_work):
        return Standing.UNDETERMINED
    if any(m.labour_class for m in may_work):
        return Standing.WITHOUT_WORK
    return Standing.UNDETERMINED if may_work else Standing.NO_LABOUR


def _may_be_labour(worker: Worker, on: date) -> bool:
    able = worker.labour_class is None or worker.labour_class in LABOUR
    return able and not worker.retired and is_of_labour_age(worker.sex, worker.birth_on, on)


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
