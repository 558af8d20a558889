"""Administrative divisions (行政区划, GB/T 2260): 2 digits province, 4 prefecture, 6 county, 9 street, 12 committee.

Names are of today: the whole country down to the county, Guizhou (52) down to the street (`shared/data/README.md`).
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from pathlib import Path

from stdnum import numdb

from shared.validation import Wrong

TABLE = Path(__file__).parent / "data" / "divisions" / "divisions.csv"
DEMO_AREA = "522799"  # assigned to nobody, so that no demo number is a real person's

_SHAPE = re.compile(r"[1-9]\d(?:\d{2}|\d{4}|\d{7}|\d{10})?", re.ASCII)
_MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
_NO_PREFECTURE = frozenset({"4190", "4290", "4690", "6590"})
_PREFECTURE_DIGITS, _COUNTY_DIGITS = 4, 6


class BadDivision(Wrong):
    """Not a division code, or one too short for what is asked of it. Code: division-code-shape."""

    def __init__(self) -> None:
        super().__init__(
            "division-code-shape",
            "Not a division code (2, 4, 6, 9 or 12 digits), or not precise enough here",
            "行政区划代码应为 2、4、6、9 或 12 位数字，且须达到所需层级",
        )


def is_valid_shape(code: str) -> bool:
    """2, 4, 6, 9 or 12 ASCII digits, the first not 0. Says nothing of whether the division exists."""
    return _SHAPE.fullmatch(code) is not None


def name(code: str) -> str | None:
    """Own name of the division, without the names above it; None when the table has no such code."""
    return _names().get(code)


def is_known(code: str) -> bool:
    """The code is in today's table."""
    return code in _names()


def is_known_area(code: str, extra: AbstractSet[str] = frozenset()) -> bool:
    """Some table knows the 6-digit code: today's, the counties abolished since 1980, or `extra` (the demo's area).

    Identity numbers keep the code of their day: everyone of Bijie born before 2011 has 5224xx, which is no county now.
    """
    return code in extra or is_known(code) or _was_known(code)


def county(code: str) -> str:
    """The 6-digit county of a county, street or committee code. BadDivision when shorter or malformed."""
    if len(code) < _COUNTY_DIGITS or not is_valid_shape(code):
        raise BadDivision
    return code[:_COUNTY_DIGITS]


def prefecture(code: str) -> str:
    """The prefecture-level division of a prefecture or anything within. BadDivision when the code names none.

    4 digits; the municipality's 2 (11, 12, 31, 50); the county's 6 where its province runs it (4190, 4290, 4690, 6590).
    """
    if province(code) in _MUNICIPALITIES:
        return code[:2]
    if code[:4] in _NO_PREFECTURE:
        return county(code)
    if len(code) < _PREFECTURE_DIGITS:
        raise BadDivision
    return code[:_PREFECTURE_DIGITS]


def province(code: str) -> str:
    """The 2-digit province of any code. BadDivision when malformed."""
    if not is_valid_shape(code):
        raise BadDivision
    return code[:2]


@cache
def _names() -> dict[str, str]:
    rows = (line.partition(",") for line in TABLE.read_text("utf-8").splitlines()[1:])
    return {code: own_name for code, _, own_name in rows}


@lru_cache(maxsize=4096)
def _was_known(code: str) -> bool:
    """python-stdnum's table has abolished counties too; only its entry is asked for, as its check raises on some."""
    if len(code) != _COUNTY_DIGITS:
        return False
    return any("county" in properties for _, properties in numdb.get("cn/loc").info(code))
