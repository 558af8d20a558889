"""Agency forms: what may be asked for, what is in a group of facts, how old is too old. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.codes.lists import CODE_LISTS
from services.registry.forms.agencies import AGENCIES
from services.registry.forms.catalogue import AUTHORITIES, MISSING, PATHS, Answer, decided_by, pick, put, resolve
from services.registry.forms.domain import (
    FORM_MOVES,
    Form,
    FormAction,
    FormField,
    FormStatus,
    Freshness,
    Subject,
    Told,
    channel_of,
    codes_of,
    faults_of_form,
    freshness,
    mapped,
    move_form,
    stale_on,
)
from services.registry.forms.parameters import COVERAGES, LAWS, MAX_AGES, MaxAge, coverage_of, max_age_of
from services.registry.forms.schemas import checked_change
from services.registry.forms.service import CannotCorrect, content_of, declared_of
from services.registry.forms.shown import agency_may_read, shows
from services.registry.forms.standard import STANDARD
from services.registry.persons.domain import IllegalMove, Purpose
from services.registry.sight import facts_for, is_sensitive
from shared.auth import SCOPES, Actor, Place, Role
from shared.clock import today

ON = date(2026, 11, 29)


def reads(form: Form) -> list[str]:
    agency = AGENCIES[form.agency]
    return [f.code for f in faults_of_form(form, lambda path, purpose: agency_may_read(agency, path, purpose), ON)]


@pytest.mark.parametrize("code", STANDARD)
def test_a_form_of_the_platform_asks_for_no_more_than_an_agency_may(code: str) -> None:
    assert reads(STANDARD[code]) == ["code-reserved"]
    form = STANDARD[code]
    assert all(field.necessary_for for _, field, _ in form.everything)
    assert form.zh
    assert form.en


def test_the_catalogue_is_whole() -> None:
    assert {path.authority for path in PATHS.values()} == set(AUTHORITIES)
    for path in PATHS.values():
        assert (path.asked_as is None) is (path.changed_by is not None), path.path
        assert any(row.covers(path.path) for row in COVERAGES), path.path
        assert max_age_of(path.path, ON).source
        assert path.codes is None or path.codes in CODE_LISTS.values()
    assert resolve("head.name") == ("head", PATHS["person.name"])
    assert [resolve(path) for path in ("head.relation", "head", "name", "person.", "parcel.name")] == [None] * 5


def test_every_purpose_is_covered_since_the_law_and_rests_on_known_laws() -> None:
    for purpose in Purpose:
        assert coverage_of(purpose, date(2021, 11, 1)).purpose is purpose
        with pytest.raises(LookupError):
            coverage_of(purpose, date(2021, 10, 31))
    for form in STANDARD.values():
        assert {law.partition("-")[0] for law in form.laws} <= set(LAWS)


def test_what_is_covered_of_health_is_what_a_read_would_show() -> None:
    """No purpose covers a sensitive field that sight would not show for it to anybody."""
    reviewer = Actor("", "staff", Role.DEVELOPER, SCOPES[Role.DEVELOPER], Place())
    for path, purpose in product(PATHS.values(), Purpose):
        if is_sensitive(path.group) and coverage_of(purpose, ON).covers(path.path):
            assert path.group in facts_for(reviewer, {path.group: {}}, purpose), (path.path, purpose)


@given(st.sampled_from(sorted(PATHS)), st.sampled_from(list(Role)), st.sampled_from([None, *Purpose]))
def test_who_states_a_purpose_sees_no_less_and_who_holds_no_scope_nothing_of_the_facts(
    name: str, role: Role, purpose: Purpose | None
) -> None:
    path = PATHS[name]
    actor = Actor("", "staff", role, SCOPES[role], Place())
    if shows(actor, path, None):
        assert shows(actor, path, purpose)
    nobody = Actor("", "client", Role.PARTNER_AGENCY, frozenset(), Place())
    if path.group not in ("sex", "relation", "address", "size", "settled_on"):
        assert not shows(nobody, path, None)


def test_a_form_comes_back_as_it_was_kept() -> None:
    for form in STANDARD.values():
        row = {"form_code": form.code, "version": form.version, "agency": form.agency, "division": form.division}
        kept = {**content_of(form), "laws": list(form.laws)}
        assert declared_of(row | {"status": "in-force", "content": kept}).form == form


def test_moves_of_a_form() -> None:
    for status, action in product(FormStatus, FormAction):
        if (status, action) in FORM_MOVES:
            assert move_form(status, action) is FORM_MOVES[status, action]
        else:
            with pytest.raises(IllegalMove):
                move_form(status, action)


def test_codes_of_the_agency() -> None:
    """DCI: sex 1 male, 2 female, others unknown; marital 10 S, 2x M, 30 W, 40 D, 90 U."""
    married = dict.fromkeys(("20", "21", "22", "23"), "M")
    codes = {"10": "S", "30": "W", "40": "D", "90": "U"} | married
    marital = FormField("m", "head.profile.marital", "", "", "x", codes=codes)
    sex = FormField("s", "head.sex", "", "", "x", codes={"1": "male", "2": "female"}, otherwise="unknown")
    form = Form(
        "HS-1", 1, "civil-affairs", "", "x", "x", Purpose.DIBAO_REVIEW, ("SA-11",), Subject.HOUSEHOLD, (marital, sex)
    )
    assert reads(form) == []
    assert [mapped(marital, code) for code in ("10", "21", "23", "40", None)] == ["S", "M", "M", "D", None]
    assert [mapped(sex, code) for code in ("1", "2", "9")] == ["male", "female", "unknown"]
    left_out = replace(marital, codes={"10": "S"})
    assert reads(replace(form, fields=(left_out,))) == ["codes-left-out"]
    yes = replace(sex, path="household.registered_poor", codes={"true": "1", "false": "0"}, otherwise=None)
    assert [mapped(yes, value) for value in (True, False)] == ["1", "0"]
    assert codes_of(PATHS["person.name"]) is None


PENSION = "person.insurance.110"


@pytest.mark.parametrize(
    ("path", "group", "found"),
    [
        ("person.hukou.division", None, MISSING),
        ("person.hukou.division", {"division": "522328", "moved": False}, Answer("522328", True)),
        ("person.hukou.moved_on", {"division": "522328", "moved": False}, Answer(None, True)),
        ("person.hukou.moved_on", {"division": "522328", "moved": True}, MISSING),
        ("person.disability.grade", {"disabled": False}, Answer(None, True)),
        ("person.disability.grade", {"disabled": True}, MISSING),
        ("person.schooling.school", {"state": "enrolled"}, MISSING),
        ("person.schooling.school", {"state": "graduated"}, Answer(None, True)),
        ("person.organised_transfer", False, Answer(False, True)),
        (f"{PENSION}.state", [], Answer("none", True)),
        (f"{PENSION}.division", [], Answer(None, True)),
        (f"{PENSION}.division", None, MISSING),
        (PENSION, [], Answer([], True)),
        ("person.medical_care.family_doctor.institution", {"family_doctor": None}, MISSING),
        ("parcel.share", {"share": None}, Answer(None, True)),
        ("person.work.form", {"status": "employed", "employments": [{"form": "workshop"}]}, Answer("workshop", True)),
        ("person.work.form", {"status": "none", "employments": []}, Answer(None, True)),
    ],
)
def test_what_stands_in_a_group_of_facts(path: str, group: Any, found: Answer) -> None:
    """What cannot be, or is known not to be, is not asked for."""
    assert pick(PATHS[path], group) == found


def test_what_hangs_on_another_answer_waits_for_it() -> None:
    waiting = {path.path: by for path in PATHS.values() if (by := decided_by(path))}
    assert set(waiting.values()) <= set(PATHS)
    assert waiting["person.disability.grade"] == "person.disability.disabled"
    assert waiting["household.dibao.division"] == "household.dibao.receiving"
    assert "person.disability.disabled" not in waiting
    assert "parcel.share" not in waiting


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "state": st.sampled_from(["paying", "drawing", "retired", "paused", "ended"]),
                "division": st.sampled_from(["522328", "522731"]),
                "since": st.sampled_from([None, "2019-01-01", "2024-01-01"]),
            }
        ),
        min_size=1,
        max_size=5,
    )
)
def test_of_several_relations_the_one_in_force_answers(relations: list[dict[str, Any]]) -> None:
    parts = {part: pick(PATHS[f"{PENSION}.{part}"], relations).value for part in ("state", "division", "since")}
    assert parts in relations, "all parts are of one relation"
    if any(each["state"] == "paying" for each in relations):
        assert parts["state"] == "paying"


@given(st.sampled_from(sorted(p for p, path in PATHS.items() if path.part and not path.whole)), st.text(max_size=3))
def test_a_value_that_is_put_is_the_one_that_is_picked_and_nothing_else_changes(name: str, value: str) -> None:
    path = PATHS[name]
    before = {"division": "1", "state": "2", "kind": "3", "kept": "4"}
    after = put(path, before, value)
    assert pick(path, after).value == value
    head = path.part.partition(".")[0]
    assert {k: v for k, v in after.items() if k != head} == {k: v for k, v in before.items() if k != head}


NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)


def test_old_is_counted_from_the_last_word_by_the_parameter_of_the_day() -> None:
    work = PATHS["person.work.status"]
    told = Told("roster", NOW - timedelta(100), None)
    assert stale_on(work, told, None, ON) == today(NOW) - timedelta(100) + timedelta(91)
    assert stale_on(work, told, NOW, ON) == today(NOW) + timedelta(91)
    assert stale_on(PATHS["person.name"], told, None, ON) is None
    assert stale_on(work, Told("jobs", None, None), None, ON) is None
    assert stale_on(work, None, None, ON) is None


def test_a_later_parameter_holds_from_its_day() -> None:
    rows = (*MAX_AGES, MaxAge("person.work.", date(2027, 1, 1), 30, "test"))
    assert max_age_of("person.work.status", date(2026, 12, 31), rows).days == 90
    assert max_age_of("person.work.status", date(2027, 1, 1), rows).days == 30
    assert max_age_of("person.work.status", date(2027, 1, 1)).days == 90


@given(st.booleans(), st.booleans(), st.none() | st.dates(ON - timedelta(3), ON + timedelta(3)))
def test_how_fresh(known: bool, asked: bool, stale: date | None) -> None:
    found = freshness(known, asked, stale, ON)
    if asked:
        assert found is Freshness.BEING_CORRECTED
    elif not known:
        assert found is Freshness.MISSING
    else:
        assert found is (Freshness.STALE if stale and stale <= ON else Freshness.FRESH)


def test_by_which_way_a_fact_came() -> None:
    sources = ("police feed", "roster", "staff", "grid report", "jobs", "镇政府来函")
    assert [channel_of(source) for source in sources] == ["hukou-feed", "roster", "desk", "grid", "jobs", "other"]


def test_a_correction_is_held_to_the_form_of_the_field() -> None:
    assert checked_change("phone", "13800000001") == {"phone": "13800000001"}
    assert checked_change("insurance:390", []) == {"insurance:390": []}
    assert checked_change("residence_document", None) == {"residence_document": None}
    for asked_as, value in (("hukou", "522328"), ("tags", ["x"]), ("name", None), ("insurance:999", [])):
        with pytest.raises(CannotCorrect) as refused:
            checked_change(asked_as, value)
        assert {each.pointer for each in refused.value.faults} == {"/value"}
