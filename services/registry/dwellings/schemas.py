"""What the registry takes and shows of communities."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from services.registry import examples
from services.registry.dwellings.domain import Flat, Plan
from shared.http import Body, View
from shared.shapes import Name, Part


class FlatBody(Body):
    flat: Part
    area_m2: Annotated[Decimal | None, Field(ge=0, le=9999, decimal_places=2)] = None


class FloorBody(Body):
    floor: Annotated[int, Field(ge=-3, le=99)]
    flats: Annotated[list[FlatBody], Field(min_length=1, max_length=100)]


class UnitBody(Body):
    unit: Part
    floors: Annotated[list[FloorBody], Field(min_length=1, max_length=99)]


class BlockBody(Body):
    block: Part
    estate: Part = "1"
    units: Annotated[list[UnitBody], Field(min_length=1, max_length=30)]


class EstateBody(Body):
    estate: Part
    name: Name | None = None


class CommunityBody(Body):
    """A community (安置社区) as it should stand. Estates that are not named take the code of their blocks."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.COMMUNITY]})

    name: Name
    estates: Annotated[list[EstateBody], Field(max_length=50)] = []
    blocks: Annotated[list[BlockBody], Field(min_length=1, max_length=500)]

    def plan(self) -> Plan:
        """The same as a plan; whether it is in order is the domain's matter."""
        flats = tuple(
            Flat(block.estate, block.block, unit.unit, floor.floor, flat.flat, flat.area_m2)
            for block in self.blocks
            for unit in block.units
            for floor in unit.floors
            for flat in floor.flats
        )
        return Plan(self.name, tuple((e.estate, e.name) for e in self.estates), flats)


class CommunityView(View):
    community: str
    name: str
    version: int
    estates: list[dict[str, Any]]
    blocks: list[dict[str, Any]]
    flats: int
    occupied: int


class CommunityRow(View):
    community: str
    name: str
    flats: int
    occupied: int
