"""Examples for the OpenAPI page. Ids are made up: put in a person's or household's of your own."""

from __future__ import annotations

from pydantic.config import JsonDict

APPLICATION: JsonDict = {
    "person_id": "01990000-0000-7000-8000-000000000001",
    "scheme": "170",
    "channel": "community-window",
}
DIBAO_APPLICATION: JsonDict = {"household_id": "01990000-0000-7000-8000-000000000002", "scheme": "dibao"}

CONFIRMATION: JsonDict = {"decision": "confirm", "note": "已核对，户籍未迁移"}
OVERTURN: JsonDict = {
    "decision": "overturn",
    "note": "全户协商一致，由户主户籍地受理",
    "basis": {
        "kind": "transfer",
        "law": "最低生活保障审核确认办法（民发〔2021〕57号）",
        "article": "5",
        "from_division": "522328",
        "to_division": "522731",
    },
}

WITHDRAWAL: JsonDict = {"note": "申请人改变主意"}

STATISTICS: JsonDict = {
    "items": [
        {
            "community": "522731003012",
            "estate": None,
            "block": None,
            "households": 1600,
            "schemes": {
                "170": {
                    "transfer": {"assessed": 412, "households": 251, "share_of_households": "15.69"},
                    "change": {"assessed": 1015, "households": 602, "share_of_households": "37.63"},
                    "keep": {"assessed": 2810, "households": 1404, "share_of_households": "87.75"},
                    "not-applicable": {"assessed": 1702, "households": 1120, "share_of_households": "70.00"},
                    "undetermined": {"assessed": 63, "households": 40, "share_of_households": "2.50"},
                }
            },
        }
    ],
    "as_of": "2026-11-24T08:00:00Z",
}
