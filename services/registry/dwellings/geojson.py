"""Blocks of a community as GeoJSON (RFC 7946). Pure.

RFC 7946 §4: coordinates are WGS 84, longitude before latitude, and there is no `crs` member. Ours are CGCS2000 (EPSG:4490), the national
system (测绘法 art. 9); the two differ by centimetres, below the 0.1 m of six decimals, so the numbers stand as they are. §3.2: a block
whose place is not known is a Feature without geometry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MEDIA_TYPE = "application/geo+json"
CRS = "EPSG:4490"


def collection(rows: Sequence[Mapping[str, Any]], m2_a_person: Any) -> dict[str, Any]:
    """A FeatureCollection of blocks. `rows`: estate, block, lon and lat (None: not known), flats, occupied, reserved, meant_for, people,
    area_m2."""
    return {
        "type": "FeatureCollection",
        "datum": f"CGCS2000 ({CRS})",
        "features": [_feature(row, m2_a_person) for row in rows],
    }


def _feature(row: Mapping[str, Any], m2_a_person: Any) -> dict[str, Any]:
    place = None if row["lon"] is None else [float(row["lon"]), float(row["lat"])]
    return {
        "type": "Feature",
        "id": f"{row['estate']}/{row['block']}",
        "geometry": place and {"type": "Point", "coordinates": place},
        "properties": {
            "estate": row["estate"],
            "block": row["block"],
            "flats": row["flats"],
            "occupied": row["occupied"],
            "reserved": row["reserved"],
            "vacant": row["flats"] - row["occupied"] - row["reserved"],
            "people": row["people"],
            "area_m2": None if row["area_m2"] is None else str(row["area_m2"]),
            "meant_for": row["meant_for"],
            "m2_a_person": str(m2_a_person),
        },
    }
