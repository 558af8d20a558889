"""What can be done to a visit: asked for, moved with its household, made, found overdue, cancelled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby

from services.grid.visits import store
from services.grid.visits.domain import (
    Ask,
    Asked,
    Needs,
    Outcome,
    Reason,
    VisitAction,
    VisitStatus,
    look_on,
    move,
    needs,
    visits_wanted,
)
from shared import outbox
from shared.auth import Actor, Scope
from shared.clock import end_of_day, load_calendar
from shared.contracts.grid import (
    VisitCancelled,
    VisitChanged,
    VisitCompleted,
    VisitOverdue,
    VisitRequested,
    VisitState,
)
from shared.db import Row, Transaction
from shared.errors import Fault, Forbidden, Invalid
from shared.ids import new_ids
from shared.timers import cancel_timers, hold_timers, set_timers

TIMER = "visit"
"""Kind of the timer that looks at a visit; its key is the visit's id."""


class NotYourVisit(Forbidden):
    slug = "not-your-visit"
    title_en, title_zh = "Another block head is asked for this visit", "该走访任务由其他楼长负责"


class VisitDateWrong(Invalid):
    slug = "visit-date-wrong"
    title_en, title_zh = "The visit cannot have been on that day", "走访日期有误"


async def bring_visits(tx: Transaction, household_ids: Sequence[str], days: Mapping[str, int]) -> None:
    """Asks for the visits that households need and cancels those they no longer do. The households' rows are locked.

    A visit is due so many working days (`days`, by reason) after the day it is asked for, that day not counted (民法典 art. 201)."""
    if not household_ids:
        return
    rows = await store.list_needs(tx, household_ids)
    found = {one: _needs(list(of)) for one, of in groupby(rows, lambda row: str(row["household_id"]))}
    if cancel := [visit_id for now in found.values() for visit_id in now.cancel]:
        await _cancel(tx, cancel)
    if ask := [(household_id, one) for household_id, now in found.items() for one in now.ask]:
        await _ask(tx, ask, days)


def _needs(rows: Sequence[Row]) -> Needs:
    """Of one household: a row for each visit that was asked for, or one row without a visit."""
    household = rows[0]
    wanted = visits_wanted(household["state"], household["without_work"], household["without_work_since"])
    return needs(wanted, [_asked(row) for row in rows if row["visit_id"]])


def _asked(row: Row) -> Asked:
    return Asked(row["visit_id"], Ask(Reason(row["reason"]), row["occasion"]), VisitStatus(row["status"]))


async def _ask(tx: Transaction, asks: Sequence[tuple[str, Ask]], days: Mapping[str, int]) -> None:
    calendar = load_calendar()
    due = {reason: calendar.add_working_days(tx.today, n) for reason, n in days.items()}
    rows = [
        (
            visit_id,
            household_id,
            str(ask.reason),
            ask.occasion,
            days[ask.reason],
            due[ask.reason].on,
            due[ask.reason].provisional,
        )
        for visit_id, (household_id, ask) in zip(new_ids(len(asks)), asks, strict=True)
    ]
    added = await store.add_visits(tx, rows)
    await _look_again(tx, added)
    _say(tx, VisitRequested, added)


async def _cancel(tx: Transaction, visit_ids: Sequence[str]) -> None:
    await cancel_timers(tx, TIMER, visit_ids)  # before the visits' rows: the timers' sweep locks in that order
    _say(tx, VisitCancelled, await store.cancel_visits(tx, visit_ids))


async def follow_households(tx: Transaction, household_ids: Sequence[str]) -> None:
    """Visits that are still to be made go with their household to its new cell and head; their due dates stay."""
    # Later in this transaction some of them may be cancelled.
    await hold_timers(tx, TIMER, await store.list_open_visits(tx, household_ids))
    _say(tx, VisitChanged, await store.follow_households(tx, household_ids))


async def complete_visit(
    tx: Transaction, actor: Actor, visit_id: str, check: Callable[[int], None], visited_on: date, outcome: Outcome
) -> None:
    """The visit was made: said by the head that is asked for it, or by who may write for the place.

    Raises VisitNotFound, NotYourVisit, what `check` raises, IllegalMove, VisitDateWrong.
    """
    await cancel_timers(tx, TIMER, [visit_id])
    row = await store.get_visit(tx, visit_id, actor, lock=True)
    if not (actor.may(Scope.GRID_WRITE) or (actor.kind == "staff" and actor.subject == row["head_staff_id"])):
        raise NotYourVisit
    check(row["version"])
    status = move(VisitStatus(row["status"]), VisitAction.COMPLETE)
    _refuse_day(visited_on, row["settled_on"], tx.today)
    done = await store.set_done(tx, visit_id, status, visited_on, outcome, actor.subject)
    _say(tx, VisitCompleted, [done])


def _refuse_day(visited_on: date, first: date, last: date) -> None:
    if visited_on > last:
        fault = Fault("/visited_on", "date-in-future", "lies in the future", "日期晚于今天")
        raise VisitDateWrong(faults=[fault])
    if visited_on < first:
        fault = Fault("/visited_on", "before-settling", "before the household moved in", "早于入住日期")
        raise VisitDateWrong(faults=[fault])


async def look_at_visit(tx: Transaction, visit_id: str) -> None:
    """Time has come to look at a visit: a provisional due date is counted again (a State Council notice may have come), and a visit
    that was not made by the end of its due day is overdue."""
    row = await store.load_visit(tx, visit_id)
    if row is None or row["status"] != VisitStatus.REQUESTED:
        return
    if row["provisional"]:
        row = await _count_again(tx, row)
    if tx.now < end_of_day(row["due_on"]):
        await _look_again(tx, [row])
        return
    status = move(VisitStatus(row["status"]), VisitAction.PASS_DUE)
    _say(tx, VisitOverdue, [await store.set_status(tx, visit_id, status)])


async def _count_again(tx: Transaction, row: Row) -> Row:
    due = load_calendar().add_working_days(row["asked_on"], row["working_days"])
    if (due.on, due.provisional) == (row["due_on"], row["provisional"]):
        return row
    after = await store.set_due(tx, row["visit_id"], due.on, due.provisional)
    _say(tx, VisitChanged, [after])
    return after


async def _look_again(tx: Transaction, rows: Sequence[Row]) -> None:
    days = [(row["visit_id"], look_on(row["due_on"], row["provisional"], tx.today)) for row in rows]
    await set_timers(tx, TIMER, [(visit_id, end_of_day(day)) for visit_id, day in days])


def _say(tx: Transaction, kind: type[VisitState], rows: Iterable[Row]) -> None:
    for row in rows:
        state = kind(
            version=row["version"],
            visit_id=row["visit_id"],
            household_id=row["household_id"],
            community_code=row["community_code"],
            reason=row["reason"],
            status=row["status"],
            cell_code=row["cell_code"],
            head_staff_id=row["head_staff_id"],
            due_on=row["due_on"],
            provisional=row["provisional"],
            visited_on=row["visited_on"],
            outcome=row["outcome"],
        )
        outbox.emit(tx, state)
