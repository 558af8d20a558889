"""A roster checked by itself: which rows are which household, what they say, and every cell that is wrong. Pure; the registry's own word
on it (known people, flats, places) comes later.

The columns of facts are partial: they hold only what the row says, in the shape of `FactsBody.groups()`; what is blank is absent, what is
absent changes nothing. So they are laid over what is known: of `hukou`, `work`, `profile` each part that is given takes the place of the
known one (work that is none, or of another form, has none of the old parts); `residence_document` and `labour_class` are whole; a relation
of an `insurance:…` takes the place of the only one that is known. An insurance whose columns are there and blank is `[]` with
`insurance:…:blank` true: it says that there is none of who comes in by this row, while `[]` with false (无) says it always.
`settled_on`, `moved_from_division`, `registered_poor` and `dibao` are of the household, the same in all its rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from services.registry.imports.facts import groups
from services.registry.imports.families import NOBODY, PLACE, Families, gather
from services.registry.imports.fields import HOUSEHOLD, ROSTER, SCHEMES
from services.registry.imports.household_facts import agree
from services.registry.imports.plausible import DOUBTS, age
from services.registry.imports.reasons import HELD, TEXTS
from services.registry.imports.report import MASKS, Report
from shared.imports.cells import read_groups
from shared.imports.fields import CellFault, Table

MOST_MEMBERS = 30
"""People of one household, as settling takes them."""
INSURANCES = tuple(f"insurance:{scheme.code}" for scheme in SCHEMES)
FACTS = ("hukou", "residence_document", "work", "labour_class", "profile", "health", "disability", *INSURANCES)
_PERSON = ("name", "id_number", "sex", "birth_on", "phone", "relation")
_OF_HOUSEHOLD = frozenset(field.name for field in HOUSEHOLD)
_HOUSEHOLD = ("settled_on", "moved_from_division", "registered_poor", "dibao")


@dataclass(frozen=True, slots=True)
class CheckedRoster:
    """What checking found. `rows`: a row per row of the table, in its order: sheet, row, household (ordinal in the file, UInt32), head,
    ok (no error in it), name, id_number, sex, birth_on, phone, relation, head_name, community, estate, block, unit, flat, settled_on,
    moved_from_division, registered_poor, dibao, each of FACTS, and `insurance:…:blank`. What could not be read is null."""

    rows: pl.DataFrame
    faults: Sequence[CellFault]


def check(table: Table, on: date, known_areas: frozenset[str]) -> CheckedRoster:
    """Checks a roster as of a day. `known_areas`: area codes of ID numbers that are known beside the national table."""
    report = Report(table)
    read, faults = read_groups(report.frame, groups(on, known_areas), MASKS)
    report.take(faults)
    said = pl.concat([report.frame.select("sheet", "row"), read], how="horizontal")
    repeated = _say_repeated(said, report)
    found = gather(said, repeated)
    _say_required(said, found, report)
    _say_heads(said, found, report)
    _say_crowded(found, report)
    said = said.with_columns(_family(found))
    report.tell_once(said["family"].to_list(), _OF_HOUSEHOLD)
    said = agree(said, found, report)
    _say_doubts(said, found, repeated, on, report)
    _say_held(found, report)
    return CheckedRoster(_rows(said, found, report), report.faults)


def _family(found: Families) -> list[pl.Series]:
    """`household`, and `family`: who has one head, or one flat and no head."""
    most = len(found.owners)
    family = [
        most + household if owner == NOBODY else owner
        for owner, household in zip(found.owners, found.households, strict=True)
    ]
    return [pl.Series("household", found.households, pl.UInt32), pl.Series("family", family, pl.UInt32)]


def _say_repeated(said: pl.DataFrame, report: Report) -> frozenset[int]:
    """One person stands in one row; one number has one name. The rows whose person stands above."""
    people = said.select("name", "id_number").with_row_index("at").drop_nulls("id_number")
    later: set[int] = set()
    for _, rows in people.filter(people["id_number"].is_duplicated()).group_by("id_number", maintain_order=True):
        first, *others = rows["at"].to_list()
        if rows["name"].drop_nulls().n_unique() > 1:
            for at in (first, *others):
                report.error(
                    at,
                    "id_number",
                    "number-with-two-names",
                    "this number stands in the file with two names: correct the wrong one",
                    "同一身份证号在本表中对应两个姓名，请更正有误的一处",
                )
            continue
        later.update(others)
        for at in others:
            en, zh = report.place(first, at)
            report.error(
                at,
                "id_number",
                "person-repeated",
                f"this person stands in {en} already: delete one of the rows",
                f"该人员已在{zh}出现，请删除其中一行",
            )
    return frozenset(later)


def _say_required(said: pl.DataFrame, found: Families, report: Report) -> None:
    """What a row must say. Its flat it may leave to a head above; a head says its own."""
    for column in ("name", "id_number", "relation"):
        for at in said[column].is_null().arg_true():
            _require(at, column, report)
    for at, place in enumerate(found.places):
        if found.lacks_place(at):
            for part, value in zip(PLACE, place, strict=True):
                if value is None:
                    _require(at, part, report)


def _require(at: int, column: str, report: Report) -> None:
    if not report.is_wrong(at, column):
        title = ROSTER.title(column)
        en, zh = _WITHOUT_NUMBER if column == "id_number" else ("", "")
        report.error(at, column, "required", f"needed: fill in {title}{en}", f"必填：请填写{title}{zh}")


_WITHOUT_NUMBER = (
    "; a newborn that has none yet is registered by its birth certificate, by a life event of the household (born)",
    "；尚无号码的新生儿请按出生医学证明办理住户的出生登记",
)
"""A row is known again by its number: without one a second upload would bring the child in twice."""


def _say_heads(said: pl.DataFrame, found: Families, report: Report) -> None:
    """A flat has one head, and a row that names another is wrong about its flat or its head."""
    for at, first in sorted(found.second.items()):
        en, zh = report.place(first, at)
        report.error(
            at,
            "relation",
            "second-head",
            f"this flat has a head in {en} already: a household has one head, or its flat is another",
            f"该房屋在{zh}已有户主：一户只能有一名户主，请核对房号",
        )
    names, named = said["name"].to_list(), said["head_name"].to_list()
    heads = said.filter("head").select("community", "name").drop_nulls()
    elsewhere = set(heads.iter_rows())
    for at in said["head_name"].is_not_null().arg_true():
        owner = found.owners[at]
        if at in found.second:  # said already
            continue
        if owner == NOBODY:
            if (found.places[at].community, named[at]) in elsewhere:
                _say_other_head(at, "lives in another flat of the file", "在本表中住在另一套房屋", report)
        elif names[owner] not in (None, named[at]):
            en, zh = report.place(owner, at)
            _say_other_head(
                at, f"is not the head of this flat, who stands in {en}", f"不是该房屋的户主（户主在{zh}）", report
            )


def _say_other_head(at: int, en: str, zh: str, report: Report) -> None:
    report.error(
        at,
        "head_name",
        "head-name-differs",
        f"whom this row names as head {en}: correct the name or the flat",
        f"本行所填户主{zh}，请更正户主或房号",
    )


def _say_crowded(found: Families, report: Report) -> None:
    crowded = {household for household, n in Counter(found.households).items() if n > MOST_MEMBERS}
    headed = {found.households[owner] for owner in found.owners if owner != NOBODY}
    counts = Counter(crowded & headed)  # the head counts first
    for at, household in enumerate(found.households):
        if household in crowded and found.owners[at] != at:
            counts[household] += 1
            if counts[household] > MOST_MEMBERS:
                report.error(
                    at,
                    "name",
                    "too-many-members",
                    f"a household has at most {MOST_MEMBERS} people: look at the flat",
                    f"一户最多 {MOST_MEMBERS} 人，请核对房号",
                )


def _say_doubts(said: pl.DataFrame, found: Families, repeated: frozenset[int], on: date, report: Report) -> None:
    owners = pl.Series(found.owners, dtype=pl.Int64)
    head_birth_on = said["birth_on"].gather(owners.replace(NOBODY, None)).alias("head_birth_on")
    again = pl.Series("repeated", [at in repeated for at in range(said.height)], dtype=pl.Boolean)
    seen = said.with_columns(head_birth_on, again, age=age(on))
    for doubt in DOUBTS:
        for at in seen.select(doubt.rows.fill_null(value=False)).to_series().arg_true():
            column = report.first_said(at, doubt.columns)
            report.warn(at, column, doubt.code, doubt.en, doubt.zh)


def _say_held(found: Families, report: Report) -> None:
    """A head that stays out keeps its household out."""
    wrong = frozenset(report.wrong_rows)
    en, zh = TEXTS[HELD]
    for at, owner in enumerate(found.owners):
        if owner != at and owner in wrong and at not in wrong:
            there = report.place(owner, at)
            report.error(at, "name", HELD, en.format(en=there[0]), zh.format(zh=there[1]))


def _rows(said: pl.DataFrame, found: Families, report: Report) -> pl.DataFrame:
    places = pl.DataFrame(found.places, schema=dict.fromkeys(PLACE, pl.String), orient="row")
    ok = pl.Series("ok", [at not in report.wrong_rows for at in range(said.height)], pl.Boolean)
    blanks = [f"{insurance}:blank" for insurance in INSURANCES]
    return (
        said.with_columns(places.get_columns())
        .with_columns(ok)
        .select("sheet", "row", "household", "head", "ok", *_PERSON, "head_name", *PLACE, *_HOUSEHOLD, *FACTS, *blanks)
    )
