"""Which columns an account may have, and whether a place covers all of another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.exports.columns import COLUMNS
from services.registry.exports.domain import (
    Asking,
    Kind,
    ListName,
    Shows,
    against_field,
    against_fields,
    covers,
    packed,
    unpacked,
)
from services.registry.exports.service import asking_of, noted_fields, usual_fields
from services.registry.persons.domain import Purpose
from services.registry.sight import facts_for, is_sensitive, may_see
from shared.auth import SCOPES, Actor, Place, Role, Scope
from shared.ids import new_ids

READERS = [role for role in Role if Scope.REGISTRY_READ in SCOPES[role]]


def actor(role: Role) -> Actor:
    return Actor("a", "staff", role, SCOPES[role], Place("522731"))


@pytest.mark.parametrize(
    ("shows", "in_full", "code"),
    [
        (None, True, "field-unknown"),
        (Shows(), False, None),
        (Shows("tags"), True, "field-not-shown"),
        (Shows("work"), False, None),
        (Shows(in_full=True), False, "field-needs-purpose"),
        (Shows(in_full=True), True, None),
        (Shows("health"), True, "field-needs-purpose"),
    ],
)
def test_a_column_is_there_for_who_sees_it(shows: Shows | None, in_full: bool, code: str | None) -> None:
    against = against_field("x", shows, Asking({"work", "health"}, in_full, {"health"}))
    assert (against and against[0]) == code


def test_all_that_is_wrong_is_told_at_once() -> None:
    faults = against_fields(["a", "b", "a"], {"a": Shows()}, Asking((), False, ()))
    assert [(fault.pointer, fault.code) for fault in faults] == [
        ("/fields/1", "field-unknown"),
        ("/fields/2", "field-repeated"),
    ]


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize("purpose", [None, *Purpose])
def test_of_facts_a_column_shows_what_the_page_of_a_person_shows(role: Role, purpose: Purpose | None) -> None:
    """The same groups, for the same purposes: a list is no way around."""
    who = actor(role)
    for columns in COLUMNS.values():
        for column in columns.values():
            group = column.shows.group
            if group is None:
                continue
            asked = against_field(column.name, column.shows, asking_of(who, purpose)) is None
            shown = facts_for(who, {group: {"receiving": True, "division": "522328"}}, purpose)
            assert asked is (group in shown), (role, column.name)
            assert may_see(who, group) or not asked or group == "dibao"


@pytest.mark.parametrize("name", ListName)
def test_the_usual_columns_are_there_for_every_reader_without_a_purpose(name: ListName) -> None:
    usual = [column.name for column in COLUMNS[name].values() if column.usual]
    for role in READERS:
        assert usual_fields(name, asking_of(actor(role), None)) == usual


@pytest.mark.parametrize("name", ListName)
def test_what_a_purpose_opens_is_noted(name: ListName) -> None:
    columns = COLUMNS[name].values()
    noted = set(noted_fields(name, [column.name for column in columns]))
    for column in columns:
        group = column.shows.group
        opened = column.shows.in_full or column.digits or (group is not None and is_sensitive(group))
        assert column.name in noted or not opened, column.name
        assert (column.labels is not None) is (column.kind in (Kind.CODE, Kind.CODES)), column.name


@pytest.mark.parametrize(
    ("mine", "other", "covered"),
    [
        ("", "522731003012", True),
        ("522731", "522731003012/1/2", True),
        ("522731003012", "522731", False),
        ("522732", "522731", False),
        ("522731003012/1/2", "522731003012", False),
        ("522731003012/1/2", "522731003012/1/2", True),
        ("522731003012/1/2", "522731003012/1/3", False),
    ],
)
def test_a_place_covers_what_lies_in_it(mine: str, other: str, covered: bool) -> None:
    def parts(text: str) -> tuple[str, str | None, str | None]:
        place = Place.parse(text)
        return place.division, place.estate, place.block

    assert covers(parts(mine), parts(other)) is covered


@given(st.integers(0, 40), st.integers(1, 7))
def test_ids_come_back_in_order_however_they_are_cut(number: int, size: int) -> None:
    ids = new_ids(number)
    data = packed(ids)
    assert len(data) == 16 * number
    assert unpacked(data) == ids
    assert [each for start in range(0, number, size) for each in unpacked(data, start, size)] == ids
