"""A roster of any size: synthetic, the same each time, every row in order."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from datetime import date, timedelta

from stdnum.cn import ric

from tests.support.names import names

_FORMS = ("企业", "扶贫车间", "公益性岗位", "自主创业", "劳务派遣", "外出务工")
_PER_FLOOR, _FLOORS, _UNITS = 2, 11, 3
PEOPLE_OF_A_SET = 80_000
"""Of one set of numbers: households of four."""
_OF_A_YEAR = 365 * 499
"""Numbers of a sex that a year has room for."""


def flats(number: int) -> Iterator[tuple[str, str, str, str]]:
    """Block, unit, floor, flat of so many flats, in order."""
    for n in range(number):
        rest, on_floor = divmod(n, _PER_FLOOR)
        rest, floor = divmod(rest, _FLOORS)
        block, unit = divmod(rest, _UNITS)
        yield f"{block + 1}栋", f"{unit + 1}单元", f"{floor + 1}层", f"{floor + 1}{on_floor + 1:02d}"


def plan(name: str, code: str, households: int) -> bytes:
    """房屋名册 as CSV."""
    rows = ((name, code, *flat, "80") for flat in flats(households))
    return _csv(("安置点", "区划代码", "楼栋", "单元", "楼层", "房号", "面积"), rows)


_HEADERS = (
    "户主", "姓名", "身份证号", "与户主关系", "民族", "文化程度", "政治面貌", "原区划代码", "安置点", "楼栋",
    "单元", "房号", "是否建档立卡", "劳动能力", "就业状况", "就业形式", "就业地", "联系电话", "入住日期", "户籍地",
    "户口是否迁移", "职工养老参保地", "职工养老状态", "居民养老参保地", "居民养老状态", "居民医保参保地", "居民医保状态",
    "是否低保",
)  # fmt: skip


def roster(name: str, people: int, numbers_of: int = 1, named_as: int | None = None) -> bytes:
    """花名册 as CSV: households of four, of `people` people in all. Names and ID numbers are those of a set; a set has 80,000 people, and
    more of them have the numbers of the sets that follow. `named_as`: another set whose names they have."""
    drawn, called = random.Random(1), iter(names(named_as or numbers_of, people))
    numbered = enumerate(flats(people // 4), numbers_of * PEOPLE_OF_A_SET // 4)
    return _csv(_HEADERS, (row for n, flat in numbered for row in _household(drawn, n, name, flat, called)))


def _household(
    drawn: random.Random, n: int, name: str, flat: tuple[str, str, str, str], called: Iterator[str]
) -> Iterator[tuple[str, ...]]:
    block, unit, _, door = flat
    poor, dibao = drawn.random() < 0.75, drawn.random() < 0.1
    head = next(called)
    for relation, years, female in (("户主", 45, 0), ("妻", 43, 1), ("长子", 20, 0), ("女", 12, 1)):
        working = years >= 20 and drawn.random() < 0.6
        work = ("已就业", drawn.choice(_FORMS), drawn.choice(("522731", "330106"))) if working else ("无", "", "")
        adult = years > 16
        yield (
            head,
            head if relation == "户主" else next(called),
            _id_number(2026 - years, n, female),
            relation,
            drawn.choice(("布依族", "苗族", "汉族")),
            "初中" if adult else "小学",
            "群众",
            "522731102",
            name,
            block,
            unit,
            door,
            "是" if poor else "否",
            "普通劳动力" if adult else "无劳动力",
            *work,
            f"13{drawn.randrange(10**9):09d}" if adult else "",
            "2019-06-01",
            "522731102",
            "否",
            "",
            "",
            "522731" if adult else "",
            "缴费" if adult else "",
            "522731",
            "缴费",
            "是" if dibao else "否",
        )


def _id_number(year: int, n: int, female: int) -> str:
    """The n-th of its year and sex, in area 522799, which is assigned to nobody."""
    earlier, n = divmod(n, _OF_A_YEAR)
    birth = date(year - earlier, 1, 1) + timedelta(days=n % 365)
    body = f"522799{birth:%Y%m%d}{n // 365 * 2 + 1 - female:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def _csv(headers: tuple[str, ...] | list[str], rows: Iterator[tuple[str, ...]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headers)
    writer.writerows(rows)
    return out.getvalue().encode()
