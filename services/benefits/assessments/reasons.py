"""Why: the catalogue of reasons, each with its law and article, in Chinese and English; and who can supply a missing fact. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from services.benefits.assessments.parameters import PERSON_SCHEMES, Scheme

ORDER_765 = "社会保险经办条例（国务院令第765号）"
INSURANCE_LAW = "中华人民共和国社会保险法"
PENSION_66 = "国办发〔2009〕66号"
MEDICAL_43 = "医保办发〔2021〕43号"
RELIEF_649 = "社会救助暂行办法（国务院令第649号）"
DIBAO_57 = "最低生活保障审核确认办法（民发〔2021〕57号）"
PENSION_CHECK = "养老保险关系转移全国网上申请预检条件（资料S20）"
RESIDENT_PENSION_RULE = "城乡居民养老保险关系转移办理规定（资料S22a）"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of an outcome: a stable slug, its law and article (and further ones), and a sentence to show."""

    slug: str
    law: str
    article: str
    detail_zh: str
    detail_en: str
    also: tuple[tuple[str, str], ...] = ()
    """Further (law, article) pairs."""
    supplied_by: tuple[str, ...] = ()
    """Of a reason `unknown:<fact>`: who can supply the fact."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell beside the reasons."""

    slug: str
    zh: str
    en: str


_E, _R, _U, _M, _C = (
    Scheme.EMPLOYEE_PENSION,
    Scheme.RESIDENT_PENSION,
    Scheme.UNEMPLOYMENT,
    Scheme.EMPLOYEE_MEDICAL,
    Scheme.RESIDENT_MEDICAL,
)

# The article a scheme's relation moves by: the basis of the rows that hold for any scheme.
_BASIS = {
    _E: (ORDER_765, "12"),
    _R: (ORDER_765, "12 ¶3"),
    _U: (ORDER_765, "14"),
    _M: (ORDER_765, "13"),
    _C: (ORDER_765, "13"),
    Scheme.INJURY: (ORDER_765, "15"),
    Scheme.MATERNITY: (ORDER_765, "15"),
}

# Texts that several schemes share: Chinese, English.
_NO_WORK = ("没有新的就业地，关系保留在原参保地", "There is no new work place: the relation stays where it is")
_IN_COUNTY = (
    "仍在参保县就业，不转移，信息变化告知经办机构",
    "Works in the insured county: nothing moves, changed data are notified",
)
_IN_POOL = (
    "在统筹地区内的另一县就业，办理登记变更（10个工作日）",
    "Works in another county of the pool: the registration changes (10 working days)",
)
_WITH_WORK = ("跨统筹地区就业，关系随同转移", "Works in another pool: the relation moves")
_NOT_THERE = ("在新就业地尚未参保", "Not insured at the new work place yet")


def _any_scheme() -> dict[tuple[Scheme, str], Reason]:
    found: dict[tuple[Scheme, str], Reason] = {}
    for scheme in PERSON_SCHEMES:
        found[scheme, "case-open"] = Reason(
            "case-open",
            ORDER_765,
            "16",
            "该险种已有在办转移事项，办结前不再受理",
            "A case of this scheme is open already",
        )
        found[scheme, "not-in-scheme"] = Reason(
            "not-in-scheme", *_BASIS[scheme], "没有该险种的有效参保关系", "There is no standing relation in this scheme"
        )
    return found


