"""A dozen synthetic households. Identity numbers are of area 522799, which is assigned to nobody; names are made up.

The community lies in Huishui (522731), prefecture Qiannan (5227), province Guizhou (52). Movers come from its own villages, from
Pu'an (522323) in the next prefecture, and from Hangzhou (330106), where some worked.
"""

from __future__ import annotations

from typing import Any

from stdnum.cn import ric

from deploy.demo.accounts import COMMUNITY

HERE, VILLAGE, OTHER_COUNTY, OTHER_PREFECTURE, PROVINCIAL_CITY, OTHER_PROVINCE, THIRD_PROVINCE = (
    "522731",
    "522731102",
    "522701",
    "522323",
    "520103",
    "330106",
    "440106",
)
Person = dict[str, Any]
Household = dict[str, Any]


def plan() -> dict[str, Any]:
    """Three blocks of two units, three floors, two flats a landing."""
    return {
        "name": "新民安置社区（演示）",
        "blocks": [
            {
                "block": str(block),
                "units": [
                    {
                        "unit": str(unit),
                        "floors": [
                            {"floor": f, "flats": [{"flat": f"{f}0{n}", "area_m2": "80.00"} for n in (1, 2)]}
                            for f in (1, 2, 3)
                        ],
                    }
                    for unit in (1, 2)
                ],
            }
            for block in (1, 2, 3)
        ],
    }


def cells(head: str | None) -> dict[str, Any]:
    """A cell a block; block 3 has none yet, so that units without a cell can be seen."""
    return {
        "cells": [
            {
                "code": f"{COMMUNITY}{block:03d}",
                "name": f"{block}栋网格",
                "head": head if block == 1 else None,
                "units": [{"block": str(block), "unit": unit} for unit in ("1", "2")],
            }
            for block in (1, 2)
        ]
    }


class _Numbers:
    """Identity numbers that nobody has, the same at every load."""

    def __init__(self) -> None:
        self._next = 0

    def make(self, birth: str, female: bool) -> str:
        self._next += 1
        body = f"522799{birth}{self._next * 2 + (0 if female else 1):03d}"
        return body + str(ric.calc_check_digit(body + "0"))


def _relation(division: str, state: str, **more: Any) -> dict[str, Any]:
    return {"division": division, "state": state} | more


def _hukou(division: str, moved_on: str | None = None) -> dict[str, Any]:
    return {"division": division, "moved": moved_on is not None, "moved_on": moved_on}


_NONE: dict[str, list[Any]] = {"110": [], "170": [], "210": [], "310": [], "390": [], "410": [], "510": []}
_NO_WORK = {"status": "none"}
_MOVED = "2025-05-20"


def _work(division: str, form: str = "enterprise", employer_kind: str = "enterprise") -> dict[str, Any]:
    return {
        "status": "employed",
        "division": division,
        "form": form,
        "employer_kind": employer_kind,
        "started_on": "2025-09-01",
    }


