"""What can be done in jobs: the registry's word kept and followed, employments started and ended, ages looked at.

Whoever changes something of a household, its people or their work locks that household first (`store.lock_near`) and ends with
`_follow`, which brings employments, seekers and the household's standing in line with all that is known. It looks only at what is
known now, so that news may come in any order and twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from services.jobs import store
from services.jobs.domain import (
    Employment,
    EmploymentAction,
    EmploymentStatus,
    EndReason,
    IllegalMove,
    Presence,
    SeekerStatus,
    Source,
    Standing,
    Terms,
    Worker,
    faults_of_end,
    faults_of_start,
    following,
    household_standing,
    move_employment,
    move_seeker,
    seeker_action,
    why_not_seeking,
)
from services.jobs.parameters import next_age_border
from shared import clock, outbox
from shared.auth import Actor
from shared.contracts.jobs import (
    EmploymentEnded,
    EmploymentNow,
    EmploymentStarted,
    HouseholdWithoutWorkCleared,
    HouseholdWithoutWorkFound,
)
from shared.contracts.registry import HouseholdState, PersonState
from shared.db import Transaction
from shared.errors import Conflict, Fault, Invalid
from shared.identity import check_credit_code
from shared.ids import new_id
from shared.timers import cancel_timer, set_timer

Row = Mapping[str, Any]

AGE_BORDER = "age-border"
"""Timer of a person (key: person_id): the day on which it comes of labour age, or leaves it."""
REGISTRY = "registry"
CLOCK = "clock"


class CannotStart(Invalid):
    slug = "cannot-start-employment"
    title_en, title_zh = "The employment cannot be recorded as stated", "无法按所填内容登记就业"


class CannotEnd(Invalid):
    slug = "cannot-end-employment"
    title_en, title_zh = "The end of the employment cannot be recorded as stated", "无法按所填内容登记就业结束"


@dataclass(frozen=True, slots=True)
class Started:
    """Id of the new employment, and what to look at."""

    employment_id: str
    warnings: tuple[Fault, ...]


async def keep_person(tx: Transaction, event: PersonState) -> None:
    """Keeps the registry's word on a person and follows it; an older word changes nothing."""
    near = await store.lock_near(tx, event.household_id, event.person_id)
    values = event.model_dump(
        include={"version", "state", "household_id", "sex", "birth_on", "died_on", "labour_class"}
    )
    values["work"] = event.work.model_dump(mode="json") if event.work else None
    if await store.save_person_copy(tx, event.person_id, values):
        await _watch_age(tx, event.person_id, event.state, event.sex, event.birth_on)
        await _follow(tx, near, await store.load_workers(tx, near), REGISTRY)


async def keep_household(tx: Transaction, event: HouseholdState) -> None:
    """Keeps the registry's word on a household and follows it; an older word changes nothing."""
    near = await store.lock_near(tx, event.household_id)
    values = event.model_dump(include={"version", "state", "community_code", "estate", "block", "unit", "flat"})
    values["members"] = [member.person_id for member in event.members]
    if await store.save_household_copy(tx, event.household_id, values):
        await _follow(tx, near, await store.load_workers(tx, near), REGISTRY)


async def check_age(tx: Transaction, person_id: str) -> None:
    """The person comes of labour age today, or leaves it."""
    person = await store.find_person_copy(tx, person_id)
    if person is None:
        return
    near = await store.lock_near(tx, person["household_id"], person_id)
    await _watch_age(tx, person_id, person["state"], person["sex"], person["birth_on"])
    await _follow(tx, near, await store.load_workers(tx, near), CLOCK)


async def _watch_age(tx: Transaction, person_id: str, state: str, sex: str, birth_on: date) -> None:
    border = next_age_border(sex, birth_on, tx.today) if state == Presence.RESIDENT else None
    if border is None:
        await cancel_timer(tx, AGE_BORDER, person_id)
    else:
        await set_timer(tx, AGE_BORDER, person_id, clock.end_of_day(border - timedelta(days=1)))


