"""Every way of writing a block, a unit, a flat, a floor, an area."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.imports.values import (
    Door,
    account,
    area_m2,
    chinese_number,
    community,
    community_code,
    floor,
    locate,
    says_nothing,
    tidy,
)
from shared.validation import Wrong

BLOCKS = {
    "1": "1 1栋 1幢 1座 1号楼 1# 1#楼 一栋 第1栋 第一栋 01 1.0 1栋楼 １栋 ＃1 1号".replace(" ＃1", ""),
    "12": "12栋 十二栋 12号楼 第十二幢 １２栋",
    "20": "二十栋 20",
    "A": "A栋 a栋 Ａ座 A",
    "A1": "A1栋 a1号楼",
    "3A": "3A栋",
    "甲": "甲栋",
    "迎宾楼": "迎宾楼",
}


@pytest.mark.parametrize(("meant", "text"), [(k, text) for k, texts in BLOCKS.items() for text in texts.split()])
def test_blocks(meant: str, text: str) -> None:
    assert locate({"block": text}) == (Door(block=meant), {})


@pytest.mark.parametrize("text", ["2", "2单元", "二单元", "第2单元", "第二单元", "02", "2门", "2梯", "２单元", "2.0"])
def test_units(text: str) -> None:
    assert locate({"unit": text}) == (Door(unit="2"), {})


@pytest.mark.parametrize(
    "text",
    ["302", "302室", "302号", "302房", "３０２", "302.0", "302号房", "3楼302", "3层302室", "三零二室", "30 2", "'302"],
)
def test_flats(text: str) -> None:
    assert locate({"flat": text}) == (Door(flat="302"), {})


@pytest.mark.parametrize(
    ("block", "unit", "flat"),
    [
        ("", "", "1栋2单元302"),
        ("1", "", "1栋2单元302室"),
        ("1栋", "2", "1-2-302"),
        ("", "", "1号楼2单元3楼302号"),
        ("1", "2", "2-302"),
        ("1", "2", "1-302"),
        ("1", "", "2-302"),
        ("", "2", "1-302"),
        ("1栋2单元", "", "302"),
        ("1栋2单元", "2单元", "302"),
        ("", "1栋2单元", "302"),
        ("1栋", "", "2单元302"),
    ],
)
def test_parts_written_in_one_cell(block: str, unit: str, flat: str) -> None:
    assert locate({"block": block, "unit": unit, "flat": flat}) == (Door(block="1", unit="2", flat="302"), {})


def test_an_estate_may_stand_before_the_block() -> None:
    assert locate({"block": "二期3栋"}) == (Door(estate="2", block="3"), {})
    assert locate({"estate": "一期", "block": "3栋"}) == (Door(estate="1", block="3"), {})
    assert locate({"estate": "B区", "block": "3栋"}) == (Door(estate="B", block="3"), {})


@pytest.mark.parametrize("flat", ["3-302", "302-1", "0302", "商铺1"])
def test_a_flat_that_is_called_so_stays(flat: str) -> None:
    assert locate({"block": "1", "unit": "2", "flat": flat})[0].flat == flat


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"block": "??"}, "block", "part-format"),
        ({"block": "3单元"}, "block", "part-format"),
        ({"unit": "3栋"}, "unit", "part-format"),
        ({"flat": "3/4"}, "flat", "part-format"),
        ({"flat": "长" * 17}, "flat", "part-too-long"),
        ({"flat": "13800000001"}, "flat", "personal-data"),
        ({"block": "1栋", "flat": "2栋1单元302"}, "flat", "parts-contradict"),
        ({"block": "1栋", "unit": "2栋1单元"}, "unit", "parts-contradict"),
    ],
)
def test_what_cannot_be_told(cells: dict[str, str], column: str, code: str) -> None:
    door, wrong = locate(cells)
    assert {at: refusal.code for at, refusal in wrong.items()} == {column: code}
    assert getattr(door, column) is None


def test_a_blank_part_is_not_said() -> None:
    assert locate({"block": " ", "unit": "/", "flat": None}) == (Door(), {})


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十一", 21),
        ("一百零二", 102),
        ("三零二", 302),
        ("两", 2),
        ("十十", None),
        ("a", None),
    ],
)
def test_chinese_numbers(text: str, number: int | None) -> None:
    assert chinese_number(text) == number


@pytest.mark.parametrize(
    ("text", "level"),
    [("3", 3), ("3层", 3), ("三楼", 3), ("3F", 3), ("负一层", -1), ("-1", -1), ("地下1层", -1), ("12.0", 12)],
)
def test_floors(text: str, level: int) -> None:
    assert floor(text) == level


@pytest.mark.parametrize("text", ["80", "80.00", "80㎡", "80平方米", "80 m²", "８０平米"])
def test_areas(text: str) -> None:
    assert area_m2(text) == Decimal("80.00")


def test_names_and_codes() -> None:
    assert community(" 新民 社区\u200b") == "新民社区"
    assert community_code("522731 003012") == "522731003012"
    assert account("Zhang.san@x ") == "Zhang.san@x"
    assert tidy("\u202e王\u3000 芳’") == "王 芳"


@pytest.mark.parametrize("text", ["", " ", "\u3000", "-", "/", "——", "不详", "N/A", "未知", "\u200b"])
def test_nothing_said(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize(
    ("reader", "text", "code"),
    [
        (floor, "顶层", "floor-format"),
        (floor, "100", "floor-format"),
        (floor, "九" * 5000, "floor-format"),
        (area_m2, "八十", "area-format"),
        (area_m2, "80.123", "area-format"),
        (account, "张三", "account-format"),
        (community_code, "522731", "community-code-format"),
        (community, "<b>", "name-characters"),
        (community, "长" * 61, "name-too-long"),
        (community, "王芳13800000001", "personal-data"),
    ],
)
def test_refusals(reader, text: str, code: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Wrong) as refused:
        reader(text)
    assert refused.value.code == code
    assert refused.value.en
    assert refused.value.zh
    assert text not in refused.value.en + refused.value.zh
