"""Ages of labour (劳动力) and work: dated parameters, each row with its source; pure. Of jobs, and of the registry, which suggests a class.

A parameter is a row, never a constant: a new rule is one more row with a later `valid_from`. Sources tagged [M] are from memory:
put the checked row beside them. Ages are full years (周岁), reached on the birthday.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from typing import Protocol, TypeVar

from shared.clock import age_on

MALE, FEMALE = "1", "2"  # GB/T 2261.1


class LabourScheme(StrEnum):
    """Whose count of labour (劳动力) it is: each has its ages."""

    RELOCATION = "relocation"
    JOB_STATISTICS = "job-statistics"
    JOB_STATISTICS_WORKERS = "job-statistics-workers"
    RURAL_ZERO_JOB = "rural-zero-job"
    RURAL_STATISTICS = "rural-statistics"


DEFAULT_SCHEME = LabourScheme.RELOCATION
"""Relocated people are counted by the poverty system's ages."""


@dataclass(frozen=True, slots=True)
class LabourAge:
    """Ages of labour, both included, for one sex from a day on. `full`: of these the ages of full labour, where the scheme parts it from
    half labour (半劳动力)."""

    scheme: LabourScheme
    sex: str
    lowest: int
    highest: int
    valid_from: date
    source: str
    full: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class MinimumAge:
    """The age below which nobody may be employed."""

    age: int
    valid_from: date
    source: str


_POVERTY = "labour of registered-poor and relocated households (建档立卡、易地扶贫搬迁): 16 to 59, both included"
_STATISTICS = "job statistics: men to 59, women to 54 [M]; the retirement age rises from 2025 (2024-09-13 decision)"
_WORKERS = "job statistics, women workers (女工人): to 49 [M]"
_RURAL = "rural zero-employment family (农村零就业家庭) in some cities: men 16 to 59, women 16 to 49"
_RURAL_FULL = "rural statistics: full labour men 18 to 50, women 18 to 45; half labour men 16, 17 and 51 to 60, women 16, 17 and 46 to 55"

LABOUR_AGES: tuple[LabourAge, ...] = (
    LabourAge(LabourScheme.RELOCATION, MALE, 16, 59, date(2016, 1, 1), _POVERTY),
    LabourAge(LabourScheme.RELOCATION, FEMALE, 16, 59, date(2016, 1, 1), _POVERTY),
    LabourAge(LabourScheme.JOB_STATISTICS, MALE, 16, 59, date(1995, 1, 1), _STATISTICS),
    LabourAge(LabourScheme.JOB_STATISTICS, FEMALE, 16, 54, date(1995, 1, 1), _STATISTICS),
    LabourAge(LabourScheme.JOB_STATISTICS_WORKERS, MALE, 16, 59, date(1995, 1, 1), _WORKERS),
    LabourAge(LabourScheme.JOB_STATISTICS_WORKERS, FEMALE, 16, 49, date(1995, 1, 1), _WORKERS),
    LabourAge(LabourScheme.RURAL_ZERO_JOB, MALE, 16, 59, date(2008, 1, 1), _RURAL),
    LabourAge(LabourScheme.RURAL_ZERO_JOB, FEMALE, 16, 49, date(2008, 1, 1), _RURAL),
    LabourAge(LabourScheme.RURAL_STATISTICS, MALE, 16, 60, date(1995, 1, 1), _RURAL_FULL, (18, 50)),
    LabourAge(LabourScheme.RURAL_STATISTICS, FEMALE, 16, 55, date(1995, 1, 1), _RURAL_FULL, (18, 45)),
)

MINIMUM_AGES: tuple[MinimumAge, ...] = (
    MinimumAge(16, date(1995, 1, 1), "Labour Law (劳动法) art. 15; State Council Order 364 (禁止使用童工规定) art. 2"),
)


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


R = TypeVar("R", bound=_Dated)


def _in_force(rows: Sequence[R], on: date) -> R:
    """The newest row that holds on that day; before the first one, the first."""
    ordered = sorted(rows, key=lambda row: row.valid_from)
    return next((row for row in reversed(ordered) if row.valid_from <= on), ordered[0])


@lru_cache
def minimum_age(on: date) -> int:
    """Full years below which nobody may be employed. Labour Law art. 15."""
    return _in_force(MINIMUM_AGES, on).age


@lru_cache
def labour_age(sex: str, on: date, scheme: LabourScheme = DEFAULT_SCHEME) -> LabourAge:
    """The ages of labour that hold on that day."""
    return _in_force(_rows(sex, scheme), on)


def is_of_labour_age(sex: str, birth_on: date, on: date, scheme: LabourScheme = DEFAULT_SCHEME) -> bool:
    """Is the person of labour age that day?"""
    ages = labour_age(sex, on, scheme)
    return ages.lowest <= age_on(birth_on, on) <= ages.highest


def next_age_border(sex: str, birth_on: date, on: date, scheme: LabourScheme = DEFAULT_SCHEME) -> date | None:
    """The next day after `on` on which the answer of `is_of_labour_age` may change; None where it never will again."""
    rows = _rows(sex, scheme)
    birthdays = {_birthday(birth_on, age) for row in rows for age in (row.lowest, row.highest + 1)}
    return min((day for day in birthdays | {row.valid_from for row in rows} if day > on), default=None)


@cache
def _rows(sex: str, scheme: LabourScheme) -> list[LabourAge]:
    return [row for row in LABOUR_AGES if (row.scheme, row.sex) == (scheme, sex)]


def _birthday(birth_on: date, age: int) -> date:
    try:
        return birth_on.replace(year=birth_on.year + age)
    except ValueError:
        return date(birth_on.year + age, 3, 1)
