"""Of who was entered twice: which employment is set aside as the same, what others hear, which spell of seeking goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.jobs.employments.domain import Employment, EndReason, Form, Source, Terms, is_same
from services.jobs.persons.domain import (
    LabourClass,
    Presence,
    StatedWork,
    Worker,
    changes_of,
    faults_of_posts,
    grouped,
    told,
)
from services.jobs.seekers.domain import NotSeeking, SeekerStatus, opens_spell, spell_changes

ON = date(2026, 11, 24)
FIRST, LATER = date(2024, 5, 1), date(2025, 5, 1)
CODE, OTHER_CODE = "91522731MA6DL12345", "91522731MA6DL54321"


def job(
    id_: str = "e1", employer: str | None = None, started_on: date | None = FIRST, form: Form = Form.ENTERPRISE
) -> Employment:
    return Employment(id_, "h", Source.RECORDED, Terms(form, "522731", None, started_on, employer))


def ended(employment: Employment, on: date = date(2025, 1, 31), reason: EndReason = EndReason.LEFT) -> Employment:
    return employment.ended(on, reason)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (job(), job(), True),
        (job(), job(started_on=LATER), False),
        (job(started_on=None), job(started_on=None), True),
        (job(employer=CODE), job(), True),
        (job(employer=CODE), job(employer=CODE, started_on=LATER, form=Form.WORKSHOP), True),
        (job(employer=CODE), job(employer=OTHER_CODE), False),
        (ended(job(employer=CODE)), job(employer=CODE, started_on=LATER), False),
        (ended(job(employer=CODE)), job(employer=CODE, started_on=date(2025, 1, 31)), True),
        (ended(job()), job(), True),
        (job(), job(form=Form.FARMING), False),
    ],
)
def test_which_employments_are_one(one: Employment, other: Employment, same: bool) -> None:
    assert is_same(one, other) is same
    assert is_same(other, one) is same


def person(id_: str = "a", *employments: Employment, **more: Any) -> Worker:
    given: dict[str, Any] = {"presence": Presence.RESIDENT, "sex": "1", "labour_class": LabourClass.ORDINARY} | more
    known = {"stated": StatedWork(None)} | given
    return Worker(id_, f"h-{id_}", birth_on=date(1990, 1, 1), employments=employments, **known)


def one_of(own: Worker, *others: Worker) -> Worker:
    """The person, into whom the others are merged."""
    people = {w.person_id: w for w in (own, *others)}
    return grouped(people, {w.person_id: own.person_id for w in others})[own.person_id]


def changed(worker: Worker) -> list[tuple[str, str, str, str | None]]:
    return [(under, e.employment_id, e.status.value, e.duplicate_of) for under, e in changes_of(worker, lambda: "new")]


def test_of_the_same_employment_the_own_counts() -> None:
    assert changed(one_of(person("a", job("e2")), person("b", job("e1")))) == [("b", "e1", "standing", "e2")]


def test_but_one_that_ended_says_more() -> None:
    assert changed(one_of(person("a", job("e2")), person("b", ended(job("e1"))))) == [("a", "e2", "standing", "e1")]


def test_two_of_one_id_are_not_looked_at() -> None:
    assert changed(person("a", job("e1"), job("e2"))) == []


def test_apart_again_both_count() -> None:
    assert changed(person("b", replace(job("e1"), duplicate_of="e2"))) == [("b", "e1", "standing", None)]


def test_what_was_stated_of_the_other_id_opens_under_it() -> None:
    other = person("b", stated=StatedWork(job().terms))
    assert changed(one_of(person("a"), other)) == [("b", "new", "standing", None)]
    found = changed(one_of(person("a", stated=other.stated), other))
    assert [change[0] for change in found] == ["a", "b", "b"]
    assert found[-1] == ("b", "new", "standing", "new")  # the fresh ids are alike here


def test_the_persons_death_ends_it_and_only_while_it_is_the_persons() -> None:
    dead = person("a", presence=Presence.DECEASED, died_on=ON, stated=None)
    assert changed(one_of(dead, person("b", job()))) == [("b", "e1", "ended", None)]
    assert changed(person("b", ended(job(), ON, EndReason.DEATH))) == [("b", "e1", "standing", None)]


def test_what_was_stated_of_a_settling_that_was_taken_back_stays_away() -> None:
    other = person("b", stated=StatedWork(job().terms), presence=Presence.WITHDRAWN)
    assert changed(one_of(person("a"), other)) == []
    assert changed(one_of(person("a"), replace(other, employments=(replace(job(), settling_withdrawn=True),)))) == [
        ("b", "e1", "withdrawn", None)
    ]


def words(before: Worker, after: Worker, moved: bool = False) -> list[tuple[str, str, list[str]]]:
    return [
        (e.employment_id, e.status.value, [s.employment_id for s in standing])
        for e, standing in told(before, after, moved)
    ]


def test_what_others_hear_of_both_ids() -> None:
    own, other = person("a", ended(job("e1", OTHER_CODE))), person("b", job("e2"), ended(job("e3", CODE)))
    under = replace(other, merged_into="a")
    assert words(own, one_of(own, other)) == [("e3", "ended", []), ("e2", "standing", ["e2"])]
    assert words(other, under) == [("e2", "withdrawn", [])]
    assert words(under, other) == [("e3", "ended", []), ("e2", "standing", ["e2"])]
    assert words(one_of(own, other), own) == [("e2", "withdrawn", [])]


def spells(worker: Worker) -> list[tuple[str, str, str | None]]:
    return [(change.seeker_id, change.status.value, change.because) for change in spell_changes(worker, ON)]


SEEKING, ASIDE = SeekerStatus.SEEKING.value, SeekerStatus.ASIDE.value


@pytest.mark.parametrize(
    ("who", "changes", "opens"),
    [
        pytest.param(person("a", seeker_id="s1"), [], False, id="goes on"),
        pytest.param(person("a", seeker_id="s1", seeker_aside=True), [("s1", SEEKING, None)], False, id="comes back"),
        pytest.param(
            person("a", job(), seeker_id="s1", seeker_aside=True),
            [("s1", "placed", NotSeeking.EMPLOYED)],
            False,
            id="comes back to work",
        ),
        pytest.param(
            one_of(person("a", seeker_id="s1"), person("b", seeker_id="s2")),
            [("s2", ASIDE, None)],
            False,
            id="both seek",
        ),
        pytest.param(one_of(person("a"), person("b", seeker_id="s2")), [], False, id="the other's goes on"),
        pytest.param(
            one_of(person("a", seeker_id="s1"), person("b", job())),
            [("s1", ASIDE, None)],
            False,
            id="works by the other",
        ),
        pytest.param(
            one_of(person("a", job(), seeker_id="s1"), person("b", seeker_id="s2")),
            [("s1", "placed", NotSeeking.EMPLOYED), ("s2", ASIDE, None)],
            False,
            id="comes to work",
        ),
        pytest.param(one_of(person("a"), person("b")), [], True, id="begins under the own id"),
        pytest.param(
            replace(person("b", seeker_id="s2", presence=Presence.WITHDRAWN), merged_into="a"),
            [("s2", ASIDE, None)],
            False,
            id="merged into one not heard of yet",
        ),
    ],
)
def test_which_spell_goes_on(who: Worker, changes: list[tuple[str, str, str | None]], opens: bool) -> None:
    assert (spells(who), opens_spell(who, ON)) == (changes, opens)


@pytest.mark.parametrize(
    ("forms", "codes"),
    [
        ([], []),
        ([Form.PUBLIC_POST], []),
        ([Form.FARMING, Form.ENTERPRISE], []),
        ([Form.PUBLIC_POST, Form.FARMING], ["public-post-beside-other-work"]),
        ([Form.PUBLIC_POST, Form.PUBLIC_POST], ["public-post-beside-other-work"]),
    ],
)
def test_which_work_may_not_stand_together(forms: list[Form], codes: list[str]) -> None:
    assert [fault.code for fault in faults_of_posts(forms)] == codes
