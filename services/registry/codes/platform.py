"""Lists of the platform's field that no national standard numbers: labour, residence, monitoring, resettlement, schooling, medical care.
Pure data."""

from __future__ import annotations

from services.registry.codes.domain import CodeList, Label, table

LABOUR_CLASS = CodeList(
    "labour-class",
    Label("劳动能力", "Class of labour"),
    "",
    "",
    "five classes of the registers of poor households (建档立卡) [M]",
    table("""
SKILLED 技能劳动力 skilled labour
ORDINARY 普通劳动力 ordinary labour: able, without certificate
WEAK_HALF 弱劳动力或半劳动力 weak or half labour
LOST 丧失劳动力 lost the ability to work
NONE 无劳动力 no labour: children, students, old people
"""),
)

RESIDENCE_DOCUMENT = CodeList(
    "residence-document",
    Label("居住证件", "Residence document"),
    "",
    "",
    "居住证暂行条例 (State Council Order 663); the residence book (居住簿) is Guizhou's, for relocated people",
    table("""
permit 居住证 residence permit
book 居住簿 residence book
none 无 none
"""),
)

MONITORED = CodeList(
    "monitored",
    Label("防止返贫监测对象类别", "Kind of household monitored against return to poverty"),
    "",
    "",
    "国务院扶贫开发领导小组 2020 guidance and later rules; to be merged into the monitoring of low-income people from 2026 [?]",
    table("""
unstable 脱贫不稳定户 out of poverty, below the watch line and at risk
marginal 边缘易致贫户 other rural household below the watch line and at risk
sudden 突发严重困难户 sudden severe hardship, at any income
"""),
)

MONITORED_REASON = CodeList(
    "monitored-reason",
    Label("返贫致贫风险", "Risk for which a household is monitored"),
    "",
    "",
    "risk types of the national monitoring system [M]",
    table("""
illness 因病 illness
disability 因残 disability
schooling 因学 schooling
disaster 因自然灾害 natural disaster
accident 因意外事故 accident
work-lost 务工就业不稳 work lost or unsteady
industry-failed 产业项目失败 a business failed
labour-lacking 缺劳动力 no labour
other 其他 other
"""),
)

MONITORED_END = CodeList(
    "monitored-end",
    Label("监测终止原因", "Why monitoring ended"),
    "",
    "",
    "steps of monitoring: find, verify, review and posting, approve, measures, risk removed or not [M]",
    table("""
risk-removed 风险消除 the risk is removed
household-gone 整户消亡或迁出 nobody of the household is left
mistaken 识别有误 found by mistake
"""),
)

MOVE_BATCH = CodeList(
    "move-batch",
    Label("搬迁批次", "Year's batch of the move"),
    "",
    "",
    "易地扶贫搬迁 of the 13th five-year plan",
    table("""
2016 2016年度 of 2016
2017 2017年度 of 2017
2018 2018年度 of 2018
2019 2019年度 of 2019
2020 2020年度 of 2020
"""),
)

MOVE_TYPE = CodeList(
    "move-type",
    Label("搬迁类型", "Type of move"),
    "",
    "",
    "易地扶贫搬迁: what the fact registered_poor says of a household",
    table("""
registered-poor 建档立卡 registered poor
co-moving 同步搬迁 moved along
"""),
)

OLD_HOUSE = CodeList(
    "old-house",
    Label("旧房状态", "State of the old house"),
    "",
    "",
    "《旧宅基地腾退协议》 and what came of it; local rules on houses that are kept [?]",
    table("""
demolished 已拆除复垦 demolished, the land tilled again
kept 保留 kept
pending 未拆除 not demolished yet
"""),
)

OLD_HOUSE_KEPT = CodeList(
    "old-house-kept",
    Label("旧房保留原因", "Why an old house is kept"),
    "",
    "",
    "local rules on houses that are kept [?]",
    table("""
listed-village 传统村落或特色村寨 in a listed traditional or ethnic village
shared-wall 连体房 shares a wall with a house that is lived in
other 其他 other
"""),
)

