"""What is asked of a child without ID number, and what is to be done for it by when. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.registry.dwellings.parameters import in_force
from services.registry.newborns.parameters import HUKOU_TERMS, ID_CARD_AGE, INSURANCE_TERMS, Term
from shared.clock import age_on
from shared.errors import Fault

_SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Newborn:
    """A child who has no ID number yet, as stated: what its birth certificate (出生医学证明) says."""

    sex: str
    birth_on: date
    birth_certificate: str


class Window(StrEnum):
    """How the time stands within which something is to be done."""

    OPEN = "open"
    CLOSING = "closing"
    """Within 14 days."""
    PASSED = "passed"


def last_day(term: Term, birth_on: date) -> date:
    """The last day of a term; the day of birth does not count (民法典 art. 201). A month ends on the day of the same number, or on its own
    last day (art. 202)."""
    month = birth_on.month - 1 + term.months
    year, month = birth_on.year + month // 12, month % 12 + 1
    day = min(birth_on.day, calendar.monthrange(year, month)[1])
    return date(year, month, day) + timedelta(days=term.days)


def window(terms: Sequence[Term], division: str, birth_on: date, today: date) -> Window:
    """How a term of a child of that division stands; by the rule of the day of birth."""
    last = last_day(in_force(terms, division, birth_on), birth_on)
    if today > last:
        return Window.PASSED
    return Window.CLOSING if last - today < _SOON else Window.OPEN


def faults_of_newborn(pointer: str, birth_on: date, today: date) -> list[Fault]:
    """What stands against a child being known by its birth certificate. `pointer`: to the newborn."""
    if birth_on > today:
        return [Fault(f"{pointer}/birth_on", "date-in-future", "lies in the future", "日期晚于今天")]
    if age_on(birth_on, today) >= ID_CARD_AGE:
        return [
            Fault(
                f"{pointer}/birth_on",
                "id-number-needed",
                f"is {ID_CARD_AGE} or older: state the ID number (居民身份证法 art. 2)",
                f"已满{ID_CARD_AGE}周岁，须填写公民身份号码（居民身份证法第二条）",
            )
        ]
    return []


def doubts_of_newborn(pointer: str, division: str, birth_on: date, today: date) -> list[Fault]:
    """Warnings: what is overdue."""
    if window(HUKOU_TERMS, division, birth_on, today) is not Window.PASSED:
        return []
    return [
        Fault(
            pointer,
            "hukou-overdue",
            "was to be entered in the hukou register within a month of birth (户口登记条例 art. 7): help the family apply",
            "已超过出生后一个月的出生登记期限（户口登记条例第七条），请协助申报",
        )
    ]


def insurance_window(division: str, birth_on: date, today: date) -> Window:
    """How the time stands within which insurance covers from birth on (居民医保)."""
    return window(INSURANCE_TERMS, division, birth_on, today)


def hukou_window(division: str, birth_on: date, today: date) -> Window:
    return window(HUKOU_TERMS, division, birth_on, today)


def faults_of_number(sex: str, birth_on: date, number_sex: str, number_birth_on: date) -> list[Fault]:
    """What stands against a number (its `number_sex` and `number_birth_on`, GB 11643) being that of a child who has none yet."""
    texts = {
        "sex-differs": ("says another sex than is recorded of the child", "号码中的性别与该儿童的登记不一致"),
        "birth-differs": (
            "says another day of birth than is recorded of the child",
            "号码中的出生日期与该儿童的登记不一致",
        ),
    }
    found = [("sex-differs", sex != number_sex), ("birth-differs", birth_on != number_birth_on)]
    return [Fault("/id_number", code, *texts[code]) for code, differs in found if differs]
