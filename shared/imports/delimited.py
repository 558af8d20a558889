"""CSV files: the encoding and delimiter of a text, and its records."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from shared.imports.refusals import FileRefused

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DELIMITERS = ",;\t"
_NAMED_DELIMITER = re.compile(r"\ufeff?\s*\"?sep=([,;\t])\"?(?:\r\n|\r|\n|$)", re.IGNORECASE)
_HEAD = 2**16
_SAMPLE = 2**19
_SENTINEL = "\x02end of the file\x03"
_FEW_COLUMNS = 5


@dataclass(frozen=True, slots=True)
class Csv:
    """Text with a delimiter. `encoding`: as Python names it."""

    encoding: str
    delimiter: str


def detect(data: bytes) -> tuple[Csv, str]:
    """What kind of CSV the bytes are, and their first 64 Ki characters. FileRefused `encoding-unknown`: a byte that does not fit is not
    guessed at."""
    encoding = _encoding(data)
    head = data.decode(encoding)[:_HEAD]
    return Csv(encoding, _delimiter(head)), head


def records(data: bytes, kind: Csv) -> list[list[str]]:
    """All records, blank lines too (as []): their place is the row that a spreadsheet program shows. A first line `sep=…` is no record.

    FileRefused `quote-open` when a quotation mark swallows lines.
    """
    text = data.decode(kind.encoding)
    named = _NAMED_DELIMITER.match(text)
    offset = named.end() if named else 0
    end = "" if text.endswith(("\n", "\r")) else "\n"
    reader = csv.reader(io.StringIO(f"{text[offset:]}{end}{_SENTINEL}", newline=""), delimiter=kind.delimiter)
    found: list[list[str]] = []
    long: list[tuple[int, int]] = []
    line = first = 1 if named else 0
    try:
        for record in reader:
            if reader.line_num + first > line + 1:
                long.append((len(found), line + 1))
            line = reader.line_num + first
            found.append(record)
    except csv.Error as error:
        raise FileRefused("quote-open", line=line + 1) from error
    if found.pop() != [_SENTINEL]:
        raise FileRefused("quote-open", line=long[-1][1] if long else line)
    _refuse_swallowed(found, long, kind.delimiter)
    return found


def _refuse_swallowed(found: list[list[str]], long: list[tuple[int, int]], delimiter: str) -> None:
    """Two stray quotation marks make one cell of all between them: a cell that holds as many delimiters as a row."""
    if not long:
        return
    usual = Counter(map(len, found)).most_common(1)[0][0]
    for index, line in long:
        if any("\n" in cell and cell.count(delimiter) >= max(usual - 1, _FEW_COLUMNS) for cell in found[index]):
            raise FileRefused("quote-open", line=line)


def _encoding(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _proven(data, encoding)
    if evident := _evident_utf16(data):
        return _proven(data, evident)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _mostly_utf8(data, error.start):
            raise _unknown(data, error) from error
        return _proven(data, "gb18030")
    return "utf-8"


def _proven(data: bytes, encoding: str) -> str:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unknown(data, error) from error
    return encoding


def _evident_utf16(data: bytes) -> str | None:
    """Delimiters, digits and line ends have a zero byte, always on the same side."""
    first, second = data[:_HEAD:2].count(0), data[1:_HEAD:2].count(0)
    enough = len(data[:_HEAD]) // 40
    if second > enough and first * 20 < second:
        return "utf-16-le"
    if first > enough and second * 20 < first:
        return "utf-16-be"
    return None


def _mostly_utf8(data: bytes, bad: int) -> bool:
    """UTF-8 with a bad byte, rather than another encoding? Seen by what stands around the first bad byte."""
    sample = data[max(bad - _SAMPLE, 0) : bad + _SAMPLE].decode("utf-8", "replace")
    wrong = sample.count("\ufffd")
    right = sum(1 for character in sample if character > "\u07ff") - wrong
    return right > 10 * wrong


def _unknown(data: bytes, error: UnicodeDecodeError) -> FileRefused:
    before = data[: error.start]
    ends = before.count(b"\n") or before.count(b"\r")
    return FileRefused("encoding-unknown", line=ends + 1)


def _delimiter(head: str) -> str:
    """The one that says so itself, or that parts most records into equally many cells."""
    if named := _NAMED_DELIMITER.match(head):
        return named[1]
    return max(_DELIMITERS, key=lambda delimiter: _parted(head, delimiter))


def _parted(head: str, delimiter: str) -> int:
    widths = Counter(width for width in _widths(head, delimiter) if width > 1)
    return max((count * (width - 1) for width, count in widths.items()), default=0)


def _widths(head: str, delimiter: str) -> Iterator[int]:
    try:
        for record in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            yield len(record)
    except csv.Error:
        return
