"""What is decided about a request by which somebody exercises a right."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.registry.persons.domain import IllegalMove, PersonStatus
from services.registry.rights.domain import (
    REQUEST_MOVES,
    Asking,
    Capacity,
    Kind,
    Relation,
    RequestAction,
    RequestStatus,
    Subject,
    against_asking,
    due,
    move_request,
)
from shared.clock import load_calendar

TODAY = date(2026, 11, 24)
WOMAN = Subject("p", PersonStatus.RESIDENT, date(1980, 3, 15))
CHILD = Subject("p", PersonStatus.RESIDENT, date(2015, 3, 15))
DEAD = Subject("p", PersonStatus.DECEASED, date(1950, 3, 15))
COPY = Asking(Kind.COPY, Capacity.SELF, None, None, None, "身份证", False)
KIN = replace(COPY, capacity=Capacity.KIN, relation=Relation.CHILD, said="继承")
PARENT = replace(COPY, capacity=Capacity.GUARDIAN, relation=Relation.PARENT)


@pytest.mark.parametrize(("kind", "status", "action"), list(itertools.product(Kind, RequestStatus, RequestAction)))
def test_a_request_moves_by_the_table_and_no_way_else(kind: Kind, status: RequestStatus, action: RequestAction) -> None:
    deletes = {RequestAction.PROPOSE, RequestAction.RESTRICT, RequestAction.ERASE, RequestAction.LIFT}
    allowed = (
        (status, action) in REQUEST_MOVES
        and kind is not Kind.CORRECTION
        and (action is RequestAction.GRANT) <= (kind is not Kind.DELETION)
        and (action in deletes | {RequestAction.SEND_BACK}) <= (kind is Kind.DELETION)
    )
    if allowed:
        assert move_request(kind, status, action) is REQUEST_MOVES[status, action]
    else:
        with pytest.raises(IllegalMove):
            move_request(kind, status, action)


def test_what_was_erased_stays_so() -> None:
    assert not [status for status, _ in REQUEST_MOVES if status is RequestStatus.ERASED]


@pytest.mark.parametrize(
    ("asked_on", "last", "provisional"),
    [
        # Across National Day 2025: 1 to 8 October are off, Sunday 28 September and Saturday 11 October are worked.
        (date(2025, 9, 24), date(2025, 10, 21), False),
        (date(2025, 9, 30), date(2025, 10, 28), False),
        (date(2025, 3, 3), date(2025, 3, 24), False),
        # Into a year without a notice: weekends alone are known.
        (date(2026, 12, 21), date(2027, 1, 11), True),
    ],
)
def test_an_answer_is_due_within_fifteen_working_days(asked_on: date, last: date, provisional: bool) -> None:
    days, found = due(asked_on, load_calendar())
    assert (days, found.on, found.provisional) == (15, last, provisional)


def test_no_term_holds_before_the_law() -> None:
    with pytest.raises(LookupError):
        due(date(2021, 10, 31), load_calendar())


@pytest.mark.parametrize(
    ("asking", "person", "codes"),
    [
        (COPY, WOMAN, []),
        (COPY, CHILD, ["guardian-missing"]),
        (COPY, replace(CHILD, birth_on=date(2012, 11, 24)), []),
        (COPY, DEAD, ["deceased"]),
        (PARENT, CHILD, []),
        (PARENT, DEAD, ["deceased"]),
        (KIN, DEAD, []),
        (KIN, WOMAN, ["not-deceased"]),
        (replace(KIN, relation=Relation.OTHER_GUARDIAN), DEAD, ["not-near-kin"]),
        (replace(KIN, relation=None, said=None), DEAD, ["missing", "not-near-kin"]),
        (replace(COPY, evidence=None), WOMAN, ["missing"]),
        (replace(COPY, relation=Relation.CHILD), WOMAN, ["is-self"]),
        (replace(PARENT, relation=None), CHILD, ["missing"]),
        (replace(PARENT, applicant_id="p"), CHILD, ["is-self"]),
        (replace(PARENT, applicant_id="elsewhere"), CHILD, ["person-unknown"]),
        (replace(PARENT, applicant_id="known"), CHILD, []),
        (replace(COPY, kind=Kind.DELETION), WOMAN, ["missing"]),
        (replace(COPY, kind=Kind.DELETION, said="不再需要"), WOMAN, []),
        (replace(COPY, kind=Kind.EXPLANATION), WOMAN, ["missing"]),
        (replace(COPY, kind=Kind.CORRECTION), WOMAN, ["missing"]),
        (replace(COPY, corrects=True), WOMAN, ["correction-only"]),
    ],
)
def test_who_may_ask_what_for_whom(asking: Asking, person: Subject, codes: list[str]) -> None:
    assert [fault.code for fault in against_asking(asking, person, True, ["known"], TODAY)] == codes


def test_a_resident_who_is_signed_in_needs_no_papers() -> None:
    bare: dict[str, Any] = {"evidence": None}
    assert against_asking(replace(COPY, **bare), WOMAN, False, [], TODAY) == []
