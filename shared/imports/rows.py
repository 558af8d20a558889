"""Which lines below a header are rows of the table, and which are totals, signatures, remarks, examples, or the header again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

import polars as pl

from shared.imports.fields import Shape
from shared.imports.headers import Header
from shared.imports.sheets import Merge

_WIDE = 3
"""Columns with fields merged into one cell from which a line is no row: a title, a remark."""
_TOTAL = (
    r"^(?:.{0,12}(?:页|栋|幢|楼|单元|区|村|组|户|镇|县|人数?|户数))?\s?[合总小共累汇]\s?计(?:$|[\s:(\d].*|[共户人].*)"
    r"|^[共总]\s?(?:计\s?)?\d+\s?(?:户|人|套|栋|间|个).*|^总(?:人数|户数|套数|面积).*"
)
_SIGNATURE = (
    r"^\(?(?:制表|填表|填报|填写|审核|复核|审批|经办|统计|编制|校对|录入|调查|登记|报送|上报|联系|负责|主管|分管|社区|单位|村|居委会)"
    r"\p{Han}{0,8}\s?(?:\([^)]*\))?\s?:"
    r"|^.{0,16}\(?(?:签字|签名|盖章|公章|签章)\)?\s?(?::.*)?$"
    r"|^(?:日期\s?:?\s?)?\d{0,4}\s?年\s?\d{0,2}\s?月\s?\d{0,2}\s?日$"
)
_REMARK = r"^\(?(?:备\s?注|说\s?明|注|注意|注意事项|提示|填[表报写]说明|填[表报写]要求)\s?\d?\s?[:、.)].*|^(?:填[表报写]说明|注意事项)$"
_NO_ROW = f"{_TOTAL}|{_SIGNATURE}|{_REMARK}"
_COUNT = r"^\d{1,6}\s?[户人套栋间个]?$"
_EXAMPLE = r"^[(\[【]?\s?(?:填[写报表])?(?:示例|样例|范例|示范|举例|例子|例如|例)\s?\d?\s?[)\]】]?\s?(?::.*)?$"
_DEMANDS = ("必填", "选填", "必填项", "选填项", "可选", "非必填", "必录", "*")
_LONG_NUMBER = r"^[^\p{Han}]*\d[^\p{Han}]*$"
_FEWEST_DIGITS = 8


def rows_of(lines: pl.DataFrame, header: Header, shape: Shape, wide: Sequence[int]) -> pl.DataFrame:
    """Those of the lines below a header (cleaned, with their number in the grid as `line`) that are rows. `wide`: lines with a wide merge.

    A line whose long number or two of whose fields (`Shape.rows_have`) are filled always is one, unless it is marked as an example
    or repeats the header.
    """
    having = [_column(header, name) for name in shape.rows_have if name in header.columns]
    filled = lines.filter(_any(column.ne("") for column in having))
    kept = filled.filter(~(_is_marked(header) | _repeats(header)))
    aside = kept.filter(~_is_sure(header, shape, having)).filter(_is_aside(header, wide))
    return kept.join(aside.select("line"), on="line", how="anti", maintain_order="left")


def wide_lines(merges: Iterable[Merge], header: Header) -> list[int]:
    """Lines of the grid that hold a cell merged over many columns with fields."""
    fields = set(header.columns.values())
    return [merge.top for merge in merges if len(fields.intersection(range(merge.left, merge.right + 1))) >= _WIDE]


def _is_sure(header: Header, shape: Shape, having: Sequence[pl.Expr]) -> pl.Expr:
    numbers = [_column(header, one.name) for one in shape.fields if one.digits and one.name in header.columns]
    named = [column.ne("") & ~column.str.contains(_NO_ROW) for column in having]
    counted = [column.str.contains(_COUNT) for column in having]
    told = _any(is_named & ~is_count for is_named, is_count in zip(named, counted, strict=True))
    return _any(map(_is_long_number, numbers)) | ((pl.sum_horizontal(pl.lit(0), *named) >= 2) & told)


def _is_marked(header: Header) -> pl.Expr:
    """Marked as an example, or the line below the header that says what must be filled in, or that numbers the columns."""
    cells = pl.all().exclude("line")
    below = pl.col("line") == header.last + 1
    demands = pl.all_horizontal(cells.is_in(["", *_DEMANDS]))
    numbers = [pl.col(str(column)) for column in sorted(header.columns.values())]
    rising = pl.concat_list([number.cast(pl.Int32, strict=False) for number in numbers]).list.diff().list.drop_nulls()
    numbered = (rising.list.len() >= max(len(numbers) - 1, 2)) & (rising.list.min() >= 1)
    return _first().str.contains(_EXAMPLE) | (below & (demands | numbered))


def _repeats(header: Header) -> pl.Expr:
    """The header again, as printing puts it on every page: half of what the line says stands in the header of its column."""
    columns = [pl.col(str(column)) for column in header.texts]
    same = [
        pl.col(str(column)).is_in(list(texts)) & pl.col(str(column)).ne("") for column, texts in header.texts.items()
    ]
    many = pl.sum_horizontal(same)
    return (many >= 2) & (many * 2 >= pl.sum_horizontal([column.ne("") for column in columns]))


def _is_aside(header: Header, wide: Sequence[int]) -> pl.Expr:
    columns = [pl.col(str(column)) for column in header.columns.values()]
    first = _first()
    said = _any(cell.str.contains(_NO_ROW) for cell in (first, *columns))
    return said | pl.col("line").is_in(list(wide)) | first.is_in(sorted(header.above))


def _is_long_number(column: pl.Expr) -> pl.Expr:
    return column.str.contains(_LONG_NUMBER) & (column.str.count_matches(r"\d") >= _FEWEST_DIGITS)


def _first() -> pl.Expr:
    """What stands first in the line."""
    cells = pl.all().exclude("line")
    return pl.coalesce(pl.when(cells.ne("")).then(cells), pl.lit(""))


def _column(header: Header, name: str) -> pl.Expr:
    return pl.col(str(header.columns[name]))


def _any(conditions: Iterable[pl.Expr]) -> pl.Expr:
    return reduce(or_, conditions, pl.lit(False))