REASONS: dict[tuple[Scheme, str], Reason] = _any_scheme() | {
    (_E, "drawing"): Reason(
        "drawing",
        PENSION_66,
        "2",
        "已按月领取基本养老金，关系不转移",
        "The pension is being drawn: the relation does not move",
    ),
    (_E, "cross-system"): Reason(
        "cross-system",
        ORDER_765,
        "12 ¶2",
        "在机关事业单位与企业之间流动就业，关系随同转移",
        "Work changed between a public body and an enterprise: the relation moves",
    ),
    (_E, "no-employment-elsewhere"): Reason("no-employment-elsewhere", PENSION_66, "9", *_NO_WORK),
    (_E, "same-county"): Reason("same-county", ORDER_765, "9, 12", *_IN_COUNTY),
    (_E, "same-pool"): Reason("same-pool", ORDER_765, "10", *_IN_POOL),
    (_E, "relation-active"): Reason(
        "relation-active",
        PENSION_CHECK,
        "原参保地已暂停缴费",
        "原参保地的关系未处于暂停缴费状态",
        "The relation at the old place is not paused",
    ),
    (_E, "arrears"): Reason(
        "arrears", PENSION_CHECK, "原参保地无欠费", "原参保地有欠费", "There are arrears at the old place"
    ),
    (_E, "not-insured-there"): Reason("not-insured-there", PENSION_CHECK, "两地均有未终止的账户", *_NOT_THERE),
    (_E, "temporary-account"): Reason(
        "temporary-account",
        PENSION_66,
        "5",
        "非户籍省就业且男满50周岁、女满40周岁：关系留在原地，新参保地建立临时缴费账户",
        "Outside the hukou province, a man of 50 or a woman of 40: the relation stays, the new place opens a temporary account",
    ),
    (_E, "cross-pool-employment"): Reason(
        "cross-pool-employment", ORDER_765, "12", *_WITH_WORK, also=((INSURANCE_LAW, "19"),)
    ),
    (_R, "drawing"): Reason(
        "drawing",
        ORDER_765,
        "12 ¶3",
        "已领取城乡居民养老保险待遇，不论户籍是否迁移均不转移",
        "The pension is being drawn: it stays whatever happens to the hukou",
    ),
    (_R, "hukou-not-moved"): Reason(
        "hukou-not-moved",
        ORDER_765,
        "12 ¶3",
        "户籍未迁移，关系保留在户籍地",
        "The hukou has not moved: the relation stays",
    ),
    (_R, "same-county"): Reason(
        "same-county",
        ORDER_765,
        "10",
        "户籍在县内迁移，办理登记变更（10个工作日）",
        "The hukou moved inside the county: the registration changes (10 working days)",
    ),
    (_R, "age-60-before-move"): Reason(
        "age-60-before-move",
        RESIDENT_PENSION_RULE,
        "迁移户籍前已年满60周岁",
        "迁移户籍前已年满60周岁，由原户籍地办理缴费和领取",
        "Turned 60 before the hukou moved: the old hukou place handles paying and drawing",
    ),
    (_R, "cross-county-hukou"): Reason(
        "cross-county-hukou",
        ORDER_765,
        "12 ¶3",
        "户籍在省内跨县迁移，关系可以随同转移",
        "The hukou moved to another county of the province: the relation may move",
    ),
    (_R, "cross-province-hukou"): Reason(
        "cross-province-hukou",
        ORDER_765,
        "12 ¶3",
        "户籍跨省迁移，关系可以随同转移，个人账户一次性转移",
        "The hukou moved to another province: the relation may move, with the whole account",
    ),
    (_M, "retired"): Reason(
        "retired",
        MEDICAL_43,
        "适用范围",
        "已享受职工医保退休待遇，不在转移范围",
        "Retired employees are outside the transfer measures",
    ),
    (_M, "employee-to-resident"): Reason(
        "employee-to-resident",
        ORDER_765,
        "13 ¶3",
        "职工医保已中止，并在另一统筹地区参加居民医保",
        "Employee medical insurance is paused or ended, resident medical insurance taken in another pool",
        also=((MEDICAL_43, "情形C"),),
    ),
    (_M, "no-employment-elsewhere"): Reason(
        "no-employment-elsewhere", ORDER_765, "13", *_NO_WORK, also=((MEDICAL_43, "情形A"),)
    ),
    (_M, "same-county"): Reason("same-county", ORDER_765, "9, 13", *_IN_COUNTY),
    (_M, "same-pool"): Reason("same-pool", ORDER_765, "10", *_IN_POOL),
    (_M, "relation-active"): Reason(
        "relation-active", MEDICAL_43, "情形A", "原参保地尚未中止参保", "The relation at the old place is still active"
    ),
    (_M, "not-insured-there"): Reason("not-insured-there", MEDICAL_43, "情形A", *_NOT_THERE),
    (_M, "cross-pool-employment"): Reason(
        "cross-pool-employment", ORDER_765, "13", *_WITH_WORK, also=((INSURANCE_LAW, "32"),)
    ),
    (_C, "resident-to-employee"): Reason(
        "resident-to-employee",
        ORDER_765,
        "13 ¶3",
        "居民医保已中止，并在另一统筹地区参加职工医保",
        "Resident medical insurance is paused or ended, employee medical insurance taken in another pool",
        also=((MEDICAL_43, "情形D"),),
    ),
    (_C, "cross-pool-residence"): Reason(
        "cross-pool-residence",
        ORDER_765,
        "13 ¶2",
        "户籍或经常居住地已到另一统筹地区，且已在当地参保并进入新的参保年度",
        "Hukou or residence is in another pool, insured there, and that insurance year has begun",
        also=((MEDICAL_43, "情形B"),),
    ),
    (_C, "next-insurance-year"): Reason(
        "next-insurance-year",
        MEDICAL_43,
        "情形B",
        "当年度在原参保地享受待遇，集中参保期在新地参加下一年度居民医保后再申请转移",
        "This year's cover stays at the old place; enrol at the new place in the window for next year, then apply",
    ),
    (_C, "same-pool"): Reason(
        "same-pool",
        ORDER_765,
        "9, 10, 13",
        "在统筹地区内迁移，办理登记变更（10个工作日）",
        "Moved inside the pool: the registration changes (10 working days)",
    ),
    (_U, "cross-pool-employment"): Reason(
        "cross-pool-employment",
        ORDER_765,
        "14",
        "跨统筹地区就业，失业保险关系随同转移",
        "Works in another pool: the relation moves",
        also=((INSURANCE_LAW, "52"),),
    ),
    (_U, "no-employment-elsewhere"): Reason(
        "no-employment-elsewhere",
        ORDER_765,
        "14",
        "没有在统筹地区以外就业，关系保留在原参保地",
        "No work outside the pool: the relation stays where it is",
        also=((INSURANCE_LAW, "52"),),
    ),
    **{
        (scheme, "insured-anew"): Reason(
            "insured-anew",
            ORDER_765,
            "15",
            "不转移关系，在新就业地参保",
            "Not transferred: insured anew at the new work place",
        )
        for scheme in (Scheme.INJURY, Scheme.MATERNITY)
    },
    (Scheme.DIBAO, "case-open"): Reason(
        "case-open",
        RELIEF_649,
        "11",
        "该户已有在办低保转移事项，办结前不再受理",
        "A dibao case of this household is open already",
    ),
    (Scheme.DIBAO, "not-in-scheme"): Reason(
        "not-in-scheme", RELIEF_649, "9", "该户不是低保家庭", "The household does not draw dibao"
    ),
    (Scheme.DIBAO, "same-county"): Reason(
        "same-county",
        RELIEF_649,
        "11, 12, 13",
        "县内搬迁，低保档案移交新的乡镇（街道）",
        "Moved inside the county: the file is handed to the new township or street",
    ),
    (Scheme.DIBAO, "certify-out-enrol-in"): Reason(
        "certify-out-enrol-in",
        RELIEF_649,
        "11",
        "省内跨县：迁出县审核签认，迁入县直接纳入",
        "Another county of the province: the old county certifies, the new one enrols",
        also=((DIBAO_57, "4, 5"),),
    ),
    (Scheme.DIBAO, "new-application"): Reason(
        "new-application",
        RELIEF_649,
        "11",
        "跨省：在新地重新申请，原地在开始发放前一月停发",
        "Another province: a new application there; the old place stops the month before it starts",
        also=((DIBAO_57, "4, 5"),),
    ),
    (Scheme.DIBAO, "hukou-not-moved"): Reason(
        "hukou-not-moved",
        RELIEF_649,
        "11",
        "户籍未迁移，低保仍由户籍地受理和发放",
        "The hukou has not moved: the hukou place goes on with dibao",
    ),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that may be missing: what it is, and who can supply it."""

    zh: str
    en: str
    supplied_by: tuple[str, ...]


FACTS: dict[str, Fact] = {
    "sex": Fact("性别", "sex", ("person", "police")),
    "birth-on": Fact("出生日期", "date of birth", ("person", "police")),
    "hukou-division": Fact("户籍所在地", "hukou place", ("person", "police")),
    "hukou-moved": Fact("户口是否迁移", "whether the hukou moved", ("person", "police")),
    "hukou-moved-on": Fact("户口迁移日期", "date the hukou moved", ("person", "police")),
    "work": Fact("就业状况和就业地", "work and work place", ("person", "employer")),
    "work-division": Fact("就业地", "work place", ("person", "employer")),
    "employer-kind": Fact("单位性质", "kind of employer", ("person", "employer")),
    "organised-transfer": Fact("是否组织调动", "whether the move was an organised transfer", ("person", "employer")),
    "resident-medical-from": Fact(
        "新地居民医保参保年度起始日", "first day of the insurance year at the new place", ("person", "new-agency")
    ),
    "residence-permit": Fact("是否持有居住证", "whether a residence permit is held", ("household", "police")),
    "dibao": Fact("是否低保", "whether the household draws dibao", ("household", "old-agency")),
    "dibao-division": Fact("低保发放地", "county that pays dibao", ("household", "old-agency")),
    "household-hukou": Fact("全户户籍所在地", "hukou places of the household", ("household", "police", "clerk")),
} | {
    f"{fact}-{scheme}": Fact(f"{scheme}{zh}", f"{en} {scheme}", supplier)
    for scheme in PERSON_SCHEMES
    for fact, zh, en, supplier in (
        ("insurance", "参保关系", "insurance relations of scheme", ("person", "old-agency")),
        ("arrears", "是否欠费", "arrears in scheme", ("old-agency",)),
    )
}

_CLERK_PICKS = Reason(
    "unknown:household-hukou",
    DIBAO_57,
    "5",
    "家庭成员户籍不在同一县，或有成员户籍不明，由经办人按规定确定受理地",
    "Members' hukou lie in different counties, or some are not known: a clerk picks the place that receives the application",
    supplied_by=("household", "police", "clerk"),
)


def unknown(scheme: Scheme, fact: str) -> Reason:
    """The reason `unknown:<fact>`: told by the person, compared with shared data. Order 765 art. 8, 9; dibao: Relief Measures art. 11."""
    if fact == "household-hukou":
        return _CLERK_PICKS
    about = FACTS[fact]
    law, article = (RELIEF_649, "11") if scheme is Scheme.DIBAO else (ORDER_765, "8, 9")
    zh, en = f"缺少：{about.zh}，可能改变结论", f"Missing: {about.en}; it could change the outcome"
    return Reason(f"unknown:{fact}", law, article, zh, en, supplied_by=about.supplied_by)


RECLASS = Note(
    "reclass-rural-to-urban",
    "由农村低保转为城镇低保，按迁入地标准重新核算",
    "Re-classed from rural to urban dibao, recomputed by the new place's standard",
)
TEMPORARY_ACCOUNT = Note(
    "temporary-account-at-new-place",
    "新参保地建立临时基本养老保险缴费账户，再次离开或退休时归集",
    "The new place keeps a temporary contribution account, gathered in on leaving again or retiring",
)
CROSS_AREA_SETTLEMENT = Note(
    "cross-area-settlement",
    "转移前可办理异地就医备案，直接结算",
    "Until then, file for cross-area settlement of medical costs",
)


def enrolment_window(first_month: int, last_month: int) -> Note:
    """When to enrol at the new place for the next insurance year; 医保办发〔2021〕43号, case B."""
    zh = f"请在{first_month}月至{last_month}月集中参保缴费期到新地参加下一年度居民医保"
    en = f"Enrol at the new place in the window, months {first_month} to {last_month}, for the next insurance year"
    return Note("enrolment-window", zh, en)
