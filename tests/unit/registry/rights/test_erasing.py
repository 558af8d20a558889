"""When a record is erased, and when it is restricted; how long things are kept."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.erasure.domain import Ground, Held, Outcome, judge
from services.registry.persons.domain import PersonStatus
from services.registry.retention.domain import OF_STATUS, PERIODS, Period, RecordClass, period_of

TODAY = date(2026, 11, 24)
LONG_GONE = Held("p", PersonStatus.MOVED_OUT, date(2021, 11, 23), 0, 0, 0)
HERE = Held("p", PersonStatus.RESIDENT, None, 0, 0, 0)
JUST_DEAD = Held("p", PersonStatus.DECEASED, date(2026, 1, 1), 0, 0, 0)


def codes(held: Held, ground: Ground) -> tuple[list[str], list[str], Outcome]:
    verdict = judge(held, ground, TODAY)
    return [f.code for f in verdict.against_ground], [f.code for f in verdict.standing], verdict.outcome


@pytest.mark.parametrize("ground", Ground)
def test_what_nothing_keeps_is_erased(ground: Ground) -> None:
    assert codes(LONG_GONE, ground) == ([], [], Outcome.ERASE)


@pytest.mark.parametrize("ground", Ground)
def test_of_who_lives_here_the_purpose_goes_on(ground: Ground) -> None:
    """Handled against the law, it is stored and nothing more; that its time has run out does not hold at all."""
    run_out = ground in (Ground.PURPOSE_ACHIEVED, Ground.PERIOD_OVER)
    assert codes(HERE, ground) == (["purpose-goes-on"] if run_out else [], ["lives-here"], Outcome.RESTRICT)


def test_our_own_period_keeps_nothing_that_was_handled_against_the_law() -> None:
    assert codes(JUST_DEAD, Ground.PERIOD_OVER) == ([], ["period-runs"], Outcome.RESTRICT)
    assert judge(JUST_DEAD, Ground.PERIOD_OVER, TODAY).kept_until == date(2031, 1, 1)
    assert codes(JUST_DEAD, Ground.UNLAWFUL) == ([], [], Outcome.ERASE)


def test_a_period_of_the_law_keeps_it_on_every_ground() -> None:
    periods = [replace(period, by_law=True) for period in PERIODS]
    for ground in Ground:
        verdict = judge(JUST_DEAD, ground, TODAY, periods)
        assert (verdict.outcome, verdict.kept_until) == (Outcome.RESTRICT, date(2031, 1, 1))


@pytest.mark.parametrize(
    ("held", "code"),
    [
        (replace(LONG_GONE, parcels=1), "land-held"),
        (replace(LONG_GONE, changes=1), "change-open"),
        (replace(LONG_GONE, requests=1), "request-open"),
    ],
)
def test_each_duty_that_the_registry_sees_keeps_the_record(held: Held, code: str) -> None:
    for ground in Ground:
        assert codes(held, ground) == ([], [code], Outcome.RESTRICT)


def test_all_duties_are_told_at_once() -> None:
    held = replace(LONG_GONE, parcels=2, changes=1, requests=1, ended_on=TODAY)
    assert codes(held, Ground.PERIOD_OVER)[1] == ["land-held", "change-open", "request-open", "period-runs"]


def test_of_an_id_that_is_merged_nothing_is_deleted() -> None:
    assert codes(replace(LONG_GONE, status=PersonStatus.MERGED), Ground.UNLAWFUL)[0] == ["merged"]


# Periods


@given(since=st.dates(date(2000, 1, 1), date(2030, 1, 1)), period=st.sampled_from(PERIODS))
def test_a_record_is_kept_to_its_last_day_and_no_longer(since: date, period: Period) -> None:
    """Both ways of counting agree, but for a day around 29 February: from the record's day on, and from today back."""
    over_on = period.over_on(since)
    leap = timedelta(days=1) if (since.month, since.day) == (2, 29) or over_on.month in (2, 3) else timedelta()
    assert since >= period.horizon(over_on - timedelta(days=1) - leap)
    assert since < period.horizon(over_on + leap)


@pytest.mark.parametrize(
    ("since", "over_on"),
    [
        (date(2021, 11, 23), date(2026, 11, 24)),
        (date(2020, 2, 29), date(2025, 3, 2)),
        (date(2020, 2, 28), date(2025, 3, 1)),
    ],
)
def test_years_are_counted_by_the_calendar(since: date, over_on: date) -> None:
    assert period_of(RecordClass.DEAD, TODAY).over_on(since) == over_on


def test_rows_are_dated_and_say_their_source() -> None:
    assert all(period.source for period in PERIODS)
    for record_class in RecordClass:
        assert period_of(record_class, TODAY).record_class is record_class
    with pytest.raises(LookupError):
        period_of(RecordClass.ACCESS_LOG, date(2021, 10, 31))
    assert [period_of(RecordClass.ACCESS_LOG, day).by_law for day in (date(2024, 12, 31), date(2025, 1, 1))] == [
        False,
        True,
    ]


def test_the_access_log_is_kept_three_years_at_least() -> None:
    """网络数据安全管理条例 art. 12; whoever shortens it breaks the law."""
    assert all(period.years >= 3 for period in PERIODS if period.record_class is RecordClass.ACCESS_LOG)


def test_of_every_status_but_present_ones_there_is_a_period() -> None:
    present = {PersonStatus.RESIDENT, PersonStatus.AWAY, PersonStatus.MERGED}
    assert {str(status) for status in set(PersonStatus) - present} == set(OF_STATUS)


def test_statuses_and_grounds_all_get_an_answer() -> None:
    for status, ground in itertools.product(PersonStatus, Ground):
        judge(Held("p", status, date(2020, 1, 1), 0, 0, 0), ground, TODAY)
