"""Examples for the OpenAPI page: posted unchanged, in the order community, cells, household, they work.

Identity numbers are of area 522799, which is assigned to nobody.
"""

from __future__ import annotations

from pydantic.config import JsonDict

COMMUNITY_CODE = "522731003099"

COMMUNITY: JsonDict = {
    "name": "示例安置社区",
    "blocks": [
        {
            "block": str(block),
            "point": {"lon": f"106.65{block}", "lat": "26.13", "crs": "EPSG:4490"},
            "units": [
                {
                    "unit": str(unit),
                    "floors": [
                        {"floor": floor, "flats": [{"flat": f"{floor}0{n}", "area_m2": "80.00"} for n in (1, 2)]}
                        for floor in (1, 2, 3)
                    ],
                }
                for unit in (1, 2)
            ],
        }
        for block in (1, 2)
    ],
}

FACTS: JsonDict = {
    "hukou": {"division": "522731003012", "moved": True, "moved_on": "2026-10-12"},
    "insurances": {"170": [{"division": "522328", "state": "paying", "arrears": False}], "110": []},
}

HOUSEHOLD_FACTS: JsonDict = {"dibao": {"receiving": False}, "valid_from": "2026-11-20"}

MOVE: JsonDict = {"block": "2", "unit": "1", "flat": "102"}
SEARCH: JsonDict = {"name": "示例", "division": COMMUNITY_CODE, "age_from": 16}
DEATH: JsonDict = {"died_on": "2026-11-20"}
LIFE_EVENT: JsonDict = {
    "kind": "joined",
    "on": "2026-11-21",
    "source": "grid report",
    "members": [{"name": "示例丁", "id_number": "522799195503090025", "relation": "52"}],
}
NEWBORN: JsonDict = {"sex": "2", "birth_on": "2026-11-10", "birth_certificate": "T520000021"}
MARRIAGE: JsonDict = {
    "kind": "married",
    "on": "2026-11-22",
    "before": "10",
    "source": "civil affairs",
    "evidence": "结婚证",
}
HUKOU: JsonDict = {
    "division": COMMUNITY_CODE,
    "on": "2026-11-22",
    "residence_document": "none",
    "people": [{"person_id": "01a224d5-f2a6-7654-8606-e584cc79eb61", "relation": "02"}],
    "source": "police feed",
    "evidence": "户口簿首页",
}
MERGER: JsonDict = {
    "into": "01a224d5-f2a6-7654-8606-e584cc79eb61",
    "take": ["id_number", "hukou"],
    "life": "into",
    "evidence": "居民身份证",
    "reason": "同一人重复登记",
}
CHANGE: JsonDict = {
    "name": "示例丁丁",
    "valid_from": "2026-11-22",
    "source": "police feed",
    "evidence": "户口簿变更页",
    "reason": "更名",
}
CONSENT: JsonDict = {
    "purpose": "employment",
    "notice": "employment-1",
    "given_on": "2026-11-21",
    "form": "written",
    "evidence": "TY-2026-0001",
}
RIGHTS_REQUEST: JsonDict = {"kind": "copy", "capacity": "self", "evidence": "居民身份证原件核对"}
DELETION: JsonDict = {
    "ground": "period-over",
    "because": "已迁出满五年，保存期限届满",
    "asked_elsewhere": "就业、网格、待遇服务均无在办事项",
}
WITHDRAWAL: JsonDict = {"reason": "录入错误：应为另一社区"}

HOUSEHOLD: JsonDict = {
    "community": COMMUNITY_CODE,
    "block": "1",
    "unit": "2",
    "flat": "301",
    "settled_on": "2026-11-20",
    "moved_from_division": "522328",
    "registered_poor": True,
    "dibao": {"receiving": True, "household_class": "rural", "division": "522328"},
    "hukou_household": {"division": "522328"},
    "members": [
        {
            "name": "示例甲",
            "id_number": "522799198003150013",
            "relation": "02",
            "phone": "13800000001",
            "facts": {
                "hukou": {"division": "522328", "moved": False},
                "residence_document": "permit",
                "collective": {"division": "522328100200"},
                "labour_class": "ORDINARY",
                "work": {"status": "none"},
                "insurances": {
                    "110": [],
                    "170": [{"division": "522328", "state": "paying", "arrears": False}],
                    "390": [{"division": "522328", "state": "paying"}],
                    "310": [],
                    "210": [],
                },
            },
        },
        {
            "name": "示例乙",
            "id_number": "522799198207220028",
            "relation": "12",
            "facts": {
                "hukou": {"division": "522328", "moved": False},
                "labour_class": "WEAK_HALF",
                "work": {"status": "none"},
                "insurances": {"110": [], "310": [], "210": []},
            },
        },
        {
            "name": "示例丙",
            "id_number": "522799201205080038",
            "relation": "20",
            "facts": {"hukou": {"division": "522328", "moved": False}, "labour_class": "NONE"},
        },
    ],
}

