"""A table from a file: header, rows and cells of every sheet that has the columns that are needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from shared.imports.fields import CellFault, Field, Severity, Shape, Table
from shared.imports.files import Kind
from shared.imports.headers import LAST_ROW, Header, find_header
from shared.imports.refusals import FileRefused
from shared.imports.rows import rows_of, wide_lines
from shared.imports.sheets import Grid, Merge, grids
from shared.imports.texts import clean_lines, cleaned
from shared.privacy import mask_id_number

_ERROR = r"^(?:#(?:REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|GETTING_DATA)|Err:\d{3})$"
_LOST = r"^-?\d(?:\.\d+)?[Ee]\+?\d{1,3}$"
_FORMULA = r"^="
_TEXTS = {
    "number-lost-digits": (
        "The file holds this as a number, which keeps 15 digits: the last ones are lost. Format the column as text and type it again",
        "该单元格按数字保存，只保留 15 位，末尾数字已丢失。请将该列设为文本格式后重新填写",
    ),
    "formula-without-value": (
        "The cell holds a formula without a value. Write the value itself",
        "单元格是没有计算结果的公式，请直接填写数值或文字",
    ),
    "cell-error": (
        "The cell shows an error of the spreadsheet program. Write the value itself",
        "单元格显示为表格软件的错误值，请直接填写数值或文字",
    ),
}
_MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet and its header. `read`: it has all columns that are needed."""

    grid: Grid
    header: Header | None
    read: bool


def read_table(data: bytes, kind: Kind, shape: Shape) -> Table:
    """The rows of a file that `sniff` passed. FileRefused when no sheet has the columns that are needed, one has a column twice, or
    none has a row."""
    return table_of(sheets_of(data, kind, shape), shape)


def table_of(sheets: Sequence[Sheet], shape: Shape) -> Table:
    """The rows of the sheets of a file. FileRefused when none has a row."""
    parts = [_rows(sheet.grid, sheet.header, shape) for sheet in sheets if sheet.header and sheet.read]
    rows = pl.concat(parts)
    if rows.is_empty():
        raise FileRefused("no-rows")
    headers = [sheet.header for sheet in sheets if sheet.header and sheet.read]
    return Table(
        frame=rows.with_columns(_taken(shape)),
        sheets=tuple(sheet.grid.name for sheet in sheets),
        present=frozenset(name for header in headers for name in header.columns),
        ignored=tuple(dict.fromkeys(text for header in headers for text in header.unknown)),
        faults=tuple(_faults(rows, shape)),
        unread=tuple(sheet.grid.name for sheet in sheets if sheet.header and not sheet.read),
    )


def sheets_of(data: bytes, kind: Kind, shape: Shape) -> list[Sheet]:
    """The visible sheets of a file, at least one of them with all that is needed. FileRefused otherwise, or when one has a column twice."""
    found = [(grid, _header(grid, shape)) for grid in grids(data, kind)]
    headers = [header for _, header in found if header]
    complete = [header for header in headers if not header.lacks(shape)]
    if not complete:
        raise _missing(headers, shape)
    repeated = tuple(dict.fromkeys(shape.title(name) for header in complete for name in header.repeated))
    if repeated:
        raise FileRefused("column-repeated", repeated=repeated, repeated_text="、".join(repeated))
    return [Sheet(grid, header, header in complete) for grid, header in found]


def _header(grid: Grid, shape: Shape) -> Header | None:
    lines = grid.cells.head(max(LAST_ROW - grid.first_row + 2, 0)).rows()
    return find_header(clean_lines(lines), grid.first_row, grid.merges, shape)


def _missing(headers: Sequence[Header], shape: Shape) -> FileRefused:
    """Of the sheet that comes closest. Headers that are not known are not told: where a form was taken for a table they are people's
    names, and the refusal is kept in clear."""
    best = max(headers, key=lambda header: len(header.columns), default=None)
    missing = best.lacks(shape) if best else tuple(one.title for one in shape.fields if one.needed)
    found = [shape.title(name) for name in best.columns] if best else []
    texts = {"missing_text": "、".join(missing), "found_text": "、".join(found) or "—"}
    return FileRefused("columns-missing", missing=missing, found=found, **texts)


def _rows(grid: Grid, header: Header, shape: Shape) -> pl.DataFrame:
    """The rows of a sheet, faults still in their cells."""
    lines = _spread(grid, header, shape).with_row_index("line").slice(header.last + 1)
    clean = lines.with_columns(cleaned(pl.all().exclude("line")))
    cells = [
        pl.col(str(header.columns[one.name])).alias(one.name)
        if one.name in header.columns
        else pl.lit(None, pl.String).alias(one.name)
        for one in shape.fields
    ]
    return rows_of(clean, header, shape, wide_lines(grid.merges, header)).select(
        pl.lit(grid.index, pl.UInt16).alias("sheet"),
        (pl.col("line") + grid.first_row).cast(pl.UInt32).alias("row"),
        *cells,
    )


def _spread(grid: Grid, header: Header, shape: Shape) -> pl.DataFrame:
    """Cells merged down say the same of every row they cover."""
    columns = {header.columns[one.name] for one in shape.fields if one.name in header.columns and not one.single}
    down = [m for m in grid.merges if m.bottom > m.top > header.last and m.left in columns]
    filled = {}
    for column in {merge.left for merge in down}:
        filled[str(column)] = _filled(grid.cells[str(column)], [merge for merge in down if merge.left == column])
    return grid.cells.with_columns(**filled)


def _filled(texts: pl.Series, merges: Sequence[Merge]) -> pl.Series:
    values, end = texts.to_list(), -1
    for merge in sorted(merges, key=lambda merge: merge.top):
        if merge.top > end:
            end = merge.bottom
            values[merge.top : end + 1] = [values[merge.top]] * (end + 1 - merge.top)
    return pl.Series(values, dtype=pl.String)


def _code(one: Field) -> pl.Expr:
    """What is wrong with the cell of a field, null where nothing is."""
    text = pl.col(one.name)
    wrong = {
        "formula-without-value": text.str.contains(_FORMULA),
        "cell-error": text.str.contains(_ERROR),
        "number-lost-digits": text.str.contains(_LOST) & one.digits,
    }
    return pl.coalesce(pl.when(is_so).then(pl.lit(code)) for code, is_so in wrong.items())


def _taken(shape: Shape) -> list[pl.Expr]:
    return [pl.when(_code(one).is_null()).then(pl.col(one.name)).otherwise(pl.lit("")) for one in shape.fields]


def _faults(rows: pl.DataFrame, shape: Shape) -> Iterator[CellFault]:
    for one in shape.fields:
        wrong = rows.select("sheet", "row", _code(one).alias("code"), pl.col(one.name).alias("text")).drop_nulls("code")
        for sheet, row, code, text in wrong.iter_rows():
            en, zh = _TEXTS[code]
            yield CellFault(sheet, row, one.name, code, Severity.ERROR, en, zh, _shown(one, code, text))


def _shown(one: Field, code: str, text: str) -> str | None:
    if code == "formula-without-value":
        return None  # it may name people
    shown = mask_id_number(text) if one.personal and code != "cell-error" else text
    return shown[:_MOST_SHOWN]
