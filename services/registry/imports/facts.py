"""What the cells of a roster's row say, in the shapes that settling and changes of facts take. Pure.

Each function reads the cells of one group of facts and returns the values of the columns that `GROUPS` names; what is wrong with the cells
they leave with `Cells`. A group of facts is JSON text that holds only what is said, None where nothing is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from services.registry.households.domain import HEAD
from services.registry.imports import codes, livelihood, values, words
from services.registry.imports.fields import EMPLOYEE_PENSION, SCHEMES, Scheme
from services.registry.imports.places import division, is_known, is_vague
from shared.imports.cells import Cells, Group
from shared.imports.fields import Severity
from shared.imports.values import PARTS, community, compact, locate
from shared.validation import Wrong

Values = Sequence[Any]


def groups(on: date, known_areas: frozenset[str]) -> list[Group]:
    """How a roster's columns are read, as of a day."""
    text, truth = pl.String(), pl.Boolean()
    return [
        Group(("name",), {"name": text}, lambda c: (c.read("name", values.person_name),)),
        Group(("head_name",), {"head_name": text}, lambda c: (c.read("head_name", values.person_name),)),
        Group(
            ("id_number", "sex", "birth_on"),
            {"id_number": text, "sex": text, "birth_on": pl.Date()},
            partial(identity, on=on, known_areas=known_areas),
        ),
        Group(("phone",), {"phone": text}, lambda c: (c.read("phone", values.phone),)),
        Group(("relation",), {"relation": text, "head": truth}, relation),
        Group(("community",), {"community": text}, lambda c: (c.read("community", community),)),
        Group(PARTS, {**dict.fromkeys(PARTS, text), "estate_failed": truth}, address),
        Group(("settled_on",), {"settled_on": pl.Date()}, lambda c: (_day(c, "settled_on", on),)),
        Group(
            ("registered_poor",), {"registered_poor": truth}, lambda c: (c.read("registered_poor", words.POOR.read),)
        ),
        Group(("moved_from", "moved_from_division"), {"moved_from_division": text}, moved_from),
        Group(
            ("dibao", "dibao_class", "dibao_division"),
            {"dibao": truth, "dibao_class": text, "dibao_division": text},
            dibao,
        ),
        Group(("hukou_division", "hukou_moved", "hukou_moved_on"), {"hukou": text}, partial(hukou, on=on)),
        Group(("residence_document",), {"residence_document": text}, residence_document),
        Group(
            ("work_status", "work_form", "work_division", "employer_kind", "work_started_on"),
            {"work": text, "employed": truth},
            partial(work, on=on),
        ),
        Group(("labour_class",), {"labour_class": text, "labour": text}, labour_class),
        Group(
            ("ethnic", "education", "political", "marital"),
            {"profile": text, "education": text, "marital": text},
            profile,
        ),
        Group(("health",), {"health": text}, health),
        Group(("disability_kind", "disability_grade"), {"disability": text}, disability),
        Group(("arrears",), {"arrears": truth}, lambda c: (c.read("arrears", words.YES_NO.read),)),
        *(
            Group(
                (scheme.division, scheme.state, "arrears", *((EMPLOYEE_PENSION,) if scheme.code == "110" else ())),
                {f"insurance:{scheme.code}": text, f"insurance:{scheme.code}:blank": truth},
                partial(insurance, scheme=scheme),
            )
            for scheme in SCHEMES
        ),
    ]


# who


def identity(cells: Cells, on: date, known_areas: frozenset[str]) -> Values:
    """Number, sex, day of birth. Columns of sex and birth are only compared with what the number says."""
    checked = cells.read("id_number", partial(values.id_number, on=on, known_areas=known_areas))
    sex = cells.read("sex", words.SEX.read, Severity.WARNING)
    born = cells.read("birth_on", values.day, Severity.WARNING)
    if checked is None:
        return None, None, None
    for code in checked.warnings:
        cells.warn(
            "id_number",
            code,
            "look at it again: the area code is in no table",
            "请核对：行政区划码不在码表中",
        )
    if sex not in (None, checked.sex):
        cells.warn(
            "sex", "sex-differs", "the ID number says otherwise; it is what counts", "与身份证号不符，以身份证号为准"
        )
    if born and not _is_same_day(*born, checked.birth_on):
        cells.warn(
            "birth_on",
            "birth-differs",
            "the ID number says otherwise; it is what counts",
            "与身份证号不符，以身份证号为准",
        )
    return checked.value, checked.sex, checked.birth_on


