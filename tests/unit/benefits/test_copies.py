"""What others said, as facts: nothing is derived that was not said, and members count once household and person agree."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.benefits.assessments.copies import PERSON_FACTS, Home, assess_home, home_of, household_facts, person_facts
from services.benefits.assessments.domain import (
    DEFAULTS,
    NO_DIBAO,
    NO_WORK,
    PERSON_SCHEMES,
    Dibao,
    EmployerKind,
    Relation,
    RelationState,
    Scheme,
    Sex,
    Work,
    parameters_on,
)
from shared.contracts.registry import InsuranceRelation, PersonState

ON = date(2025, 10, 15)
COMMUNITY = "522731003012"


def said(**facts: Any) -> dict[str, Any]:
    """The registry's word on a person of whom only the least is known."""
    state = {"version": 1, "person_id": "p", "state": "resident", "household_id": "h", "community_code": COMMUNITY}
    least = {"sex": "1", "birth_on": "1985-03-15", "residence_division": COMMUNITY}
    return PersonState.model_validate(state | least | facts).model_dump(mode="json", include=set(PERSON_FACTS))


def heard(person_id: str, household_id: str = "h", state: str = "resident", **facts: Any) -> dict[str, Any]:
    """A person in a row of `load_homes`."""
    copy = {"person_id": person_id, "version": 3, "state": state, "household_id": household_id}
    return copy | {"facts": said(**facts), "work": None, "work_version": None}


def home(members: str, *people: dict[str, Any], **more: Any) -> Home | None:
    row = {
        "household_id": "h",
        "version": 7,
        "state": "settled",
        "community_code": COMMUNITY,
        "dibao": None,
        "pending": [],
    }
    return home_of(row | {"members": list(members), "people": people} | more)


def settled(members: str, *people: dict[str, Any], **more: Any) -> Home:
    found = home(members, *people, **more)
    assert found is not None
    return found


def test_what_was_not_said_is_not_known() -> None:
    facts = person_facts(said(), None)
    assert (facts.residence_division, facts.sex, facts.birth_on) == (COMMUNITY, Sex.MALE, date(1985, 3, 15))
    assert (facts.hukou_division, facts.hukou_moved, facts.hukou_moved_on, facts.work) == (None, None, None, None)
    assert (facts.organised_transfer, facts.relations) == (False, {})


def test_relations_keep_what_their_scheme_is_asked_for() -> None:
    relation = InsuranceRelation(division="522328", state="paused", since=date(2026, 1, 1), employer_kind="public")
    facts = person_facts(said(insurances={"110": [relation], "390": [relation], "210": [], "330": [relation]}), None)
    assert facts.relations == {
        Scheme.EMPLOYEE_PENSION: (
            Relation(Scheme.EMPLOYEE_PENSION, "522328", RelationState.PAUSED, None, EmployerKind.PUBLIC),
        ),
        Scheme.UNEMPLOYMENT: (),
        Scheme.RESIDENT_MEDICAL: (
            Relation(Scheme.RESIDENT_MEDICAL, "522328", RelationState.PAUSED, since=date(2026, 1, 1)),
        ),
    }


STATED = {"status": "employed", "division": "330106", "employer_kind": "public"}


@pytest.mark.parametrize(
    ("stated", "jobs", "work"),
    [
        (None, None, None),
        ({"status": "none"}, None, NO_WORK),
        (STATED, None, Work(True, "330106", EmployerKind.PUBLIC)),
        ({"status": "employed"}, None, Work(True)),
        (STATED, {"work": "none", "employments": []}, NO_WORK),
        (STATED, {"work": "employed", "employments": []}, Work(True)),
    ],
)
def test_jobs_is_believed_before_the_person(stated: Any, jobs: Any, work: Work | None) -> None:
    assert person_facts(said(work=stated), jobs).work == work


def employed(n: int, form: str, division: str, started_on: str | None) -> dict[str, Any]:
    return {
        "employment_id": str(n),
        "form": form,
        "division": division,
        "started_on": started_on,
        "employer_kind": "enterprise",
    }


