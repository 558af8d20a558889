"""The columns of the large community's roster, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from deploy.demo import words
from deploy.demo.people import NO_DIBAO, Community, Household, Person

_VILLAGES = ("石板", "新寨", "龙塘", "摆榜", "冗章", "纳坝", "大坝", "平寨", "翁吕", "打引")
_SCHEMES = (("170", "居民养老"), ("390", "居民医保"), ("110", "职工养老"), ("310", "职工医保"), ("210", "失业保险"))


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the group above it, its header, what it says of a person of a household."""

    title: str
    say: Callable[[Community, Household, Person], str]
    group: str | None = None
    of_household: bool = False
    """Said once, merged over all its people."""
    width: float = 9


def _of_person(title: str, group: str | None, say: Callable[[Person], str | None], width: float = 9) -> Column:
    return Column(title, lambda _, __, person: say(person) or "", group, width=width)


def _of_household(title: str, group: str | None, say: Callable[[Household], str | None], width: float = 9) -> Column:
    return Column(title, lambda _, household, __: say(household) or "", group, True, width)


def _yes(value: bool | None) -> str:
    return "" if value is None else "是" if value else "否"


def _day(value: date | None) -> str:
    return f"{value:%Y-%m-%d}" if value else ""


def _work_status(person: Person) -> str:
    if person.employed:
        return words.EMPLOYED
    return words.IDLE if person.has_labour else words.NO_LABOUR


def _work_place(person: Person) -> str | None:
    return words.place(person.work.division) if person.work and person.employed else None


def _form(person: Person) -> str | None:
    return words.FORM[person.work.form] if person.work and person.employed else None


def _employer(person: Person) -> str | None:
    return words.EMPLOYER[person.work.employer_kind] if person.work and person.employed else None


def _old_address(household: Household) -> str | None:
    if household.moved_from is None:
        return None
    village = _VILLAGES[(int(household.flat.flat) + household.settled_on.day) % len(_VILLAGES)]
    return f"{words.place(household.moved_from)}{village}村"


def _insurance(scheme: str, title: str) -> tuple[Column, Column]:
    def where(person: Person) -> str | None:
        return words.place(person.insurances[scheme].division) if scheme in person.insurances else None

    def state(person: Person) -> str | None:
        return words.STATE[person.insurances[scheme].state] if scheme in person.insurances else None

    return _of_person("参保地", title, where, 16), _of_person("状态", title, state, 6)


def _dibao(say: Callable[[Household], str]) -> Callable[[Household], str]:
    return lambda household: "" if household.dibao in (None, NO_DIBAO) else say(household)


_PEOPLE, _FROM, _HOME, _LABOUR, _HUKOU, _DIBAO = (
    "成员基本信息",
    "迁出地信息",
    "安置住房信息",
    "劳动就业信息",
    "户籍信息",
    "低保信息",
)
ROSTER = (
    _of_household("户主", None, lambda h: h.head.name),
    _of_person("姓名", _PEOPLE, lambda p: p.name),
    _of_person("身份证号", _PEOPLE, lambda p: p.id_number, 20),
    _of_person("与户主关系", _PEOPLE, lambda p: words.RELATION[p.relation]),
    _of_person("民族", _PEOPLE, lambda p: words.ETHNIC[p.ethnic] if p.ethnic else None, 7),
    _of_person("文化程度", _PEOPLE, lambda p: words.EDUCATION[p.education] if p.education else None),
    _of_person("政治面貌", _PEOPLE, lambda p: words.POLITICAL[p.political] if p.political else None),
    _of_household("原住址", _FROM, _old_address, 24),
    _of_household("原区划代码", _FROM, lambda h: h.moved_from, 11),
    Column("安置点", lambda community, _, __: community.name, _HOME, True, 20),
    _of_household("楼栋", _HOME, lambda h: f"{h.flat.block}栋", 6),
    _of_household("单元", _HOME, lambda h: f"{h.flat.unit}单元", 7),
    _of_household("房号", _HOME, lambda h: h.flat.flat, 6),
    _of_household("入住日期", _HOME, lambda h: _day(h.settled_on), 11),
    _of_household("是否建档立卡", None, lambda h: _yes(h.registered_poor), 8),
    _of_person("劳动能力", _LABOUR, lambda p: words.LABOUR[p.labour] if p.labour else None, 18),
    _of_person("就业状况", _LABOUR, _work_status),
    _of_person("就业形式", _LABOUR, _form, 11),
    _of_person("就业地", _LABOUR, _work_place, 20),
    _of_person("单位性质", _LABOUR, _employer, 13),
    _of_person("联系电话", None, lambda p: p.phone, 13),
    _of_person("户籍地", _HUKOU, lambda p: words.place(p.hukou.division) if p.hukou.division else None, 18),
    _of_person("户口是否迁移", _HUKOU, lambda p: _yes(p.hukou.moved)),
    _of_person("户口迁移日期", _HUKOU, lambda p: _day(p.hukou.moved_on), 11),
    _of_person("居住证", _HUKOU, lambda p: words.DOCUMENT[p.residence_document] if p.residence_document else None),
    *(column for scheme in _SCHEMES for column in _insurance(*scheme)),
    _of_person("是否欠费", None, lambda p: _yes(p.arrears)),
    _of_household("是否低保", _DIBAO, lambda h: _yes(None if h.dibao is None else h.dibao != NO_DIBAO)),
    _of_household("低保类别", _DIBAO, _dibao(lambda h: words.DIBAO[h.dibao.household_class] if h.dibao else "")),
    _of_household("低保地", _DIBAO, _dibao(lambda h: words.place(h.dibao.division) if h.dibao else ""), 18),
)


def lines(community: Community, household: Household) -> list[list[str]]:
    """A household's rows: a text for each column, "" where there is nothing to say."""
    return [[column.say(community, household, person) for column in ROSTER] for person in household.members]
