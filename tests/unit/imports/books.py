"""Files for the tests of imports: workbooks by XlsxWriter or by hand, and the table they should say."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xlsxwriter import Workbook

from shared.imports.fields import Field, Shape, Table
from shared.imports.files import sniff
from shared.imports.table import read_table

LIMIT = 64 * 2**20

SHAPE = Shape(
    (
        Field("head", "户主", ("户主姓名",)),
        Field("name", "姓名", ("成员姓名",), needed=True, personal=True, single=True),
        Field(
            "id_number",
            "身份证号",
            ("公民身份号码", "身份证号码"),
            needed=True,
            personal=True,
            digits=True,
            single=True,
        ),
        Field("relation", "与户主关系", ("关系",), needed=True, single=True),
        Field("site", "安置点", ("安置社区", "安置点名称"), needed=True),
        Field("block", "楼栋", ("楼栋号", "栋号"), needed=True),
        Field("unit", "单元", ("单元号",), needed=True),
        Field("room", "房号", ("房间号",), needed=True),
        Field("poor", "是否建档立卡"),
        Field("birth", "出生日期"),
        Field("phone", "联系电话", personal=True),
    ),
    ("name", "id_number"),
)
HEADER = ("序号", "姓名", "身份证号", "与户主关系", "安置点", "楼栋", "单元", "房号", "联系电话")
NUMBER = "522799190001010038"
PERSON = ("1", "韦小花", NUMBER, "户主", "新民社区", "3栋", "1单元", "302", "13800000001")
CHILD = ("2", "韦小明", "522799190203040011", "子", "新民社区", "3栋", "1单元", "302", "")

Fill = Callable[[Workbook], None]


def made(fill: Fill) -> bytes:
    """The workbook that `fill` fills."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        fill(book)
    return out.getvalue()


def sheet(
    lines: Sequence[Sequence[Any]], *, at: tuple[int, int] = (0, 0), merges: Sequence[tuple[int, int, int, int]] = ()
) -> bytes:
    """A workbook of one sheet, its first cell at row and column `at`, from 0; merges count from there."""

    def fill(book: Workbook) -> None:
        own = book.add_worksheet("名册")
        for top, left, bottom, right in merges:
            own.merge_range(top + at[0], left + at[1], bottom + at[0], right + at[1], "")
        for n, line in enumerate(lines):
            own.write_row(n + at[0], at[1], line)

    return made(fill)


def text(lines: Sequence[Sequence[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    """Lines of a CSV file, nothing quoted."""
    return "".join(delimiter.join(line) + end for line in lines)


def changed(data: bytes, parts: Mapping[str, str | bytes | Callable[[bytes], bytes]]) -> bytes:
    """The archive with some members put in, replaced, or changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members: dict[str, bytes] = {name: archive.read(name) for name in archive.namelist()}
    for name, part in parts.items():
        members[name] = (
            part.encode() if isinstance(part, str) else part if isinstance(part, bytes) else part(members[name])
        )
    return packed(members)


def packed(members: Mapping[str, bytes]) -> bytes:
    """An archive of members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in members.items():
            archive.writestr(name, part)
    return out.getvalue()


def read(data: bytes | str, shape: Shape = SHAPE) -> Table:
    """The table of a file; a text is a CSV file in UTF-8."""
    plain = data.encode() if isinstance(data, str) else data
    return read_table(plain, sniff(plain, LIMIT), shape)


def rows(data: bytes | str, *fields: str) -> list[tuple[Any, ...]]:
    """Row number and some fields of every row."""
    return read(data).frame.select("row", *fields).rows()
