"""Examples for the OpenAPI page. Ids are made up: put in a person's or an employment's of your own."""

from __future__ import annotations

from pydantic.config import JsonDict

EMPLOYMENT: JsonDict = {
    "person_id": "01990000-0000-7000-8000-000000000001",
    "form": "workshop",
    "employer_kind": "enterprise",
    "division": "522731",
    "employer": "91350100M000100Y43",
    "started_on": "2026-03-02",
}

END: JsonDict = {"ended_on": "2026-09-30", "reason": "contract-ended"}

STATISTICS: JsonDict = {
    "items": [
        {
            "community": "522731003012",
            "estate": None,
            "block": None,
            "households": 1730,
            "households_with_labour": 1710,
            "labour": 3209,
            "employed": 2907,
            "employed_per_household": "1.7",
            "employment_rate": "90.59",
            "households_with_someone_in_work": 1710,
            "households_without_work": 0,
            "household_cover": "100.00",
            "by_form": {
                "enterprise": 1203,
                "workshop": 156,
                "public-post": 77,
                "self-employed": 73,
                "dispatched": 300,
                "migrant": 1098,
                "farming": 0,
                "other": 0,
            },
            "workshop_registered_poor": 118,
            "seekers": 240,
        }
    ],
    "as_of": "2026-11-24T08:00:00Z",
}
