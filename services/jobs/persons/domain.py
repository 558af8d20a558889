"""What jobs knows of a person: as whom the registry states it, which work it has, and which it may start. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.jobs.employments.domain import (
    Employment,
    EmploymentStatus,
    EndReason,
    Form,
    Source,
    Terms,
    faults_of_day,
    is_same,
)
from shared.clock import age_on
from shared.errors import Fault
from shared.labour import minimum_age


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
    """A person as jobs knows them. `stated` and `labour_class` None: not known. `employments`: those recorded under this id and not
    withdrawn, oldest first. `seeker_id`: of the spell of seeking work that is open; `seeker_aside`: set aside. `version`: of jobs'
    record of the person. `withdrawn_at`: when a settling of the person was last taken back, by the person's own word.

    `merged_into`: the person had been entered twice, and all of this is that one's. `others`: the ids merged into this person, each
    with what was recorded under it.
    """

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
    seeker_aside: bool = False
    merged_into: str | None = None
    others: tuple[Worker, ...] = ()

    @property
    def counted(self) -> tuple[Employment, ...]:
        """The person's employments, oldest first: under whatever id they were recorded, each once. What was recorded under another id
        waits while the person's own settling is taken back."""
        if self.merged_into:
            return ()
        if not self.others and all(e.duplicate_of is None for e in self.employments):
            return self.employments
        theirs = self.others if self.presence is not Presence.WITHDRAWN else ()
        held = [*self.employments, *(e for other in theirs for e in other.employments)]
        if theirs:
            held.sort(key=lambda employment: employment.employment_id)
        return tuple(employment for employment in held if employment.duplicate_of is None)

    @property
    def standing(self) -> tuple[Employment, ...]:
        """Employments that stand now."""
        return tuple(employment for employment in self.counted if employment.stands)

    @property
    def carried(self) -> tuple[Employment, ...]:
        """Employments that came with the person from a settling which had been taken back when they were recorded: jobs had not heard
        of it yet. They are the person's, as those recorded in the new household; but they are no part of what it stated."""
        return tuple(e for e in self.employments if e.household_id != self.household_id and _is_late(self, e))

    @property
    def retired(self) -> bool:
        """Left the last job to retire, perhaps early: no longer counted as labour (零就业家庭 rules leave 提前退休 out)."""
        counted = self.counted
        return bool(counted) and counted[-1].end_reason is EndReason.RETIRED

    def keeper(self, employment_id: str) -> str:
        """The id under which an employment of the person is recorded, or (a new one) is to be."""
        kept = (w.person_id for w in self.others if any(e.employment_id == employment_id for e in w.employments))
        return next(kept, self.person_id)

    def with_(self, changed: Employment, under: str | None = None) -> Worker:
        """The same after a change of one employment, recorded `under` this id or one merged into it."""
        if under not in (None, self.person_id):
            theirs = [w.with_(changed) if w.person_id == under else w for w in self.others]
            return replace(self, others=tuple(theirs))
        others = {e.employment_id: e for e in self.employments} | {changed.employment_id: changed}
        kept = (e for e in others.values() if e.status is not EmploymentStatus.WITHDRAWN)
        return replace(self, employments=tuple(kept))


def grouped(workers: Mapping[str, Worker], owners: Mapping[str, str]) -> dict[str, Worker]:
    """The same people, each with the ids that were merged into it; `owners`: id merged, and whose it is (who need not be known)."""
    if not owners:
        return {**workers}
    theirs: dict[str, list[Worker]] = {}
    for person_id, owner_id in owners.items():
        theirs.setdefault(owner_id, []).append(workers[person_id])
    found = {id_: replace(w, merged_into=owners[id_]) if id_ in owners else w for id_, w in workers.items()}
    for owner_id, others in theirs.items():
        if owner := found.get(owner_id):
            ordered = sorted(others, key=lambda other: other.person_id)
            found[owner_id] = replace(owner, others=tuple(_as_of(owner, other) for other in ordered))
    return found


def _as_of(owner: Worker, other: Worker) -> Worker:
    """Another id of a person: it lives and dies as the person does; what was recorded under it goes with its own settling alone."""
    if other.presence is Presence.WITHDRAWN or owner.presence is not Presence.DECEASED:
        return other
    return replace(other, presence=Presence.DECEASED, died_on=owner.died_on)


