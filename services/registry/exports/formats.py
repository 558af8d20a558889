"""Rows as files. All of it in memory: on a disk it would lie in clear.

CSV and XLSX are for people: headers and words in their language, a code's label before the code. Parquet is for programs: columns by the
names of the fields, typed, with `<name>_label` beside a code. Frames come one by one and leave as they came: no file holds them all
unpacked.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import polars as pl
from polars.io.plugins import register_io_source
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from services.registry.exports.columns import Cell, Column
from services.registry.exports.domain import Format, Kind
from shared.imports.correction import legal_names

MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PARQUET: "application/vnd.apache.parquet",
}

_TYPES: dict[Kind, Any] = {
    Kind.NUMBER: pl.Int32,
    Kind.DECIMAL: pl.Decimal(12, 2),
    Kind.FLAG: pl.Boolean,
    Kind.DAY: pl.Date,
}
_ROW_GROUP = 50_000
_FLAGS = {"zh": ("是", "否"), "en": ("yes", "no")}
_CODE_HEADERS = {"zh": "{}代码", "en": "{} (code)"}
_BETWEEN = {"zh": "、", "en": ", "}


@dataclass(frozen=True, slots=True)
class Look:
    """What a file says around its rows. `made_at`: stands in a workbook's properties; the same each time the file is made."""

    columns: Sequence[Column]
    language: str
    title: str
    rows: int
    made_at: datetime


