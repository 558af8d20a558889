"""The columns of each list: what they are called, who sees them, and where they come from. What a caller may not see is not in what they
are made of (`sight.facts_for`), and masked fields come masked unless a purpose is stated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.registry.codes.domain import CodeList, Label
from services.registry.codes.kinship import ETHNIC, RELATION
from services.registry.codes.national import (
    DISABILITY_GRADE,
    DISABILITY_KIND,
    EDUCATION,
    HEALTH,
    MARITAL,
    POLITICAL,
    SEX,
)
from services.registry.codes.platform import (
    ENROLMENT,
    LABOUR_CLASS,
    MONITORED,
    MOVE_BATCH,
    RESIDENCE_DOCUMENT,
    SCHOOL_STAGE,
)
from services.registry.exports.domain import Kind, ListName, Shows
from services.registry.sight import Sealed, without_work_for, work_for
from shared.auth import Actor
from shared.db import Row
from shared.privacy import mask_name

Labels = Mapping[str, Label]


@dataclass(frozen=True, slots=True)
class Shown:
    """A row with what the caller sees of it: fact groups of the person and of the household, whether masked fields come in full. `sealed`
    opens the person's numbers; None where the list shows none."""

    row: Row
    actor: Actor
    in_full: bool
    facts: Mapping[str, Any]
    home: Mapping[str, Any]
    sealed: Sealed | None = None

    def name(self, column: str) -> str | None:
        name: str | None = self.row[column]
        return name if self.in_full or name is None else mask_name(name)

    def fact(self, group: str, *path: str) -> Any:
        """Part of a fact group of the person."""
        return _part(self.facts.get(group), path)

    def home_fact(self, group: str, *path: str) -> Any:
        """The same of the household."""
        return _part(self.home.get(group), path)

    def work(self, *path: str) -> Any:
        """As jobs tells it, and as the registry was told where jobs has not."""
        told = work_for(self.actor, self.row["work_copy"])
        if told and path != ("status",):
            return next((_part(each, path) for each in told["employments"]), None)
        return _part(told or self.facts.get("work"), path)


