"""The small community: the rarer cases, in a roster written by hand (`small.csv`; its last column says what each household shows).

Movers come from the county's own villages, from other counties and from Hangzhou; people are old, alone, without work, or little is
known of them. With what is brought later, every row of the decision table is somebody's.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.demo.accounts import SMALL_COMMUNITY
from deploy.demo.people import Cell, Flat
from deploy.demo.work import COUNTY, STREET

NAME = "同心安置点（演示）"
_ROSTER = Path(__file__).with_name("small.csv")
_OTHER_PREFECTURE, _OTHER_PROVINCE, _THIRD_PROVINCE = "522323", "330106", "440106"


@dataclass(frozen=True, slots=True)
class SmallCommunity:
    """What its files tell. `roster`: the text of the roster."""

    code: str
    name: str
    flats: tuple[Flat, ...]
    cells: tuple[Cell, ...]
    roster: str = field(repr=False)

    @property
    def rows(self) -> list[dict[str, str]]:
        """The roster's rows, by header."""
        return list(csv.DictReader(io.StringIO(self.roster)))


@dataclass(frozen=True, slots=True)
class Later:
    """What no roster can tell of a person (found by block, unit and flat, and the relation to the head): facts as the API takes them."""

    block: str
    unit: str
    flat: str
    relation: str
    facts: dict[str, Any]


def build() -> SmallCommunity:
    """Three blocks of two units, three floors, two flats a landing. Block 3 has no cell yet, so that units without one can be seen."""
    flats = tuple(
        Flat(block, unit, floor, f"{floor}{door:02d}", area)
        for block in "123"
        for unit in "12"
        for floor in (1, 2, 3)
        for door, area in ((1, 80), (2, 100))
    )
    cells = tuple(Cell(f"{SMALL_COMMUNITY}{block:03d}", f"{block}栋网格", (str(block),)) for block in (1, 2))
    return SmallCommunity(SMALL_COMMUNITY, NAME, flats, cells, _ROSTER.read_text("utf-8"))


def _relation(division: str, state: str = "paying", **more: Any) -> dict[str, Any]:
    return {"division": division, "state": state} | more


_HEAD, _WIFE = "02", "12"
LATER = (
    Later(  # insured at the new place beside the old, and the year has begun
        "1", "1", "102", _HEAD,
        {"insurances": {"390": [_relation(_OTHER_PREFECTURE), _relation(STREET, since="2025-01-01")]}},
    ),
    Later(  # insured where the new work is
        "1", "1", "202", _HEAD,
        {"insurances": {
            "110": [_relation(_OTHER_PROVINCE, "paused", arrears=False), _relation(COUNTY)],
            "310": [_relation(_OTHER_PROVINCE, "paused", arrears=False), _relation(COUNTY)],
        }},
    ),
    Later(  # insured in a third province, past the age
        "1", "1", "301", _HEAD,
        {"insurances": {"110": [_relation(_OTHER_PROVINCE, "paused", arrears=False), _relation(_THIRD_PROVINCE)]}},
    ),
    Later(  # the same, posted there by decision
        "1", "2", "201", _HEAD,
        {
            "insurances": {"110": [_relation(_OTHER_PROVINCE, "paused", arrears=False), _relation(_THIRD_PROVINCE)]},
            "organised_transfer": True,
        },
    ),
    Later(  # whether insured at all, nobody knows
        "2", "1", "201", _HEAD, {"insurances": dict.fromkeys(("110", "170", "210", "310", "390"))},
    ),
)  # fmt: skip
"""In the order in which it is brought."""
