"""Words for labour, work and insurance. Pure data."""

from __future__ import annotations

import re

from services.registry.imports.words import NO_WORD, Words, ways

LABOUR: Words[str] = Words(
    (
        "labour-class-unknown",
        "no class of labour: write 技能劳动力, 普通劳动力, 弱劳动力或半劳动力, 丧失劳动力 or 无劳动力",
        "劳动能力应为技能劳动力、普通劳动力、弱劳动力或半劳动力、丧失劳动力、无劳动力之一",
    ),
    ways(
        {
            "SKILLED": "技能 技术 skilled",
            "ORDINARY": "普通 一般 正常 有 是 全 强 整 壮 ordinary",
            "WEAK_HALF": "弱 半 弱劳动力或半 弱劳动力半 弱劳动力、半 弱半 弱或半 弱/半 弱劳动力/半 半劳动力或弱 weak_half",
            "LOST": "丧失 完全丧失 已丧失 lost",
            "NONE": "无 没有 否",
        }
    ),
    trim=re.compile("(?:劳动能力|劳动力|劳力)者?$"),
)

EMPLOYED, NO_WORK = "employed", "none"
Work = tuple[str, str | None]
"""Status, and the form of the work where the word tells it."""
_FORMS = {
    "enterprise": "企业 企业就业 企业务工 进厂 工厂 公司 园区企业 县内企业 单位就业 企业用工",
    "workshop": "扶贫车间 就业扶贫车间 帮扶车间 就业帮扶车间 乡村振兴车间 车间 扶贫车间就业 帮扶车间就业 就业工厂",
    "public-post": "公益性岗位 公益岗位 公益岗 公益性岗位就业 公益岗位就业 公岗 公益性岗 乡村公益性岗位 公益性岗位安置",
    "self-employed": "自主创业 创业 个体 个体经营 个体户 个体工商户 自主经营 自谋职业 自营",
    "dispatched": "劳务派遣 派遣 劳务输出 组织输出 有组织劳务输出 有组织输出 劳务公司派遣 劳务派遣就业 组织劳务输出",
    "migrant": "外出务工 外出打工 外出 省外务工 外省务工 县外务工 自行外出务工 自主外出务工 外出就业",
    "farming": "务农 农业 种植 养殖 种养殖 在家务农 农业生产 从事农业",
    "other": "其他 其它 灵活就业 零工 打零工 临工 散工 其他就业 本地务工 就近务工 县内务工 就近就业",
}
FORM: Words[str] = Words(
    (
        "work-form-unknown",
        "no form of work that we know: write 企业, 扶贫车间, 公益性岗位, 自主创业, 劳务派遣, 外出务工, 务农 or 其他",
        "就业形式应为企业、扶贫车间、公益性岗位、自主创业、劳务派遣、外出务工、务农或其他",
    ),
    ways(_FORMS) | {form: form for form in _FORMS},
    frozenset({"无", "没有", "未就业", "无业", "失业", "待业", "否"}),
)
_AT_WORK = (
    "已就业 就业 在业 在岗 在职 务工 有 有工作 有业 是 已 稳定就业 就业中 工作 上班 已务工 在外务工 打工 employed"
)
_NOT_AT_WORK = (
    "未就业 未在业 失业 无业 无 无工作 待业 在家 在家待业 未务工 没有 没有工作 否 未 不就业 赋闲 求职 求职中 无劳动能力 "
    "上学 在校 在校学生 学生 在读 就学 读书 学龄前 学前 退休 已退休 离退休 离岗 料理家务 家务 照顾家庭 照顾老人 照顾小孩"
)
WORK: Words[Work] = Words(
    (
        "work-status-unknown",
        "tells neither work nor its absence: write 已就业 or 未就业, and the kind of work at 就业形式",
        "无法判断是否就业，请填写“已就业”或“未就业”，就业类别填在“就业形式”",
    ),
    {
        **{word: (EMPLOYED, form) for word, form in ways(_FORMS).items() if word not in ("其他", "其它")},
        **ways({(EMPLOYED, None): _AT_WORK, (NO_WORK, None): _NOT_AT_WORK}),
    },
)

EMPLOYER_KIND: Words[str] = Words(
    (
        "employer-kind-unknown",
        "no kind of employer that we know: write 机关事业单位, 企业 or 其他",
        "单位性质应为机关事业单位、企业或其他",
    ),
    ways(
        {
            "public": "机关 事业 事业单位 机关事业单位 机关、事业单位 机关单位 党政机关 国家机关 行政机关 政府机关 政府 公办学校 public",
            "enterprise": "企业 国企 国有企业 国有 民营企业 民营 民企 私营企业 私营 私企 外资企业 外企 公司 合资企业 集体企业"
            " 股份制企业 有限公司 有限责任公司 央企 enterprise",
            "other": "其他 其它 个体 个体工商户 个体户 社会组织 合作社 农民专业合作社 民办非企业 社区 灵活就业 自由职业 other",
        }
    ),
    NO_WORD,
)

PAYING, PAUSED, ENDED, DRAWING, RETIRED, NOT_INSURED = "paying", "paused", "ended", "drawing", "retired", "not-insured"
_INSURED = {
    PAYING: "缴费 正常缴费 参保缴费 正常 正常参保 参保 已参保 在保 在缴 已缴费 已缴 续保 正常参保缴费 缴费中 是 有 paying 1",
    PAUSED: "暂停 中断 暂停缴费 中断缴费 停缴 断缴 停保 暂停参保 中断参保 paused 2",
    ENDED: "终止 退保 终止参保 终止缴费 注销 已终止 已退保 ended 4",
    NOT_INSURED: "无 未参保 否 没有 没参保 未参加 未参加保险 不参保 0",
}
_DRAWN = "领取 享受待遇 待遇领取 领取待遇 待遇享受 正在领取 领取养老金 已领取 享受 在领 drawing"
_RETIRED = "退休 已退休 退休人员 离退休 在职转退休 退休享受 retired"
_DRAWING_SCHEMES = {
    "110": f"{_DRAWN} {_RETIRED} 领取退休金",
    "170": f"{_DRAWN} 领取城乡居民养老金 60岁以上领取",
    "210": f"{_DRAWN} 领取失业金 领取失业保险金",
}


def _states(scheme: str) -> Words[str]:
    """The states that a scheme has. Medical insurance is not drawn but enjoyed: who is retired has it without paying."""
    words = dict(_INSURED)
    if scheme in _DRAWING_SCHEMES:
        words[DRAWING] = _DRAWING_SCHEMES[scheme]
    else:
        words[PAYING] += " 享受待遇 正常享受 待遇正常 享受 正常享受待遇"
    if scheme == "310":
        words[RETIRED] = _RETIRED
    return Words(
        (
            "insurance-state-unknown",
            "no state of this insurance: write 缴费, 暂停, 终止, 领取 (pension, unemployment), 退休 (employee schemes) or 未参保",
            "参保状态应为缴费、暂停、终止、领取（养老、失业）、退休（职工保险）或未参保",
        ),
        ways(words),
    )


INSURANCE_STATE = {scheme: _states(scheme) for scheme in ("110", "170", "210", "310", "390")}
