"""A roster's household meets what the registry holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.registry.households.domain import Address
from services.registry.imports.domain import (
    Flat,
    Group,
    Home,
    KnownPerson,
    Stated,
    Verdict,
    decide,
    merged_facts,
)
from services.registry.imports.reasons import TEXTS
from services.registry.persons.domain import PersonStatus

TODAY = date(2026, 11, 24)
SETTLED = date(2019, 6, 1)
ADDRESS = Address("522731003012", "1", "1", "1", "101")
EMPTY = Flat("d", None, None)
HOME = Home("h", "f", 3, "p1", "人1", SETTLED, {"registered_poor": True})
LIVED_IN = Flat("d", HOME, None)


def stated(n: int, relation: str = "20", **facts: Any) -> Stated:
    return Stated(
        0,
        n + 1,
        f"人{n}",
        f"number {n}",
        b"%d" % n,
        "1",
        date(1980, 1, 1),
        None,
        None,
        relation,
        facts,
        {},
        frozenset(),
    )


def group(*rows: Stated, settled_on: date | None = SETTLED, head_name: str | None = None, **facts: Any) -> Group:
    return Group(ADDRESS, head_name, settled_on, facts, rows)


def known(n: int, relation: str | None = "20", **other: Any) -> KnownPerson:
    there = KnownPerson(f"p{n}", PersonStatus.RESIDENT, f"人{n}", False, True, "h", 2, relation, {}, None, None)
    return replace(there, **other)


HEAD, SPOUSE = stated(1, "02"), stated(2, "10")
HEAD_KNOWN, SPOUSE_KNOWN = known(1, "02"), known(2, "10")


def refused(verdict: Verdict) -> list[tuple[int, str, str]]:
    return sorted((a.stated.row, a.column, a.code) for a in verdict.against)


def registry(*people: KnownPerson) -> dict[bytes, KnownPerson]:
    return {person.person_id[1:].encode(): person for person in people}


def test_a_new_household_settles_with_all_its_people() -> None:
    verdict = decide(group(HEAD, SPOUSE), EMPTY, {}, TODAY)
    assert (verdict.joining, verdict.against) == ((HEAD, SPOUSE), ())


def test_the_same_again_changes_nothing() -> None:
    verdict = decide(group(HEAD, SPOUSE), LIVED_IN, registry(HEAD_KNOWN, SPOUSE_KNOWN), TODAY)
    assert verdict == Verdict(())


def test_who_was_left_out_joins_later() -> None:
    verdict = decide(group(HEAD, SPOUSE), LIVED_IN, registry(HEAD_KNOWN), TODAY)
    assert (verdict.joining, verdict.changes, verdict.against) == ((SPOUSE,), (), ())


def test_a_file_of_the_corrected_row_alone_completes_the_household() -> None:
    assert decide(group(SPOUSE), LIVED_IN, registry(HEAD_KNOWN), TODAY).joining == (SPOUSE,)


def test_who_was_entered_by_mistake_comes_back() -> None:
    gone = known(1, None, status=PersonStatus.WITHDRAWN)
    assert decide(group(HEAD), EMPTY, registry(gone), TODAY).joining == (HEAD,)


OTHER = known(2, "10", household_id="elsewhere")


@pytest.mark.parametrize(
    ("rows", "flat", "people", "against"),
    [
        pytest.param([SPOUSE], EMPTY, (), [(3, "relation", "head-missing")], id="no head anywhere"),
        pytest.param(
            [HEAD, SPOUSE], EMPTY, (OTHER,), [(3, "id_number", "already-settled")], id="member lives elsewhere"
        ),
        pytest.param(
            [HEAD, SPOUSE],
            EMPTY,
            (known(1, "02", household_id="elsewhere"),),
            [(2, "id_number", "already-settled"), (3, "name", "head-held-back")],
            id="head lives elsewhere",
        ),
        pytest.param(
            [HEAD, SPOUSE],
            LIVED_IN,
            (),
            [(2, "id_number", "head-number-differs"), (3, "name", "head-held-back")],
            id="the head by another number",
        ),
        pytest.param(
            [replace(HEAD, name="另一人"), SPOUSE],
            LIVED_IN,
            (),
            [(2, "flat", "flat-taken"), (3, "name", "head-held-back")],
            id="a full flat",
        ),
        pytest.param(
            [HEAD, SPOUSE],
            Flat("d", replace(HOME, head_person_id=None, head_name=None), None),
            (SPOUSE_KNOWN,),
            [(2, "relation", "head-gone"), (3, "name", "head-held-back")],
            id="a stranger as head where the head died",
        ),
        pytest.param(
            [SPOUSE, stated(3)],
            Flat("d", replace(HOME, settled_on=date(2018, 1, 1)), None),
            (SPOUSE_KNOWN,),
            [(3, "settled_on", "settled-on-differs"), (4, "settled_on", "settled-on-differs")],
            id="moved in on another day, without the head",
        ),
        pytest.param(
            [replace(SPOUSE, relation="02")],
            LIVED_IN,
            (HEAD_KNOWN, SPOUSE_KNOWN),
            [(3, "relation", "head-differs")],
            id="another head",
        ),
        pytest.param(
            [replace(HEAD, relation="20"), SPOUSE],
            LIVED_IN,
            (HEAD_KNOWN, SPOUSE_KNOWN),
            [(2, "relation", "head-demoted")],
            id="the head as a son of nobody",
        ),
        pytest.param(
            [replace(HEAD, relation="11"), replace(SPOUSE, relation="02")],
            LIVED_IN,
            (HEAD_KNOWN, SPOUSE_KNOWN),
            [(2, "relation", "head-demoted"), (3, "relation", "head-differs")],
            id="head and spouse swapped",
        ),
        pytest.param([HEAD, SPOUSE], EMPTY, (known(2, name="另一"),), [(3, "name", "name-differs")], id="another name"),
        pytest.param(
            [HEAD, SPOUSE],
            EMPTY,
            (known(2, covered=False, name="另一"),),
            [(3, "id_number", "registered-elsewhere")],
            id="outside the place: nothing more is told",
        ),
        pytest.param(
            [HEAD, SPOUSE],
            EMPTY,
            (known(2, status=PersonStatus.DECEASED, dead=True),),
            [(3, "id_number", "deceased")],
            id="deceased",
        ),
        pytest.param(
            [HEAD, SPOUSE],
            EMPTY,
            (known(2, status=PersonStatus.WITHDRAWN, dead=True),),
            [(3, "id_number", "deceased")],
            id="a death that a withdrawal left on record",
        ),
        pytest.param(
            [HEAD],
            Flat("d", None, date(2020, 1, 1)),
            (),
            [(2, "settled_on", "flat-taken-then")],
            id="others lived there that day",
        ),
        pytest.param(
            [HEAD],
            Flat("d", replace(HOME, settled_on=date(2018, 1, 1)), None),
            (HEAD_KNOWN,),
            [(2, "settled_on", "settled-on-differs")],
            id="moved in on another day",
        ),
        pytest.param(
            [replace(HEAD, birth_on=date(2020, 1, 1))],
            EMPTY,
            (),
            [(2, "settled_on", "born-after-settling")],
            id="head born after",
        ),
    ],
)
def test_a_row_is_refused_with_its_reason(
    rows: list[Stated], flat: Flat, people: tuple[KnownPerson, ...], against: list[tuple[int, str, str]]
) -> None:
    verdict = decide(group(*rows), flat, registry(*people), TODAY)
    assert refused(verdict) == against
    assert all(texts and all(texts) for a in verdict.against if (texts := TEXTS[a.code]))
    assert not {r.row for r in verdict.joining} & {row for row, _, _ in against}


def test_rows_without_a_head_that_name_another_do_not_join_the_household_that_lives_there() -> None:
    verdict = decide(group(SPOUSE, stated(3), head_name="另一人"), LIVED_IN, registry(HEAD_KNOWN), TODAY)
    assert refused(verdict) == [(3, "head_name", "other-household"), (4, "head_name", "other-household")]
    assert decide(group(SPOUSE, head_name="人1"), LIVED_IN, registry(HEAD_KNOWN), TODAY).joining == (SPOUSE,)


def test_a_member_may_become_head_where_the_head_died() -> None:
    home = Flat("d", replace(HOME, head_person_id=None, head_name=None), None)
    (change,) = decide(group(replace(SPOUSE, relation="02")), home, registry(SPOUSE_KNOWN), TODAY).changes
    assert change.relation == "02"


def test_who_is_held_back_is_told_whose_row_it_is() -> None:
    verdict = decide(group(replace(HEAD, name="另一人"), SPOUSE), LIVED_IN, {}, TODAY)
    assert [a.because and a.because.row for a in verdict.against] == [None, 2]


def test_a_child_may_be_born_after_its_household_moved_in() -> None:
    child = replace(stated(3), birth_on=date(2022, 2, 2))
    assert decide(group(HEAD, child), EMPTY, {}, TODAY).joining == (HEAD, child)


WORK = {"status": "employed", "form": "workshop", "division": "522731", "started_on": "2020-01-01"}
PAYING = {"division": "522731", "state": "paying"}
FACTS = [
    pytest.param({}, {"labour_class": "ORDINARY"}, {"labour_class": "ORDINARY"}, id="not known before"),
    pytest.param({"hukou": {"moved": False, "division": "522731"}}, {"hukou": {"moved": True}}, {"hukou": {"moved": True, "division": "522731"}}, id="a blank cell changes nothing"),  # noqa: E501
    pytest.param({"work": WORK}, {"work": {"status": "none"}}, {"work": {"status": "none"}}, id="no work has no form"),
    pytest.param({"work": WORK}, {"work": {"status": "employed", "division": "330106"}}, {"work": WORK | {"division": "330106"}}, id="the same work elsewhere"),  # noqa: E501
    pytest.param({"work": WORK}, {"work": {"status": "employed", "form": "dispatched"}}, {"work": {"status": "employed", "form": "dispatched", "division": "522731"}}, id="other work began another day"),  # noqa: E501
    pytest.param({"work": {"status": "none"}}, {"work": {"status": "employed"}}, {"work": {"status": "employed"}}, id="work after none"),
    pytest.param({"insurance:170": []}, {"insurance:170": [PAYING]}, {"insurance:170": [PAYING]}, id="a relation after none"),
    pytest.param({"insurance:170": [PAYING]}, {"insurance:170": []}, {"insurance:170": []}, id="none, expressly"),
    pytest.param({"insurance:170": [PAYING | {"arrears": True}]}, {"insurance:170": [PAYING | {"state": "paused"}]}, {"insurance:170": [PAYING | {"arrears": True, "state": "paused"}]}, id="the relation that is known"),  # noqa: E501
    pytest.param({"insurance:310": [PAYING, PAYING | {"division": "330106"}]}, {"insurance:310": [PAYING | {"state": "paused"}]}, {"insurance:310": [PAYING | {"state": "paused"}, PAYING | {"division": "330106"}]}, id="what was recorded beside it stays"),  # noqa: E501
    pytest.param({"dibao": {"receiving": True, "household_class": "rural"}}, {"dibao": {"receiving": False}}, {"dibao": {"receiving": False}}, id="no dibao has no class"),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize(("held", "given", "after"), FACTS)
def test_what_a_row_says_is_laid_over_what_is_known(
    held: dict[str, Any], given: dict[str, Any], after: dict[str, Any]
) -> None:
    assert merged_facts(held, given) == after


@pytest.mark.parametrize(("held", "given", "after"), FACTS)
def test_only_what_differs_changes(held: dict[str, Any], given: dict[str, Any], after: dict[str, Any]) -> None:
    if "dibao" in given:
        return
    people = registry(replace(HEAD_KNOWN, facts=held))
    (change,) = decide(group(stated(1, "02", **given)), LIVED_IN, people, TODAY).changes
    assert change.facts == {name: value for name, value in after.items() if held.get(name) != value}
    people = registry(replace(HEAD_KNOWN, facts=after))
    assert decide(group(stated(1, "02", **given)), LIVED_IN, people, TODAY).changes == ()


def test_blank_insurance_columns_change_nothing_of_who_is_in() -> None:
    row = replace(HEAD, blank=frozenset({"insurance:170"}))
    for facts in ({}, {"insurance:170": None}, {"insurance:170": [PAYING]}):
        assert decide(group(row), LIVED_IN, registry(replace(HEAD_KNOWN, facts=facts)), TODAY).changes == ()


def test_rows_changed_count_what_is_said_of_the_household_once() -> None:
    people = registry(HEAD_KNOWN, SPOUSE_KNOWN)
    rows = (HEAD, SPOUSE)
    assert decide(group(*rows, registered_poor=True), LIVED_IN, people, TODAY).rows_changed == 0
    assert decide(group(*rows, registered_poor=False), LIVED_IN, people, TODAY).rows_changed == 1
    other = (replace(HEAD, facts={"labour_class": "LOST"}), SPOUSE)
    assert decide(group(*other, registered_poor=False), LIVED_IN, people, TODAY).rows_changed == 1


def test_facts_of_the_household_that_differ() -> None:
    verdict = decide(group(HEAD, registered_poor=False), LIVED_IN, registry(HEAD_KNOWN), TODAY)
    assert verdict.household_facts == {"registered_poor": False}
    assert not decide(group(HEAD, registered_poor=True), LIVED_IN, registry(HEAD_KNOWN), TODAY).household_facts


SAID = {"status": "employed", "employments": [{"employment_id": "e", **WORK, "employer_kind": None}]}


@pytest.mark.parametrize(
    ("said", "given", "refused_with"),
    [
        pytest.param(SAID, {"status": "employed", "form": "dispatched"}, None, id="jobs has what was stated"),
        pytest.param(
            SAID | {"employments": []},
            {"status": "employed", "form": "dispatched"},
            "work-belongs-to-jobs",
            id="it ended",
        ),
        pytest.param(SAID | {"employments": []}, {"status": "none"}, None, id="the roster has heard of it"),
        pytest.param(SAID | {"employments": []}, WORK, None, id="it ended, and the roster says what it said before"),
        pytest.param(None, {"status": "none"}, None, id="jobs has said nothing"),
    ],
)
def test_work_that_jobs_has_recorded_is_not_changed_by_a_roster(
    said: dict[str, Any] | None, given: dict[str, Any], refused_with: str | None
) -> None:
    people = registry(replace(HEAD_KNOWN, facts={"work": WORK}, work_copy=said))
    verdict = decide(group(stated(1, "02", work=given)), LIVED_IN, people, TODAY)
    assert [a.code for a in verdict.against] == ([refused_with] if refused_with else [])
