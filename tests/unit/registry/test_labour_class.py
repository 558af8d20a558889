"""The class of labour that an age suggests, by scheme, sex and day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.codes.platform import LABOUR_CLASS
from services.registry.persons.labour import look_again, suggest_class
from shared.labour import FEMALE, MALE, LabourScheme, is_of_labour_age

ON = date(2026, 11, 24)
S = LabourScheme


@pytest.mark.parametrize(
    ("scheme", "sex", "age", "suggested"),
    [
        (S.RELOCATION, MALE, 15, "NONE"),
        (S.RELOCATION, MALE, 16, "ORDINARY"),
        (S.RELOCATION, FEMALE, 59, "ORDINARY"),
        (S.RELOCATION, FEMALE, 60, "NONE"),
        (S.JOB_STATISTICS, FEMALE, 54, "ORDINARY"),
        (S.JOB_STATISTICS, FEMALE, 55, "NONE"),
        (S.JOB_STATISTICS, MALE, 55, "ORDINARY"),
        (S.RURAL_STATISTICS, MALE, 17, "WEAK_HALF"),
        (S.RURAL_STATISTICS, MALE, 18, "ORDINARY"),
        (S.RURAL_STATISTICS, MALE, 50, "ORDINARY"),
        (S.RURAL_STATISTICS, MALE, 51, "WEAK_HALF"),
        (S.RURAL_STATISTICS, MALE, 60, "WEAK_HALF"),
        (S.RURAL_STATISTICS, MALE, 61, "NONE"),
        (S.RURAL_STATISTICS, FEMALE, 45, "ORDINARY"),
        (S.RURAL_STATISTICS, FEMALE, 46, "WEAK_HALF"),
        (S.RURAL_STATISTICS, FEMALE, 55, "WEAK_HALF"),
        (S.RURAL_STATISTICS, FEMALE, 56, "NONE"),
    ],
)
def test_the_class_by_age_on_the_birthday(scheme: S, sex: str, age: int, suggested: str) -> None:
    assert suggest_class(sex, ON.replace(year=ON.year - age), ON, scheme).labour_class == suggested


@given(
    sex=st.sampled_from([MALE, FEMALE]),
    days=st.integers(0, 110 * 365),
    scheme=st.sampled_from(list(LabourScheme)),
)
def test_labour_is_suggested_just_where_the_scheme_counts_it(sex: str, days: int, scheme: S) -> None:
    born = ON - timedelta(days)
    found = suggest_class(sex, born, ON, scheme)
    assert (found.labour_class != "NONE") is is_of_labour_age(sex, born, ON, scheme)
    assert found.labour_class in LABOUR_CLASS.codes
    assert found.ages.source


@pytest.mark.parametrize(
    ("stated", "suggested", "again"),
    [
        (None, "NONE", True),
        ("SKILLED", "ORDINARY", False),
        ("WEAK_HALF", "ORDINARY", False),
        ("LOST", "ORDINARY", False),
        ("LOST", "NONE", False),
        ("NONE", "NONE", False),
        ("NONE", "ORDINARY", True),
        ("ORDINARY", "NONE", True),
    ],
)
def test_what_is_worth_another_look(stated: str | None, suggested: str, again: bool) -> None:
    assert look_again(stated, suggested) is again
