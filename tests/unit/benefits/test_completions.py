"""What is said with gaps agrees with what is said of every way to fill them, reckoned apart from the code's own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.benefits.assessments.domain import (
    DEFAULTS,
    NO_WORK,
    PERSON_SCHEMES,
    Assessment,
    Dibao,
    EmployerKind,
    HouseholdFacts,
    MemberFacts,
    Outcome,
    Parameter,
    PersonFacts,
    Relation,
    RelationState,
    Scheme,
    Sex,
    Work,
    assess,
    assess_dibao,
    may_open,
    refusal,
)
from services.benefits.assessments.reasons import FACTS

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


def _work(name: str) -> Callable[[PersonFacts, Any], PersonFacts]:
    def fill(facts: PersonFacts, value: Any) -> PersonFacts:
        employed = facts.work is not None and facts.work.employed
        return replace(facts, work=replace(facts.work, **{name: value})) if facts.work and employed else facts

    return fill


def _arrears(facts: PersonFacts, value: bool | None) -> PersonFacts:
    relations = facts.relations.get(Scheme.EMPLOYEE_PENSION)
    if relations is None:
        return facts
    told = tuple(replace(relation, arrears=value) for relation in relations)
    return replace(facts, relations={**facts.relations, Scheme.EMPLOYEE_PENSION: told})


def _year(facts: PersonFacts, value: date | None) -> PersonFacts:
    relations = facts.relations.get(Scheme.RESIDENT_MEDICAL)
    if relations is None:
        return facts
    told = tuple(replace(relation, since=value) for relation in relations)
    return replace(facts, relations={**facts.relations, Scheme.RESIDENT_MEDICAL: told})


Fill = tuple[Callable[[PersonFacts, Any], PersonFacts], list[Any]]
KINDS = [EmployerKind.PUBLIC, EmployerKind.ENTERPRISE]
FACTS_OF_A_PERSON: dict[str, Fill] = {
    "sex": (_field("sex"), list(Sex)),
    "birth-on": (_field("birth_on"), [date(year, 5, 15) for year in (1940, 1964, 1970, 1980, 1990, 2020)]),
    "hukou-division": (_field("hukou_division"), list(PLACES)),
    "hukou-moved": (_field("hukou_moved"), [False, True]),
    "hukou-moved-on": (_field("hukou_moved_on"), [date(1999, 1, 1), date(2024, 5, 15), date(2025, 5, 1), MAY]),
    "work": (_field("work"), [NO_WORK, *(Work(True, place, kind) for place in PLACES for kind in KINDS)]),
    "work-division": (_work("division"), list(PLACES)),
    "employer-kind": (_work("employer_kind"), list(KINDS)),
    "arrears-110": (_arrears, [False, True]),
    "organised-transfer": (_field("organised_transfer"), [False, True]),
    "resident-medical-from": (_year, [date(2025, 1, 1), date(2026, 1, 1)]),
}
RELATIONS: dict[str, Fill] = {
    f"insurance-{scheme}": (_related(scheme), list(completions_of_relations(scheme))) for scheme in PERSON_SCHEMES
}
FILL = FACTS_OF_A_PERSON | RELATIONS

relation_tuples = {
    scheme: st.lists(
        st.builds(
            Relation,
            st.just(scheme),
            st.sampled_from(KNOWN_PLACES),
            st.sampled_from(STATES),
            st.booleans(),
            st.sampled_from((None, None, *EmployerKind)),
            st.sampled_from((date(2025, 1, 1), date(2026, 1, 1))),
        ),
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
    st.frozensets(st.sampled_from(PERSON_SCHEMES), max_size=1),
)
days = st.sampled_from((MAY, OCTOBER))


def hide(facts: PersonFacts, gaps: set[str]) -> PersonFacts:
    for gap in gaps:
        facts = FILL[gap][0](facts, None)
    return facts


def values_of(gap: str, on: date) -> list[Any]:
    """Outside the window nobody can be enrolled for a year yet to come."""
    values = FILL[gap][1]
    return [v for v in values if v <= on or on == OCTOBER] if gap == "resident-medical-from" else values


def filled(facts: PersonFacts, gaps: list[str], on: date) -> Iterator[PersonFacts]:
    for values in product(*(values_of(gap, on) for gap in gaps)):
        whole = facts
        for gap, value in zip(gaps, values, strict=True):
            whole = FILL[gap][0](whole, value)
        yield whole


@settings(deadline=None, max_examples=150)
@given(persons, st.sampled_from(sorted(FILL)), days)
def test_one_gap_is_open_exactly_if_its_values_differ_in_outcome(facts: PersonFacts, gap: str, on: date) -> None:
    found = assess(hide(facts, {gap}), DEFAULTS, on)
    possible = [assess(whole, DEFAULTS, on) for whole in filled(facts, [gap], on)]
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
    value = data.draw(st.sampled_from(values_of(gap, on)))
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
    fill, values = FILL[fact][0], values_of(fact, on)
    for whole in filled(facts, others, on):
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


# Dibao

maybe = st.one_of(st.none(), st.booleans())
members = st.builds(MemberFacts, st.sampled_from((None, HERE, NEAR)), maybe, maybe)
dibaos = st.one_of(
    st.none(),
    st.builds(Dibao, st.booleans(), st.sampled_from((None, *KNOWN_PLACES)), st.sampled_from((None, "rural", "urban"))),
)
households = st.builds(HouseholdFacts, st.just(HERE), st.lists(members, max_size=2).map(tuple), dibaos)
rules = st.sampled_from(
    [
        (*DEFAULTS, *(Parameter(name, "52", date(2022, 1, 1), True, "test") for name in on))
        for on in ((), ("dibao.open_to_residence",), ("dibao.open_to_residence", "dibao.reclass_on_residence"))
    ]
)


def complete_households(facts: HouseholdFacts) -> Iterator[HouseholdFacts]:
    """Every way to fill the gaps; a household whose members' hukou differ stays undetermined."""
    dibaos = [facts.dibao] if facts.dibao else [Dibao(receiving=False), *(Dibao(True, place) for place in PLACES)]
    dibaos = [replace(d, division=p) for d in dibaos for p in ([d.division] if d.division else PLACES)]
    each = [
        [
            MemberFacts(hukou, moved, permit)
            for hukou in ([m.hukou_division] if m.hukou_division else KNOWN_PLACES)
            for moved in ([m.hukou_moved] if m.hukou_moved is not None else (False, True))
            for permit in ([m.residence_permit] if m.residence_permit is not None else (False, True))
        ]
        for m in facts.members
    ]
    for dibao, chosen in product(dibaos, product(*each)):
        yield replace(facts, dibao=dibao, members=chosen)


@settings(deadline=None, max_examples=100)
@given(households, rules)
def test_household_with_gaps_is_open_exactly_if_its_completions_differ(
    facts: HouseholdFacts, parameters: tuple[Parameter, ...]
) -> None:
    assessment = assess_dibao(facts, parameters, MAY)
    outcomes = set()
    for whole in complete_households(facts):
        outcomes.add(assess_dibao(whole, parameters, MAY).outcome)
        if len(outcomes) > 1:
            break
    open_question = len(outcomes) > 1 or Outcome.UNDETERMINED in outcomes
    assert (assessment.outcome is Outcome.UNDETERMINED) == open_question
    _says_why(assessment)
