"""Where blocks stand, for how many people a flat is meant, how a reservation stands, what a map shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.dwellings.domain import BlockPoint, Plan, doubts_of_area, faults_of_points, meant_for
from services.registry.dwellings.geojson import collection
from services.registry.dwellings.parameters import AREA_STANDARDS, EXTENTS, AreaStandard, in_force, m2_a_person
from services.registry.reservations.domain import EndedBecause, standing

HUISHUI, SHUICHENG, ELSEWHERE = "522731003012", "520221001001", "450102001001"
ON = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("division", "on", "m2"),
    [(HUISHUI, ON, 20), (SHUICHENG, ON, 20), (ELSEWHERE, ON, 25), (HUISHUI, date(2001, 1, 1), 20)],
)
def test_floor_area_for_a_person_by_place_and_day(division: str, on: date, m2: int) -> None:
    assert m2_a_person(division, on) == m2


def test_a_county_may_set_its_own_from_a_day_on() -> None:
    own = AreaStandard("522731", date(2026, 1, 1), Decimal(30), "county notice")
    rows = (*AREA_STANDARDS, own)
    assert in_force(rows, HUISHUI, date(2025, 12, 31)).m2_a_person == 20
    assert in_force(rows, HUISHUI, date(2026, 1, 1)) is own
    assert in_force(rows, SHUICHENG, ON).m2_a_person == 20


def test_every_parameter_has_its_source() -> None:
    assert all([row.source for row in AREA_STANDARDS] + [row.source for row in EXTENTS])


areas = st.decimals(Decimal("0.01"), Decimal(9999), places=2)


@given(area=areas, people=st.integers(1, 30), standard=st.sampled_from([Decimal(20), Decimal(25)]))
def test_a_flat_is_over_standard_just_for_fewer_people_than_it_is_meant_for(
    area: Decimal, people: int, standard: Decimal
) -> None:
    assert bool(doubts_of_area(area, people, standard)) is (people < meant_for(area, standard))


def test_a_flat_of_unknown_area_gives_no_doubt() -> None:
    assert doubts_of_area(None, 1, Decimal(20)) == []


@pytest.mark.parametrize(
    ("division", "lon", "lat", "says"),
    [
        (HUISHUI, "106.65", "26.13", None),
        (HUISHUI, "26.13", "106.65", "swapped"),
        (HUISHUI, "108.65", "26.13", "outside"),
        (SHUICHENG, "104.95", "26.55", None),
        (SHUICHENG, "121.47", "31.23", "outside"),
        (ELSEWHERE, "108.32", "22.82", None),
        (ELSEWHERE, "0", "0", "outside"),
    ],
)
def test_a_block_stands_in_its_county(division: str, lon: str, lat: str, says: str | None) -> None:
    plan = Plan("社区", (), (), (BlockPoint("1", "1", Decimal(lon), Decimal(lat)),))
    faults = faults_of_points(plan, in_force(EXTENTS, division, ON))
    assert [fault.code for fault in faults] == (["point-outside"] if says else [])
    if says:
        assert says in faults[0].en


@pytest.mark.parametrize(
    ("because", "left", "gone", "stands"),
    [
        (None, 1, False, "open"),
        (None, 0, False, "expired"),
        (None, 1, True, "household-gone"),
        ("settled", -1, True, "settled"),
        ("cancelled", 1, False, "cancelled"),
    ],
)
def test_how_a_reservation_stands(because: str | None, left: int, gone: bool, stands: str) -> None:
    assert standing(because, NOW + timedelta(left), gone, NOW) == stands
    assert stands == "open" or stands in set(EndedBecause)


def test_a_map_of_blocks_is_geojson_with_longitude_first() -> None:
    row = {
        "estate": "1",
        "block": "3",
        "lon": Decimal("106.650123"),
        "lat": Decimal("26.130000"),
        "flats": 12,
        "occupied": 7,
        "reserved": 2,
        "area_m2": Decimal("960.00"),
        "meant_for": 48,
        "people": 25,
    }
    found = collection([row, row | {"lon": None, "lat": None, "area_m2": None, "meant_for": None}], Decimal(20))
    here, nowhere = found["features"]
    assert (found["type"], here["type"], "crs" in found) == ("FeatureCollection", "Feature", False)
    assert here["geometry"] == {"type": "Point", "coordinates": [106.650123, 26.13]}
    assert (here["properties"]["vacant"], here["properties"]["area_m2"]) == (3, "960.00")
    assert nowhere["geometry"] is None
