"""Examples for the OpenAPI page."""

from __future__ import annotations

from pydantic.config import JsonDict

COMMUNITY_CODE = "522731003012"

COMMUNITY_OVERVIEW: JsonDict = {
    "community": COMMUNITY_CODE,
    "name": "新民社区",
    "figures": {
        "households_with_labour": 1710,
        "labour": 3209,
        "employed": 2907,
        "employed_per_household": "1.7",
        "households_with_someone_in_work": 1710,
        "in_workshops": 156,
        "in_workshops_registered_poor": 118,
        "in_public_posts": 77,
        "self_employed": 73,
        "dispatched": 300,
        "party_members": 40,
    },
    "assessments": {
        "170": {
            "transfer": "15.69",
            "change": "37.63",
            "keep": "87.75",
            "not-applicable": "70.00",
            "undetermined": "2.50",
        },
    },
    "registry": {"households": 1730, "people": 7021, "men": 3660, "women": 3361, "party_members": 40, "flats": 1840},
    "jobs": {"labour": 3209, "employed": 2907, "employment_rate": "90.59"},
    "grid": None,
    "absent": {"grid": "unavailable"},
    "as_of": "2026-11-24T08:00:00Z",
}
