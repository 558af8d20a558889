"""Ways in which a roster's households are wrong, and what is to be told of them.

`DAMAGES` is the table: a row's name, the usual header of the cell, the code, whether it keeps its row out, on whom it can be. A head that
stays out holds its household back. `Damage.apply` hurts one household; `expected` puts households below one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from stdnum.cn import ric

from services.registry.imports.fields import ROSTER
from shared.imports.fields import CellFault, Severity
from tests.support.rosters import FIRST_ROW, ON, Family, Row


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a cell: row of the family (from 0), usual header, code."""

    at: int
    column: str
    code: str


@dataclass(frozen=True, slots=True)
class Damage:
    """A way in which a household's rows are wrong. `column`: usual header. `on`: head, member or any row. `hurt` changes the rows, one of
    which it is told; it returns those of which the report tells (None: of that one)."""

    name: str
    column: str
    code: str
    hurt: Callable[[Random, Family, int], Sequence[int] | None]
    on: str = "any"
    severity: Severity = Severity.ERROR

    @property
    def keeps_out(self) -> bool:
        """Does the row stay out?"""
        return self.severity is Severity.ERROR

    def applies_to(self, family: Sequence[Row]) -> bool:
        return self.on != "member" or len(family) > 1

    def apply(self, random: Random, family: Sequence[Row]) -> tuple[Family, list[Told]]:
        """The damaged household, and all that is to be said of it; a head that stays out holds the others back."""
        rows = [dict(row) for row in family]
        least = 1 if self.on == "member" else 0
        at = 0 if self.on == "head" else random.randrange(least, len(rows))
        found = self.hurt(random, rows, at)
        told = [Told(row, self.column, self.code) for row in ([at] if found is None else found)]
        wrong = {one.at for one in told} if self.keeps_out else set()
        if 0 in wrong:
            told += [Told(row, "姓名", "head-held-back") for row in range(1, len(rows)) if row not in wrong]
        return rows, told


def _cell(
    name: str, column: str, code: str, *texts: str, on: str = "any", warning: bool = False, **beside: str
) -> Damage:
    """A cell with one of these texts; `beside`: what stands in other cells of the row."""

    def hurt(random: Random, rows: Family, at: int) -> None:
        rows[at] |= {**beside, column: random.choice(texts)}

    return Damage(name, column, code, hurt, on, Severity.WARNING if warning else Severity.ERROR)


def _number(name: str, code: str, change: Callable[[str], str], warning: bool = False) -> Damage:
    def hurt(random: Random, rows: Family, at: int) -> None:
        rows[at]["身份证号"] = change(rows[at]["身份证号"])

    return Damage(name, "身份证号", code, hurt, severity=Severity.WARNING if warning else Severity.ERROR)


def _with_check_digit(number: str) -> str:
    return number[:17] + str(ric.calc_check_digit(number))


def _wrong_check_digit(number: str) -> str:
    return number[:17] + ("1" if number[17] != "1" else "2")


def _repeat(random: Random, rows: Family, at: int) -> Sequence[int]:
    rows.append(dict(rows[at]))
    return [len(rows) - 1]


def _repeat_with_other_name(random: Random, rows: Family, at: int) -> Sequence[int]:
    rows.append(rows[at] | {"姓名": "另一人", "与户主关系": "其他", "婚姻状况": ""})
    return [at, len(rows) - 1]


def _other_word(column: str, words: Mapping[str, str]) -> Callable[[Random, Family, int], None]:
    def hurt(random: Random, rows: Family, at: int) -> None:
        rows[at][column] = words.get(rows[0][column], next(iter(words.values())))

    return hurt


_PLACE = ("安置点", "楼栋", "单元", "房号")


def _head_again(random: Random, rows: Family, at: int) -> Sequence[int]:
    """The last of the household calls itself its head."""
    last = rows[-1]
    last |= {"与户主关系": "户主", "出生日期": "", **{part: rows[0][part] for part in _PLACE}}
    number, year = last["身份证号"], int(last["身份证号"][6:10])
    if year > ON.year - 17:  # a head under 16 is another matter; nobody else is as old as this
        last |= {"身份证号": _with_check_digit(f"{number[:6]}{year - 108}{number[10:]}"), "性别": ""}
    return [len(rows) - 1]


def _flat_contradicts(random: Random, rows: Family, at: int) -> None:
    rows[at] |= {part: rows[0][part] for part in _PLACE}
    rows[at]["房号"] = random.choice(("9999栋2单元302", "9999-9-302"))


def _other_sex(random: Random, rows: Family, at: int) -> None:
    rows[at]["性别"] = "男" if rows[at]["性别"] == "女" else "女"


def _month_only(random: Random, rows: Family, at: int) -> Sequence[int]:
    """All rows that say it say it so; it is told once."""
    for row in rows:
        row["入住日期"] = "2019年6月" if row["入住日期"] else ""
    return [0]


