"""What can be done to employments: started and ended by those who know. What follows from it, `services.jobs.service` does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from services.jobs.domain import IllegalMove
from services.jobs.employments import store
from services.jobs.employments.domain import (
    Employment,
    EmploymentAction,
    EmploymentStatus,
    EndReason,
    Source,
    Terms,
    faults_of_end,
    move_employment,
)
from services.jobs.households import store as households
from services.jobs.persons import store as persons
from services.jobs.persons.domain import Worker, faults_of_start
from services.jobs.service import follow
from shared.auth import Actor
from shared.db import Transaction
from shared.errors import Conflict, Fault, Invalid
from shared.identity import check_credit_code
from shared.ids import new_id
from shared.merging import refuse_merged


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


async def start_employment(tx: Transaction, actor: Actor, person_id: str, terms: Terms) -> Started:
    """A person starts work: no longer seeks it, and the household is no longer without.

    A credit code whose check digits do not fit is a warning, never a refusal. Raises PersonNotFound, IsMerged, CannotStart with every
    reason (deceased or withdrawn; under 16, Labour Law art. 15; a day to come; one person, one public post), Conflict.
    """
    near, workers = await _load_near(tx, actor, person_id)
    worker = workers[person_id]
    if faults := faults_of_start(worker, terms, tx.today):
        raise CannotStart(faults=faults)
    employment = Employment(new_id(), worker.household_id, Source.RECORDED, terms)
    await follow(tx, near, workers, actor.subject, {person_id: employment})
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
    held = {e.employment_id: e for one in (worker, *worker.others) for e in one.employments}
    if employment_id not in held:
        raise IllegalMove(members={"state": EmploymentStatus.WITHDRAWN, "action": EmploymentAction.END})
    employment = held[employment_id]
    check(employment.version)
    move_employment(employment.status, EmploymentAction.END)
    if faults := faults_of_end(employment, ended_on, tx.today):
        raise CannotEnd(faults=faults)
    await follow(tx, near, workers, actor.subject, {worker.person_id: employment.ended(ended_on, reason)})


async def _load_near(tx: Transaction, actor: Actor, person_id: str) -> tuple[list[str], dict[str, Worker]]:
    """Households near the person, locked, and their people. Raises PersonNotFound, IsMerged, Conflict."""
    refuse_merged(person_id, (await persons.get_person(tx, person_id, actor.place))["person_id"])
    near = await households.lock_near(tx, [], [person_id])
    workers = (await persons.load_workers(tx, near, [person_id])).people
    if person_id not in workers or workers[person_id].household_id not in near or workers[person_id].merged_into:
        raise Conflict("The person moved to another household just now; try again.", "该人员刚变更住户，请重试。")
    return near, workers
