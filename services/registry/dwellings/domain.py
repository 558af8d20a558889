"""What the registry decides about a community: its plan of estates, blocks, units, floors and flats. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


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
    estates: dict[str, str | None]
    flats: tuple[Flat, ...]
