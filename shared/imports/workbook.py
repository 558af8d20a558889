"""What a worksheet's own XML tells beside its values: how far it reaches, and which cells hold no value that could be taken.

The reader of values (calamine) makes a rectangle of all that lies between the first and the last cell, with a copy of every text, and
shows an error and a formula without a value as blank. So the XML is looked at first.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import polars as pl

from shared.imports import archive
from shared.imports.refusals import FileRefused

MOST_ROWS = 200_000
MOST_COLUMNS = 1_000
MOST_CELLS = 8_000_000
"""Rows times columns of a sheet: what fits into a gigabyte."""
MOST_TEXT = 2**29
"""Characters of all cells of a sheet together: one long text may be the text of a million cells."""

_P = r"(?:[\w.-]+:)?"  # the prefix of a namespace
_PLACE = r"""\sr\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["']"""
_TAG = rf"<{_P}c(?:\s[^>]*)?>"
_SHARED = r"""\bt\s*=\s*["']s["']"""
_SHARED_CELL = rf"<{_P}c\s[^>]*{_SHARED}[^>]*>\s*<{_P}v>\s*([0-9]+)\s*</"
_SHARED_TEXT = rf"(?s)<{_P}si(?:\s[^>]*)?/>|<{_P}si(?:\s[^>]*)?>.*?</{_P}si>"
_FORMULA = rf"<{_P}f(?:\s[^>]*)?/>|<{_P}f(?:\s[^>]*)?>[^<]*</{_P}f>"
_NO_VALUE = rf"(?:<{_P}v\s*/>|<{_P}v></{_P}v>)?"
_WITHOUT_VALUE = rf"<{_P}c\s[^>]*>\s*(?:{_FORMULA})\s*{_NO_VALUE}\s*</{_P}c>"
_WITH_ERROR = rf"""<{_P}c\s[^>]*\bt\s*=\s*["']e["'][^>]*>\s*(?:{_FORMULA})?\s*<{_P}v>[^<]*</{_P}v>\s*</{_P}c>"""
_IS_TEXT = re.compile(r"""^[^>]*\bt\s*=\s*["']str["']""")
_TEXT_OF = {name: re.compile(rf"<{_P}{name}(?:\s[^>]*)?>([^<]*)</") for name in "fv"}
_HUGE_COUNT = re.compile(r"""(?i)count\s*=\s*["'][^"']{8,}["']""")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell without a value that could be taken, as text that says so: an error (#REF!) or a formula (=A1+1). Line and column from 0."""

    line: int
    column: int
    text: str


def sheet_parts(data: bytes) -> dict[str, str]:
    """Names of the sheets to names of their parts, in the order of the workbook."""
    relations = {
        element.get("Id"): element.get("Target", "") for element in _elements(data, "xl/_rels/workbook.xml.rels")
    }
    found: dict[str, str] = {}
    for element in _elements(data, "xl/workbook.xml"):
        if element.tag.rpartition("}")[2] == "sheet":
            target = relations.get(element.get(_RELATION) or element.get(_STRICT_RELATION), "")
            found[element.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return found


def shared_text_lengths(data: bytes) -> pl.Series:
    """Bytes of every shared text, by its index, markup counted too."""
    text = pl.Series([_xml(data, "xl/sharedStrings.xml", "<sst/>")])
    return text.str.extract_all(_SHARED_TEXT).explode().drop_nulls().str.len_bytes()


def check_styles(data: bytes) -> None:
    """FileRefused when the styles are not written plainly."""
    _xml(data, "xl/styles.xml", "")


def marks(data: bytes, part: str, lengths: pl.Series) -> list[Mark]:
    """The marks of a worksheet. FileRefused when the sheet reaches too far, or is not written plainly enough to tell."""
    xml = pl.Series([_xml(data, part)])
    tags = xml.str.extract_all(_TAG).explode().drop_nulls()
    _refuse_wide(tags)
    _refuse_long(xml, tags, lengths)
    return [*_without_value(xml), *_with_error(xml)]


def _refuse_wide(tags: pl.Series) -> None:
    """A cell says where it is, plainly: the usual programs neither leave it to its neighbours nor mix quotes (one could hide a place)."""
    places = tags.str.extract_groups(_PLACE).struct.unnest()
    if places["1"].null_count() or (tags.str.contains("'") & tags.str.contains('"')).any():
        raise FileRefused("unusual")
    filled = places.filter(~tags.str.ends_with("/>"))
    if filled.is_empty():
        return
    height = max(int(line) for line in filled["2"].unique())
    width = max(_column(letters) for letters in filled["1"].unique())
    if height > MOST_ROWS:
        raise FileRefused("too-many-rows", most=MOST_ROWS)
    if width > MOST_COLUMNS:
        raise FileRefused("too-many-columns", most=MOST_COLUMNS)
    if height * width > MOST_CELLS:
        raise FileRefused("too-many-cells", most=MOST_CELLS)


def _refuse_long(xml: pl.Series, tags: pl.Series, lengths: pl.Series) -> None:
    shared = int(tags.str.contains(_SHARED).sum())
    if shared * max(lengths, default=0) <= MOST_TEXT:
        return
    used = xml.str.extract_all(_SHARED_CELL).explode().str.extract(_SHARED_CELL)
    repeats = used.value_counts(name="cells").with_columns(pl.col(used.name).cast(pl.UInt32).alias("index"))
    texts = pl.DataFrame({"length": lengths.cast(pl.UInt64)}).with_row_index()
    counted = repeats.join(texts, on="index")
    if counted["cells"].sum() != shared:
        raise FileRefused("unusual")
    if counted.select((pl.col("cells") * pl.col("length")).sum()).item() > MOST_TEXT:
        raise FileRefused("zip-bomb")


def _without_value(xml: pl.Series) -> Iterator[Mark]:
    for cell in xml.str.extract_all(_WITHOUT_VALUE).explode().drop_nulls():
        if not (_IS_TEXT.match(cell) and _TEXT_OF["v"].search(cell)):
            yield _mark(cell, f"={_content(cell, 'f')}")


def _with_error(xml: pl.Series) -> Iterator[Mark]:
    for cell in xml.str.extract_all(_WITH_ERROR).explode().drop_nulls():
        yield _mark(cell, _content(cell, "v"))


def _mark(cell: str, text: str) -> Mark:
    place = re.search(_PLACE, cell)
    if place is None:
        raise FileRefused("unusual")
    return Mark(int(place[2]) - 1, _column(place[1]) - 1, text)


def _content(cell: str, element: str) -> str:
    found = _TEXT_OF[element].search(cell)
    return html.unescape(found[1]) if found else ""


def _column(letters: str) -> int:
    """A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _elements(data: bytes, part: str) -> Iterator[ElementTree.Element]:
    try:
        return ElementTree.fromstring(_xml(data, part)).iter()
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise FileRefused("damaged") from error


def _xml(data: bytes, part: str, absent: str | None = None) -> str:
    """A part as text. `absent`: what stands for it where it need not be there.

    OOXML has no document type, so no entities either: a part that has is not read. Nor is one that says how many things it holds and
    says a number that no memory holds: readers believe it.
    """
    try:
        text = archive.part(data, part, absent).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused("unusual") from error
    if "<!DOCTYPE" in text or "<!ENTITY" in text or _HUGE_COUNT.search(text):
        raise FileRefused("unusual")
    return text
