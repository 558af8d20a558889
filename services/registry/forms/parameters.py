"""Dated parameters of forms: which fields a purpose covers, and how old a field may be before it is asked for again; pure data.

A parameter is a row with its source, never a constant: what changes is one more row with a later day. [D] is our reading, to be checked
before it counts; [M] is from memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from services.registry.persons.domain import Purpose


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a purpose may take: paths, or the beginnings of paths that end with a dot. 个人信息保护法 art. 6: no more than the purpose
    needs."""

    purpose: Purpose
    valid_from: date
    paths: tuple[str, ...]
    source: str

    def covers(self, path: str) -> bool:
        return any(path == each or (each.endswith(".") and path.startswith(each)) for each in self.paths)


@dataclass(frozen=True, slots=True)
class MaxAge:
    """After how many days without word a field is stale; None: never. `path`: as in Coverage; the longest wins, then the latest."""

    path: str
    valid_from: date
    days: int | None
    source: str


_PIPL = date(2021, 11, 1)
_IDENTITY = ("person.name", "person.id_number", "person.sex", "person.birth_on")
_HOME = tuple(f"household.{part}" for part in ("community", "community_name", "estate", "block", "unit", "flat"))
_PLACES = ("person.hukou.", "person.residence_document")
_BASE = (*_IDENTITY, "person.phone", *_HOME)

COVERAGES: tuple[Coverage, ...] = (
    Coverage(
        Purpose.TRANSFER,
        _PIPL,
        (*_BASE, *_PLACES, "person.insurance.", "person.work.", "person.organised_transfer", "person.medical_care."),
        "SIL-19, SIL-32: what a relation is, and whereto it moves [D]",
    ),
    Coverage(
        Purpose.INSURANCE,
        _PIPL,
        (
            *(*_BASE, *_PLACES, "person.insurance.", "person.work.", "person.disability.", "person.health."),
            *("person.medical_care.", "household.registered_poor", "household.monitored.", "household.dibao.receiving"),
        ),
        "SIL-74; help with contributions is by dibao, disability and monitoring [D]",
    ),
    Coverage(
        Purpose.DIBAO_REVIEW,
        _PIPL,
        (
            *(*_BASE, *_PLACES, "person.relation", "person.collective.", "person.insurance.", "person.work."),
            *("person.labour_class", "person.organised_transfer", "person.profile.marital", "person.health."),
            *("person.disability.", "person.schooling.", "household.", "parcel."),
        ),
        "SA-11, SA-58: the household's people, income and property; not ethnic group, not party [D]",
    ),
    Coverage(
        Purpose.BENEFIT_PAYMENT,
        _PIPL,
        (*_BASE, "person.insurance.", "person.disability.", "household.dibao."),
        "SIL-73, SA-12 [D]",
    ),
    Coverage(
        Purpose.EMPLOYMENT,
        _PIPL,
        (
            *(*_BASE, *_PLACES, "person.relation", "person.labour_class", "person.work.", "person.organised_transfer"),
            *("person.profile.education", "household.without_work", "household.registered_poor"),
            *("household.dibao.receiving", "household.moved_from_division", "household.size"),
        ),
        "EPL-52, EPL-56: who is helped first; health is not asked for a placement [D]",
    ),
    Coverage(
        Purpose.HOME_VISIT,
        _PIPL,
        (
            *(*_BASE, "person.relation", "person.tags", "person.labour_class", "person.work.", "person.health."),
            *("person.disability.", "person.schooling.", "person.medical_care.", "household."),
        ),
        "SA-11, SA-13 [D]",
    ),
    Coverage(Purpose.CORRECTION, _PIPL, ("person.", "household.", "parcel."), "PIPL-8, PIPL-46: all that can be wrong"),
    Coverage(
        Purpose.EMERGENCY,
        _PIPL,
        (*_BASE, "person.relation", "person.tags", "person.health.", "person.disability.", "person.medical_care."),
        "PIPL-13-1-4: life and health [D]",
    ),
)

_ALWAYS = date(1949, 10, 1)
MAX_AGES: tuple[MaxAge, ...] = (
    *(MaxAge(path, _ALWAYS, None, "does not change by itself") for path in (*_IDENTITY, "person.profile.ethnic")),
    MaxAge("person.relation", _ALWAYS, None, "follows from life events"),
    MaxAge("household.", _ALWAYS, None, "follows from life events"),
    MaxAge("person.", _ALWAYS, 365, "once a year [D]"),
    MaxAge("person.residence_document", _ALWAYS, 365, "居住证暂行条例 art. 10: endorsed every year [M]"),
    MaxAge("person.insurance.", _ALWAYS, 90, "by quarter [D]"),
    MaxAge("person.work.", _ALWAYS, 90, "by quarter [D]"),
    MaxAge("person.schooling.", _ALWAYS, 183, "by term [D]"),
    MaxAge("person.disability.", _ALWAYS, 3652, "残疾人证管理办法: a certificate holds for ten years [M]"),
    MaxAge("household.registered_poor", _ALWAYS, None, "the register was closed in 2020 [M]"),
    MaxAge("household.move_batch", _ALWAYS, None, "does not change"),
    MaxAge("household.moved_from_division", _ALWAYS, None, "does not change"),
    MaxAge("household.monitored.", _ALWAYS, 183, "by half-year [D]"),
    MaxAge(
        "household.dibao.", _ALWAYS, 183, "最低生活保障审核确认办法: looked at again at least by half-year or year [M]"
    ),
    MaxAge("parcel.", _ALWAYS, None, "a registered right stands until it is changed"),
)


@lru_cache(maxsize=1024)
def coverage_of(purpose: Purpose, on: date, rows: tuple[Coverage, ...] = COVERAGES) -> Coverage:
    """What the purpose covers that day. LookupError before the first row."""
    held = [row for row in rows if row.purpose == purpose and row.valid_from <= on]
    if not held:
        raise LookupError(f"no coverage of {purpose} on {on}")
    return max(held, key=lambda row: row.valid_from)


@lru_cache(maxsize=4096)
def max_age_of(path: str, on: date, rows: tuple[MaxAge, ...] = MAX_AGES) -> MaxAge:
    """The row that holds for the path that day."""
    held = [
        row
        for row in rows
        if row.valid_from <= on and (path == row.path or (row.path.endswith(".") and path.startswith(row.path)))
    ]
    return max(held, key=lambda row: (len(row.path), row.valid_from))


LAWS: Mapping[str, str] = {
    "PIPL": "个人信息保护法",
    "SIL": "社会保险法",
    "SA": "社会救助暂行办法",
    "Order765": "社会保险经办条例",
    "EPL": "就业促进法",
    "NDR": "网络数据安全管理条例",
}
"""Laws that a form may rest on, as references abbreviate them: `SA-11` is art. 11."""