SCHOOL_STAGE = CodeList(
    "school-stage",
    Label("就读阶段", "Stage of schooling"),
    "",
    "",
    "stages of the school system (义务教育法 art. 2: nine years are compulsory)",
    table("""
kindergarten 幼儿园 kindergarten
primary 小学 primary school
junior 初中 junior high school
senior 普通高中 senior high school
vocational 中等职业学校 secondary vocational school
college 高等教育 college or university
special 特殊教育 special school
"""),
)

ENROLMENT = CodeList(
    "enrolment",
    Label("就学状态", "State of enrolment"),
    "",
    "",
    "states of the school register (学籍) [M]; 控辍保学 looks for who dropped out",
    table("""
enrolled 在读 enrolled
deferred 缓学 allowed to begin later
suspended 休学 on leave
dropped-out 辍学 dropped out
home-taught 送教上门 taught at home
graduated 毕业 graduated
not-yet 未到入学年龄 not of school age yet
"""),
)

FILING_KIND = CodeList(
    "filing-kind",
    Label("异地就医备案类型", "Kind of filing for medical care in another area"),
    "",
    "",
    "医保发〔2022〕22号: people who stay elsewhere for long, and who seek care elsewhere for a time [M]",
    table("""
retired-elsewhere 异地安置退休人员 retired and settled elsewhere
living-elsewhere 异地长期居住人员 living elsewhere for long
working-elsewhere 常驻异地工作人员 posted elsewhere for work
referral 异地转诊人员 referred to a hospital elsewhere
emergency 异地急诊抢救人员 emergency elsewhere
other 其他临时外出就医人员 care elsewhere for a time
"""),
)

LAND_KIND = CodeList(
    "land-kind",
    Label("三地类别", "Kind of land right"),
    "",
    "",
    "farmland, forest and homestead that a household keeps where it moved from (三地)",
    table("""
farmland 承包地 farmland
forest 林地 forest
homestead 宅基地 homestead
"""),
)

LAND_GRADE = CodeList(
    "land-grade",
    Label("地块等级", "Grade of a parcel"),
    "",
    "",
    "farmland: the ten grades of GB/T 33469-2016; forest: public-benefit forest by who decreed it, or none [M]",
    table("""
1 耕地一等 farmland of grade 1, the best
2 耕地二等 farmland of grade 2
3 耕地三等 farmland of grade 3
4 耕地四等 farmland of grade 4
5 耕地五等 farmland of grade 5
6 耕地六等 farmland of grade 6
7 耕地七等 farmland of grade 7
8 耕地八等 farmland of grade 8
9 耕地九等 farmland of grade 9
10 耕地十等 farmland of grade 10
national-forest 国家级公益林 public-benefit forest of the nation
local-forest 地方级公益林 public-benefit forest of province or county
commercial-forest 商品林 commercial forest
"""),
)

CONTRACT_MODE = CodeList(
    "contract-mode",
    Label("流转方式", "Way in which the use of land is passed on"),
    "",
    "",
    "农村土地承包法 art. 36 (lease, share, other), art. 40 (lent for tilling)",
    table("""
lease 出租（转包） leased
share 入股 put in as a share
lent 代耕 tilled by another
other 其他 otherwise
"""),
)

LAND_END = CodeList(
    "land-end",
    Label("权利终止原因", "Why a land right ended"),
    "",
    "",
    "农村土地承包法 art. 30 (given back), 33 (exchanged), 34 (transferred); 土地管理法 art. 45 (taken), 62 (homestead given up). Moving "
    "away or to town is none: art. 27",
    table("""
given-back 自愿交回 given back of one's own will
taken 征收 taken for public use
exchanged 互换 exchanged for another parcel
transferred 转让 transferred within the collective
reclaimed 腾退复垦 given up and tilled again
extinct 承包方消亡 nobody of the contracting household is left
expired 承包期满 the term of the contract of the collective is over
"""),
)
