"""The files of the demo, as staff would have them: workbooks, and one CSV file in the encoding of older spreadsheet programs."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from deploy.demo import columns
from deploy.demo.calibration import AS_OF
from deploy.demo.columns import ROSTER
from deploy.demo.people import Community, Flat
from deploy.demo.small import SmallCommunity

DWELLINGS, CELLS = "1-房屋名册.xlsx", "2-网格划分表.xlsx"
ROSTER_LARGE, ROSTER_SMALL = "3-新民社区花名册.xlsx", "4-同心安置点花名册.csv"
CSV_ENCODING = "gb18030"
_MADE = datetime.combine(AS_OF, time(9))
"""Said by the workbooks of themselves, so that the same people give the same bytes."""
_NOTES = (
    "填表说明",
    "1. 本表为演示数据：姓名、身份证号、电话均为虚构，身份证号的行政区划码 522799 未分配给任何地区。",
    "2. 一人一行，同一户的各行相连，户主在前；住址等按户填写的各列合并单元格。",
    "3. 安置点、楼栋、单元、房号须与房屋名册一致。",
    "4. 不掌握的情况留空，不要填“无”。",
)


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook being written, with its formats."""

    workbook: xlsxwriter.Workbook
    title: Format
    header: Format
    merged: Format
    grid: Format

    def sheet(self, name: str, widths: Sequence[float]) -> Worksheet:
        """A new sheet, for printing on wide paper."""
        sheet: Worksheet = self.workbook.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(8)  # A3
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet


@contextmanager
def _book(out: io.BytesIO) -> Iterator[Book]:
    workbook = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False})
    workbook.set_properties({"title": "演示数据", "created": _MADE})
    middle = {"valign": "vcenter", "font_size": 10, "border": 1}
    yield Book(
        workbook,
        workbook.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}),
        workbook.add_format(middle | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#DDEBF7"}),
        workbook.add_format(middle | {"align": "center"}),
        workbook.add_format({"border": 1}),
    )
    workbook.close()


def all_files(large: Community, small: SmallCommunity) -> dict[str, bytes]:
    """Every file by its name, in the order in which they are brought in."""
    return {
        DWELLINGS: dwellings(large, small),
        CELLS: cells(large, small),
        ROSTER_LARGE: roster(large),
        ROSTER_SMALL: small.roster.encode(CSV_ENCODING),
    }


def dwellings(*communities: Community | SmallCommunity) -> bytes:
    """房屋名册: a flat a row."""
    rows = [
        (c.name, c.code, f"{f.block}栋", f"{f.unit}单元", f.floor, f.flat, f.area_m2, *point)
        for n, c in enumerate(communities)
        for f, point in zip(c.flats, _points(n, c.flats), strict=True)
    ]
    return _plain("房屋名册", ("安置点", "区划代码", "楼栋", "单元", "楼层", "房号", "面积(㎡)", "经度", "纬度"), rows)


_WEST, _SOUTH, _APART = Decimal("106.650000"), Decimal("26.130000"), Decimal("0.000800")
"""Degrees of CGCS2000: a corner in the county, and from block to block, some 80 m."""
_IN_A_ROW = 7


def _points(community: int, flats: Sequence[Flat]) -> list[tuple[str, str]]:
    """Longitude and latitude of each flat's block: blocks stand in rows, communities 2 km apart."""
    order = {block: n for n, block in enumerate(dict.fromkeys(flat.block for flat in flats))}
    west = _WEST + community * 25 * _APART
    return [
        (str(west + order[f.block] % _IN_A_ROW * _APART), str(_SOUTH + order[f.block] // _IN_A_ROW * _APART))
        for f in flats
    ]


def cells(*communities: Community | SmallCommunity) -> bytes:
    """网格划分表: a stair unit of a cell a row."""
    rows = [
        (c.name, cell.code, cell.name, f"{block}栋", f"{unit}单元", cell.head or "")
        for c in communities
        for cell in c.cells
        for block in cell.blocks
        for unit in _units(c.flats, block)
    ]
    return _plain("网格划分", ("安置点", "网格编码", "网格名称", "楼栋", "单元", "楼长账号"), rows)


def _rule(sheet: Worksheet, book: Book, first: int, last: int, columns: int) -> None:
    """Lines around all cells, blank ones too."""
    sheet.conditional_format(first, 0, last, columns - 1, {"type": "no_errors", "format": book.grid})


def _units(flats: Sequence[Flat], block: str) -> list[str]:
    return sorted({flat.unit for flat in flats if flat.block == block})


def _plain(name: str, headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    out = io.BytesIO()
    with _book(out) as book:
        sheet = book.sheet(name, [22, 20, *[10] * (len(headers) - 2)])
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, headers, book.header)
        for line, row in enumerate(rows, 1):
            sheet.write_row(line, 0, row)
        _rule(sheet, book, 0, len(rows), len(headers))
    return out.getvalue()


def roster(community: Community) -> bytes:
    """花名册 of the large community, as it is kept by hand: instructions first, a title, a header of two lines, what is said of a household
    merged over its people, a total and signatures below."""
    out = io.BytesIO()
    with _book(out) as book:
        notes = book.workbook.add_worksheet("填表说明")
        notes.write_column(0, 0, _NOTES)
        sheet = book.sheet("花名册", [column.width for column in ROSTER])
        _title(sheet, book, community)
        _headers(sheet, book)
        line = _HEADER + 2
        for household in community.households:
            line = _household(sheet, book, line, columns.lines(community, household))
        _rule(sheet, book, _HEADER, line - 1, len(ROSTER))
        sheet.write_string(line, 0, f"合计：{len(community.households)} 户 {len(community.people)} 人")
        sheet.write_string(line + 1, 0, "填表人：          审核人：          联系电话：")
    return out.getvalue()


_HEADER = 2
"""Line of the header, counted from 0."""


def _title(sheet: Worksheet, book: Book, community: Community) -> None:
    last = len(ROSTER) - 1
    sheet.merge_range(0, 0, 0, last, f"{community.name}搬迁群众花名册", book.title)
    sheet.write_string(
        1, 0, f"填报单位：惠水县明田街道{community.name}    填报日期：{AS_OF:%Y}年{AS_OF.month}月{AS_OF.day}日"
    )
    sheet.set_row(0, 28)
    sheet.freeze_panes(_HEADER + 2, 3)


def _headers(sheet: Worksheet, book: Book) -> None:
    """Groups over their columns; a column of no group takes both lines."""
    first = 0
    for n, column in enumerate(ROSTER):
        if column.group is None:
            sheet.merge_range(_HEADER, n, _HEADER + 1, n, column.title, book.header)
        else:
            sheet.write_string(_HEADER + 1, n, column.title, book.header)
            first = n if _group_of(n - 1) != column.group else first
            if _group_of(n + 1) != column.group:
                sheet.merge_range(_HEADER, first, _HEADER, n, column.group, book.header)


def _group_of(n: int) -> str | None:
    return ROSTER[n].group if 0 <= n < len(ROSTER) else None


def _household(sheet: Worksheet, book: Book, line: int, rows: Sequence[Sequence[str]]) -> int:
    """Writes a household from this line on; the line below it."""
    for n, column in enumerate(ROSTER):
        if not column.of_household:
            for below, row in enumerate(rows):
                if row[n]:
                    sheet.write_string(line + below, n, row[n])
        elif len(rows) > 1 and rows[0][n]:
            sheet.merge_range(line, n, line + len(rows) - 1, n, rows[0][n], book.merged)
        elif rows[0][n]:
            sheet.write_string(line, n, rows[0][n], book.merged)
    return line + len(rows)
