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
