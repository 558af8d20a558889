"""Which visits a household needs, and which acts a visit allows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest

from services.grid.visits.domain import (
    MOVES,
    OPEN,
    Ask,
    Asked,
    IllegalMove,
    Reason,
    VisitAction,
    VisitStatus,
    look_on,
    move,
    needs,
    visits_wanted,
)

S, A = VisitStatus, VisitAction
SINCE = datetime(2026, 11, 20, 8, tzinfo=UTC)
FIRST = Ask(Reason.FIRST_VISIT, "settling")
FOUND = Ask(Reason.WITHOUT_WORK, SINCE.isoformat())


@pytest.mark.parametrize(("status", "action"), [*product(VisitStatus, VisitAction)])
def test_every_status_and_action_moves_as_the_table_says(status: VisitStatus, action: VisitAction) -> None:
    allowed = {
        (S.REQUESTED, A.COMPLETE): S.DONE,
        (S.REQUESTED, A.PASS_DUE): S.OVERDUE,
        (S.REQUESTED, A.CANCEL): S.CANCELLED,
        (S.OVERDUE, A.COMPLETE): S.DONE,
        (S.OVERDUE, A.CANCEL): S.CANCELLED,
    }
    assert allowed == MOVES
    if (status, action) in allowed:
        assert move(status, action) is allowed[status, action]
    else:
        with pytest.raises(IllegalMove):
            move(status, action)


def test_what_can_be_cancelled_is_what_is_still_to_be_made() -> None:
    assert {S.REQUESTED, S.OVERDUE} == OPEN


@pytest.mark.parametrize(
    ("state", "without_work", "wanted"),
    [
        ("settled", None, (FIRST,)),
        ("settled", False, (FIRST,)),
        ("settled", True, (FIRST, FOUND)),
        ("ended", True, ()),
        ("withdrawn", True, ()),
        (None, True, ()),
    ],
)
def test_who_is_settled_is_visited_and_who_is_without_work_again(
    state: str | None, without_work: bool | None, wanted: tuple[Ask, ...]
) -> None:
    assert visits_wanted(state, without_work, SINCE) == wanted


def test_the_occasion_is_the_same_instant_in_any_zone() -> None:
    from shared.clock import SHANGHAI

    assert visits_wanted("settled", True, SINCE.astimezone(SHANGHAI)) == (FIRST, FOUND)


@pytest.mark.parametrize("status", VisitStatus)
def test_a_visit_is_asked_for_once_unless_it_was_cancelled(status: VisitStatus) -> None:
    now = needs((FIRST,), [Asked("v", FIRST, status)])
    assert now.ask == ((FIRST,) if status is S.CANCELLED else ())
    assert now.cancel == ()


@pytest.mark.parametrize("status", VisitStatus)
def test_what_is_no_longer_wanted_is_cancelled_if_it_is_still_to_be_made(status: VisitStatus) -> None:
    now = needs((), [Asked("v", FIRST, status)])
    assert now.cancel == (("v",) if status in OPEN else ())
    assert now.ask == ()


def test_a_second_finding_is_visited_for_again() -> None:
    again = Ask(Reason.WITHOUT_WORK, "later")
    now = needs((FIRST, again), [Asked("v", FIRST, S.DONE), Asked("w", FOUND, S.REQUESTED)])
    assert (now.ask, now.cancel) == ((again,), ("w",))


def test_a_provisional_due_date_is_looked_at_every_day() -> None:
    due, today = date(2027, 1, 5), date(2026, 12, 29)
    assert look_on(due, True, today) == today
    assert look_on(due, True, date(2027, 1, 9)) == due
    assert look_on(due, False, today) == due