STATISTICS: JsonDict = {
    "items": [
        {
            "community": COMMUNITY_CODE,
            "name": "示例安置社区",
            "estate": None,
            "block": None,
            "households": 1,
            "people": 3,
            "registered_poor_households": 1,
            "registered_poor_people": 3,
            "monitored_households": {"unstable": 0, "marginal": 0, "sudden": 0},
            "monitored_people": {"unstable": 0, "marginal": 0, "sudden": 0},
            "party_members": 0,
            "probationary_members": 0,
            "men": 2,
            "women": 1,
            "ages": {
                "under_14": 0,
                "under_16": 1,
                "under_18": 1,
                "from_16_to_60": 2,
                "from_60": 0,
                "over_60": 0,
                "bands": {"0-5": 0, "6-13": 0, "14-15": 1, "16-17": 0, "18-59": 2, "60-64": 0, "65-79": 0, "80+": 0},
            },
            "head_counts": {
                "registered": 0,
                "actual": 3,
                "floating": 3,
                "away": 0,
                "hukou_elsewhere": 3,
                "hukou_unknown": 0,
            },
            "labour_classes": {"SKILLED": 0, "ORDINARY": 1, "WEAK_HALF": 1, "LOST": 0, "NONE": 1, "unknown": 0},
            "tags": {"elder-alone": 0, "left-behind-child": 0, "minor-in-hardship": 0},
            "disability": None,
            "moved_hukou": 0,
            "flats": 24,
            "occupied": 1,
        }
    ],
    "kind": "coliving",
    "day": "2026-11-24",
    "counted_to": "2026-11-24T08:00:00Z",
    "waiting": 0,
    "as_of": "2026-11-24T08:00:00Z",
}

PARCEL: JsonDict = {
    "kind": "farmland",
    "certificate_no": "522328100200010001J-0003",
    "village": "522328100200",
    "area_mu": "3.20",
    "grade": "6",
    "term_to": "2047-12-31",
    "holders": [{"person_id": "0199aaaa-0000-7000-8000-000000000001"}],
    "since": "2017-12-31",
}
LAND_CONTRACT: JsonDict = {
    "mode": "lease",
    "party": "示例种植专业合作社",
    "from": "2026-01-01",
    "to": "2030-12-31",
    "price_per_mu": "450.00",
    "written": True,
    "registered": True,
}
RESERVATION: JsonDict = {
    "community": COMMUNITY_CODE,
    "block": "2",
    "unit": "2",
    "flat": "302",
    "agreement_no": "安置协议2026-001",
    "people": 4,
    "days": 30,
}
EXPORT: JsonDict = {
    "list": "persons",
    "filters": {"division": COMMUNITY_CODE, "sex": "2"},
    "fields": ["name", "sex", "birth_year", "community_name", "block"],
    "format": "xlsx",
}

FORM: JsonDict = {
    "agency": "civil-affairs",
    "title_zh": "临时救助申请表",
    "title_en": "Application for temporary assistance",
    "purpose": "dibao-review",
    "laws": ["SA-11", "SA-58"],
    "subject": "household",
    "fields": [
        {"key": "applicant", "path": "head.name", "necessary_for": "确认申请家庭"},
        {
            "key": "applicant_sex",
            "path": "head.sex",
            "necessary_for": "确认申请家庭",
            "codes": {"1": "male", "2": "female"},
            "otherwise": "unknown",
        },
        {"key": "community", "path": "household.community_name", "necessary_for": "确定受理地点"},
    ],
    "groups": [
        {
            "key": "family",
            "each": "members",
            "label_zh": "家庭成员",
            "label_en": "Family",
            "fields": [{"key": "relation", "path": "person.relation", "necessary_for": "核定共同生活的家庭成员"}],
        }
    ],
}
FILLING: JsonDict = {"household_id": "01a224d5-f2a6-7654-8606-e584cc79eb61", "case_ref": "DB-2026-0001"}
CORRECTION: JsonDict = {"field": "head_phone", "value": "13800000002", "reason": "本人已换号"}
