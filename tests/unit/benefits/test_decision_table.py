"""Every row of the decision table, in its order, with its law; which row decides; the vectors of the reference."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.benefits.assessments.domain import (
    DEFAULTS,
    NO_DIBAO,
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
    Reason,
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
from services.benefits.assessments.parameters import (
    DIBAO_OPEN_TO_RESIDENCE,
    DIBAO_PERMIT_REQUIRED,
    DIBAO_RECLASS_ON_RESIDENCE,
    INTRA_PROVINCE_FUND_MOVE,
)
from services.benefits.assessments.reasons import REASONS
from services.benefits.assessments.rules import TABLE
from services.benefits.assessments.rules_dibao import DIBAO_TABLE

HERE, SAME_PREFECTURE, SAME_PROVINCE = "522731", "522728", "520103"
HANGZHOU, GUANGZHOU = "330106", "440106"
MAY, OCTOBER = date(2025, 5, 15), date(2025, 10, 15)
PAYING, PAUSED, ENDED = RelationState.PAYING, RelationState.PAUSED, RelationState.ENDED
DRAWING, RETIRED = RelationState.DRAWING, RelationState.RETIRED
PENSION, RESIDENT, JOBLESS, MEDICAL, RESIDENT_MEDICAL = list(Scheme)[:5]


def rel(scheme: Scheme, division: str, state: RelationState = PAYING, kind: EmployerKind | None = None) -> Relation:
    return Relation(scheme, division, state, arrears=False, employer_kind=kind)


def owing(scheme: Scheme, division: str) -> Relation:
    return Relation(scheme, division, PAUSED, arrears=True)


def person(
    *relations: Relation,
    work: str | None = None,
    kind: EmployerKind = EmployerKind.ENTERPRISE,
    hukou: str = HERE,
    moved: bool = True,
    moved_on: date | None = None,
    born: date = date(1985, 3, 1),
    sex: Sex = Sex.FEMALE,
    organised: bool = False,
) -> PersonFacts:
    """A person of whom everything is known."""
    return PersonFacts(
        HERE,
        sex,
        born,
        hukou,
        moved,
        moved_on or (date(2024, 6, 1) if moved else None),
        Work(True, work, kind) if work else NO_WORK,
        organised,
        {scheme: tuple(r for r in relations if r.scheme is scheme) for scheme in PERSON_SCHEMES},
    )


def opened(facts: PersonFacts, scheme: Scheme) -> PersonFacts:
    return replace(facts, open_cases=frozenset({scheme}))


def at(name: str, value: bool | int | str) -> Parameter:
    return Parameter(name, "52", date(2022, 1, 1), value, "test")


def slugs(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.slug for reason in reasons]


ALSO = {(PENSION, "drawing"): ["no-employment-elsewhere"], (MEDICAL, "retired"): ["no-employment-elsewhere"]}
"""Other keep rows that hold for the facts given below."""

PUBLIC, ENTERPRISE = EmployerKind.PUBLIC, EmployerKind.ENTERPRISE
IN_ORDER = [
    (PENSION, "case-open", Outcome.KEEP, opened(person(), PENSION)),
    (PENSION, "not-in-scheme", Outcome.NOT_APPLICABLE, person()),
    (PENSION, "not-in-scheme", Outcome.NOT_APPLICABLE, person(rel(PENSION, HANGZHOU, ENDED), work=HERE)),
    (PENSION, "drawing", Outcome.KEEP, person(rel(PENSION, HANGZHOU, DRAWING))),
    (PENSION, "cross-system", Outcome.TRANSFER, person(rel(PENSION, HERE, PAUSED, PUBLIC), work=HERE)),
    (PENSION, "no-employment-elsewhere", Outcome.KEEP, person(rel(PENSION, HANGZHOU, PAUSED))),
    (PENSION, "same-county", Outcome.KEEP, person(rel(PENSION, HERE), work=HERE)),
    (PENSION, "same-pool", Outcome.CHANGE, person(rel(PENSION, SAME_PROVINCE), work=HERE)),
    (PENSION, "relation-active", Outcome.KEEP, person(rel(PENSION, HANGZHOU), rel(PENSION, HERE), work=HERE)),
    (PENSION, "arrears", Outcome.KEEP, person(owing(PENSION, HANGZHOU), rel(PENSION, HERE), work=HERE)),
    (PENSION, "not-insured-there", Outcome.KEEP, person(rel(PENSION, HANGZHOU, PAUSED), work=HERE)),
    (
        PENSION,
        "temporary-account",
        Outcome.KEEP,
        person(
            rel(PENSION, HANGZHOU, PAUSED),
            rel(PENSION, GUANGZHOU),
            work=GUANGZHOU,
            sex=Sex.MALE,
            born=date(1975, 5, 15),
        ),
    ),
    (
        PENSION,
        "cross-pool-employment",
        Outcome.TRANSFER,
        person(rel(PENSION, HANGZHOU, PAUSED), rel(PENSION, HERE), work=HERE),
    ),
    (RESIDENT, "case-open", Outcome.KEEP, opened(person(), RESIDENT)),
    (RESIDENT, "not-in-scheme", Outcome.NOT_APPLICABLE, person(rel(RESIDENT, HERE, ENDED))),
    (RESIDENT, "drawing", Outcome.KEEP, person(rel(RESIDENT, HERE, DRAWING))),
    (RESIDENT, "hukou-not-moved", Outcome.KEEP, person(rel(RESIDENT, SAME_PREFECTURE), moved=False)),
    (RESIDENT, "same-county", Outcome.CHANGE, person(rel(RESIDENT, HERE))),
    (RESIDENT, "age-60-before-move", Outcome.KEEP, person(rel(RESIDENT, SAME_PREFECTURE), born=date(1964, 5, 31))),
    (RESIDENT, "cross-county-hukou", Outcome.TRANSFER, person(rel(RESIDENT, SAME_PREFECTURE))),
    (RESIDENT, "cross-county-hukou", Outcome.TRANSFER, person(rel(RESIDENT, SAME_PROVINCE))),
    (RESIDENT, "cross-province-hukou", Outcome.TRANSFER, person(rel(RESIDENT, HANGZHOU))),
    (MEDICAL, "case-open", Outcome.KEEP, opened(person(), MEDICAL)),
    (MEDICAL, "not-in-scheme", Outcome.NOT_APPLICABLE, person()),
    (MEDICAL, "retired", Outcome.KEEP, person(rel(MEDICAL, HANGZHOU, RETIRED))),
    (
        MEDICAL,
        "employee-to-resident",
        Outcome.TRANSFER,
        person(rel(MEDICAL, HANGZHOU, PAUSED), rel(RESIDENT_MEDICAL, HERE)),
    ),
    (
        MEDICAL,
        "employee-to-resident",
        Outcome.TRANSFER,
        person(rel(MEDICAL, HANGZHOU, ENDED), rel(RESIDENT_MEDICAL, HERE)),
    ),
    (MEDICAL, "no-employment-elsewhere", Outcome.KEEP, person(rel(MEDICAL, HANGZHOU, PAUSED))),
    (MEDICAL, "same-county", Outcome.KEEP, person(rel(MEDICAL, HERE), work=HERE)),
    (MEDICAL, "same-pool", Outcome.CHANGE, person(rel(MEDICAL, SAME_PREFECTURE), work=HERE)),
    (MEDICAL, "relation-active", Outcome.KEEP, person(rel(MEDICAL, SAME_PROVINCE), rel(MEDICAL, HERE), work=HERE)),
    (MEDICAL, "not-insured-there", Outcome.KEEP, person(rel(MEDICAL, HANGZHOU, PAUSED), work=HERE)),
    (
        MEDICAL,
        "cross-pool-employment",
        Outcome.TRANSFER,
        person(rel(MEDICAL, HANGZHOU, ENDED), rel(MEDICAL, HERE), work=HERE),
    ),
    (MEDICAL, "not-in-scheme", Outcome.NOT_APPLICABLE, person(rel(MEDICAL, SAME_PREFECTURE, ENDED), work=HERE)),
    (RESIDENT_MEDICAL, "case-open", Outcome.KEEP, opened(person(), RESIDENT_MEDICAL)),
    (RESIDENT_MEDICAL, "not-in-scheme", Outcome.NOT_APPLICABLE, person()),
    (
        RESIDENT_MEDICAL,
        "resident-to-employee",
        Outcome.TRANSFER,
        person(rel(RESIDENT_MEDICAL, SAME_PROVINCE, PAUSED), rel(MEDICAL, HERE), work=HERE),
    ),
    (
        RESIDENT_MEDICAL,
        "cross-pool-residence",
        Outcome.TRANSFER,
        person(rel(RESIDENT_MEDICAL, SAME_PROVINCE), rel(RESIDENT_MEDICAL, HERE)),
    ),
    (RESIDENT_MEDICAL, "next-insurance-year", Outcome.KEEP, person(rel(RESIDENT_MEDICAL, SAME_PROVINCE))),
    (RESIDENT_MEDICAL, "same-pool", Outcome.CHANGE, person(rel(RESIDENT_MEDICAL, SAME_PREFECTURE))),
    (RESIDENT_MEDICAL, "not-in-scheme", Outcome.NOT_APPLICABLE, person(rel(RESIDENT_MEDICAL, HERE, ENDED))),
    (JOBLESS, "case-open", Outcome.KEEP, opened(person(), JOBLESS)),
    (JOBLESS, "not-in-scheme", Outcome.NOT_APPLICABLE, person()),
    (JOBLESS, "cross-pool-employment", Outcome.TRANSFER, person(rel(JOBLESS, HANGZHOU), work=HERE)),
    (JOBLESS, "no-employment-elsewhere", Outcome.KEEP, person(rel(JOBLESS, HERE), work=HERE)),
    (Scheme.INJURY, "insured-anew", Outcome.NOT_APPLICABLE, person(rel(Scheme.INJURY, HANGZHOU), work=HERE)),
    (Scheme.MATERNITY, "insured-anew", Outcome.NOT_APPLICABLE, person(rel(Scheme.MATERNITY, HANGZHOU), work=HERE)),
]


@pytest.mark.parametrize(
    ("scheme", "slug", "outcome", "facts"),
    [pytest.param(*row, id=f"{row[0].value}-{row[1]}-{n}") for n, row in enumerate(IN_ORDER)],
)
def test_row_of_a_person(scheme: Scheme, slug: str, outcome: Outcome, facts: PersonFacts) -> None:
    assessment = assess(facts, DEFAULTS, MAY)[scheme]

    assert (assessment.outcome, slugs(assessment.reasons)) == (outcome, [slug, *ALSO.get((scheme, slug), [])])
    assert may_open(assessment) == (outcome in (Outcome.TRANSFER, Outcome.CHANGE))
    assert refusal(assessment) == (() if may_open(assessment) else assessment.reasons)
    assert all(r.law and r.article and r.detail_zh and r.detail_en for r in assessment.reasons)


def test_every_row_is_tested_in_its_order() -> None:
    for scheme, rows in TABLE.items():
        if scheme not in (Scheme.INJURY, Scheme.MATERNITY):
            tested = dict.fromkeys((slug, outcome) for s, slug, outcome, _ in IN_ORDER if s is scheme)
            assert list(tested) == list(dict.fromkeys((row.slug, row.outcome) for row in rows))


@pytest.mark.parametrize(
    ("scheme", "slug", "law", "article"),
    [
        (PENSION, "drawing", "国办发〔2009〕66号", "2"),
        (RESIDENT, "drawing", "第765号", "12 ¶3"),
        (PENSION, "same-county", "第765号", "9, 12"),
        (RESIDENT, "same-county", "第765号", "10"),
        (Scheme.DIBAO, "same-county", "第649号", "11, 12, 13"),
        (PENSION, "same-pool", "第765号", "10"),
        (RESIDENT_MEDICAL, "same-pool", "第765号", "9, 10, 13"),
        (PENSION, "no-employment-elsewhere", "国办发〔2009〕66号", "9"),
        (PENSION, "temporary-account", "国办发〔2009〕66号", "5"),
        (PENSION, "cross-system", "第765号", "12 ¶2"),
        (MEDICAL, "employee-to-resident", "第765号", "13 ¶3"),
        (MEDICAL, "relation-active", "医保办发〔2021〕43号", "情形A"),
        (RESIDENT_MEDICAL, "next-insurance-year", "医保办发〔2021〕43号", "情形B"),
        (JOBLESS, "cross-pool-employment", "第765号", "14"),
        (Scheme.INJURY, "insured-anew", "第765号", "15"),
        (Scheme.DIBAO, "hukou-not-moved", "第649号", "11"),
    ],
)
def test_law_and_article_are_those_of_the_scheme(scheme: Scheme, slug: str, law: str, article: str) -> None:
    reason = REASONS[scheme, slug]
    assert law in reason.law
    assert reason.article == article


def test_every_row_has_its_reason_and_its_rule_names_the_law() -> None:
    rules = [(scheme, row.slug, row.holds.__doc__) for scheme, rows in TABLE.items() for row in rows]
    rules += [(Scheme.DIBAO, row.slug, row.holds.__doc__) for row in DIBAO_TABLE]
    for scheme, slug, rule in rules:
        assert slug.startswith("unknown:") or (scheme, slug) in REASONS
        assert rule
        assert any(word in rule for word in ("art.", "43号", "[S20]"))


# Which row decides, which reasons are listed


def test_first_row_decides_and_the_other_keep_reasons_are_listed() -> None:
    facts = person(Relation(PENSION, HANGZHOU, PAYING, arrears=True), work=GUANGZHOU, born=date(1980, 1, 1))
    assessment = assess(facts, DEFAULTS, MAY)[PENSION]
    assert slugs(refusal(assessment)) == ["relation-active", "arrears", "not-insured-there", "temporary-account"]


def test_open_case_comes_before_a_transfer_and_lists_what_else_keeps() -> None:
    facts = opened(person(rel(RESIDENT, SAME_PREFECTURE), moved=False), RESIDENT)
    assert slugs(assess(facts, DEFAULTS, MAY)[RESIDENT].reasons) == ["case-open", "hukou-not-moved"]
    movable = opened(person(rel(RESIDENT, SAME_PREFECTURE)), RESIDENT)
    assert slugs(assess(movable, DEFAULTS, MAY)[RESIDENT].reasons) == ["case-open"]


def test_open_case_of_another_scheme_is_no_bar() -> None:
    facts = opened(person(rel(RESIDENT, SAME_PREFECTURE)), RESIDENT_MEDICAL)
    assert may_open(assess(facts, DEFAULTS, MAY)[RESIDENT])


def test_turning_60_on_the_day_of_the_move_is_not_before_it() -> None:
    facts = person(rel(RESIDENT, HANGZHOU), born=date(1964, 6, 1), moved_on=date(2024, 6, 1))
    assert slugs(assess(facts, DEFAULTS, MAY)[RESIDENT].reasons) == ["cross-province-hukou"]


@pytest.mark.parametrize(
    ("sex", "born", "kept"), [("1", 1976, False), ("1", 1975, True), ("2", 1986, False), ("2", 1985, True)]
)
def test_temporary_account_ages(sex: str, born: int, kept: bool) -> None:
    relations = rel(PENSION, HANGZHOU, PAUSED), rel(PENSION, GUANGZHOU)
    facts = person(*relations, work=GUANGZHOU, sex=Sex(sex), born=date(born, 5, 15))
    assessment = assess(facts, DEFAULTS, MAY)[PENSION]
    assert slugs(assessment.reasons) == (["temporary-account"] if kept else ["cross-pool-employment"])
    assert [note.slug for note in assessment.notes] == (["temporary-account-at-new-place"] if kept else [])
    organised = assess(replace(facts, organised_transfer=True), DEFAULTS, MAY)[PENSION]
    assert organised.outcome is Outcome.TRANSFER


def test_where_the_relation_goes_and_whether_money_moves() -> None:
    def of(facts: PersonFacts, scheme: Scheme, *more: Parameter) -> tuple[str | None, str | None, bool | None]:
        a: Assessment = assess(facts, (*DEFAULTS, *more), MAY)[scheme]
        return a.from_division, a.to_division, a.fund_moves

    inside = person(rel(RESIDENT, SAME_PREFECTURE))
    assert of(inside, RESIDENT) == (SAME_PREFECTURE, HERE, True)
    assert of(inside, RESIDENT, at(INTRA_PROVINCE_FUND_MOVE, False)) == (SAME_PREFECTURE, HERE, False)
    across = person(rel(RESIDENT, HANGZHOU))
    assert of(across, RESIDENT, at(INTRA_PROVINCE_FUND_MOVE, False)) == (HANGZHOU, HERE, True)
    assert of(person(rel(RESIDENT, HERE)), RESIDENT) == (HERE, HERE, False)
    assert of(person(rel(PENSION, SAME_PROVINCE), work=HERE), PENSION) == (SAME_PROVINCE, HERE, False)


# Vectors of the reference


def test_v1_mover_aged_61_who_draws_is_refused_with_both_reasons() -> None:
    facts = person(rel(RESIDENT, HANGZHOU, DRAWING), born=date(1964, 1, 1), moved_on=date(2025, 3, 1))
    assessment = assess(facts, DEFAULTS, MAY)[RESIDENT]
    assert slugs(refusal(assessment)) == ["drawing", "age-60-before-move"]
    paying = person(rel(RESIDENT, HANGZHOU), born=date(1964, 1, 1), moved_on=date(2025, 3, 1))
    assert slugs(refusal(assess(paying, DEFAULTS, MAY)[RESIDENT])) == ["age-60-before-move"]


def test_v2_no_resident_pension_case_when_hukou_stays() -> None:
    facts = person(rel(RESIDENT, SAME_PREFECTURE), born=date(1980, 1, 1), hukou=SAME_PREFECTURE, moved=False)
    assert not may_open(assess(facts, DEFAULTS, MAY)[RESIDENT])


def test_v5_woman_of_41_from_zhejiang_to_guangdong_gets_a_temporary_account_and_v6_moves_to_guizhou() -> None:
    born = date(1984, 2, 1)
    v5 = person(rel(PENSION, HANGZHOU, PAUSED), rel(PENSION, GUANGZHOU), work=GUANGZHOU, born=born)
    assert slugs(assess(v5, DEFAULTS, MAY)[PENSION].reasons) == ["temporary-account"]
    v6 = person(rel(PENSION, HANGZHOU, PAUSED), rel(PENSION, HERE), work=HERE, born=born)
    assert assess(v6, DEFAULTS, MAY)[PENSION].outcome is Outcome.TRANSFER


def test_v8_resident_insured_who_moves_in_may_waits_for_the_window() -> None:
    assessment = assess(person(rel(RESIDENT_MEDICAL, SAME_PROVINCE)), DEFAULTS, MAY)[RESIDENT_MEDICAL]
    assert slugs(refusal(assessment)) == ["next-insurance-year"]
    assert [note.slug for note in assessment.notes] == ["enrolment-window", "cross-area-settlement"]
    assert "9月至12月" in assessment.notes[0].zh


def test_enrolment_in_the_window_waits_for_its_year() -> None:
    there = replace(rel(RESIDENT_MEDICAL, HERE), since=date(2026, 1, 1))
    enrolled = person(replace(rel(RESIDENT_MEDICAL, SAME_PROVINCE), since=date(2025, 1, 1)), there)
    assert assess(enrolled, DEFAULTS, OCTOBER)[RESIDENT_MEDICAL].outcome is Outcome.KEEP
    assert assess(enrolled, DEFAULTS, date(2026, 1, 1))[RESIDENT_MEDICAL].outcome is Outcome.TRANSFER


# Dibao


def household(
    *members: MemberFacts,
    paid_at: str | None = SAME_PREFECTURE,
    household_class: str = "rural",
    open_case: bool = False,
) -> HouseholdFacts:
    dibao = Dibao(True, paid_at, household_class) if paid_at else NO_DIBAO
    return HouseholdFacts(HERE, members, dibao, open_case)


MOVED, STAYED = MemberFacts(HERE, True, False), MemberFacts(SAME_PREFECTURE, False, False)
OPEN, NO_PERMIT = at(DIBAO_OPEN_TO_RESIDENCE, True), at(DIBAO_PERMIT_REQUIRED, False)
HOLDER = replace(STAYED, residence_permit=True)

DIBAO_IN_ORDER = [
    ("case-open", Outcome.KEEP, household(MOVED, open_case=True), ()),
    ("not-in-scheme", Outcome.NOT_APPLICABLE, household(MOVED, paid_at=None), ()),
    ("unknown:household-hukou", Outcome.UNDETERMINED, household(MOVED, STAYED), ()),
    ("same-county", Outcome.CHANGE, household(STAYED, paid_at=HERE), ()),
    ("certify-out-enrol-in", Outcome.TRANSFER, household(MOVED, MOVED), ()),
    ("certify-out-enrol-in", Outcome.TRANSFER, household(STAYED), (OPEN, NO_PERMIT)),
    ("certify-out-enrol-in", Outcome.TRANSFER, household(STAYED, HOLDER), (OPEN,)),
    ("new-application", Outcome.TRANSFER, household(MOVED, paid_at=HANGZHOU), ()),
    ("new-application", Outcome.TRANSFER, household(HOLDER, paid_at=HANGZHOU), (OPEN,)),
    ("hukou-not-moved", Outcome.KEEP, household(STAYED), ()),
    ("hukou-not-moved", Outcome.KEEP, household(STAYED), (OPEN,)),
    ("hukou-not-moved", Outcome.KEEP, household(HOLDER, paid_at=HANGZHOU), ()),
]


@pytest.mark.parametrize(
    ("slug", "outcome", "facts", "more"),
    [pytest.param(*row, id=f"dibao-{row[0]}-{n}") for n, row in enumerate(DIBAO_IN_ORDER)],
)
def test_row_of_a_household(slug: str, outcome: Outcome, facts: HouseholdFacts, more: tuple[Parameter, ...]) -> None:
    assessment = assess_dibao(facts, (*DEFAULTS, *more), MAY)
    assert (assessment.outcome, slugs(assessment.reasons)) == (outcome, [slug])
    assert may_open(assessment) == (outcome in (Outcome.TRANSFER, Outcome.CHANGE))


def test_every_dibao_row_is_tested_in_its_order() -> None:
    assert list(dict.fromkeys(slug for slug, *_ in DIBAO_IN_ORDER)) == [row.slug for row in DIBAO_TABLE]


def test_rural_dibao_is_reclassed_where_the_hukou_moved_or_the_setting_is_on() -> None:
    def notes(facts: HouseholdFacts, *more: Parameter) -> list[str]:
        return [note.slug for note in assess_dibao(facts, (*DEFAULTS, *more), MAY).notes]

    in_county = MemberFacts(HERE, False, False)
    reclass = at(DIBAO_RECLASS_ON_RESIDENCE, True)
    assert notes(household(MOVED, paid_at=HERE)) == ["reclass-rural-to-urban"]
    assert notes(household(in_county, paid_at=HERE), reclass) == ["reclass-rural-to-urban"]
    assert notes(household(in_county, paid_at=HERE)) == []
    assert notes(household(MOVED, paid_at=HERE, household_class="urban"), reclass) == []
