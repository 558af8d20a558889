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
