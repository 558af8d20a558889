"""Where each part of a person's facts can come from and go to besides the routes: no place is forgotten, and none is said that is not."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from services.registry.exports.columns import PERSONS, Shown
from services.registry.forms.catalogue import PATHS, pick
from services.registry.imports.fields import FIELDS, INSURANCE, PERSON
from services.registry.persons.schemas import FactsBody
from shared.auth import SCOPES, Actor, Place, Role

# A part; does a list for export tell it; may a form ask for it; the column of a roster that says it (- where none does).
_PLACES = """
hukou.division                            list  form  hukou_division
hukou.moved                               list  form  hukou_moved
hukou.moved_on                            -     form  hukou_moved_on
residence_document                        list  form  residence_document
collective.division                       list  form  -
collective.organisation                   -     form  -
insurances.division                       list  form  insured_110_division
insurances.state                          list  form  insured_110_state
insurances.arrears                        -     form  arrears
insurances.since                          -     form  -
insurances.employer_kind                  -     form  insured_110_employer_kind
work.status                               list  form  work_status
work.division                             list  form  work_division
work.form                                 list  form  work_form
work.employer_kind                        -     -     employer_kind
work.started_on                           -     -     work_started_on
labour_class                              list  form  labour_class
organised_transfer                        -     form  -
profile.ethnic                            list  form  ethnic
profile.education                         list  form  education
profile.political                         list  form  political
profile.marital                           list  form  marital
health.status                             list  form  health
disability.disabled                       -     form  -
disability.kind                           list  form  disability_kind
disability.grade                          list  form  disability_grade
disability.certified_on                   -     form  -
schooling.state                           list  form  -
schooling.stage                           list  form  -
schooling.school                          -     form  -
schooling.division                        -     -     -
schooling.grade                           -     form  -
schooling.boarding                        -     -     -
medical_care.family_doctor.institution    -     form  -
medical_care.family_doctor.signed_on      -     -     -
medical_care.filings.division             -     -     -
medical_care.filings.kind                 -     -     -
medical_care.filings.since                -     -     -
medical_care.filings.until                -     -     -
tags                                      list  form  -
"""
_TABLE = {part: places for part, *places in map(str.split, _PLACES.strip().splitlines())}
_IDENTITY = {"name", "id_number", "relation", "sex", "birth_on", "phone"}
_SCHEME = "110"
"""Stands for all: their parts are alike."""
_INSURANCE = f"insurance:{_SCHEME}"
_VALUES = {"work.status": "employed", "disability.disabled": True, "insurances.state": "paying"}
_SHAPES = {"insurances": list, "medical_care.filings": list, "tags": list}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in typing.get_args(annotation):
        yield from _models(each)


def _parts(body: type[BaseModel], at: str = "") -> Iterator[str]:
    for name, field in body.model_fields.items():
        inner = list(_models(field.annotation))
        for model in inner:
            yield from _parts(model, f"{at}{name}.")
        if not inner:
            yield at + name


def _facts(part: str) -> dict[str, Any]:
    """Facts that say nothing but this part."""
    value: Any = _VALUES.get(part, "said")
    at = part
    while at:
        if _SHAPES.get(at) is list:
            value = [value]
        at, _, name = at.rpartition(".")
        value = {name: value}
    return {_INSURANCE: value["insurances"]} if "insurances" in value else value


def test_every_part_of_the_facts_has_a_line() -> None:
    """A new one needs a line of its own; the list and form columns below then hold it to that."""
    assert list(_TABLE) == list(_parts(FactsBody))


@pytest.mark.parametrize("part", _TABLE)
def test_lists_tell_what_the_table_says(part: str) -> None:
    actor = Actor("a", "staff", Role.DEVELOPER, SCOPES[Role.DEVELOPER], Place())

    def columns(facts: dict[str, Any]) -> dict[str, Any]:
        row: Any = {"work_copy": None}
        shown = Shown(row, actor, True, facts, {})
        return {column.name: column.of(shown) for column in PERSONS if column.shows.group}

    said, silent = _facts(part), {}
    if relations := said.get(_INSURANCE):
        blank = {"division": None, "state": None}
        said, silent = {_INSURANCE: [blank | relations[0]]}, {_INSURANCE: [blank]}
    assert (columns(said) != columns(silent)) is (_TABLE[part][0] == "list")


@pytest.mark.parametrize("part", _TABLE)
def test_forms_may_ask_for_what_the_table_says(part: str) -> None:
    path = PATHS.get("person." + part.replace("insurances", f"insurance.{_SCHEME}"))
    assert (path is not None) is (_TABLE[part][1] == "form")
    if path:
        group = _facts(part)[path.group]
        if path.group == _INSURANCE:
            group[0].setdefault("state", "paying")
        assert pick(path, group).known


def test_rosters_have_the_columns_that_the_table_says_and_no_others() -> None:
    said = {column for _, _, column in _TABLE.values() if column != "-"}
    assert said <= set(FIELDS)
    others = {f.name for f in INSURANCE if f.name.startswith("insured_") and f"_{_SCHEME}_" not in f.name}
    assert {field.name for field in (*PERSON, *INSURANCE)} - others - _IDENTITY == said
