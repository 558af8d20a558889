"""Synthetic households of four, each like no other. Identity numbers are of area 522799, which is assigned to nobody."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

from stdnum.cn import ric

from tests.support.names import names

_FROM = "522328"
_MEMBERS = (("02", 1979, False), ("12", 1984, True), ("20", 2008, False), ("30", 2011, True))
"""Relation, year of birth, female: none of the years is one of the rosters' (`tests.support.crowd`)."""

_NAMES = 99_991
"""A prime: who has the birthday of somebody before has another name."""


class Flat(NamedTuple):
    """Where a household moves in."""

    community: str
    estate: str
    block: str
    unit: str
    flat: str


def household(n: int, flat: Flat) -> dict[str, Any]:
    """The n-th household (up to 180,000), as `POST /v1/registry/households` takes it. Nobody in it works, so that every service has
    something to say of it: a cell and two visits, seekers and a flag, assessments of four people and of the household."""
    return {
        **flat._asdict(),
        "settled_on": "2026-06-01",
        "moved_from_division": _FROM,
        "registered_poor": True,
        "dibao": {"receiving": n % 10 == 0, "household_class": "rural", "division": _FROM},
        "hukou_household": {"division": _FROM},
        "members": [_member(n, _names()[(n * len(_MEMBERS) + i) % _NAMES], *each) for i, each in enumerate(_MEMBERS)],
    }


@cache
def _names() -> list[str]:
    return names(1, _NAMES)


def _member(n: int, name: str, relation: str, year: int, female: bool) -> dict[str, Any]:
    adult = year < 2008
    facts: dict[str, Any] = {
        "hukou": {"division": _FROM, "moved": False},
        "labour_class": "ORDINARY" if adult else "NONE",
        "insurances": {"390": [{"division": _FROM, "state": "paying"}], "310": []},
    }
    if adult:
        facts["work"] = {"status": "none"}
        facts["insurances"] |= {"110": [], "170": [{"division": _FROM, "state": "paying", "arrears": False}]}
    return {
        "name": name,
        "id_number": _id_number(year, n, female),
        "relation": relation,
        "phone": f"138{n:08d}" if adult else None,
        "facts": facts,
    }


def _id_number(year: int, n: int, female: bool) -> str:
    round_of_days, day = divmod(n, 365)
    body = f"522799{date(year, 1, 1) + timedelta(days=day):%Y%m%d}{round_of_days * 2 + 1 - female:03d}"
    return body + str(ric.calc_check_digit(body + "0"))
