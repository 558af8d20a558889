"""Ages of labour: dated rows, borders of birthdays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import age_on
from shared.labour import (
    FEMALE,
    LABOUR_AGES,
    MALE,
    LabourScheme,
    is_of_labour_age,
    labour_age,
    minimum_age,
    next_age_border,
)

ON = date(2026, 11, 24)
S = LabourScheme


@pytest.mark.parametrize(
    ("scheme", "sex", "age", "is_labour"),
    [
        (S.RELOCATION, MALE, 15, False),
        (S.RELOCATION, MALE, 16, True),
        (S.RELOCATION, MALE, 59, True),
        (S.RELOCATION, MALE, 60, False),
        (S.RELOCATION, FEMALE, 15, False),
        (S.RELOCATION, FEMALE, 16, True),
        (S.RELOCATION, FEMALE, 59, True),
        (S.RELOCATION, FEMALE, 60, False),
        (S.JOB_STATISTICS, MALE, 59, True),
        (S.JOB_STATISTICS, MALE, 60, False),
        (S.JOB_STATISTICS, FEMALE, 54, True),
        (S.JOB_STATISTICS, FEMALE, 55, False),
        (S.JOB_STATISTICS_WORKERS, FEMALE, 49, True),
        (S.JOB_STATISTICS_WORKERS, FEMALE, 50, False),
        (S.RURAL_ZERO_JOB, MALE, 59, True),
        (S.RURAL_ZERO_JOB, FEMALE, 49, True),
        (S.RURAL_ZERO_JOB, FEMALE, 50, False),
    ],
)
def test_labour_age_by_scheme_and_sex(scheme: LabourScheme, sex: str, age: int, is_labour: bool) -> None:
    assert is_of_labour_age(sex, date(ON.year - age, 11, 24), ON, scheme) is is_labour


def test_a_birthday_counts_from_its_own_day() -> None:
    assert age_on(date(2010, 11, 24), ON) == 16
    assert age_on(date(2010, 11, 25), ON) == 15


def test_who_was_born_on_29_february_has_the_birthday_on_1_march_in_other_years() -> None:
    born = date(2012, 2, 29)
    assert (age_on(born, date(2027, 2, 28)), age_on(born, date(2027, 3, 1))) == (14, 15)
    assert next_age_border(MALE, born, ON) == date(2028, 2, 29)
    assert next_age_border(MALE, date(1968, 2, 29), date(2027, 1, 1)) == date(2028, 2, 29)
    assert next_age_border(FEMALE, date(1972, 2, 29), date(2027, 1, 1), S.JOB_STATISTICS) == date(2027, 3, 1)


def test_the_next_border_is_the_sixteenth_birthday_then_the_sixtieth_then_none() -> None:
    born = date(2010, 12, 1)
    assert next_age_border(MALE, born, ON) == date(2026, 12, 1)
    assert next_age_border(MALE, born, date(2026, 12, 1)) == date(2070, 12, 1)
    assert next_age_border(MALE, born, date(2070, 12, 1)) is None


@given(
    born=st.dates(date(1930, 1, 1), date(2026, 11, 24)),
    on=st.dates(date(2016, 1, 1), date(2040, 1, 1)),
    ahead=st.integers(1, 25_000),
    sex=st.sampled_from([MALE, FEMALE]),
    scheme=st.sampled_from(LabourScheme),
)
def test_the_answer_never_changes_before_the_next_border(
    born: date, on: date, ahead: int, sex: str, scheme: LabourScheme
) -> None:
    day = on + timedelta(days=ahead)
    border = next_age_border(sex, born, on, scheme)
    if border is None or day < border:
        assert is_of_labour_age(sex, born, day, scheme) is is_of_labour_age(sex, born, on, scheme)


def test_every_row_has_a_source_and_every_scheme_both_sexes() -> None:
    assert all(row.source and row.lowest < row.highest for row in LABOUR_AGES)
    assert {(row.scheme, row.sex) for row in LABOUR_AGES} == {(s, x) for s in LabourScheme for x in (MALE, FEMALE)}


def test_before_the_first_row_the_first_one_holds() -> None:
    assert labour_age(MALE, date(1990, 1, 1)).lowest == 16
    assert minimum_age(date(1990, 1, 1)) == 16