def households() -> list[Household]:
    """In the order they are settled."""
    numbers = _Numbers()

    def person(
        name: str,
        relation: str,
        birth: str,
        female: bool = False,
        insurances: dict[str, Any] | None = None,
        **facts: Any,
    ) -> Person:
        stated = {"insurances": _NONE | (insurances or {}), "hukou": _hukou(VILLAGE)} | facts
        return {"name": name, "relation": relation, "id_number": numbers.make(birth, female), "facts": stated}

    def child(name: str, birth: str, **facts: Any) -> Person:
        return person(name, "20", birth, labour_class="NONE", work=_NO_WORK, **facts)

    def family(flat: str, *members: Person, block: str = "1", unit: str = "1", **more: Any) -> Household:
        address = {"community": COMMUNITY, "block": block, "unit": unit, "flat": flat}
        return address | {"settled_on": "2025-06-01", "registered_poor": True, "members": list(members)} | more

    rural = {"receiving": True, "household_class": "rural"}
    far, away, here = _hukou(OTHER_PREFECTURE), _hukou(OTHER_PROVINCE), _hukou(COMMUNITY, _MOVED)
    return [
        family(  # hukou stays, resident schemes elsewhere: most movers
            "101",
            person(
                "陈示一",
                "02",
                "19800315",
                insurances={
                    "170": [_relation(OTHER_PREFECTURE, "paying")],
                    "390": [_relation(OTHER_PREFECTURE, "paying")],
                },
                hukou=far,
                labour_class="ORDINARY",
                work=_work(HERE, "workshop"),
            ),
            person(
                "韦示二",
                "12",
                "19820722",
                True,
                {"170": [_relation(OTHER_PREFECTURE, "paying")], "390": [_relation(OTHER_PREFECTURE, "paying")]},
                hukou=far,
                labour_class="ORDINARY",
                work=_NO_WORK,
            ),
            child("陈示三", "20120508", hukou=far),
            dibao=rural | {"division": OTHER_PREFECTURE},
            moved_from_division=OTHER_PREFECTURE,
        ),
        family(  # hukou moved across counties: resident pension and dibao may move
            "102",
            person(
                "王示一",
                "02",
                "19750210",
                insurances={
                    "170": [_relation(OTHER_PREFECTURE, "paying")],
                    "390": [_relation(OTHER_PREFECTURE, "paying"), _relation(HERE, "paying", since="2026-01-01")],
                },
                hukou=here,
                labour_class="ORDINARY",
                work=_work(HERE, "public-post", "public"),
            ),
            person(
                "罗示二",
                "12",
                "19780630",
                True,
                {"170": [_relation(OTHER_PREFECTURE, "drawing")]},
                hukou=here,
                labour_class="WEAK_HALF",
                work=_NO_WORK,
            ),
            dibao=rural | {"division": OTHER_PREFECTURE},
            hukou_household={"division": COMMUNITY},
            moved_from_division=OTHER_PREFECTURE,
        ),
        family(  # within the county: registrations change, nothing moves
            "201",
            person(
                "李示一",
                "02",
                "19850101",
                insurances={"170": [_relation(HERE, "paying")], "390": [_relation(HERE, "paying")]},
                hukou=here,
                labour_class="SKILLED",
                work=_work(HERE, "self-employed", "other"),
            ),
            person(
                "杨示二",
                "12",
                "19870909",
                True,
                {"170": [_relation(HERE, "paying")], "390": [_relation(OTHER_COUNTY, "paying")]},
                hukou=here,
                labour_class="ORDINARY",
                work=_work(HERE, "farming", "other"),
            ),
            dibao=rural | {"division": HERE},
            moved_from_division=VILLAGE,
        ),
        family(  # came home from another province: employee schemes may move
            "202",
            person(
                "吴示一",
                "02",
                "19880412",
                insurances={
                    "110": [_relation(OTHER_PROVINCE, "paused", arrears=False), _relation(HERE, "paying")],
                    "310": [_relation(OTHER_PROVINCE, "paused"), _relation(HERE, "paying")],
                    "210": [_relation(OTHER_PROVINCE, "paused")],
                },
                labour_class="SKILLED",
                work=_work(HERE),
            ),
            person(
                "潘示二",
                "12",
                "19900303",
                True,
                {
                    "110": [_relation(OTHER_PROVINCE, "paying", arrears=True)],
                    "310": [_relation(OTHER_PROVINCE, "paying")],
                },
                labour_class="ORDINARY",
                work=_work(HERE),
            ),
        ),
        family(  # works in a third province, over the age limit: a temporary account there
            "301",
            person(
                "周示一",
                "02",
                "19720505",
                insurances={
                    "110": [_relation(OTHER_PROVINCE, "paused", arrears=False), _relation(THIRD_PROVINCE, "paying")],
                    "310": [_relation(THIRD_PROVINCE, "paying")],
                },
                labour_class="ORDINARY",
                work=_work(THIRD_PROVINCE, "migrant"),
            ),
            person(
                "岑示二",
                "12",
                "19760606",
                True,
                {"110": [_relation(PROVINCIAL_CITY, "paying")], "310": [_relation(OTHER_COUNTY, "paying")]},
                labour_class="ORDINARY",
                work=_work(HERE),
            ),
        ),
        family(  # the old who draw, and one who turned 60 before the hukou moved
            "302",
            person(
                "黄示一",
                "02",
                "19550707",
                insurances={"110": [_relation(HERE, "drawing")], "310": [_relation(HERE, "retired")]},
                labour_class="NONE",
                work=_NO_WORK,
            ),
            person(
                "蒙示二",
                "12",
                "19610808",
                True,
                {"170": [_relation(OTHER_PREFECTURE, "paying")]},
                hukou=here,
                labour_class="NONE",
                work=_NO_WORK,
            ),
            registered_poor=False,
        ),
        family(  # no one in work, hands enough: flagged, and its block head is told
            "101",
            person(
                "石示一",
                "02",
                "19890909",
                labour_class="ORDINARY",
                work=_NO_WORK,
                insurances={
                    "170": [_relation(HERE, "paying")],
                    "110": [_relation(OTHER_PROVINCE, "paused", arrears=False)],
                },
            ),
            person(
                "莫示二",
                "12",
                "19910111",
                True,
                {"170": [_relation(HERE, "paying")]},
                labour_class="WEAK_HALF",
                work=_NO_WORK,
            ),
            child("石示三", "20170701"),
            dibao={"receiving": False},
            unit="2",
        ),
        family(  # from another province, hukou moved: a new dibao application, the whole pension account
            "102",
            person(
                "龙示一",
                "02",
                "19830317",
                insurances={
                    "170": [_relation(OTHER_PROVINCE, "paying")],
                    "390": [_relation(OTHER_PROVINCE, "paused")],
                    "310": [_relation(HERE, "paying")],
                },
                hukou=here,
                labour_class="ORDINARY",
                work=_work(HERE, "dispatched"),
            ),
            child("龙示二", "20140404", hukou=here),
            dibao=rural | {"division": OTHER_PROVINCE},
            unit="2",
            hukou_household={"division": COMMUNITY},
        ),
        family(  # between public body and enterprise, and back among the residents
            "101",
            person(
                "覃示一",
                "02",
                "19860226",
                insurances={"110": [_relation(PROVINCIAL_CITY, "paused", arrears=False, employer_kind="public")]},
                labour_class="SKILLED",
                work=_work(HERE),
            ),
            person(
                "韦示五",
                "12",
                "19880818",
                True,
                {"310": [_relation(OTHER_PROVINCE, "paused")], "390": [_relation(HERE, "paying", since="2026-01-01")]},
                labour_class="ORDINARY",
                work=_NO_WORK,
            ),
            block="2",
        ),
        family(  # members' hukou in different counties: a clerk picks where dibao belongs
            "102",
            person(
                "何示一",
                "02",
                "19790519",
                insurances={"170": [_relation(HERE, "paying")]},
                hukou=here,
                labour_class="ORDINARY",
                work=_work(HERE, "workshop"),
            ),
            person(
                "卢示二",
                "12",
                "19811021",
                True,
                {"170": [_relation(OTHER_PREFECTURE, "paying")]},
                hukou=far,
                labour_class="LOST",
                work=_NO_WORK,
            ),
            dibao=rural | {"division": HERE},
            block="2",
        ),
        family(  # little is known yet: facts are missing, and named
            "201",
            {
                "name": "梁示一",
                "relation": "02",
                "id_number": numbers.make("19840101", False),
                "facts": {"labour_class": "ORDINARY"},
            },
            {"name": "梁示二", "relation": "30", "id_number": numbers.make("20090601", True), "facts": {}},
            block="2",
            registered_poor=None,
        ),
        family(  # works away, hukou away, in a block that has no grid cell yet
            "101",
            person(
                "邓示一",
                "02",
                "19930303",
                insurances={"110": [_relation(OTHER_PROVINCE, "paying")], "310": [_relation(OTHER_PROVINCE, "paying")]},
                hukou=away,
                labour_class="SKILLED",
                work=_work(OTHER_PROVINCE, "migrant"),
            ),
            block="3",
        ),
    ]
