"""The columns of a roster (花名册): their usual headers, and the other ways in which rosters write them."""

from __future__ import annotations

from dataclasses import dataclass

from shared.imports.fields import Field, Shape


def _field(
    name: str,
    title: str,
    synonyms: str,
    *,
    needed: bool = False,
    personal: bool = False,
    digits: bool = False,
    single: bool = False,
) -> Field:
    """`synonyms`: with blanks between."""
    return Field(name, title, tuple(synonyms.split()), needed, personal, digits, single)


HOUSEHOLD = (
    _field(
        "head_name",
        "户主",
        "户主姓名 户主名 户主名字 户主名称 所属户主 户主信息 搬迁户主 搬迁户户主姓名 家庭户主",
        personal=True,
    ),
    _field(
        "community",
        "安置点",
        "安置社区 安置小区 安置点名称 安置社区名称 安置小区名称 安置地 安置地点 集中安置点 安置区",
        needed=True,
    ),
    _field("estate", "期/区", "期 区 期区 期数 分期 分区 组团 小区 小区名称 小区期 期别"),
    _field(
        "block",
        "楼栋",
        "楼栋号 栋 栋号 栋数 栋别 幢 幢号 楼号 楼幢 楼幢号 楼 楼宇 座 座号 楼座 安置楼栋",
        needed=True,
    ),
    _field("unit", "单元", "单元号 单元门 单元名称 梯 梯号 安置单元", needed=True),
    _field("floor", "楼层", "层 层数 所在楼层 楼层号 所在层"),
    _field(
        "flat",
        "房号",
        "房间号 房屋号 房屋编号 室 室号 房 房间 户号 门牌 门牌号 门号 门户号 房号室号 安置房号 安置房间号",
        needed=True,
    ),
    _field(
        "registered_poor",
        "是否建档立卡",
        "建档立卡 是否建档立卡户 建档立卡户 是否建档立卡贫困户 建档立卡贫困户 是否贫困户 贫困户 是否脱贫户 "
        "脱贫户 是否建档立卡人口 是否为建档立卡户",
    ),
    _field(
        "moved_from",
        "原住址",
        "原住地 原地址 原居住地 原家庭住址 原住所 迁出地 迁出地址 迁出地详细地址 搬迁前住址 搬迁前地址 原籍 原籍地址",
        personal=True,
    ),
    _field(
        "moved_from_division",
        "原区划代码",
        "迁出地区划代码 迁出地代码 原住址区划代码 原住地区划代码 迁出地行政区划代码",
    ),
    _field(
        "settled_on",
        "入住日期",
        "入住时间 搬迁入住日期 搬迁入住时间 搬迁时间 搬迁日期 搬入时间 搬入日期 实际入住时间 实际入住日期",
    ),
    _field("dibao", "是否低保", "低保 低保户 是否低保户 是否享受低保 享受低保 是否为低保户"),
    _field("dibao_class", "低保类别", "低保类型 低保种类 低保性质 低保类"),
    _field("dibao_division", "低保地", "低保所在地 低保发放地 低保享受地 低保所在县"),
)
"""Said of the household, wherever in it."""