_NO_WORK = {"就业状况": "", "就业形式": "", "单位性质": "", "就业开始日期": ""}
_LONG = "长" * 61
DAMAGES: tuple[Damage, ...] = (
    # who
    _cell("name-blank", "姓名", "required", "", " ", "-", "/"),
    _cell("name-too-long", "姓名", "name-too-long", _LONG, "字" * 200),
    _cell("name-markup", "姓名", "name-characters", "<b>王芳</b>", "<script>alert(1)</script>"),
    _cell("name-control", "姓名", "name-characters", "王>芳"),
    _cell("name-with-number", "姓名", "personal-data", "王芳13800000001", "王芳 522799198003150013"),
    _cell("name-no-letter", "姓名", "name-without-letter", "123", "…"),
    _cell("number-blank", "身份证号", "required", "", "—"),
    _number("number-check-digit", "id-number-checksum", _wrong_check_digit),
    _number("number-short", "id-number-length", lambda number: number[:17]),
    _number("number-long", "id-number-length", lambda number: number + "0"),
    _number("number-fifteen", "id-number-length", lambda number: number[:6] + number[8:17]),
    _number("number-letter", "id-number-characters", lambda number: "O" + number[1:]),
    _number("number-birth", "id-number-birth-date", lambda n: _with_check_digit(n[:6] + "19990230" + n[14:])),
    _number("number-month", "id-number-birth-date", lambda n: _with_check_digit(n[:6] + "19991301" + n[14:])),
    _number("number-old", "id-number-birth-date", lambda n: _with_check_digit(n[:6] + "18990101" + n[14:])),
    _number("number-future", "id-number-birth-in-future", lambda n: _with_check_digit(n[:6] + "20990101" + n[14:])),
    Damage("person-repeated", "身份证号", "person-repeated", _repeat),
    Damage("number-with-two-names", "身份证号", "number-with-two-names", _repeat_with_other_name),
    _cell("phone-short", "联系电话", "phone-format", "1380000000", "6221234"),
    _cell("phone-two", "联系电话", "phone-format", "13800000001/13900000002"),
    _cell("phone-words", "联系电话", "phone-format", "同上"),
    _cell("relation-blank", "与户主关系", "required", "", "-"),
    _cell("relation-unknown", "与户主关系", "relation-unknown", "媳妇", "邻居家的", "03", "98"),
    # where
    _cell("community-blank", "安置点", "required", "", on="head"),
    _cell("community-markup", "安置点", "name-characters", "<i>新民社区"),
    _cell("community-long", "安置点", "name-too-long", _LONG),
    _cell("block-blank", "楼栋", "required", "", "/", on="head"),
    _cell("unit-blank", "单元", "required", "", on="head"),
    _cell("flat-blank", "房号", "required", "", "不详", on="head"),
    _cell("block-unread", "楼栋", "part-format", "??", "1/2", "3单元"),
    _cell("unit-unread", "单元", "part-format", "!!", "3栋"),
    _cell("flat-unread", "房号", "part-format", "3/4", "<302>"),
    _cell("flat-long", "房号", "part-too-long", "长长短短长长短短长长短短长长短短长"),
    Damage("flat-contradicts", "房号", "parts-contradict", _flat_contradicts),
    _cell("head-of-another-name", "户主", "head-name-differs", "不是本户人", on="member"),
    Damage("second-head", "与户主关系", "second-head", _head_again, "member"),
    # of the household
    _cell("poor-unread", "是否建档立卡", "registered-poor-unknown", "也许", "2", on="member"),
    _cell("poor-unread-head", "是否建档立卡", "registered-poor-unknown", "也许", on="head"),
    Damage("poor-differs", "是否建档立卡", "differs-from-head", _other_word("是否建档立卡", {"是": "否", "否": "是"}), "member"),
    _cell("settled-format", "入住日期", "date-format", "去年", "19.6.1", "43617"),
    _cell("settled-impossible", "入住日期", "date-impossible", "2019-02-30", "2019年13月1日"),
    _cell("settled-early", "入住日期", "date-out-of-range", "1899-12-31"),
    _cell("settled-future", "入住日期", "date-in-future", "2030-01-01", "20991231"),
    _cell("settled-differs", "入住日期", "differs-from-head", "2017-01-01", on="member"),
    _cell("dibao-unread", "是否低保", "dibao-unknown", "特困", "以前是"),
    _cell("dibao-class-unread", "低保类别", "dibao-class-unknown", "甲类", 是否低保="", 低保地=""),
    _cell("dibao-contradicts", "是否低保", "dibao-contradicts", "否", on="head", 低保类别="农村"),
    _cell("dibao-place-unknown", "低保地", "division-unknown", "某某县", "火星", 是否低保="", 低保类别=""),
    _cell("moved-from-code", "原区划代码", "division-unknown", "12345"),
    _cell("moved-from-coarse", "原区划代码", "division-too-coarse", "52", "贵州省"),
    # facts of a person
    _cell("ethnic-unread", "民族", "ethnic-unknown", "布衣族", "60"),
    _cell("education-unread", "文化程度", "education-unknown", "学生", "9"),
    _cell("political-unread", "政治面貌", "political-unknown", "积极分子", "99"),
    _cell("marital-unread", "婚姻状况", "marital-unknown", "恋爱中", "50"),
    _cell("labour-unread", "劳动能力", "labour-class-unknown", "部分", "看情况"),
    _cell("work-unread", "就业状况", "work-status-unknown", "不一定", 就业形式="", 就业地="", 单位性质="", 就业开始日期=""),
    _cell("work-form-unread", "就业形式", "work-form-unknown", "修仙"),
    _cell("work-contradicts", "就业形式", "work-contradicts", "企业", "扶贫车间", 就业状况="无"),
    _cell("work-place-unknown", "就业地", "division-unknown", "某某厂"),
    _cell("work-place-ambiguous", "就业地", "division-ambiguous", "朝阳区", "鼓楼区"),
    _cell("work-place-coarse", "就业地", "division-too-coarse", "广东省", "浙江杭州", "44"),
    _cell("employer-unread", "单位性质", "employer-kind-unknown", "不知道啥单位"),
    _cell("work-since-future", "就业开始日期", "date-in-future", "2027-01-01"),
    _cell("hukou-unread", "户口是否迁移", "hukou-moved-unknown", "打算迁", 户口迁移日期=""),
    _cell("hukou-contradicts", "户口迁移日期", "hukou-contradicts", "2021-05-01", 户口是否迁移="否"),
    _cell("hukou-place-unknown", "户籍地", "division-unknown", "某某村"),
    _cell("hukou-date", "户口迁移日期", "date-format", "三年前", 户口是否迁移="是"),
    _cell("document-unread", "居住证", "residence-document-unknown", "A123456"),
    _cell("pension-state-unread", "居民养老状态", "insurance-state-unknown", "退休", "差不多", 居民养老参保地="惠水县"),
    _cell("pension-half", "居民养老参保地", "insurance-half", "", 居民养老状态="缴费"),
    _cell("pension-half-state", "居民养老状态", "insurance-half", "", 居民养老参保地="惠水县"),
    _cell("pension-contradicts", "居民养老状态", "insurance-contradicts", "未参保", 居民养老参保地="惠水县"),
    _cell("medical-place-coarse", "居民医保参保地", "division-too-coarse", "黔南州", 居民医保状态="缴费"),
    _cell("medical-state-unread", "居民医保状态", "insurance-state-unknown", "领取", "3", 居民医保参保地="惠水县"),
    _cell("employee-pension-half", "职工养老参保地", "insurance-half", "", 职工养老状态="退休"),
    _cell("arrears-unread", "是否欠费", "yes-no-unknown", "欠一点"),
    # warnings
    Damage("sex-differs", "性别", "sex-differs", _other_sex, severity=Severity.WARNING),
    _cell("sex-unread", "性别", "sex-unknown", "不男不女", warning=True),
    _cell("birth-differs", "出生日期", "birth-differs", "1901-01-01", warning=True),
    _cell("birth-unread", "出生日期", "date-format", "龙年", warning=True),
    _number("area-unknown", "id-number-area-unknown", lambda n: _with_check_digit("990000" + n[6:]), warning=True),
    Damage("settled-month", "入住日期", "day-not-said", _month_only, severity=Severity.WARNING),
    _cell("moved-from-unread", "原住址", "moved-from-left-out", "老家", on="head", warning=True),
    _cell("moved-from-other", "原住址", "differs-from-head", "湖南省凤凰县某村", on="member", warning=True),
    _cell("work-place-vague", "就业地", "work-place-left-out", "省外", "县外", "本地", warning=True, **_NO_WORK),
    _cell("work-place-alone", "就业地", "work-left-out", "惠水县", warning=True, **_NO_WORK),
    _cell("place-not-in-table", "户籍地", "division-not-in-table", "990000", warning=True),
)  # fmt: skip
"""Every way in which a household is wrong, one at a time."""


def told_of(faults: Iterable[CellFault]) -> set[tuple[int, str, str]]:
    """Row, usual header, code."""
    return {(fault.row, ROSTER.title(fault.column), fault.code) for fault in faults}


def expected(families: Iterable[tuple[Family, Sequence[Told]]]) -> tuple[list[Row], set[tuple[int, str, str]]]:
    """Households below one another, and what is to be told of the sheet."""
    rows: list[Row] = []
    told: set[tuple[int, str, str]] = set()
    for family, found in families:
        told |= {(FIRST_ROW + len(rows) + one.at, one.column, one.code) for one in found}
        rows += family
    return rows, told