def changes_of(worker: Worker, fresh_id: Callable[[], str]) -> list[tuple[str, Employment]]:
    """All that must change of a person's employments: the id under which each is recorded, and how it is after the change, in order."""
    changes = [(one.person_id, e) for one in (worker, *worker.others) for e in following(one, fresh_id)]
    after = worker
    for under, change in changes:
        after = after.with_(change, under)
    return [*changes, *_set_aside(after)]


def _set_aside(worker: Worker) -> list[tuple[str, Employment]]:
    """Of employments that are the same, recorded under several ids, one counts: an end that was recorded says more than none; then the
    person's own id counts before others."""
    if not worker.others and all(e.duplicate_of is None for e in worker.employments):
        return []
    held = [(one.person_id, e) for one in (worker, *worker.others) for e in one.employments]
    if worker.others:
        held.sort(key=lambda each: (each[1].stands, each[0] != worker.person_id, each[0], each[1].employment_id))
    counting: list[tuple[str, Employment]] = []
    found = []
    for under, employment in held:
        same = (e.employment_id for by, e in counting if by != under and is_same(e, employment))
        duplicate_of = next(same, None)
        if duplicate_of is None:
            counting.append((under, employment))
        if duplicate_of != employment.duplicate_of:
            found.append((under, employment.aside(duplicate_of)))
    return found


Word = tuple[Employment, tuple[Employment, ...]]
"""What others hear: an employment that started, ended, or is withdrawn, and all that stand then."""


def told(before: Worker, after: Worker, moved: bool) -> list[Word]:
    """What others are to hear of a person: employments that are the person's no longer (as withdrawn), then those that ended, then those
    that started. `moved`: to another household, which is to hear of all."""
    if before is after and not moved:
        return []
    was, now = ({e.employment_id: e for e in worker.counted} for worker in (before, after))
    stood = {id_ for id_, e in was.items() if e.stands}
    lost = [e.withdrawn() for id_, e in was.items() if e.stands and id_ not in now]
    ended = [e for id_, e in now.items() if not e.stands and (moved or id_ in stood or id_ not in was)]
    started = [e for id_, e in now.items() if e.stands and (moved or id_ not in stood)]
    standing = {id_: was[id_] for id_ in was if id_ in stood}
    words: list[Word] = []
    for employment in (*lost, *ended, *started):
        standing.pop(employment.employment_id, None)
        if employment.stands:
            standing[employment.employment_id] = employment
        words.append((employment, tuple(standing.values())))
    return words


def following(worker: Worker, fresh_id: Callable[[], str]) -> list[Employment]:
    """What must change so that employments follow the registry: each employment after a change, in order; none where all is well.
    Of those recorded under this id alone.

    What the settled person states opens the first employment (with a `fresh_id`), once: where jobs holds any, ended ones too, none is
    opened. Until jobs has recorded anything else of the person, a corrected statement replaces the one before. Death ends what
    stands, and no longer where the person is known to live. What was opened under a settling is withdrawn when that is taken back,
    but not what was recorded after that.
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
    elif worker.presence in (Presence.RESIDENT, Presence.MOVED_OUT):
        changes += [e.reopened() for e in kept if e.end_reason is EndReason.DEATH]
    return changes


def _is_void(worker: Worker, employment: Employment) -> bool:
    if employment.settling_withdrawn and not _is_late(worker, employment):
        return True
    untouched = employment.source is Source.STATED and employment.end_reason in (None, EndReason.DEATH)
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
    return known_work(bool(worker.standing), bool(worker.counted), worker.stated == StatedWork(None))


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


def faults_of_posts(forms: Collection[Form]) -> list[Fault]:
    """What stands against employments, in these forms, that stand together: one person, one post (人社部发〔2019〕124号). None starts so;
    but of who was entered twice they come together."""
    if Form.PUBLIC_POST not in forms or len(forms) == 1:
        return []
    return [
        Fault(
            "/employments",
            "public-post-beside-other-work",
            "a public post stands beside other work: one person, one post; look which is to end",
            "公益性岗位与其他就业并存：一人一岗，请核实应结束哪一项",
        )
    ]


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
