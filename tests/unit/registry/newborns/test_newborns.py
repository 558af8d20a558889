"""What is asked of a child without ID number, and how its terms stand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.newborns.domain import (
    Window,
    doubts_of_newborn,
    faults_of_newborn,
    faults_of_number,
    hukou_window,
    insurance_window,
    last_day,
)
from services.registry.newborns.parameters import HUKOU_TERMS, INSURANCE_TERMS
from shared.identity import BadBirthCertificate, normalise_birth_certificate
from shared.privacy import mask_birth_certificate

HERE = "522731003012"


@pytest.mark.parametrize(
    ("birth", "last"),
    [
        ("2026-07-10", "2026-08-10"),
        ("2026-01-31", "2026-02-28"),
        ("2024-01-31", "2024-02-29"),
        ("2025-12-15", "2026-01-15"),
    ],
)
def test_a_month_ends_on_the_day_of_the_same_number_or_on_its_own_last(birth: str, last: str) -> None:
    assert last_day(HUKOU_TERMS[0], date.fromisoformat(birth)) == date.fromisoformat(last)


def test_ninety_days_do_not_count_the_day_of_birth() -> None:
    assert last_day(INSURANCE_TERMS[0], date(2026, 7, 10)) == date(2026, 10, 8)


@given(st.dates(date(1996, 1, 1), date(2090, 1, 1)), st.integers(0, 200))
def test_windows_only_ever_close(birth: date, days: int) -> None:
    order = list(Window)
    today = birth + timedelta(days=days)
    for window in (hukou_window, insurance_window):
        before, after = window(HERE, birth, today), window(HERE, birth, today + timedelta(days=1))
        assert order.index(before) <= order.index(after)
    assert (insurance_window(HERE, birth, today) is Window.PASSED) == (days > 90)
    assert bool(doubts_of_newborn("/members/0/newborn", HERE, birth, today)) == (
        hukou_window(HERE, birth, today) is Window.PASSED
    )


@pytest.mark.parametrize(
    ("birth", "codes"),
    [("2026-11-29", []), ("2026-11-30", ["date-in-future"]), ("2010-11-30", []), ("2010-11-29", ["id-number-needed"])],
)
def test_who_may_be_known_by_a_birth_certificate(birth: str, codes: list[str]) -> None:
    faults = faults_of_newborn("/members/0/newborn", date.fromisoformat(birth), date(2026, 11, 29))
    assert [fault.code for fault in faults] == codes


def test_a_number_says_the_sex_and_day_of_birth_that_are_recorded() -> None:
    birth = date(2026, 7, 10)
    assert faults_of_number("2", birth, "2", birth) == []
    assert [f.code for f in faults_of_number("2", birth, "1", date(2026, 7, 11))] == ["sex-differs", "birth-differs"]


@pytest.mark.parametrize("text", ["t520000021", "T520000021", " T52 0000 021", "T520-000-021"])
def test_a_certificate_is_a_letter_and_nine_digits(text: str) -> None:
    assert normalise_birth_certificate(text) == "T520000021"


@pytest.mark.parametrize(
    "text", ["", "T52000002", "T5200000210", "5200000210", "TT20000021", "Ｔ520000021", "T52000002１"]
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(BadBirthCertificate):
        normalise_birth_certificate(text)


def test_a_masked_certificate_shows_three_of_ten() -> None:
    assert mask_birth_certificate("T520000021") == "T*******21"
    assert mask_birth_certificate("T52") == "***"