def _is_same_day(said: date, is_month: bool, birth_on: date) -> bool:
    return said == (birth_on.replace(day=1) if is_month else birth_on)


def relation(cells: Cells) -> Values:
    code = cells.read("relation", codes.RELATION.read)
    return code, code == HEAD


# where


def address(cells: Cells) -> Values:
    door, wrong = locate({part: cells.text(part) for part in PARTS})
    for column, refusal in wrong.items():
        cells.error(column, refusal.code, refusal.en, refusal.zh)
    return door.estate, door.block, door.unit, door.flat, "estate" in wrong


def moved_from(cells: Cells) -> Values:
    """The code where there is one; otherwise what the address starts with, where that can be told."""
    code = _place(cells, "moved_from_division")
    if cells.says("moved_from_division") or not cells.says("moved_from"):
        return (code,)
    try:
        return (division(cells.text("moved_from") or "", address=True),)
    except Wrong as wrong:
        cells.warn("moved_from", "moved-from-left-out", f"left out, for it {wrong.en}", f"未登记迁出地区划：{wrong.zh}")
    return (None,)


def _place(cells: Cells, column: str, address: bool = False) -> str | None:
    code = cells.read(column, partial(division, address=address))
    if code and not is_known(code):
        cells.warn(
            column, "division-not-in-table", "look at it again: the county is in no table", "请核对：县级区划不在码表中"
        )
    return code


def _day(cells: Cells, column: str, on: date) -> date | None:
    read = cells.read(column, partial(values.past_day, on=on))
    if read is None:
        return None
    if read[1]:
        cells.warn(
            column, "day-not-said", "the day is not said: the first of the month is taken", "未写明日，按当月 1 日登记"
        )
    return read[0]


# facts of the household


def dibao(cells: Cells) -> Values:
    """Is it drawn, in which class, paid where. A class or a place says that it is drawn."""
    receiving, told = cells.read("dibao", words.DIBAO.read) or (None, None)
    kind = cells.read("dibao_class", words.DIBAO_CLASS.read)
    place = None if compact(cells.text("dibao_division") or "") == "无" else _place(cells, "dibao_division")
    if receiving is False and (kind or place):
        cells.error(
            "dibao",
            "dibao-contradicts",
            "says no, but a class or a place of dibao is given: correct one of them",
            "填写为未享受低保，却填有低保类别或低保地，请更正其中一处",
        )
    if told and kind and told != kind:
        cells.error(
            "dibao_class", "dibao-contradicts", "another class is given at 是否低保", "与“是否低保”中所填类别不一致"
        )
    if cells.failed:
        return None, None, None
    return (True if kind or place else receiving), kind or told, place


# facts of the person


def hukou(cells: Cells, on: date) -> Values:
    """A day of the move says that it was moved."""
    place = _place(cells, "hukou_division", address=True)
    moved = cells.read("hukou_moved", words.HUKOU_MOVED.read)
    moved_on = _day(cells, "hukou_moved_on", on)
    if moved is False and moved_on:
        cells.error(
            "hukou_moved_on",
            "hukou-contradicts",
            "a day is given though the hukou was not moved: correct one of them",
            "填写为户口未迁移，却填有迁移日期，请更正其中一处",
        )
    moved = True if moved_on else moved
    return (_json({"division": place, "moved": moved, "moved_on": moved_on}),)


def residence_document(cells: Cells) -> Values:
    return (_json_text(cells.read("residence_document", words.RESIDENCE_DOCUMENT.read)),)


def labour_class(cells: Cells) -> Values:
    code = cells.read("labour_class", livelihood.LABOUR.read)
    return _json_text(code), code


def profile(cells: Cells) -> Values:
    said = {
        "ethnic": cells.read("ethnic", codes.ETHNIC.read),
        "education": cells.read("education", codes.EDUCATION.read),
        "political": cells.read("political", codes.POLITICAL.read),
        "marital": cells.read("marital", codes.MARITAL.read),
    }
    return _json(said), said["education"], said["marital"]


def health(cells: Cells) -> Values:
    return (_json({"status": cells.read("health", codes.HEALTH.read)}),)


def disability(cells: Cells) -> Values:
    """A grade or a kind says that there is one; 无 that there is none; blank says nothing."""
    kind = cells.read("disability_kind", codes.DISABILITY_KIND.read)
    grade = cells.read("disability_grade", codes.DISABILITY_GRADE.read)
    if cells.failed or not any(cells.says(column) for column in ("disability_kind", "disability_grade")):
        return (None,)
    return (_json({"disabled": bool(kind or grade), "kind": kind, "grade": grade}),)


