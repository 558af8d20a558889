"""Dated parameters of dwellings: floor area for a person, and where a division lies; pure.

A parameter is a row with its source, never a constant: what a province or county sets for itself is one more row with a longer prefix.
Sources tagged [M] are from memory: put the checked row beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class AreaStandard:
    """The most floor area (m²) that a relocated person is housed with, for the divisions under `prefix` ("" is the whole country)."""

    prefix: str
    valid_from: date
    m2_a_person: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Extent:
    """The degrees between which the divisions under `prefix` lie, a little wide: what lies outside is a slip of the pen."""

    prefix: str
    valid_from: date
    west: Decimal
    south: Decimal
    east: Decimal
    north: Decimal
    source: str

    def covers(self, lon: Decimal, lat: Decimal) -> bool:
        return self.west <= lon <= self.east and self.south <= lat <= self.north


AREA_STANDARDS: tuple[AreaStandard, ...] = (
    AreaStandard(
        "",
        date(2016, 1, 1),
        Decimal(25),
        "发改地区〔2016〕2022号 全国“十三五”易地扶贫搬迁规划：人均住房面积不超过25平方米 [M]",
    ),
    AreaStandard("52", date(2016, 1, 1), Decimal(20), "贵州省易地扶贫搬迁：城镇安置人均住房面积不超过20平方米 [M]"),
)

_FIRST = date(1949, 10, 1)
EXTENTS: tuple[Extent, ...] = (
    Extent("", _FIRST, Decimal(73), Decimal(3), Decimal(136), Decimal(54), "China, widest [M]"),
    Extent("52", _FIRST, Decimal("103.5"), Decimal("24.5"), Decimal("109.7"), Decimal("29.3"), "Guizhou (贵州) [M]"),
    Extent(
        "522731", _FIRST, Decimal("106.3"), Decimal("25.6"), Decimal("107.2"), Decimal("26.4"), "Huishui (惠水) [M]"
    ),
)


class _Dated(Protocol):
    @property
    def prefix(self) -> str: ...
    @property
    def valid_from(self) -> date: ...


R = TypeVar("R", bound=_Dated)


def in_force(rows: Sequence[R], division: str, on: date) -> R:
    """The row that holds at a division on a day: the longest prefix wins, then the latest; before the first day, the first."""
    there = [row for row in rows if division.startswith(row.prefix)]
    holding = [row for row in there if row.valid_from <= on] or there
    return max(holding, key=lambda row: (len(row.prefix), row.valid_from))


def m2_a_person(division: str, on: date) -> Decimal:
    """The most floor area for a person at a division on a day, m²."""
    return in_force(AREA_STANDARDS, division, on).m2_a_person
