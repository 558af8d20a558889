"""What is decided about a change that is asked for."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from services.registry.changes.domain import (
    CHANGE_MOVES,
    ChangeAction,
    ChangeStatus,
    faults_of_birth,
    faults_of_nothing,
    move_change,
    since_days,
    takes_two,
)
from services.registry.persons.domain import IllegalMove

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


@pytest.mark.parametrize(("status", "action"), list(itertools.product(ChangeStatus, ChangeAction)))
def test_only_an_open_request_is_decided(status: ChangeStatus, action: ChangeAction) -> None:
    if (status, action) in CHANGE_MOVES:
        assert status is ChangeStatus.OPEN
        assert move_change(status, action) is not ChangeStatus.OPEN
    else:
        with pytest.raises(IllegalMove):
            move_change(status, action)


@pytest.mark.parametrize(
    ("fields", "two"),
    [(["name"], True), (["id_number", "phone"], True), (["phone"], False), (["labour_class", "tags"], False)],
)
def test_who_a_person_is_takes_two_people(fields: list[str], two: bool) -> None:
    assert takes_two(fields) is two


@pytest.mark.parametrize(
    ("birth", "first", "born", "codes"),
    [
        (JUNE, JULY, None, []),
        (JULY, JULY, None, []),
        (JULY, JUNE, None, ["born-after-first-event"]),
        (JUNE, JUNE, JUNE, []),
        (date(2026, 5, 31), JUNE, JUNE, ["born-another-day"]),
        (JUNE, None, None, []),
    ],
)
def test_a_birth_fits_what_is_told_of_the_person(
    birth: date, first: date | None, born: date | None, codes: list[str]
) -> None:
    assert [fault.code for fault in faults_of_birth("/id_number", birth, first, born)] == codes


def test_what_is_recorded_already_is_named() -> None:
    faults = faults_of_nothing({"name": "甲", "phone": None}, {"name": "甲", "phone": None, "tags": None})
    assert [(fault.pointer, fault.code) for fault in faults] == [("/name", "as-recorded"), ("/phone", "as-recorded")]


def test_without_a_day_the_new_value_holds_as_long_as_the_wrong_one_did() -> None:
    assert since_days(["name", "tags"], None, {"name": JUNE}, JULY) == {JUNE: ["name"], JULY: ["tags"]}
    assert since_days(["name", "tags"], JUNE, {"name": JULY}, JULY) == {JUNE: ["name", "tags"]}