@pytest.mark.parametrize(
    ("employments", "division"),
    [
        ([employed(1, "farming", "522328", "2025-05-01"), employed(2, "workshop", "522731", "2024-01-01")], "522731"),
        ([employed(1, "migrant", "330106", "2025-05-01"), employed(2, "workshop", "522731", "2024-01-01")], "330106"),
        ([employed(1, "migrant", "330106", None), employed(2, "workshop", "522731", "2024-01-01")], "522731"),
        ([employed(1, "farming", "522328", None)], "522328"),
    ],
)
def test_of_several_employments_the_one_that_insures_counts(employments: list[dict[str, Any]], division: str) -> None:
    for order in (employments, employments[::-1]):
        work = person_facts(said(), {"work": "employed", "employments": order}).work
        assert work == Work(True, division, EmployerKind.ENTERPRISE)


@pytest.mark.parametrize("state", [None, "ended", "withdrawn"])
def test_a_household_that_is_not_settled_has_nobody_to_tell(state: str | None) -> None:
    assert home("a", heard("a"), state=state) is None


def test_a_member_counts_once_household_and_person_agree() -> None:
    assert [m.person_id for m in settled("abc", heard("a"), heard("b", "elsewhere")).members] == ["a"]
    assert [m.person_id for m in settled("b", heard("a"), heard("b")).members] == ["b"]


@pytest.mark.parametrize(
    ("members", "people", "complete"),
    [
        ("a", [heard("a")], True),
        ("ab", [heard("a")], False),
        ("ab", [heard("a"), heard("b", "elsewhere")], False),
        ("ab", [heard("a"), heard("b", state="deceased")], True),
        ("ab", [heard("a"), heard("b", state="withdrawn")], True),
        ("a", [heard("a", state="deceased")], False),
        ("", [], False),
    ],
)
def test_dibao_waits_for_every_member_but_the_dead(members: str, people: list[Any], complete: bool) -> None:
    found = settled(members, *people)
    assert found.complete is complete
    findings = assess_home(found, parameters_on(DEFAULTS, ON), ON)
    schemes = [assessment.scheme for finding in findings for assessment in finding.assessments]
    assert schemes == [*PERSON_SCHEMES] * len(found.members) + [Scheme.DIBAO] * complete


def test_of_the_own_assessments_only_those_are_made_that_may_differ() -> None:
    found = settled("ab", heard("a"), heard("b"))
    findings = assess_home(found, parameters_on(DEFAULTS, ON), ON, {"b"})
    assert [(finding.subject_id, len(finding.assessments)) for finding in findings] == [("b", 7), ("h", 1)]


@pytest.mark.parametrize(("document", "permit"), [("permit", True), ("book", False), ("none", False), (None, None)])
def test_a_residence_book_is_no_permit(document: str | None, permit: bool | None) -> None:
    (member,) = household_facts(settled("a", heard("a", residence_document=document))).members
    assert member.residence_permit is permit


@pytest.mark.parametrize(
    ("dibao", "known"),
    [
        (None, None),
        ({"receiving": False, "division": None, "household_class": None}, NO_DIBAO),
        ({"receiving": True, "division": "522328", "household_class": "rural"}, Dibao(True, "522328", "rural")),
    ],
)
def test_dibao_is_known_or_not(dibao: Any, known: Dibao | None) -> None:
    assert household_facts(settled("a", heard("a"), dibao=dibao)).dibao == known


def test_cases_under_way_and_versions_go_with_their_subject() -> None:
    pending = [["a", "170"], ["h", "dibao"]]
    found = settled("ab", heard("a"), heard("b") | {"work": {"work": "none"}, "work_version": 2}, pending=pending)
    assert [m.facts.open_cases for m in found.members] == [{Scheme.RESIDENT_PENSION}, frozenset()]
    assert household_facts(found).open_case
    based_on = {finding.subject_id: finding.based_on for finding in assess_home(found, parameters_on(DEFAULTS, ON), ON)}
    assert based_on == {
        "a": {"person": 3},
        "b": {"person": 3, "work": 2},
        "h": {"household": 7, "people": {"a": 3, "b": 3}},
    }