def _part(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


SHOWN = Shows()
"""To everybody who sees the list."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `usual`: it is there where no fields are named; `labels`: of its codes."""

    name: str
    title: Label
    kind: Kind
    of: Callable[[Shown], Any]
    shows: Shows = SHOWN
    labels: Labels | None = None
    usual: bool = False
    digits: bool = False
    """A long number, which a spreadsheet would round."""


def _plain(name: str, zh: str, en: str, kind: Kind = Kind.TEXT, usual: bool = True, **more: Any) -> Column:
    """What stands on the row under that name."""
    return Column(name, Label(zh, en), kind, lambda shown: shown.row[name], usual=usual, **more)


def _of(name: str, zh: str, en: str, of: Callable[[Shown], Any], kind: Kind = Kind.TEXT, **more: Any) -> Column:
    return Column(name, Label(zh, en), kind, of, **more)


def _coded(name: str, codes: CodeList, of: Callable[[Shown], Any], group: str | None = None, **more: Any) -> Column:
    return Column(name, codes.title, Kind.CODE, of, Shows(group), codes.labels, **more)


def _fact(name: str, zh: str, en: str, group: str, *path: str, kind: Kind = Kind.TEXT) -> Column:
    return Column(name, Label(zh, en), kind, lambda shown: shown.fact(group, *path), Shows(group))


def _coded_fact(name: str, codes: CodeList, group: str, *path: str) -> Column:
    return _coded(name, codes, lambda shown: shown.fact(group, *path), group)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _texts(labels: Mapping[str, tuple[str, str]]) -> Labels:
    return {code: Label(zh, en) for code, (zh, en) in labels.items()}


_PERSON_STATUS = _texts(
    {
        "resident": ("在住", "resident"),
        "away": ("外出", "away"),
        "moved-out": ("迁出", "moved out"),
        "deceased": ("死亡", "deceased"),
    }
)
_WORK = _texts({"employed": ("就业", "in work"), "none": ("未就业", "without work")})
_WORK_FORM = _texts(
    {
        "enterprise": ("企业", "enterprise"),
        "workshop": ("帮扶车间", "workshop"),
        "public-post": ("公益性岗位", "public post"),
        "self-employed": ("自主创业", "self-employed"),
        "dispatched": ("劳务派遣", "dispatched"),
        "migrant": ("外出务工", "migrant work"),
        "farming": ("务农", "farming"),
        "other": ("其他", "other"),
    }
)
_TAGS = _texts(
    {
        "elder-alone": ("独居老人", "elder living alone"),
        "left-behind-child": ("留守儿童", "left-behind child"),
        "minor-in-hardship": ("困境儿童", "minor in hardship"),
    }
)
_SCHEMES = {
    "110": ("职工养老保险", "Pension of employees"),
    "170": ("居民养老保险", "Pension of residents"),
    "310": ("职工医疗保险", "Medical insurance of employees"),
    "390": ("居民医疗保险", "Medical insurance of residents"),
}


def _insurance(scheme: str) -> Column:
    def states(shown: Shown) -> str | None:
        relations = shown.fact(f"insurance:{scheme}")
        return None if relations is None else " ".join(f"{each['division']}:{each['state']}" for each in relations)

    return Column(f"insurance_{scheme}", Label(*_SCHEMES[scheme]), Kind.TEXT, states, Shows("insurance"))


_PLACE = (
    _plain("community", "社区代码", "Community code"),
    _plain("community_name", "安置点", "Community"),
    _plain("estate", "小区", "Estate", usual=False),
    _plain("block", "楼栋", "Block"),
)
_HOME_FACTS = (
    _of("registered_poor", "建档立卡户", "Registered poor", lambda s: s.home_fact("registered_poor"), Kind.FLAG,
        shows=Shows("registered_poor")),
    _of("dibao", "享受低保", "Draws dibao", lambda s: s.home_fact("dibao", "receiving"), Kind.FLAG, shows=Shows("dibao")),
    _of("moved_from_division", "原区划代码", "Moved from (division)", lambda s: s.home_fact("moved_from_division"),
        shows=Shows("moved_from_division")),
    _coded("move_batch", MOVE_BATCH, lambda s: s.home_fact("move_batch"), "move_batch"),
    _coded("monitored", MONITORED, lambda s: s.home_fact("monitored", "kind"), "monitored"),
)  # fmt: skip

PERSONS = (
    _plain("person_id", "人员编号", "Person id"),
    _plain("household_id", "住户编号", "Household id"),
    _of("name", "姓名", "Name", lambda s: s.name("name"), shows=Shows(personal=True), usual=True),
    _coded("sex", SEX, lambda s: s.row["sex"], usual=True),
    _of("birth_year", "出生年份", "Year of birth", lambda s: s.row["birth_on"].year, Kind.NUMBER, usual=True),
    _plain("birth_on", "出生日期", "Date of birth", Kind.DAY, usual=False, shows=Shows(in_full=True, personal=True)),
    _of("id_number", "身份证号", "ID number", lambda s: s.sealed and s.sealed.id_number(s.in_full),
        shows=Shows(personal=True), usual=True, digits=True),
    _of("phone", "联系电话", "Telephone", lambda s: s.sealed and s.sealed.phone(s.in_full),
        shows=Shows(personal=True), usual=True, digits=True),
    _plain("status", "人员状态", "Status", Kind.CODE, labels=_PERSON_STATUS),
    _plain("died_on", "死亡日期", "Date of death", Kind.DAY, usual=False),
    _coded("relation", RELATION, lambda s: s.row["relation"], usual=True),
    *_PLACE,
    _plain("unit", "单元", "Unit", usual=False, shows=Shows(in_full=True, personal=True)),
    _plain("floor", "楼层", "Floor", Kind.NUMBER, usual=False, shows=Shows(in_full=True, personal=True)),
    _plain("flat", "房号", "Flat", usual=False, shows=Shows(in_full=True, personal=True)),
    _fact("hukou_division", "户籍地区划", "Hukou (division)", "hukou", "division"),
    _fact("hukou_moved", "户口是否迁入", "Hukou moved", "hukou", "moved", kind=Kind.FLAG),
    _coded_fact("residence_document", RESIDENCE_DOCUMENT, "residence_document"),
    _fact("collective_division", "集体经济组织区划", "Collective (division)", "collective", "division"),
    _coded_fact("labour_class", LABOUR_CLASS, "labour_class"),
    _of("work", "就业状况", "Work", lambda s: s.work("status"), Kind.CODE, shows=Shows("work"), labels=_WORK),
    _of("work_form", "就业形式", "Form of work", lambda s: s.work("form"), Kind.CODE, shows=Shows("work"),
        labels=_WORK_FORM),
    _of("work_division", "就业地区划", "Works in (division)", lambda s: s.work("division"), shows=Shows("work")),
    _coded_fact("ethnic", ETHNIC, "profile", "ethnic"),
    _coded_fact("education", EDUCATION, "profile", "education"),
    _coded_fact("political", POLITICAL, "profile", "political"),
    _coded_fact("marital", MARITAL, "profile", "marital"),
    _of("tags", "重点人群", "Groups kept in view", lambda s: s.fact("tags"), Kind.CODES, shows=Shows("tags"), labels=_TAGS),
    _coded_fact("schooling", ENROLMENT, "schooling", "state"),
    _coded_fact("school_stage", SCHOOL_STAGE, "schooling", "stage"),
    *map(_insurance, _SCHEMES),
    _coded_fact("health", HEALTH, "health", "status"),
    _coded_fact("disability_kind", DISABILITY_KIND, "disability", "kind"),
    _coded_fact("disability_grade", DISABILITY_GRADE, "disability", "grade"),
    *_HOME_FACTS,
)  # fmt: skip

HOUSEHOLDS = (
    _plain("household_id", "住户编号", "Household id"),
    *_PLACE,
    _plain("unit", "单元", "Unit"),
    _plain("floor", "楼层", "Floor", Kind.NUMBER, usual=False),
    _plain("flat", "房号", "Flat"),
    _plain("settled_on", "入住日期", "Settled on", Kind.DAY, usual=False),
    _plain("person_id", "户主编号", "Person id of the head", usual=False),
    _of("head_name", "户主姓名", "Head of household", lambda s: s.name("head_name"), shows=Shows(personal=True), usual=True),
    _of("head_id_number", "户主身份证号", "ID number of the head", lambda s: s.sealed and s.sealed.id_number(s.in_full),
        shows=Shows(personal=True), digits=True),
    _of("head_phone", "户主电话", "Telephone of the head", lambda s: s.sealed and s.sealed.phone(s.in_full),
        shows=Shows(personal=True), digits=True),
    _plain("members", "人口数", "Members", Kind.NUMBER),
    _of("without_work", "零就业户", "Without work", lambda s: without_work_for(s.actor, bool(s.row["without_work"])), Kind.FLAG),
    *_HOME_FACTS,
)  # fmt: skip

VACANCIES = (
    _plain("dwelling_id", "房屋编号", "Dwelling id"),
    _plain("estate", "小区", "Estate"),
    _plain("block", "楼栋", "Block"),
    _plain("unit", "单元", "Unit"),
    _plain("floor", "楼层", "Floor", Kind.NUMBER),
    _plain("flat", "房号", "Flat"),
    Column("area_m2", Label("面积（平方米）", "Area (m²)"), Kind.DECIMAL, lambda s: s.row["area_m2"], usual=True),
    _plain("meant_for", "适住人数", "Meant for so many", Kind.NUMBER),
)

COLUMNS: dict[ListName, dict[str, Column]] = {
    name: {column.name: column for column in columns}
    for name, columns in (
        (ListName.PERSONS, PERSONS),
        (ListName.HOUSEHOLDS, HOUSEHOLDS),
        (ListName.VACANCIES, VACANCIES),
    )
}
TITLES = {
    ListName.PERSONS: Label("人员名册", "People"),
    ListName.HOUSEHOLDS: Label("住户名册", "Households"),
    ListName.VACANCIES: Label("空置房源", "Vacant flats"),
}

Cell = str | int | bool | date | Decimal | None


def cell(column: Column, shown: Shown) -> Cell:
    """What stands in the column for this row."""
    value = column.of(shown)
    if column.kind is Kind.CODES and value is not None:
        return " ".join(value)
    return _day(value) if column.kind is Kind.DAY and isinstance(value, str) else value