PERSON = (
    _field(
        "name",
        "姓名",
        "成员姓名 人员姓名 家庭成员姓名 家庭成员 成员名字 名字 搬迁人口姓名 搬迁对象姓名",
        needed=True,
        personal=True,
        single=True,
    ),
    _field(
        "id_number",
        "身份证号",
        "身份证 身份证号码 公民身份号码 公民身份证号码 公民身份证号 居民身份证号 居民身份证号码 证件号 "
        "证件号码 身份号码 成员身份证号 成员身份证号码 有效身份证件号码 身份证件号码",
        needed=True,
        personal=True,
        digits=True,
        single=True,
    ),
    _field(
        "relation",
        "与户主关系",
        "与户主的关系 和户主关系 同户主关系 家庭关系 户主关系 与户主之关系 关系 成员关系 与家庭户主关系 是户主的什么人",
        needed=True,
        single=True,
    ),
    _field("sex", "性别", "男女 性別", single=True),
    _field("birth_on", "出生日期", "出生年月 出生年月日 出生时间 生日", personal=True, single=True),
    _field("ethnic", "民族", "民族成份 民族成分 族别"),
    _field("education", "文化程度", "学历 受教育程度 教育程度 文化水平 最高学历 学历层次"),
    _field("political", "政治面貌", "政治身份 党派 政治面目"),
    _field("marital", "婚姻状况", "婚姻 婚姻状态 婚姻情况 婚否"),
    _field("health", "健康状况", "健康状态 身体状况 身体健康状况 健康情况", personal=True),
    _field("disability_kind", "残疾类别", "残疾类型 残疾种类", personal=True),
    _field("disability_grade", "残疾等级", "残疾级别", personal=True),
    _field(
        "labour_class",
        "劳动能力",
        "劳动技能 劳动力 劳动能力类别 劳动力类型 劳动力类别 劳动力情况 有无劳动能力 劳动力状况",
    ),
    _field("work_status", "就业状况", "就业状态 就业情况 是否就业 就业 是否务工 务工情况 务工状况 务工状态"),
    _field("work_form", "就业形式", "就业方式 就业类型 就业渠道 就业类别 务工方式 就业途径"),
    _field("work_division", "就业地", "就业地点 就业区域 务工地 务工地点 工作地 工作地点 务工区域 就业所在地"),
    _field("employer_kind", "单位性质", "工作单位性质 就业单位性质 单位类型 单位类别 用人单位性质"),
    _field(
        "work_started_on",
        "就业开始日期",
        "就业日期 就业时间 就业开始时间 务工开始日期 务工开始时间 入职日期 入职时间 上岗时间 务工时间",
    ),
    _field(
        "phone",
        "联系电话",
        "电话 电话号码 联系方式 手机 手机号 手机号码 移动电话 联系号码 本人电话",
        personal=True,
        digits=True,
        single=True,
    ),
    _field(
        "hukou_division",
        "户籍地",
        "户籍所在地 户口所在地 户籍地址 户籍 户口地址 户籍地区划代码 户籍所在地区划代码",
    ),
    _field(
        "hukou_moved",
        "户口是否迁移",
        "户籍是否迁移 是否迁移户口 是否迁移户籍 户口迁移 户籍迁移 是否迁户 户口是否迁入 户籍是否迁入 户口是否已迁移",
    ),
    _field(
        "hukou_moved_on",
        "户口迁移日期",
        "户籍迁移日期 户口迁移时间 户籍迁移时间 户口迁入日期 户籍迁入日期 迁户日期 户口迁入时间",
    ),
    _field(
        "residence_document",
        "居住证",
        "居住证件 居住证明 居住证办理情况 是否办理居住证 居住证或居住簿 居住证居住簿",
    ),
)
"""Said of the person."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """An insurance scheme (险种) and what rosters call it."""

    code: str
    title: str
    others: str
    """With blanks between."""

    @property
    def division(self) -> str:
        """Name of the column of the place."""
        return f"insured_{self.code}_division"

    @property
    def state(self) -> str:
        """Name of the column of the state."""
        return f"insured_{self.code}_state"

    def columns(self) -> tuple[Field, Field]:
        return (
            Field(self.division, f"{self.title}参保地", self._titles("参保地", "参保所在地", "参保县", "缴费地")),
            Field(
                self.state, f"{self.title}状态", self._titles("状态", "参保状态", "缴费状态", "参保情况", "待遇状态")
            ),
        )

    def _titles(self, *ends: str) -> tuple[str, ...]:
        ways = [f"{start}{end}" for start in (self.title, *self.others.split()) for end in ends]
        return tuple(ways[1:])


SCHEMES = (
    Scheme("110", "职工养老", "职工养老保险 城镇职工养老 城镇职工养老保险 企业职工养老保险 职工基本养老保险"),
    Scheme("170", "居民养老", "居民养老保险 城乡居民养老 城乡居民养老保险 城乡居民基本养老保险 新农保"),
    Scheme("210", "失业保险", "失业"),
    Scheme("310", "职工医保", "职工医疗 职工医疗保险 城镇职工医保 城镇职工医疗保险 职工基本医疗保险"),
    Scheme(
        "390", "居民医保", "居民医疗 居民医疗保险 城乡居民医保 城乡居民医疗保险 城乡居民基本医疗保险 新农合 合作医疗"
    ),
)
EMPLOYEE_PENSION = "insured_110_employer_kind"

INSURANCE = (
    *(field for scheme in SCHEMES for field in scheme.columns()),
    Field(EMPLOYEE_PENSION, "职工养老单位性质", ("职工养老参保单位性质", "职工养老保险单位性质", "参保单位性质")),
    Field("arrears", "是否欠费", ("欠费", "有无欠费", "社保是否欠费", "是否欠缴", "欠费情况")),
)

ROSTER = Shape((*HOUSEHOLD, *PERSON, *INSURANCE), rows_have=("name", "id_number"))
FIELDS = {field.name: field for field in ROSTER.fields}