def work(cells: Cells, on: date) -> Values:
    """A form of work says that there is work."""
    status, told = cells.read("work_status", livelihood.WORK.read) or (None, None)
    about = {
        "form": cells.read("work_form", livelihood.FORM.read),
        "division": _work_place(cells),
        "employer_kind": cells.read("employer_kind", livelihood.EMPLOYER_KIND.read),
        "started_on": _day(cells, "work_started_on", on),
    }
    said = next((column for column, value in zip(_ABOUT_WORK, about.values(), strict=True) if value), None)
    if status == livelihood.NO_WORK and said:
        cells.error(
            said,
            "work-contradicts",
            "the status says that there is no work: correct one of them",
            "就业状况为未就业，却填有此项，请更正其中一处",
        )
    if cells.failed:
        return None, None
    if status is None and about["form"]:
        status = livelihood.EMPLOYED
    if status is None:
        if said:
            cells.warn(said, "work-left-out", "left out: the status of work is not said", "未登记：未填写就业状况")
        return None, None
    about["form"] = about["form"] or told
    return _json({"status": status} | about), status == livelihood.EMPLOYED


_ABOUT_WORK = ("work_form", "work_division", "employer_kind", "work_started_on")


def _work_place(cells: Cells) -> str | None:
    text = cells.text("work_division") or ""
    if compact(text) == "无":
        return None
    if is_vague(text):
        cells.warn(
            "work_division",
            "work-place-left-out",
            "left out, for it names no county: write its name or code",
            "未登记就业地：未写明县级名称或区划代码",
        )
        return None
    return _place(cells, "work_division", address=True)


_NOT_INSURED = frozenset({"无", "未参保", "没有", "否"})


def insurance(cells: Cells, scheme: Scheme) -> Values:
    """The relation of a scheme, and whether it is none only because its columns are blank. 是否欠费 is said of each relation of the row."""
    said = [text for column in (scheme.division, scheme.state) if (text := cells.text(column)) is not None]
    if not any(cells.says(column) for column in (scheme.division, scheme.state)):
        blank = bool(said) and not any(map(str.isalnum, "".join(said)))
        return ("[]" if blank else None), blank
    none = compact(cells.text(scheme.division) or "") in _NOT_INSURED
    place = None if none else _place(cells, scheme.division)
    state = cells.read(scheme.state, livelihood.INSURANCE_STATE[scheme.code].read)
    employer = cells.read(EMPLOYEE_PENSION, livelihood.EMPLOYER_KIND.read)
    if cells.failed:
        return None, False
    if none or state == livelihood.NOT_INSURED:
        return _no_relation(cells, scheme, place, state), False
    if place is None or state is None:
        _say_half(cells, scheme, scheme.state if place else scheme.division)
        return None, False
    relation = {
        "division": place,
        "state": state,
        "arrears": _arrears(cells),
        "employer_kind": employer,
    }
    return f"[{_json(relation)}]", False


def _no_relation(cells: Cells, scheme: Scheme, place: str | None, state: str | None) -> str | None:
    if place is None and state in (None, livelihood.NOT_INSURED):
        return "[]"
    cells.error(
        scheme.state,
        "insurance-contradicts",
        "one of place and state says that there is no insurance: correct one of them",
        "参保地与状态之一为未参保，请更正其中一处",
    )
    return None


def _say_half(cells: Cells, scheme: Scheme, missing: str) -> None:
    """A relation has a place and a state."""
    if cells.text(missing) is not None:
        cells.error(
            missing,
            "insurance-half",
            "place and state of the insurance go together: fill in this one",
            "参保地与状态须同时填写，请补填此项",
        )
    else:
        cells.warn(
            scheme.division if missing == scheme.state else scheme.state,
            "insurance-left-out",
            "left out: the file has only one of the columns of place and state",
            "未登记：本表缺少参保地或状态列",
        )


def _arrears(cells: Cells) -> bool | None:
    """Read with every scheme; what is wrong with the cell is said once, where it is read alone."""
    try:
        return words.YES_NO.read(cells.text("arrears") or "") if cells.says("arrears") else None
    except Wrong:
        return None


def _json(said: dict[str, Any]) -> str | None:
    known = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in said.items()
        if value is not None
    }
    return json.dumps(known, ensure_ascii=False) if known else None


def _json_text(word: str | None) -> str | None:
    return None if word is None else json.dumps(word)
