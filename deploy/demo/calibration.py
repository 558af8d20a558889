"""What the large community must come to. Figures of the article are exact; what it leaves open follows the ratios of real sites
(Fengxiang community: 1,505 households, 6,476 people)."""

from __future__ import annotations

from datetime import date

AS_OF = date(2025, 6, 30)
"""The day on which the rosters were filled in: ages are of this day."""
SEED = 522731

# the article

HOUSEHOLDS_WITH_LABOUR = 1710
LABOUR = 3209
EMPLOYED = 2907
WORKSHOP = 156
WORKSHOP_POOR = 118
"""Of those in workshops, members of registered-poor households."""
PUBLIC_POSTS = 77
SELF_EMPLOYED = 73
DISPATCHED = 300
PARTY_MEMBERS = 40

# real sites

OUTSIDE_PROVINCE = 868
ELSEWHERE_IN_PROVINCE = 374
"""Of the employed, by place of work; the rest work in the county (29.9, 12.9 and 57.3 %)."""
FARMING = 240
ODD_JOBS = 52
"""Of those who work in the county; who has no other form is with a firm."""
POOR_SHARE = 0.745
HUKOU_MOVED_SHARE = 0.26
MEDICAL_MOVED_SHARE = 0.52
DIBAO_SIZES = {1: 29, 2: 48, 3: 42, 4: 26, 5: 16}
"""Households that draw dibao, by size: 161 of 2.7 people, 5.7 % of all."""

TEMPLATES = {
    "H": 25, "HP": 39, "HY": 20, "HYC": 18, "HLC": 44, "HLY": 34, "HLYC": 59, "HLYYC": 26, "HLYP": 24, "HLCC": 36,
    "HLYCP": 44, "HPI": 22, "HLCQ": 49, "HLYCQ": 36, "HLYCPP": 13, "HLCCPP": 12, "HS": 30, "HSC": 61, "HSY": 30,
    "HSYC": 72, "HSYY": 35, "HSCC": 70, "HSYYC": 27, "HSYP": 25, "HSYCP": 43, "HSCQP": 40, "HSCQ": 38, "HSCCQQ": 55,
    "HSCCP": 41, "HSCPP": 39, "HSYI": 30, "HSYQ": 44, "HSYQQ": 37, "HSCQQ": 50, "HSCI": 16, "HSCPI": 16, "HSYCPP": 45,
    "HSYCQP": 34, "HSCCPP": 21, "HSYYCPP": 17, "HSYCCPP": 14, "HSYCCQP": 29, "HSW": 10, "HSWY": 40, "HSWC": 17,
    "HSWYP": 39, "HSWYY": 33, "HSWI": 35, "HSWYCP": 22, "HSWYPP": 14, "HSWDG": 5, "HSWWY": 8, "HSWDGG": 19,
    "HSWDGGP": 8, "O": 26, "OO": 30, "OG": 8,
}  # fmt: skip
"""How many households of which members (`kin` says what the letters are). H, S, W and D have labour: 3,209 in 1,710 households, with
5,309 people of 16 to 60 years, 1,449 younger and 870 older in all 1,774: 69.6, 19.0 and 11.4 %, 4.30 a household."""
LABOUR_ROLES = "HSWD"
