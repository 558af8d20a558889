"""A missing fact makes an outcome undetermined exactly when it can change it, and is then named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

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

HERE, NEAR, GUIYANG, HANGZHOU = ("522731", "522728", "520103", "330106")
MAY, OCTOBER = date(2025, 5, 15), date(2025, 10, 15)
PAYING, PAUSED = RelationState.PAYING, RelationState.PAUSED
PENSION, RESIDENT, JOBLESS, MEDICAL, RESIDENT_MEDICAL = list(Scheme)[:5]
NONE: dict[Scheme, tuple[Relation, ...]] = dict.fromkeys(PERSON_SCHEMES, ())


def rel(scheme: Scheme, division: str, state: RelationState = PAYING, arrears: bool | None = False) -> Relation:
    return Relation(scheme, division, state, arrears)


def known(*relations: Relation, **facts: Any) -> PersonFacts:
    """A woman of 45 without work whose hukou moved here, all known but what is overridden."""
    by_scheme = NONE | {r.scheme: tuple(q for q in relations if q.scheme is r.scheme) for r in relations}
    whole = PersonFacts(HERE, Sex.FEMALE, date(1980, 5, 15), HERE, True, date(2024, 6, 1), NO_WORK, False, by_scheme)
    return replace(whole, **facts)


def without(facts: PersonFacts, scheme: Scheme) -> PersonFacts:
    return replace(facts, relations={s: found for s, found in facts.relations.items() if s is not scheme})


WORKS_HERE, AWAY = Work(True, HERE), Work(True, HANGZHOU)
MOVABLE = known(rel(PENSION, GUIYANG, PAUSED), rel(PENSION, HANGZHOU), work=AWAY, birth_on=date(1982, 1, 1))
FROM_HANGZHOU = rel(PENSION, HANGZHOU, PAUSED), rel(PENSION, HERE)
PAUSED_PUBLIC = Relation(PENSION, HERE, PAUSED, False, EmployerKind.PUBLIC)
SPLIT_MEDICAL = known(rel(RESIDENT_MEDICAL, GUIYANG), rel(RESIDENT_MEDICAL, HERE))
OLD_MOVER = known(rel(RESIDENT, HANGZHOU), birth_on=date(1964, 1, 1), hukou_moved_on=date(2024, 6, 1))

# fact, scheme, facts where it matters, facts where it cannot
MISSING: list[tuple[str, Scheme, PersonFacts, PersonFacts]] = [
    ("sex", PENSION, replace(MOVABLE, sex=None), replace(MOVABLE, sex=None, birth_on=date(1970, 1, 1))),
    ("birth-on", PENSION, replace(MOVABLE, birth_on=None), replace(MOVABLE, birth_on=None, hukou_division=HANGZHOU)),
    (
        "hukou-division",
        PENSION,
        replace(MOVABLE, hukou_division=None),
        replace(MOVABLE, hukou_division=None, work=NO_WORK),
    ),
    (
        "organised-transfer",
        PENSION,
        replace(MOVABLE, organised_transfer=None),
        replace(MOVABLE, organised_transfer=None, hukou_division=HANGZHOU),
    ),
    (
        "work",
        PENSION,
        known(rel(PENSION, GUIYANG), work=None),
        known(rel(PENSION, GUIYANG, RelationState.DRAWING), work=None),
    ),
    (
        "work-division",
        PENSION,
        known(rel(PENSION, GUIYANG), work=Work(True)),
        known(rel(PENSION, GUIYANG, RelationState.DRAWING), work=Work(True)),
    ),
    (
        "employer-kind",
        PENSION,
        known(PAUSED_PUBLIC, work=WORKS_HERE),
        known(rel(PENSION, HERE, PAUSED), work=WORKS_HERE),
    ),
    (
        "arrears-110",
        PENSION,
        known(replace(FROM_HANGZHOU[0], arrears=None), FROM_HANGZHOU[1], work=WORKS_HERE),
        known(replace(FROM_HANGZHOU[0], arrears=None), work=WORKS_HERE),
    ),
    (
        "insurance-110",
        PENSION,
        without(known(), PENSION),
        replace(without(known(), PENSION), open_cases=frozenset({PENSION})),
    ),
    ("hukou-moved", RESIDENT, known(rel(RESIDENT, NEAR), hukou_moved=None), known(hukou_moved=None)),
    (
        "hukou-division",
        RESIDENT,
        known(rel(RESIDENT, NEAR), hukou_division=None),
        known(rel(RESIDENT, NEAR), hukou_division=None, hukou_moved=False),
    ),
    (
        "hukou-moved-on",
        RESIDENT,
        replace(OLD_MOVER, hukou_moved_on=None),
        replace(OLD_MOVER, hukou_moved_on=None, birth_on=date(1980, 1, 1)),
    ),
    (
        "birth-on",
        RESIDENT,
        replace(OLD_MOVER, birth_on=None),
        replace(OLD_MOVER, birth_on=None, hukou_division=HANGZHOU),
    ),
    (
        "insurance-170",
        RESIDENT,
        without(known(), RESIDENT),
        replace(without(known(), RESIDENT), open_cases=frozenset({RESIDENT})),
    ),
    (
        "insurance-210",
        JOBLESS,
        without(known(), JOBLESS),
        replace(without(known(), JOBLESS), open_cases=frozenset({JOBLESS})),
    ),
    ("work", JOBLESS, known(rel(JOBLESS, NEAR), work=None), known(work=None)),
    (
        "work",
        MEDICAL,
        known(rel(MEDICAL, NEAR), work=None),
        known(rel(MEDICAL, NEAR, RelationState.RETIRED), work=None),
    ),
    (
        "insurance-390",
        MEDICAL,
        without(known(rel(MEDICAL, GUIYANG, PAUSED)), RESIDENT_MEDICAL),
        without(known(rel(MEDICAL, GUIYANG)), RESIDENT_MEDICAL),
    ),
    (
        "insurance-310",
        RESIDENT_MEDICAL,
        without(known(rel(RESIDENT_MEDICAL, GUIYANG, PAUSED)), MEDICAL),
        without(known(rel(RESIDENT_MEDICAL, GUIYANG)), MEDICAL),
    ),
    (
        "insurance-310",
        MEDICAL,
        without(known(), MEDICAL),
        replace(without(known(), MEDICAL), open_cases=frozenset({MEDICAL})),
    ),
    (
        "hukou-moved",
        RESIDENT_MEDICAL,
        known(rel(RESIDENT_MEDICAL, NEAR), hukou_moved=None, hukou_division=GUIYANG),
        known(rel(RESIDENT_MEDICAL, NEAR), hukou_moved=None),
    ),
    (
        "hukou-division",
        RESIDENT_MEDICAL,
        known(rel(RESIDENT_MEDICAL, NEAR), hukou_division=None),
        known(hukou_division=None),
    ),
]


@pytest.mark.parametrize(
    ("fact", "scheme", "matters", "cannot"),
    [pytest.param(*row, id=f"{row[1].value}-{row[0]}-{n}") for n, row in enumerate(MISSING)],
)
def test_missing_fact_is_named_only_where_it_can_change_the_outcome(
    fact: str, scheme: Scheme, matters: PersonFacts, cannot: PersonFacts
) -> None:
    open_question = assess(matters, DEFAULTS, MAY)[scheme]
    assert open_question.outcome is Outcome.UNDETERMINED
    assert open_question.missing == (fact,)
    assert [reason.slug for reason in refusal(open_question)] == [f"unknown:{fact}"]
    assert open_question.reasons[0].supplied_by
    assert open_question.reasons[0].law
    settled = assess(cannot, DEFAULTS, MAY)[scheme]
    assert settled.outcome is not Outcome.UNDETERMINED
    assert settled.missing == ()


def test_start_of_the_insurance_year_matters_in_the_window_only() -> None:
    assert assess(SPLIT_MEDICAL, DEFAULTS, OCTOBER)[RESIDENT_MEDICAL].missing == ("resident-medical-from",)
    assert assess(SPLIT_MEDICAL, DEFAULTS, MAY)[RESIDENT_MEDICAL].outcome is Outcome.TRANSFER


def test_injury_and_maternity_need_no_fact() -> None:
    for scheme in (Scheme.INJURY, Scheme.MATERNITY):
        assessment = assess(PersonFacts(HERE), DEFAULTS, MAY)[scheme]
        assert (assessment.outcome, assessment.reasons[0].slug) == (Outcome.NOT_APPLICABLE, "insured-anew")


def test_nothing_known_names_what_to_ask_for() -> None:
    found = assess(PersonFacts(HERE), DEFAULTS, OCTOBER)
    assert set(found[PENSION].missing) == {"insurance-110", "work", "birth-on", "sex", "hukou-division"}
    assert set(found[RESIDENT].missing) == {
        "insurance-170",
        "hukou-moved",
        "hukou-division",
        "birth-on",
        "hukou-moved-on",
    }
    assert set(found[JOBLESS].missing) == {"insurance-210", "work"}


def test_only_reasons_that_certainly_hold_are_listed() -> None:
    facts = known(rel(PENSION, HANGZHOU, arrears=None), work=WORKS_HERE)
    assert [reason.slug for reason in assess(facts, DEFAULTS, MAY)[PENSION].reasons] == [
        "relation-active",
        "not-insured-there",
    ]


def test_certain_outcome_with_open_reason_lists_the_possible_ones_apart() -> None:
    by_county = Parameter("pool.110", "", date(2020, 1, 1), "county", "test")
    facts = known(rel(PENSION, NEAR), work=None)
    assessment = assess(facts, (*DEFAULTS, by_county), MAY)[PENSION]
    assert (assessment.outcome, assessment.reasons, assessment.missing) == (Outcome.KEEP, (), ())
    assert [r.slug for r in assessment.either] == ["no-employment-elsewhere", "same-county", "relation-active"]
    assert refusal(assessment) == assessment.either


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

OPEN_HERE = Parameter("dibao.open_to_residence", "52", date(2022, 1, 1), True, "test")
STAYED, MOVED = MemberFacts(NEAR, False, False), MemberFacts(HERE, True, False)


@pytest.mark.parametrize(
    ("fact", "matters", "cannot"),
    [
        ("dibao", HouseholdFacts(HERE, (STAYED,)), HouseholdFacts(HERE, (STAYED,), open_case=True)),
        (
            "dibao-division",
            HouseholdFacts(HERE, (replace(STAYED, residence_permit=True),), Dibao(True)),
            HouseholdFacts(HERE, (STAYED,), Dibao(receiving=False)),
        ),
        (
            "household-hukou",
            HouseholdFacts(HERE, (STAYED, MemberFacts(None, False, False)), Dibao(True, NEAR)),
            HouseholdFacts(HERE, (MemberFacts(None, False, False),), Dibao(True, NEAR)),
        ),
        (
            "hukou-moved",
            HouseholdFacts(HERE, (MemberFacts(HERE, None, False), MemberFacts(HERE, False, False)), Dibao(True, NEAR)),
            HouseholdFacts(HERE, (MOVED, MemberFacts(HERE, None, None)), Dibao(True, NEAR)),
        ),
        (
            "residence-permit",
            HouseholdFacts(HERE, (replace(STAYED, residence_permit=None),), Dibao(True, NEAR)),
            HouseholdFacts(HERE, (replace(STAYED, residence_permit=None),), Dibao(True, HERE)),
        ),
    ],
)
def test_missing_fact_of_a_household(fact: str, matters: HouseholdFacts, cannot: HouseholdFacts) -> None:
    open_question = assess_dibao(matters, (*DEFAULTS, OPEN_HERE), MAY)
    assert (open_question.outcome, open_question.missing[0]) == (Outcome.UNDETERMINED, fact)
    _says_why(open_question)
    assert assess_dibao(cannot, (*DEFAULTS, OPEN_HERE), MAY).outcome is not Outcome.UNDETERMINED


def test_permit_unknown_does_not_matter_where_residence_is_not_open() -> None:
    facts = HouseholdFacts(HERE, (replace(STAYED, residence_permit=None),), Dibao(True, NEAR))
    assert assess_dibao(facts, DEFAULTS, MAY).outcome is Outcome.KEEP


def test_of_two_ways_to_move_neither_is_told_as_certain_while_it_is_open_which_decides() -> None:
    """Found by the property test: the earlier row (a switch to employee insurance) may hold, the later one does for certain."""
    mine = (rel(RESIDENT_MEDICAL, HERE, PAUSED), rel(RESIDENT_MEDICAL, GUIYANG, PAUSED))
    relations: dict[Scheme, tuple[Relation, ...]] = {**NONE, RESIDENT_MEDICAL: mine}
    del relations[MEDICAL]
    facts = PersonFacts(HERE, Sex.MALE, date(2000, 1, 1), HERE, hukou_moved=False, work=NO_WORK, relations=relations)
    found = assess(facts, DEFAULTS, MAY)[RESIDENT_MEDICAL]
    assert (found.outcome, found.reasons) == (Outcome.TRANSFER, ())
    assert {reason.slug for reason in found.either} == {"resident-to-employee", "cross-pool-residence"}
