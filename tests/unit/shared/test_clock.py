"""The clock and the working-day calendar, with the vectors of the domain notes (section 10)."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import clock
from shared.clock import Calendar, Due

CALENDAR = clock.load_calendar()
NOTICED_DAYS = st.dates(date(2023, 1, 1), date(2026, 6, 1))
ANY_DAYS = st.dates(date(2015, 1, 1), date(2035, 1, 1))


def test_now_is_aware_utc_and_follows_the_offset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANJU_CLOCK_OFFSETS", str(tmp_path))
    plain = clock.now()
    (tmp_path / str(os.getpid())).write_text("-86400.5")
    shifted = clock.now()
    assert plain.utcoffset() == timedelta(0)
    assert abs(plain - shifted - timedelta(days=1, seconds=0.5)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2025, 9, 24, 15, 59, 59, tzinfo=UTC), date(2025, 9, 24)),
        (datetime(2025, 9, 24, 16, 0, tzinfo=UTC), date(2025, 9, 25)),
        (datetime(2025, 12, 31, 23, 0, tzinfo=timezone(timedelta(hours=-5))), date(2026, 1, 1)),
    ],
)
def test_today_is_the_date_in_shanghai(instant: datetime, expected: date) -> None:
    assert clock.today(instant) == expected


def test_today_refuses_a_naive_datetime() -> None:
    with pytest.raises(ValueError, match="aware"):
        clock.today(datetime(2025, 9, 24))  # noqa: DTZ001


@given(ANY_DAYS)
def test_end_of_day_is_the_first_instant_of_the_next_day(day: date) -> None:
    end = clock.end_of_day(day)
    assert end.tzinfo is UTC
    assert clock.today(end) == day + timedelta(days=1)
    assert clock.today(end - timedelta(microseconds=1)) == day


@pytest.mark.parametrize(
    ("n", "on"),
    [
        (0, (9, 24)),
        (1, (9, 25)),
        (3, (9, 28)),
        (5, (9, 30)),
        (6, (10, 9)),
        (8, (10, 11)),
        (10, (10, 14)),
        (15, (10, 21)),
    ],
)
def test_counts_make_up_days_and_skips_the_national_day_week(n: int, on: tuple[int, int]) -> None:
    assert CALENDAR.add_working_days(date(2025, 9, 24), n) == Due(date(2025, *on), provisional=False)


@pytest.mark.parametrize(
    ("start", "n", "on", "provisional"),
    [
        (date(2026, 12, 30), 1, date(2026, 12, 31), False),
        (date(2026, 12, 31), 1, date(2027, 1, 1), True),
        (date(2026, 12, 31), 2, date(2027, 1, 4), True),
        (date(2027, 12, 31), 1, date(2028, 1, 3), True),
        (date(2022, 12, 30), 1, date(2023, 1, 3), True),
        (date(2022, 12, 31), 1, date(2023, 1, 3), False),
        (date(2027, 5, 1), 0, date(2027, 5, 1), False),
    ],
)
def test_is_provisional_when_it_counts_through_a_year_without_notice(
    start: date, n: int, on: date, provisional: bool
) -> None:
    assert CALENDAR.add_working_days(start, n) == Due(on, provisional)


def test_passes_through_a_year_without_notice_into_one_with() -> None:
    gap = Calendar.from_notices([_notice(2030, "2030-01-01"), _notice(2032, "2032-01-01")])
    due = gap.add_working_days(date(2030, 12, 31), 262)
    assert due == Due(date(2032, 1, 2), provisional=True)


def test_refuses_a_negative_number_of_days() -> None:
    with pytest.raises(ValueError, match="fewer than 0"):
        CALENDAR.add_working_days(date(2025, 1, 1), -1)


def test_knows_which_years_have_a_notice() -> None:
    assert [year for year in range(2022, 2029) if CALENDAR.is_provisional_year(year)] == [2022, 2027, 2028]


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 9, 28), True),
        (date(2025, 10, 11), True),
        (date(2025, 10, 8), False),
        (date(2025, 9, 27), False),
        (date(2022, 12, 31), False),
        (date(2027, 10, 1), True),
        (date(2027, 10, 2), False),
    ],
)
def test_tells_working_days(day: date, works: bool) -> None:
    assert CALENDAR.is_working_day(day) is works


def test_a_new_notice_moves_a_provisional_date() -> None:
    before = Calendar.from_notices([{"year": 2040, "days": []}])
    after = Calendar.from_notices([_notice(2040, "2040-01-03")])
    assert before.add_working_days(date(2040, 1, 2), 1) == Due(date(2040, 1, 3), True)
    assert after.add_working_days(date(2040, 1, 2), 1) == Due(date(2040, 1, 4), False)


def test_calendars_of_the_same_notices_are_equal_and_hash_alike() -> None:
    again = Calendar(CALENDAR.off, CALENDAR.worked, CALENDAR.noticed)
    assert {CALENDAR, again} == {CALENDAR}
    assert clock.load_calendar() is CALENDAR


@given(ANY_DAYS, st.integers(0, 400))
def test_counting_back_what_was_added_gives_the_same(start: date, n: int) -> None:
    due = CALENDAR.add_working_days(start, n)
    assert CALENDAR.working_days_between(start, due.on) == n
    assert n == 0 or CALENDAR.is_working_day(due.on)


@given(ANY_DAYS, st.integers(0, 200), st.integers(0, 30), st.integers(0, 30))
def test_a_later_start_or_more_days_are_never_due_earlier(start: date, n: int, later: int, more: int) -> None:
    due = CALENDAR.add_working_days(start, n).on
    assert due <= CALENDAR.add_working_days(start, n + more).on
    assert due <= CALENDAR.add_working_days(start + timedelta(days=later), n).on


@given(ANY_DAYS, ANY_DAYS, ANY_DAYS)
def test_working_days_between_add_up(first: date, second: date, third: date) -> None:
    between = CALENDAR.working_days_between
    assert between(first, second) + between(second, third) == between(first, third)


@given(NOTICED_DAYS, st.integers(0, 100))
def test_is_never_provisional_within_noticed_years(start: date, n: int) -> None:
    due = CALENDAR.add_working_days(start, n)
    assert not due.provisional


def _notice(year: int, day_off: str) -> dict[str, object]:
    return {"year": year, "days": [{"date": day_off, "isOffDay": True}]}
