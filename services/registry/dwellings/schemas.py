"""What the registry takes and shows of communities."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from services.registry import examples
from services.registry.dwellings.domain import BlockPoint, Flat, Plan
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


class PointBody(Body):
    """Where a block stands: degrees of CGCS2000, the national system (EPSG:4490). Degrees that phones and maps of the web give in China
    (GCJ-02) lie some hundred metres beside."""

    lon: Annotated[Decimal, Field(ge=-180, le=180, decimal_places=6)]
    lat: Annotated[Decimal, Field(ge=-90, le=90, decimal_places=6)]
    crs: Literal["EPSG:4490"]


class BlockBody(Body):
    block: Part
    estate: Part = "1"
    point: PointBody | None = None
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
        points = sorted(
            BlockPoint(block.estate, block.block, block.point.lon, block.point.lat)
            for block in self.blocks
            if block.point
        )
        return Plan(self.name, tuple((e.estate, e.name) for e in self.estates), flats, tuple(points))


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


class VacancyRow(View):
    dwelling_id: str
    estate: str
    block: str
    unit: str
    floor: int
    flat: str
    area_m2: str | None
    meant_for: int | None
    """How many people it is meant for by the standard of floor area; null: its area is not known."""
