"""Who is alike in what a scheme's rules ask for is assessed once: what is left out of a person's facts for that changes nothing."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from services.benefits.assessments import domain
from services.benefits.assessments.alike import about
from services.benefits.assessments.domain import (
    DEFAULTS,
    NO_WORK,
    PERSON_SCHEMES,
    Parameter,
    PersonFacts,
    Relation,
    RelationState,
    Scheme,
    Sex,
    Work,
    parameters_on,
)
from tests.unit.benefits.test_completions import FILL, HERE, MAY, OCTOBER, PLACES, hide, persons, rel

LEAP_DAY = date(2024, 2, 29)
LOCAL_AGES = (
    *DEFAULTS,
    Parameter("temporary_account.man_age", "33", date(2020, 1, 1), 55, "test"),
    Parameter("temporary_account.woman_age", "3301", date(2020, 1, 1), 45, "test"),
    Parameter("resident_pension.age", "5201", date(2020, 1, 1), 63, "test"),
)
_assess_by_all_facts = domain._assess_scheme


@settings(deadline=None, max_examples=400)
@given(
    persons,
    st.sets(st.sampled_from(sorted(FILL)), max_size=4),
    st.sampled_from((MAY, OCTOBER, LEAP_DAY)),
    st.sampled_from((DEFAULTS, LOCAL_AGES)),
)
def test_the_assessment_is_that_of_all_facts(
    facts: PersonFacts, gaps: set[str], on: date, parameters: tuple[Parameter, ...]
) -> None:
    known = hide(facts, gaps)
    in_force = parameters_on(parameters, on)
    for scheme, found in domain.assess(known, parameters, on).items():
        assert found == _assess_by_all_facts(known, scheme, in_force, on)


@settings(deadline=None, max_examples=300)
@given(st.dates(date(1935, 1, 1), date(1995, 1, 1)), st.sampled_from(Sex), st.sampled_from((MAY, LEAP_DAY)))
def test_ages_count_to_the_day(birth_on: date, sex: Sex, on: date) -> None:
    """Both rules that look at an age, for one who moved from afar and works afar."""
    moved = [rel(Scheme.EMPLOYEE_PENSION, HERE, RelationState.PAUSED), rel(Scheme.EMPLOYEE_PENSION, "330106")]
    relations = {
        Scheme.EMPLOYEE_PENSION: tuple(moved),
        Scheme.RESIDENT_PENSION: (rel(Scheme.RESIDENT_PENSION, "520103"),),
    }
    work = Work(True, "330106")
    for moved_on in (None, on, birth_on.replace(year=birth_on.year + 60, day=1)):
        facts = PersonFacts(HERE, sex, birth_on, HERE, True, moved_on, work, False, relations)
        for scheme, found in domain.assess(facts, LOCAL_AGES, on).items():
            assert found == _assess_by_all_facts(facts, scheme, parameters_on(LOCAL_AGES, on), on)


def test_people_who_differ_in_what_no_rule_asks_for_are_alike() -> None:
    def person(birth_on: date, hukou: str) -> PersonFacts:
        none: dict[Scheme, tuple[Relation, ...] | None] = dict.fromkeys(PERSON_SCHEMES, ())
        return PersonFacts(HERE, Sex.MALE, birth_on, hukou, False, None, NO_WORK, False, none)

    in_force = parameters_on(DEFAULTS, MAY)
    for scheme in PERSON_SCHEMES:
        found = {about(scheme, person(date(1950 + n, 1, 1), place), in_force, MAY) for n, place in enumerate(PLACES)}
        assert len(found) == 1