def frame_of(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> pl.DataFrame:
    """Rows as a frame of typed columns."""
    schema = {column.name: _TYPES.get(column.kind, pl.String) for column in columns}
    return pl.DataFrame(rows, schema, orient="row")


def dump(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_ipc(out, compression="zstd")
    return out.getvalue()


def load(data: bytes) -> pl.DataFrame:
    return pl.read_ipc(io.BytesIO(data))


def write(form: Format, look: Look, frames: Iterable[pl.DataFrame], out: IO[bytes]) -> None:
    """Writes a file of these frames to `out`, from its beginning to its end."""
    {Format.CSV: _write_csv, Format.XLSX: _write_xlsx, Format.PARQUET: _write_parquet}[form](look, frames, out)


# Words


@dataclass(frozen=True, slots=True)
class _Printed:
    """A column as people read it. `is_text`: the cells of a workbook are text, whatever they look like."""

    header: str
    value: pl.Expr
    is_text: bool = True
    is_day: bool = False
    digits: bool = False


def _printed(look: Look) -> Iterator[_Printed]:
    for column in look.columns:
        header, value = column.title.of(look.language), pl.col(column.name)
        match column.kind:
            case Kind.CODE | Kind.CODES:
                yield _Printed(header, _label(column, look.language))
                yield _Printed(_CODE_HEADERS[look.language].format(header), value)
            case Kind.FLAG:
                yes, no = _FLAGS[look.language]
                yield _Printed(header, pl.when(value).then(pl.lit(yes)).when(~value).then(pl.lit(no)))
            case Kind.NUMBER | Kind.DECIMAL:
                yield _Printed(header, value.cast(pl.String), is_text=False)
            case Kind.DAY:
                yield _Printed(header, value, is_text=False, is_day=True)
            case _:
                yield _Printed(header, value, digits=column.digits)


def _label(column: Column, language: str) -> pl.Expr:
    """The label of a code; a code that the list lacks stands for itself."""
    labels = {code: label.of(language) for code, label in (column.labels or {}).items()}
    value = pl.col(column.name)
    if column.kind is Kind.CODE:
        return value.replace(labels)
    return value.str.split(" ").list.eval(pl.element().replace(labels)).list.join(_BETWEEN[language])


# CSV

_FORMULA = r"^[\s\x00-\x1f]*[=+\-@\t\r\n＝＋－＠]"
"""How a cell begins that a spreadsheet may take for a formula (OWASP, CSV injection)."""
_ROUNDED = r"^\d{16,}$"
"""A spreadsheet keeps fifteen digits of a number."""


def _write_csv(look: Look, frames: Iterable[pl.DataFrame], out: IO[bytes]) -> None:
    """UTF-8 with a byte order mark, by which spreadsheets know it. A cell that would be calculated, or rounded, has an apostrophe before
    it: it is text. An import takes the apostrophe off again."""
    printed = list(_printed(look))
    cells = [_guarded(each).alias(f"{n}") for n, each in enumerate(printed)]
    head = pl.DataFrame([[each.header for each in printed]], [f"{n}" for n in range(len(printed))], orient="row")
    out.write("\ufeff".encode())
    head.write_csv(out, include_header=False, line_terminator="\r\n", quote_style="always")
    for frame in frames:
        frame.select(cells).write_csv(out, include_header=False, line_terminator="\r\n", quote_style="non_numeric")


def _guarded(printed: _Printed) -> pl.Expr:
    if printed.is_day:
        return printed.value.dt.to_string("%Y-%m-%d")
    if not printed.is_text:
        return printed.value
    risky = printed.value.str.contains(_FORMULA)
    if printed.digits:
        risky |= printed.value.str.contains(_ROUNDED)
    return pl.when(risky).then(pl.lit("'") + printed.value).otherwise(printed.value)


# XLSX

_SHEET = "xl/worksheets/sheet1.xml"
_EPOCH, _FIRST_DAY = date(1899, 12, 30), date(1900, 3, 1)
"""Days before are off by one in the calendar of spreadsheets: they are written as text."""
_UNSEEN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
_DATED = (1980, 1, 1, 0, 0, 0)
_LARGE_CELLS = 15_000_000
"""From here on a sheet may have more than 2 GiB unpacked."""


@dataclass(frozen=True, slots=True)
class _Styles:
    """Numbers of the styles of cells."""

    text: str
    quoted: str
    day: str
    number: str


def _write_xlsx(look: Look, frames: Iterable[pl.DataFrame], out: IO[bytes]) -> None:
    """What a workbook needs around its rows is made by xlsxwriter; the rows are written into it as they come (a library that is given them
    holds them all, a hundred times as large). All texts are texts: nothing in it is calculated."""
    printed = list(_printed(look))
    template, styles = _template(look, printed)
    cells = pl.concat_str(*_cells(printed, styles))
    with ZipFile(io.BytesIO(template)) as made, ZipFile(out, "w", ZIP_DEFLATED) as book:
        for name in made.namelist():
            info = ZipInfo(name, _DATED)
            info.compress_type = ZIP_DEFLATED
            if name != _SHEET:
                book.writestr(info, made.read(name))
                continue
            before, after = _around(made.read(name).decode(), look.rows, len(printed))
            with book.open(info, "w", force_zip64=look.rows * len(printed) > _LARGE_CELLS) as sheet:
                sheet.write(before.encode())
                row = 2
                for frame in frames:
                    numbered = frame.with_columns(pl.int_range(row, row + frame.height).cast(pl.String).alias("#"))
                    texts = numbered.select(
                        pl.concat_str(pl.lit('<row r="'), "#", pl.lit('">'), cells, pl.lit("</row>"))
                    )
                    sheet.write("".join(texts.to_series()).encode())
                    row += frame.height
                sheet.write(after.encode())


def _template(look: Look, printed: Sequence[_Printed]) -> tuple[bytes, _Styles]:
    """A workbook with the header and one row that shows the styles."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": look.made_at.replace(tzinfo=None), "title": look.title})
        sheet = book.add_worksheet(next(legal_names([look.title])))
        text, bold = book.add_format({"num_format": 49}), book.add_format({"num_format": 49, "bold": True})
        others = [
            book.add_format({"num_format": 49, "quote_prefix": True}),
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": 0}),
        ]
        for n, each in enumerate(printed):
            sheet.set_column(n, n, min(max(len(each.header.encode()) * 0.8, 10), 24), text if each.is_text else None)
            sheet.write_string(0, n, each.header, bold)
        for n, style in enumerate((text, *others)):
            sheet.write_blank(1, n, None, style)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(look.rows, 1), len(printed) - 1)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    with ZipFile(io.BytesIO(out.getvalue())) as made:
        xml = made.read(_SHEET).decode()
    return out.getvalue(), _Styles(*(_style(xml, f"{xl_col_to_name(n)}2") for n in range(4)))


def _style(xml: str, place: str) -> str:
    found = re.search(f'<c r="{place}" s="([0-9]+)"', xml)
    assert found is not None  # written by the template
    return found[1]


def _around(xml: str, rows: int, columns: int) -> tuple[str, str]:
    """The sheet before and after its rows."""
    before, row, after = re.split(r'(<row r="2".*?</row>)', xml, maxsplit=1, flags=re.DOTALL)
    assert row
    place = f"A1:{xl_col_to_name(columns - 1)}{rows + 1}"
    return re.sub(r'<dimension ref="[^"]*"/>', f'<dimension ref="{place}"/>', before), after


def _cells(printed: Sequence[_Printed], styles: _Styles) -> Iterator[pl.Expr]:
    for n, each in enumerate(printed):
        begin = f'<c r="{xl_col_to_name(n)}'
        if each.is_day:
            serial = (each.value - pl.lit(_EPOCH)).dt.total_days().cast(pl.String)
            day = _number(begin, styles.day, serial)
            text = _text(begin, pl.lit(styles.text), each.value.dt.to_string("%Y-%m-%d"))
            cell = pl.when(each.value >= _FIRST_DAY).then(day).otherwise(text)
        elif each.is_text:
            style = (
                pl.when(each.value.str.contains(_FORMULA)).then(pl.lit(styles.quoted)).otherwise(pl.lit(styles.text))
            )
            cell = _text(begin, style, each.value)
        else:
            cell = _number(begin, styles.number, each.value)
        yield pl.when(each.value.is_null()).then(pl.lit("")).otherwise(cell)


def _text(begin: str, style: pl.Expr, value: pl.Expr) -> pl.Expr:
    escaped = value.str.replace_all(_UNSEEN, "").str.replace_all("(_x[0-9A-Fa-f]{4}_)", "_x005F$1")
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        escaped = escaped.str.replace_all(character, entity, literal=True)
    opening = pl.lit('" t="inlineStr"><is><t xml:space="preserve">')
    return pl.concat_str(pl.lit(begin), "#", pl.lit('" s="'), style, opening, escaped, pl.lit("</t></is></c>"))


def _number(begin: str, style: str, value: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit(begin), "#", pl.lit(f'" s="{style}"><v>'), value, pl.lit("</v></c>"))


# Parquet


def _write_parquet(look: Look, frames: Iterable[pl.DataFrame], out: IO[bytes]) -> None:
    labels = [
        _label(column, look.language).alias(f"{column.name}_label")
        for column in look.columns
        if column.kind in (Kind.CODE, Kind.CODES)
    ]
    names = [name for c in look.columns for name in (c.name, f"{c.name}_label")]
    empty = frame_of(look.columns, []).with_columns(labels)
    order = [name for name in names if name in empty.columns]

    def batches(*pushed_down: object) -> Iterator[pl.DataFrame]:
        yield empty.select(order)
        for frame in frames:
            yield frame.with_columns(labels).select(order)

    source = register_io_source(batches, schema=empty.select(order).schema)
    source.sink_parquet(out, compression="zstd", row_group_size=_ROW_GROUP, maintain_order=True)
