"""Synthetic people and places. Identity numbers are of area 522799, which is assigned to nobody."""

from __future__ import annotations

import itertools
from typing import Any

from stdnum.cn import ric

COMMUNITY = "522731003012"
_sequence = itertools.count(1)


def id_number(birth: str = "19800315", female: bool = False) -> str:
    """A number nobody has; a new one at each call, and none of the demo's or the examples' (those have low sequences)."""
    n = 500 + next(_sequence) % 249 * 2 + (0 if female else 1)
    body = f"522799{birth}{n:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def plan(
    name: str = "新民社区", blocks: int = 2, units: int = 2, floors: int = 3, per_floor: int = 2
) -> dict[str, Any]:
    """A community's plan: flats 101, 102, 201, …"""
    return {
        "name": name,
        "blocks": [
            {
                "block": str(block),
                "units": [
                    {
                        "unit": str(unit),
                        "floors": [
                            {"floor": floor, "flats": [{"flat": f"{floor}0{n}"} for n in range(1, per_floor + 1)]}
                            for floor in range(1, floors + 1)
                        ],
                    }
                    for unit in range(1, units + 1)
                ],
            }
            for block in range(1, blocks + 1)
        ],
    }


def member(relation: str = "02", birth: str = "19800315", female: bool = False, **facts: Any) -> dict[str, Any]:
    return {"name": "测试人", "id_number": id_number(birth, female), "relation": relation, "facts": facts}


def household(*members: dict[str, Any], flat: str = "101", block: str = "1", **more: Any) -> dict[str, Any]:
    """A household of these members (one head of 1980 where none is given)."""
    return {
        "community": COMMUNITY,
        "block": block,
        "unit": "1",
        "flat": flat,
        "settled_on": "2026-06-01",
        "members": list(members) or [member()],
    } | more
