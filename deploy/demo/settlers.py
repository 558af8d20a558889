"""People of the large community: kin who have schooling, a degree of labour, a nationality."""

from __future__ import annotations

from random import Random
from typing import TypeVar

from deploy.demo import kin
from deploy.demo.calibration import LABOUR_ROLES
from deploy.demo.people import NO_PARTY, Numbers, Person, age_of

_T = TypeVar("_T")

_ETHNIC = {"09": 46, "06": 26, "01": 22, "36": 2, "12": 2, "37": 2}
"""GB/T 3304: 布依, 苗, 汉, 毛南, 侗, 仡佬; in parts of a hundred."""
_SAME_AS_HEAD = 0.8
_FROM_OUTSIDE = ("12", "11", "38", "52")
_SCHOOLING: dict[int, dict[str | None, int]] = {  # to the age: GB/T 4658 codes with weights; 90: has not been to school
    5: {None: 1},
    11: {"80": 1},
    15: {"70": 1},
    18: {"60": 6, "40": 4},
    22: {"30": 6, "20": 4},
    40: {"80": 12, "70": 58, "60": 12, "40": 8, "30": 7, "20": 3},
    60: {"90": 8, "80": 47, "70": 38, "60": 7},
    150: {"90": 45, "80": 50, "70": 5},
}
_AT_SCHOOL = "Y"
_LABOUR = {
    45: {"SKILLED": 16, "ORDINARY": 76, "WEAK_HALF": 8},
    54: {"SKILLED": 6, "ORDINARY": 68, "WEAK_HALF": 26},
    150: {"WEAK_HALF": 1},
}
"""To the age: the class of who has labour."""
_CANNOT_WORK = {"I": 1.0, "L": 0.45, "Q": 0.2, "P": 0.15, "O": 0.2}
"""Share of those without labour who have lost it; the others never counted: children, students, carers, the old."""
_WITH_PHONE = {15: 0.0, 60: 0.93, 150: 0.55}


def household(template: str, numbers: Numbers, rng: Random) -> list[Person]:
    """A household of the template's letters (`kin`), the head first."""
    people = kin.household(template, rng)
    nationality = _pick(_ETHNIC, rng)
    return [_person(each, nationality, numbers, rng) for each in people]


def _person(each: kin.Kin, nationality: str | None, numbers: Numbers, rng: Random) -> Person:
    age = age_of(each.birth_on)
    from_outside = each.relation in _FROM_OUTSIDE and rng.random() > _SAME_AS_HEAD
    return Person(
        relation=each.relation,
        sex=each.sex,
        birth_on=each.birth_on,
        name=each.name,
        id_number=numbers.identity(each.birth_on, each.sex),
        ethnic=_pick(_ETHNIC, rng) if from_outside else nationality,
        education=_schooling(each.role, age, rng),
        political=NO_PARTY,
        labour=_labour(each.role, age, rng),
        phone=numbers.phone() if rng.random() < _of_age(_WITH_PHONE, age) else None,
    )


def _schooling(role: str, age: int, rng: Random) -> str | None:
    """Who is 16 to 22 and not at school any more has left it earlier."""
    return _pick(_of_age(_SCHOOLING, 23 if 15 < age < 23 and role != _AT_SCHOOL else age), rng)


def _labour(role: str, age: int, rng: Random) -> str | None:
    if role in LABOUR_ROLES:
        return _pick(_of_age(_LABOUR, age), rng)
    return "LOST" if rng.random() < _CANNOT_WORK.get(role, 0) else "NONE"


def _of_age(table: dict[int, _T], age: int) -> _T:
    return next(value for last, value in table.items() if age <= last)


def _pick(weights: dict[_T, int], rng: Random) -> _T:
    return rng.choices(tuple(weights), tuple(weights.values()))[0]
