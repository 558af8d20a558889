"""The days on which time alone changes something, and that nothing changes between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.benefits.assessments.dates import next_change_on
from services.benefits.assessments.domain import (
    DEFAULTS,
    NO_WORK,
    Parameter,
    Parameters,
    PersonFacts,
    Relation,
    RelationState,
    Scheme,
    Sex,
    Work,
    assess,
)

HERE, GUIYANG, HANGZHOU = "522731", "520103", "330106"
ON = date(2025, 5, 15)
MEDICAL = Scheme.RESIDENT_MEDICAL
ONE = {MEDICAL: (Relation(MEDICAL, GUIYANG, RelationState.PAYING),)}
TWO = {MEDICAL: (*ONE[MEDICAL], Relation(MEDICAL, HERE, RelationState.PAYING))}


def person(born: date | None, sex: Sex | None = Sex.MALE, **facts: object) -> PersonFacts:
    return replace(PersonFacts(HERE, sex, born, relations={MEDICAL: ()}), **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "day"),
    [
        (person(date(1980, 3, 1)), date(2030, 3, 1)),  # a man of 50
        (person(date(1980, 3, 1), Sex.FEMALE), date(2040, 3, 1)),  # 60; 40 is past
        (person(date(1986, 3, 1), Sex.FEMALE), date(2026, 3, 1)),
        (person(date(1986, 3, 1), None), date(2026, 3, 1)),
        (person(date(1965, 5, 15)), date(2025, 5, 16)),  # the day after turning 60
        (person(date(1950, 3, 1)), None),
        (person(None), None),
        (person(date(1984, 2, 29), Sex.FEMALE), date(2044, 2, 29)),
        (person(date(1976, 2, 29)), date(2026, 2, 28)),
        (person(None, relations=ONE), None),
        (person(None, relations=TWO), date(2025, 9, 1)),
        (person(None, relations={}), date(2025, 9, 1)),
        (person(None, relations={MEDICAL: (replace(ONE[MEDICAL][0], since=date(2026, 1, 1)),)}), date(2026, 1, 1)),
    ],
)
def test_next_day(facts: PersonFacts, day: date | None) -> None:
    assert next_change_on(facts, DEFAULTS, ON) == day


def test_after_the_window_opened_its_close_is_next() -> None:
    assert next_change_on(person(None, relations=TWO), DEFAULTS, date(2025, 9, 1)) == date(2026, 1, 1)


def test_a_parameter_to_come_counts() -> None:
    row = Parameter("resident_pension.age", "", date(2025, 7, 1), 61, "test")
    assert next_change_on(person(date(1980, 3, 1)), (*DEFAULTS, row), ON) == date(2025, 7, 1)


places = st.sampled_from((HERE, GUIYANG, HANGZHOU))
states = st.sampled_from(RelationState)


def _relations(scheme: Scheme) -> st.SearchStrategy[tuple[Relation, ...]]:
    since = st.one_of(st.none(), st.dates(date(2025, 1, 1), date(2027, 1, 1))) if scheme is MEDICAL else st.none()
    one = st.builds(Relation, st.just(scheme), places, states, st.booleans(), since=since)
    return st.lists(one, max_size=2).map(tuple)


PENSION, RESIDENT = Scheme.EMPLOYEE_PENSION, Scheme.RESIDENT_PENSION
MOVING = (
    Relation(PENSION, HANGZHOU, RelationState.PAUSED, False),
    Relation(PENSION, GUIYANG, RelationState.PAYING, False),
)
people = st.builds(
    PersonFacts,
    st.just(HERE),
    st.sampled_from(Sex),
    st.sampled_from((date(1965, 6, 1), date(1975, 6, 1), date(1985, 6, 1))),
    st.sampled_from((HERE, HANGZHOU)),
    st.sampled_from((None, False, True, True)),
    st.one_of(st.none(), st.dates(date(2025, 1, 1), ON)),
    st.sampled_from((NO_WORK, Work(True, GUIYANG))),
    relations=st.fixed_dictionaries(
        {
            PENSION: st.one_of(st.just(MOVING), _relations(PENSION)),
            RESIDENT: st.one_of(st.just((Relation(RESIDENT, GUIYANG, RelationState.PAYING),)), _relations(RESIDENT)),
            MEDICAL: _relations(MEDICAL),
        }
    ),
)
to_come: Parameters = (
    *DEFAULTS,
    Parameter("pool.390", "", date(2025, 11, 1), "county", "test"),
    Parameter("temporary_account.man_age", "52", date(2025, 6, 10), 51, "test"),
)


@settings(deadline=None, max_examples=250)
@given(people, st.integers(0, 300))
def test_nothing_changes_before_the_day_that_is_named(facts: PersonFacts, days: int) -> None:
    on = ON + timedelta(days=days)
    end = next_change_on(facts, to_come, on) or on + timedelta(days=60)
    day = end - timedelta(days=1)
    for between in {on + timedelta(days=1), on + (day - on) / 2, day}:
        if on < between < end:
            assert assess(facts, to_come, between) == assess(facts, to_come, on)