async def start_employment(tx: Transaction, actor: Actor, person_id: str, terms: Terms) -> Started:
    """A person starts work: no longer seeks it, and the household is no longer without.

    A credit code whose check digits do not fit is a warning, never a refusal. Raises PersonNotFound, CannotStart with every reason
    (deceased or withdrawn; under 16, Labour Law art. 15; a day to come; one person, one public post), Conflict.
    """
    near, workers = await _load_near(tx, actor, person_id)
    worker = workers[person_id]
    if faults := faults_of_start(worker, terms, tx.today):
        raise CannotStart(faults=faults)
    employment = Employment(new_id(), worker.household_id, Source.RECORDED, terms)
    await _follow(tx, near, workers, actor.subject, {person_id: employment})
    codes = check_credit_code(terms.employer).warnings if terms.employer else ()
    return Started(employment.employment_id, tuple(_look_at_employer(code) for code in codes))


def _look_at_employer(code: str) -> Fault:
    return Fault(
        "/employer", code, "look at it again: a check digit does not fit", "请核对：统一社会信用代码校验位不符"
    )


async def end_employment(
    tx: Transaction, actor: Actor, employment_id: str, check: Callable[[int], None], ended_on: date, reason: EndReason
) -> None:
    """An employment ends: the person may seek work again, and the household be without.

    Raises EmploymentNotFound, what `check` raises for the present version, IllegalMove, CannotEnd, Conflict.
    """
    row = await store.get_employment(tx, employment_id, actor.place)
    near, workers = await _load_near(tx, actor, row["person_id"])
    worker = workers[row["person_id"]]
    held = {employment.employment_id: employment for employment in worker.employments}
    if employment_id not in held:
        raise IllegalMove(members={"state": EmploymentStatus.WITHDRAWN, "action": EmploymentAction.END})
    employment = held[employment_id]
    check(employment.version)
    move_employment(employment.status, EmploymentAction.END)
    if faults := faults_of_end(employment, ended_on, tx.today):
        raise CannotEnd(faults=faults)
    await _follow(tx, near, workers, actor.subject, {worker.person_id: employment.ended(ended_on, reason)})


async def _load_near(tx: Transaction, actor: Actor, person_id: str) -> tuple[list[str], dict[str, Worker]]:
    """Households near the person, locked, and their people. Raises PersonNotFound, Conflict."""
    person = await store.get_person(tx, person_id, actor.place)
    near = await store.lock_near(tx, person["household_id"], person_id)
    workers = await store.load_workers(tx, near)
    if person_id not in workers or workers[person_id].household_id not in near:
        raise Conflict("The person moved to another household just now; try again.", "该人员刚变更住户，请重试。")
    return near, workers


# in line with all that is known


@dataclass(frozen=True, slots=True)
class _Turn:
    """A person before and after; `changes`: each employment after a change, in order."""

    before: Worker
    after: Worker
    changes: Sequence[Employment]

    @property
    def said(self) -> list[Employment]:
        """Changes others hear of: what started, and the end of what stood."""
        stood = {e.employment_id for e in self.before.standing} | {c.employment_id for c in self.changes if c.stands}
        return [change for change in self.changes if change.employment_id in stood]

    def is_change(self, on: date) -> bool:
        return bool(self.changes) or (why_not_seeking(self.after, on) is None) != (self.before.seeker_id is not None)


async def _follow(
    tx: Transaction,
    near: Sequence[str],
    workers: Mapping[str, Worker],
    by: str,
    acts: Mapping[str, Employment] | None = None,
) -> None:
    """Brings employments, seekers and standing of the locked households in line; `acts`: what is done to whom beforehand."""
    turns = [_turn(worker, (acts or {}).get(worker.person_id)) for worker in workers.values()]
    changes = [(turn.before.person_id, change) for turn in turns for change in turn.changes]
    if changes:
        newest = {change.employment_id: (person_id, change) for person_id, change in changes}
        await store.save_employments(tx, list(newest.values()), by)
    await _follow_seekers(tx, turns)
    changed = [turn for turn in turns if turn.is_change(tx.today)]
    if changed:
        versions = [(turn.before.person_id, turn.before.version + max(len(turn.said), 1)) for turn in changed]
        await store.save_workers(tx, versions)
    for turn in changed:
        _say_work(tx, turn)
    # More than one: somebody goes from one to the other, and both show other people than before.
    touched = set(near) if len(near) > 1 else {turn.before.household_id for turn in changed}
    await _follow_households(tx, near, {turn.after.person_id: turn.after for turn in turns}, touched)


