"""One workbook as bad as they come, made by hand; and one that means harm."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from stdnum.cn import ric

from shared.auth import Role
from tests.support.clients import Service
from tests.support.imports import bring_in, cells, csv_of
from tests.support.people import COMMUNITY, plan

NAME = "新民社区"


def number(birth: str, sequence: str) -> str:
    body = f"522799{birth}{sequence}"
    return body + str(ric.calc_check_digit(body + "0"))


def ending_in_x() -> str:
    return next(n for s in range(501, 999, 2) if (n := number("19850505", str(s))).endswith("X"))


HEAD, WIFE, SON = number("19700101", "511"), number("19720202", "522"), number("19990303", "533")
SECOND, THIRD, FOURTH, FIFTH = ending_in_x(), *(number("19600606", s) for s in ("541", "543", "545"))
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")

HEADERS: list[tuple[str, str | None]] = [  # group above, leaf below; None: one cell over both lines
    ("序号", None),
    ("家 庭 住 址", "安置小区"),
    ("家 庭 住 址", "楼栋号*"),
    ("家 庭 住 址", "单元\n（梯）"),
    ("家 庭 住 址", "房间号（室）"),
    ("户主姓名", None),
    ("成员信息", "成员姓名"),
    ("成员信息", "公民身份号码（必填）"),
    ("成员信息", "家庭关系"),
    ("成员信息", "民 族"),
    ("成员信息", "学历"),
    ("劳动就业", "劳动能力"),
    ("劳动就业", "就业状况"),
    ("劳动就业", "就业形式"),
    ("联系方式", None),
    ("入住时间", None),
    ("居民养老", "参保地"),
    ("居民养老", "状态"),
    ("备注", None),
]


def ugly() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        note = book.add_worksheet("填表说明")
        note.write_column(0, 0, ["填表说明", "1. 姓名与身份证号必须一致", "2. 请勿合并单元格（大家都没照做）"])
        day = book.add_format({"num_format": "yyyy/m/d"})
        page = book.add_worksheet("花名册")
        page.merge_range(0, 0, 0, len(HEADERS) - 1, "新民社区易地扶贫搬迁安置户花名册")
        page.write(1, 0, "填报单位（盖章）：新民社区居委会")
        page.write(1, 10, "单位：户、人")
        _headers(page, 3)
        page.merge_range(6, 1, 8, 1, NAME)
        page.merge_range(6, 2, 8, 2, "一栋")
        page.merge_range(6, 3, 8, 3, "1单元")
        page.merge_range(6, 4, 8, 4, "101室")
        page.merge_range(6, 5, 8, 5, "张 三")
        rows: list[tuple[int, dict[int, Any]]] = [
            (6, {6: "张三", 7: f"'{HEAD[:6]} {HEAD[6:14]} {HEAD[14:]}", 8: "户主", 9: "布依", 10: "初中", 11: "普通劳动力", 12: "务工",
                 13: "就业帮扶车间", 14: 13800005678.0, 15: date(2019, 6, 1), 16: "惠水县", 17: "正常缴费"}),
            (7, {6: "李\u200b四\u202e", 7: WIFE.translate(WIDE), 8: "妻子", 9: "苗族", 12: "无"}),
            (8, {6: "张小三", 7: SON, 8: "长子", 10: "大专"}),
            (10, {1: NAME, 2: "1号楼", 3: "一单元", 4: "１０２", 5: "王五", 6: "王五", 7: SECOND.lower(), 8: "本人", 15: "2019.6.1"}),
            (11, {6: "王小五", 7: "", 8: "女儿"}),
            (13, {1: NAME, 2: "1幢", 3: 2.0, 4: "201号", 5: "赵六", 6: "赵六", 7: THIRD, 8: "户主", 15: "二〇一九年"}),
            (14, {1: NAME, 2: "第2栋", 3: "1", 4: 302.0, 5: "钱七", 6: "钱七", 7: FOURTH, 8: "02", 15: "2019年6月1日"}),
            (15, {1: NAME, 2: "2", 3: "二", 4: "2-301", 5: "孙八", 6: "孙八", 7: int(FIFTH.replace("X", "0")) * 1.0, 8: "户主"}),
        ]  # fmt: skip
        for n, (line, values) in enumerate(rows, 1):
            page.write_number(line, 0, n)
            for column, value in values.items():
                if isinstance(value, date):
                    page.write_datetime(line, column, value, day)
                elif isinstance(value, float):
                    page.write_number(line, column, value)
                else:
                    page.write_string(line, column, value)
        page.write_formula(14, 12, '=IF(1,"已就业","")', None, "已就业")
        page.write_formula(14, 13, '="企"&"业"', None, "企业")
        _headers(page, 17)
        page.write(20, 0, "合计")
        page.write(20, 6, "8人")
        page.write(21, 0, "制表人：某某　　　审核人：某某　　　填表日期：2026年11月24日")
        book.worksheets()[0].activate()
    return out.getvalue()


def _headers(page: Any, line: int) -> None:
    start = 0
    for column, (group, leaf) in enumerate(HEADERS):
        if leaf is None:
            page.merge_range(line, column, line + 1, column, group)
            start = column + 1
            continue
        page.write_string(line + 1, column, leaf)
        if column + 1 == len(HEADERS) or HEADERS[column + 1][0] != group or HEADERS[column + 1][1] is None:
            if column > start:
                page.merge_range(line, start, line, column, group)
            else:
                page.write_string(line, column, group)
            start = column + 1


@pytest.fixture
async def estate(registry: Service) -> Service:
    assert (await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())).status_code == 201
    await registry.said()
    return registry


async def test_every_way_of_writing_is_understood_in_one_ugly_workbook(estate: Service) -> None:
    report = await bring_in(estate, ugly())
    assert report["status"] == "done", report["problem"]
    assert (report["rows"], report["ignored_columns"]) == (8, ["备注"])
    errors = {cell for cell, fault in zip(cells(report), report["errors"], strict=True) if fault["severity"] == "error"}
    assert errors == {
        (12, "身份证号", "required"),
        (14, "入住日期", "date-format"),
        (16, "身份证号", "number-lost-digits"),
    }
    people = {
        r["name"]: r
        for r in await estate.database.pool.fetch(
            """select p.*, h.block || '-' || h.unit || '-' || h.flat as door, h.settled_on, m.relation from persons p
                 join households h using (household_id)
                 join memberships m on m.person_id = p.person_id and m.kind = 'coliving'"""
        )
    }
    assert {name: (r["door"], r["relation"]) for name, r in people.items()} == {
        "张三": ("1-1-101", "02"),
        "李四": ("1-1-101", "12"),
        "张小三": ("1-1-101", "22"),
        "王五": ("1-1-102", "02"),
        "钱七": ("2-1-302", "02"),
    }
    head = people["张三"]["facts"]
    assert head["work"] == {"status": "employed", "form": "workshop"}
    assert head["insurance:170"] == [{"division": "522731", "state": "paying"}]
    assert (head["profile"], head["labour_class"]) == ({"ethnic": "09", "education": "70"}, "ORDINARY")
    assert people["李四"]["facts"]["work"] == {"status": "none"}
    assert people["钱七"]["facts"]["work"] == {"status": "employed", "form": "enterprise"}
    assert {str(r["settled_on"]) for r in people.values()} == {"2019-06-01"}
    keys = estate.app.state.keys
    assert people["王五"]["id_number_lookup"] == keys.lookup_hash("id_number", SECOND)
    assert people["张三"]["phone_lookup"] == keys.lookup_hash("phone", "13800005678")


HOSTILE = [
    "=HYPERLINK(\"http://127.0.0.1\",\"点我\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "<script>alert(1)</script>",
    "<b>王五</b>",
    "王\x07五\x1b[31m",
    "\u202e五王",
    "王" * 200,
    "'; drop table persons; --",
    "{{7*7}}${7*7}",
    "\ufffd\ufffd",
]  # fmt: skip


async def test_what_means_harm_is_stored_safely_or_refused_and_the_correction_is_safe_to_open(estate: Service) -> None:
    rows = [
        {
            "姓名": text,
            "身份证号": number("19700101", f"{601 + 2 * n}"),
            "与户主关系": "户主" if n == 0 else "其他",
            "安置点": NAME,
            "楼栋": "1",
            "单元": "1",
            "房号": "101",
            "文化程度": text,
            text[:60]: text,
        }
        for n, text in enumerate(["王五", *HOSTILE])
    ]
    uploader = {"role": Role.COMMUNITY_CADRE, "place": COMMUNITY, "subject": "cadre"}
    report = await bring_in(estate, csv_of(rows), **uploader)
    assert report["status"] == "done"
    stored = await estate.database.pool.fetch("select name from persons")
    for name in (row["name"] for row in stored):
        assert len(name) <= 60
        assert not set(name) & set("<>\x07\x1b\u202e")
        assert not name.startswith(("=", "@", "+", "-"))
    content = (await estate.get(report["correction"], **uploader)).content
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        xml = {name: book.read(name).decode() for name in book.namelist() if name.endswith((".xml", ".rels"))}
    assert not any("<f>" in text or "<f " in text for text in xml.values()), "no live formulas"
    assert not any('TargetMode="External"' in text for text in xml.values()), "no links"
    assert not any("\u202e" in text or "\x07" in text for text in xml.values())
    again = await bring_in(estate, content, **uploader)
    assert (again["accepted"], again["created"]) == (report["accepted"], 0)
