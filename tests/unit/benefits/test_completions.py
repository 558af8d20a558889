"""What is said with gaps agrees with what is said of every way to fill them, reckoned apart from the code's own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.benefits.domain import (
    DEFAULTS,
    NO_WORK,
    PERSON_SCHEMES,
    Assessment,
    EmployerKind,
    Outcome,
    PersonFacts,
    Relation,
    RelationState,
    Scheme,
    Sex,
    Work,
    assess,
    may_open,
    refusal,
)
from services.benefits.reasons import FACTS

HERE, NEAR, GUIYANG, HANGZHOU = KNOWN_PLACES = ("522731", "522728", "520103", "330106")
PLACES = (*KNOWN_PLACES, "520102", "330110", "330203", "110101", "659001")
MAY, OCTOBER = date(2025, 5, 15), date(2025, 10, 15)
STATES = list(RelationState)
PAUSED = RelationState.PAUSED


def rel(scheme: Scheme, division: str, state: RelationState = RelationState.PAYING, arrears: bool = False) -> Relation:
    return Relation(scheme, division, state, arrears)


def completions_of_relations(scheme: Scheme) -> Iterator[tuple[Relation, ...]]:
    yield ()
    for place, state in product(PLACES, STATES):
        yield (rel(scheme, place, state),)
    for place, other in product(PLACES, PLACES):
        yield rel(scheme, place, PAUSED, True), rel(scheme, other)
        yield rel(scheme, place, PAUSED), rel(scheme, other)


def _related(scheme: Scheme) -> Callable[[PersonFacts, Any], PersonFacts]:
    return lambda facts, value: replace(facts, relations={**facts.relations, scheme: value})


def _field(name: str) -> Callable[[PersonFacts, Any], PersonFacts]:
    return lambda facts, value: replace(facts, **{name: value})


FILL: dict[str, tuple[Callable[[PersonFacts, Any], PersonFacts], list[Any]]] = {
    "sex": (_field("sex"), list(Sex)),
    "birth-on": (_field("birth_on"), [date(year, 5, 15) for year in (1940, 1964, 1970, 1980, 1990, 2020)]),
    "hukou-division": (_field("hukou_division"), list(PLACES)),
    "hukou-moved": (_field("hukou_moved"), [False, True]),
    "hukou-moved-on": (_field("hukou_moved_on"), [date(1999, 1, 1), date(2024, 5, 15), date(2025, 5, 1), MAY]),
    "work": (_field("work"), [NO_WORK, *(Work(True, place, EmployerKind.OTHER) for place in PLACES)]),
    "organised-transfer": (_field("organised_transfer"), [False, True]),
    "resident-medical-from": (_field("resident_medical_from"), [date(2025, 1, 1), date(2026, 1, 1)]),
} | {f"insurance-{s}": (_related(s), list(completions_of_relations(s))) for s in PERSON_SCHEMES}

relation_tuples = {
    scheme: st.lists(
        st.builds(Relation, st.just(scheme), st.sampled_from(KNOWN_PLACES), st.sampled_from(STATES), st.booleans()),
        max_size=2,
    ).map(tuple)
    for scheme in PERSON_SCHEMES
}
persons = st.builds(
    PersonFacts,
    st.sampled_from((HERE, GUIYANG)),
    st.sampled_from(Sex),
    st.dates(date(1940, 1, 1), date(2010, 1, 1)),
    st.sampled_from(KNOWN_PLACES),
    st.booleans(),
    st.dates(date(2015, 1, 1), MAY),
    st.one_of(
        st.just(NO_WORK), st.builds(Work, st.just(True), st.sampled_from(KNOWN_PLACES), st.sampled_from(EmployerKind))
    ),
    st.booleans(),
    st.fixed_dictionaries(relation_tuples),
    st.sampled_from((date(2025, 1, 1), date(2026, 1, 1))),
    st.frozensets(st.sampled_from(PERSON_SCHEMES), max_size=1),
)
days = st.sampled_from((MAY, OCTOBER))


def hide(facts: PersonFacts, gaps: set[str]) -> PersonFacts:
    for gap in gaps:
        facts = FILL[gap][0](facts, None)
    return facts


def filled(facts: PersonFacts, gaps: list[str]) -> Iterator[PersonFacts]:
    for values in product(*(FILL[gap][1] for gap in gaps)):
        whole = facts
        for gap, value in zip(gaps, values, strict=True):
            whole = FILL[gap][0](whole, value)
        yield whole


@settings(deadline=None, max_examples=150)
@given(persons, st.sampled_from(sorted(FILL)), days)
def test_one_gap_is_open_exactly_if_its_values_differ_in_outcome(facts: PersonFacts, gap: str, on: date) -> None:
    found = assess(hide(facts, {gap}), DEFAULTS, on)
    possible = [assess(whole, DEFAULTS, on) for whole in filled(facts, [gap])]
    for scheme, assessment in found.items():
        outcomes = {each[scheme].outcome for each in possible}
        assert (assessment.outcome is Outcome.UNDETERMINED) == (len(outcomes) > 1), (scheme, outcomes)
        assert assessment.missing == ((gap,) if len(outcomes) > 1 else ())


@settings(deadline=None, max_examples=300)
@given(persons, st.sets(st.sampled_from(sorted(FILL)), min_size=1), days, st.data())
def test_filling_a_gap_never_changes_a_determined_outcome(
    facts: PersonFacts, gaps: set[str], on: date, data: st.DataObject
) -> None:
    found = assess(hide(facts, gaps), DEFAULTS, on)
    gap = data.draw(st.sampled_from(sorted(gaps)))
    value = data.draw(st.sampled_from(FILL[gap][1]))
    later = assess(FILL[gap][0](hide(facts, gaps), value), DEFAULTS, on)
    for scheme, before in found.items():
        if before.outcome is not Outcome.UNDETERMINED:
            assert later[scheme].outcome is before.outcome
        if before.outcome not in (Outcome.UNDETERMINED, Outcome.NOT_APPLICABLE):
            assert {r.slug for r in before.reasons} <= {r.slug for r in later[scheme].reasons}


@settings(deadline=None, max_examples=60)
@given(persons, st.sets(st.sampled_from(sorted(FILL)), min_size=2, max_size=3), days)
def test_each_named_fact_alone_can_change_the_outcome(facts: PersonFacts, gaps: set[str], on: date) -> None:
    for scheme, assessment in assess(hide(facts, gaps), DEFAULTS, on).items():
        assert set(assessment.missing) <= gaps
        assert bool(assessment.missing) == (assessment.outcome is Outcome.UNDETERMINED)
        for fact in assessment.missing:
            assert _changes_alone(facts, fact, sorted(gaps - {fact}), scheme, on), (scheme, fact)


def _changes_alone(facts: PersonFacts, fact: str, others: list[str], scheme: Scheme, on: date) -> bool:
    fill, values = FILL[fact]
    for whole in filled(facts, others):
        outcomes = {assess(fill(whole, value), DEFAULTS, on)[scheme].outcome for value in values}
        if len(outcomes) > 1:
            return True
    return False


@settings(deadline=None, max_examples=300)
@given(persons, st.sets(st.sampled_from(sorted(FILL))), days)
def test_every_assessment_says_why(facts: PersonFacts, gaps: set[str], on: date) -> None:
    for assessment in assess(hide(facts, gaps), DEFAULTS, on).values():
        _says_why(assessment)


def _says_why(assessment: Assessment) -> None:
    for reason in assessment.reasons or assessment.either:
        assert reason.law
        assert reason.article
    assert assessment.reasons or assessment.either
    assert bool(refusal(assessment)) != may_open(assessment)
    assert [f"unknown:{fact}" for fact in assessment.missing] == [
        reason.slug for reason in assessment.reasons if reason.slug.startswith("unknown:")
    ]
    assert all(fact in FACTS for fact in assessment.missing)
