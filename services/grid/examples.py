"""Examples for the OpenAPI page: the cells of the community that the registry's example puts in."""

from __future__ import annotations

from pydantic.config import JsonDict

COMMUNITY_CODE = "522731003099"

CELLS: JsonDict = {
    "cells": [
        {
            "code": f"{COMMUNITY_CODE}001",
            "name": "第一网格",
            "head": "block-head-demo",
            "units": [{"block": "1", "unit": "1"}, {"block": "1", "unit": "2"}],
        },
        {
            "code": f"{COMMUNITY_CODE}002",
            "name": "第二网格",
            "head": None,
            "units": [{"block": "2", "unit": "1"}, {"block": "2", "unit": "2"}],
        },
    ]
}

COMPLETION: JsonDict = {"visited_on": "2026-11-24", "outcome": "met"}

STATISTICS: JsonDict = {
    "items": [
        {
            "community": COMMUNITY_CODE,
            "estate": None,
            "block": None,
            "households": 3,
            "cells": 2,
            "cells_without_head": 1,
            "units": 4,
            "units_without_cell": 0,
            "households_without_cell": 0,
            "visits": {"requested": 2, "overdue": 0, "done": 2, "cancelled": 0},
            "visits_by_reason": {
                "first-visit": {"requested": 1, "overdue": 0, "done": 2, "cancelled": 0},
                "without-work": {"requested": 1, "overdue": 0, "done": 0, "cancelled": 0},
            },
            "first_visits_done_share": "66.67",
        }
    ],
    "as_of": "2026-11-24T08:00:00Z",
}
