"""What the registry decides about a community: its plan of estates, blocks, units, floors and flats. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from services.registry.dwellings.parameters import Extent
from shared.errors import Fault

MOST_UNITS = 3000
"""Stair units of one community: far more than any has, and few enough for one event to list."""


@dataclass(frozen=True, slots=True)
class Flat:
    """A flat of a community's plan."""

    estate: str
    block: str
    unit: str
    floor: int
    flat: str
    area_m2: Decimal | None

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What names it within the community."""
        return self.estate, self.block, self.unit, self.flat


@dataclass(frozen=True, slots=True, order=True)
class BlockPoint:
    """Where a block stands: degrees of CGCS2000 (EPSG:4490) to six places, which is 0.1 m."""

    estate: str
    block: str
    lon: Decimal
    lat: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """A community as it should stand: its estates (code → name), all its flats, and where its blocks stand, as far as known."""

    name: str
    named_estates: tuple[tuple[str, str | None], ...]
    """As stated; an estate that is not named has no name but its code."""
    flats: tuple[Flat, ...]
    points: tuple[BlockPoint, ...] = ()
    """In order."""

    @property
    def estates(self) -> dict[str, str | None]:
        """Names by code, of every estate that has a flat."""
        return {flat.estate: None for flat in self.flats} | dict(self.named_estates)

    @property
    def units(self) -> list[tuple[str, str, str]]:
        """Estate, block, unit, in order."""
        return sorted({(flat.estate, flat.block, flat.unit) for flat in self.flats})


def faults_of_plan(plan: Plan) -> list[Fault]:
    """Flats and estates that stand twice, estates without flats, more units than one event can list."""
    faults = [
        Fault("/blocks", "flat-repeated", f"repeated: {'/'.join(place)}", f"重复：{'/'.join(place)}")
        for place in _twice([flat.place for flat in plan.flats])[:50]
    ]
    codes = [code for code, _ in plan.named_estates]
    faults += [Fault("/estates", "estate-repeated", f"repeated: {code}", f"重复：{code}") for code in _twice(codes)]
    empty = sorted(set(codes) - {flat.estate for flat in plan.flats})
    faults += [Fault("/estates", "estate-empty", f"has no block: {code}", f"没有楼栋：{code}") for code in empty]
    if len(plan.units) > MOST_UNITS:
        faults.append(Fault("/blocks", "too-many-units", f"more than {MOST_UNITS} units", f"单元数超过 {MOST_UNITS}"))
    return faults


def faults_of_points(plan: Plan, extent: Extent) -> list[Fault]:
    """Blocks that stand where the community cannot be; where degrees stand in each other's place, that is said."""
    faults = []
    for point in plan.points:
        if extent.covers(point.lon, point.lat):
            continue
        swapped = extent.covers(point.lat, point.lon)
        en, zh = (
            ("longitude and latitude are swapped", "经度与纬度填反")
            if swapped
            else (
                f"outside {extent.west}–{extent.east} E, {extent.south}–{extent.north} N",
                f"超出范围（东经 {extent.west}–{extent.east}，北纬 {extent.south}–{extent.north}）",
            )
        )
        name = f"{point.estate}/{point.block}"
        faults.append(Fault("/blocks", "point-outside", f"block {name}: {en}", f"楼栋 {name}：{zh}"))
    return faults


def meant_for(area_m2: Decimal, m2_a_person: Decimal) -> int:
    """For how many people a flat is meant: with fewer, each has more floor than the standard allows."""
    return max(1, math.ceil(area_m2 / m2_a_person))


def doubts_of_area(area_m2: Decimal | None, people: int, m2_a_person: Decimal) -> list[Fault]:
    """What to look at: a flat larger than the standard allows so many people. (Built beyond it, families went into debt.)"""
    if area_m2 is None or area_m2 <= people * m2_a_person:
        return []
    return [
        Fault(
            "/flat",
            "area-over-standard",
            f"{area_m2} m² for {people} people: the standard is {m2_a_person} m² a person",
            f"{people}人住房{area_m2}平方米，超过人均{m2_a_person}平方米标准",
        )
    ]


T = TypeVar("T", bound=Hashable)


def _twice(values: Sequence[T]) -> list[T]:
    return [value for value, n in Counter(values).items() if n > 1]
