"""Rosters in tests: households as staff would list them, Identity numbers are of area 522799, which is assigned to nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from random import Random

import polars as pl
from stdnum.cn import ric

from services.registry.imports.fields import ROSTER
from shared.imports.fields import CellFault, Table

ON = date(2026, 11, 24)
"""The day of the upload."""
AREA = "522799"
COMMUNITY = "新民社区"
MEN, WOMEN = "1", "2"
FIRST_ROW = 2
"""Of a sheet whose header is row 1."""

Row = dict[str, str]
"""A row by usual header."""
Family = list[Row]
"""A household, its head first."""

_SURNAMES = "王李张刘陈杨罗韦黄吴班莫岑陆蒙石潘龙杜田"
_GIVEN = "芳伟敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉春梅国建文辉"
_PLACES = ("惠水县", "522731", "贵州省长顺县", "罗甸县", "贵州省黔南州平塘县", "522328")
_WORK = (
    ("企业", "惠水县", "企业"),
    ("扶贫车间", "惠水县", "企业"),
    ("公益性岗位", "惠水县", "机关事业单位"),
    ("自主创业", "惠水县", "其他"),
    ("劳务派遣", "贵州省长顺县", "企业"),
    ("外出务工", "广东省深圳市宝安区", "企业"),
)


# valid households


class Families:
    """Valid households, one after the other, no two with a flat or a number in common."""

    def __init__(self, random: Random, first_flat: int = 0) -> None:
        self.random = random
        self._next_flat = first_flat
        self._numbers: Counter[tuple[date, str]] = Counter()

    def take(self, n: int) -> list[Family]:
        return [self.family() for _ in range(n)]

    def family(self, least: int = 1) -> Family:
        """A household of at least that many people (at most 4 asked for)."""
        place = flat_of(self._next_flat)
        self._next_flat += 1
        shared = self._household(place)
        people = self._people()
        while len(people) < least:
            people = self._people()
        head = people[0]["姓名"]
        return [shared | {"户主": head} | person for person in people]

    def number(self, birth: date, sex: str) -> str:
        """An identity number that was not given yet."""
        n = self._numbers[birth, sex]
        self._numbers[birth, sex] += 1
        sequence = 2 * n + (1 if sex == MEN else 2)
        body = f"{AREA}{birth:%Y%m%d}{sequence:03}"
        return body + str(ric.calc_check_digit(body + "0"))

    def _household(self, place: tuple[str, str, str]) -> Row:
        random = self.random
        dibao = random.random() < 0.1
        settled = date(2018, 6, 1) + timedelta(days=random.randrange(1000))
        return {
            "安置点": COMMUNITY,
            "楼栋": place[0],
            "单元": place[1],
            "房号": place[2],
            "是否建档立卡": random.choice(("是", "否")),
            "原住址": f"{random.choice(_PLACES)}某镇某村",
            "入住日期": settled.isoformat(),
            "是否低保": "是" if dibao else "否",
            "低保类别": "农村" if dibao else "",
            "低保地": "惠水县" if dibao else "",
            "民族": random.choice(("布依族", "苗族", "汉族")),
        }

    def _people(self) -> list[Row]:
        random = self.random
        age, sex = random.randint(30, 68), random.choice((MEN, WOMEN))
        head = self._person("户主", sex, age)
        people = [head]
        if random.random() < 0.75:
            people.append(
                self._person("妻" if sex == MEN else "丈夫", WOMEN if sex == MEN else MEN, age - random.randint(0, 5))
            )
        names = {MEN: ["长子", "次子", "三子"], WOMEN: ["长女", "次女", "三女"]}
        for _ in range(random.choice((0, 1, 1, 2, 2, 3))):
            own = random.choice((MEN, WOMEN))
            people.append(self._person(names[own].pop(0), own, random.randint(0, age - 22)))
        if random.random() < 0.25:
            own = random.choice((MEN, WOMEN))
            people.append(self._person("父亲" if own == MEN else "母亲", own, age + random.randint(20, 30)))
        return people

    def _person(self, relation: str, sex: str, age: int) -> Row:
        random = self.random
        birth = date(ON.year - age, 1, 1) - timedelta(days=random.randrange(365))
        own = random.choice(_SURNAMES) + "".join(random.sample(_GIVEN, random.choice((1, 2))))
        return {
            "姓名": own,
            "身份证号": self.number(birth, sex),
            "与户主关系": relation,
            "性别": "男" if sex == MEN else "女",
            "出生日期": birth.isoformat(),
            **self._profile(relation, age),
            **self._work(age),
            **self._insurance(age),
            "户籍地": random.choice(_PLACES),
            "户口是否迁移": (moved := random.choice(("是", "否"))),
            "户口迁移日期": "2021-03-05" if moved == "是" else "",
            "居住证": random.choice(("居住证", "居住簿", "无", "")),
            "联系电话": f"138{random.randrange(10**8):08}" if age >= 18 and random.random() < 0.8 else "",
        }

    def _profile(self, relation: str, age: int) -> Row:
        schooling = "文盲" if age < 7 else "小学" if age < 13 else self.random.choice(("小学", "初中", "高中", "大专"))
        return {
            "文化程度": schooling if age < 13 or age > 18 else "小学",
            "政治面貌": "中共党员" if age > 30 and self.random.random() < 0.05 else "群众",
            "婚姻状况": "已婚" if relation in ("户主", "妻", "丈夫") else "未婚" if age < 20 else "",
        }

    def _work(self, age: int) -> Row:
        nothing = {"就业形式": "", "就业地": "", "单位性质": "", "就业开始日期": ""}
        if not 17 <= age <= 59:
            return {"劳动能力": "无劳动力", "就业状况": "无"} | nothing
        ability = self.random.choice(("技能劳动力", "普通劳动力", "普通劳动力", "弱劳动力或半劳动力"))
        if self.random.random() < 0.1:
            return {"劳动能力": ability, "就业状况": self.random.choice(("未就业", ""))} | nothing
        form, place, kind = self.random.choice(_WORK)
        work = {"就业状况": "已就业", "就业形式": form, "就业地": place, "单位性质": kind, "就业开始日期": "2024-03-01"}
        return {"劳动能力": ability} | work

    def _insurance(self, age: int) -> Row:
        place = self.random.choice(_PLACES)
        pension = "领取" if age >= 60 else "缴费"
        return {
            "职工养老参保地": "",
            "职工养老状态": "",
            "居民养老参保地": place if age >= 16 else "",
            "居民养老状态": pension if age >= 16 else "",
            "居民医保参保地": place,
            "居民医保状态": "缴费",
            "是否欠费": "否",
        }


def flat_of(n: int) -> tuple[str, str, str]:
    """Block, unit and flat of the n-th household: twelve flats in a unit, two units in a block."""
    floor, side = n % 12 // 2 + 1, n % 2 + 1
    return str(n // 24 + 1), str(n // 12 % 2 + 1), f"{floor}0{side}"


def left_blank_below(family: Iterable[Row]) -> Family:
    """The household as many keep it: what is said of all of it stands in the head's row alone."""
    shared = {
        "户主",
        "安置点",
        "楼栋",
        "单元",
        "房号",
        "是否建档立卡",
        "原住址",
        "入住日期",
        "是否低保",
        "低保类别",
        "低保地",
    }
    first, *others = family
    return [first, *({h: "" if h in shared else text for h, text in row.items()} for row in others)]


def table_of(rows: Sequence[Row], faults: Sequence[CellFault] = ()) -> Table:
    """The table that a sheet of these rows is read as."""
    headers = list(dict.fromkeys(header for row in rows for header in row))
    columns: dict[str, list[str | None]] = {
        field.name: [row.get(field.title, "") if field.title in headers else None for row in rows]
        for field in ROSTER.fields
    }
    numbers = range(FIRST_ROW, FIRST_ROW + len(rows))
    frame = pl.DataFrame(
        {"sheet": [0] * len(rows), "row": list(numbers), **columns},
        schema={"sheet": pl.UInt16, "row": pl.UInt32} | {field.name: pl.String for field in ROSTER.fields},
    )
    present = frozenset(field.name for field in ROSTER.fields if field.title in headers)
    return Table(frame, ("花名册",), present, (), tuple(faults))