def _turn(before: Worker, act: Employment | None) -> _Turn:
    acted = before.with_(act) if act else before
    changes = [*([act] if act else []), *following(acted, new_id())]
    after = acted
    for change in changes:
        after = after.with_(change)
    return _Turn(before, after, changes)


async def _follow_seekers(tx: Transaction, turns: Sequence[_Turn]) -> None:
    opened: list[tuple[str, str]] = []
    closed: list[tuple[str, str, str]] = []
    for turn in turns:
        why = why_not_seeking(turn.after, tx.today)
        if why is None and turn.before.seeker_id is None:
            opened.append((new_id(), turn.before.person_id))
        elif why and turn.before.seeker_id:
            closed.append((turn.before.seeker_id, move_seeker(SeekerStatus.SEEKING, seeker_action(why)), why))
    if opened or closed:
        await store.save_seekers(tx, opened, closed)


def _say_work(tx: Transaction, turn: _Turn) -> None:
    worker = turn.before
    for n, change in enumerate(turn.said, 1):
        worker = replace(worker.with_(change), version=turn.before.version + n)
        state = _worker_state(worker)
        if change.stands:
            outbox.emit(tx, EmploymentStarted(**state, employment_id=change.employment_id))
        else:
            reason = "withdrawn" if change.status is EmploymentStatus.WITHDRAWN else change.end_reason
            outbox.emit(tx, EmploymentEnded(**state, employment_id=change.employment_id, reason=reason))


def _worker_state(worker: Worker) -> dict[str, Any]:
    """What every event of a person's work carries (`WorkerState`)."""
    employments = tuple(
        EmploymentNow(
            employment_id=e.employment_id,
            form=e.terms.form,
            division=e.terms.division,
            employer_kind=e.terms.employer_kind.value if e.terms.employer_kind else None,
            started_on=e.terms.started_on,
        )
        for e in worker.standing
    )
    return {
        "version": worker.version,
        "person_id": worker.person_id,
        "household_id": worker.household_id,
        "work": "employed" if employments else "none",
        "employments": employments,
    }


async def _follow_households(
    tx: Transaction, near: Sequence[str], workers: Mapping[str, Worker], touched: set[str]
) -> None:
    rows: list[tuple[Any, ...]] = []
    for row in await store.load_households(tx, near):
        household_id, before = row["household_id"], row["standing"]
        standing = _standing(tx, row, workers)
        if standing == before and household_id not in touched:
            continue
        version = row["version"] + 1
        without = standing is Standing.WITHOUT_WORK
        since = (row["without_work_since"] or tx.now) if without else None
        rows.append((household_id, version, standing, since))
        if without != (before == Standing.WITHOUT_WORK):
            kind = HouseholdWithoutWorkFound if without else HouseholdWithoutWorkCleared
            state = {"household_id": household_id, "community_code": row["community_code"], "without_work": without}
            outbox.emit(tx, kind(version=version, since=since, **state))
    if rows:
        await store.save_households(tx, rows)


def _standing(tx: Transaction, household: Row, workers: Mapping[str, Worker]) -> Standing:
    """A member whose own news does not say (yet) that it lives here counts as not heard of."""
    if not household["settled"]:
        return Standing.NO_LABOUR
    members = [workers.get(person_id) for person_id in household["members"]]
    here = [m if m and m.household_id == household["household_id"] else None for m in members]
    return household_standing(here, tx.today)
