"""What the registry decides about a community: its plan of estates, blocks, units, floors and flats. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

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


@dataclass(frozen=True, slots=True)
class Plan:
    """A community as it should stand: its estates (code → name) and all its flats."""

    name: str
    named_estates: tuple[tuple[str, str | None], ...]
    """As stated; an estate that is not named has no name but its code."""
    flats: tuple[Flat, ...]

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


T = TypeVar("T", bound=Hashable)


def _twice(values: Sequence[T]) -> list[T]:
    return [value for value, n in Counter(values).items() if n > 1]
