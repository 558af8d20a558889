"""CSV as programs write it: encodings, delimiters, quotes, line ends; `row` is what a spreadsheet program shows."""

from __future__ import annotations

import codecs
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.imports import delimited
from shared.imports.delimited import Csv
from shared.imports.refusals import FileRefused
from tests.unit.imports.books import CHILD, HEADER, LIMIT, NUMBER, PERSON, read, rows, text

PLAIN = text([HEADER, PERSON, CHILD])

ENCODED = {
    "UTF-8": (PLAIN.encode(), "utf-8"),
    "UTF-8 with mark": (codecs.BOM_UTF8 + PLAIN.encode(), "utf-8-sig"),
    "UTF-16 LE with mark": (codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"), "utf-16"),
    "UTF-16 BE with mark": (codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"), "utf-16"),
    "UTF-16 LE": (PLAIN.encode("utf-16-le"), "utf-16-le"),
    "UTF-16 BE": (PLAIN.encode("utf-16-be"), "utf-16-be"),
    "GB18030": (PLAIN.encode("gb18030"), "gb18030"),
    "GBK": (PLAIN.encode("gbk"), "gb18030"),
}


@pytest.mark.parametrize(("data", "encoding"), ENCODED.values(), ids=ENCODED.keys())
def test_reads_encoding(data: bytes, encoding: str) -> None:
    assert delimited.detect(data)[0] == Csv(encoding, ",")
    assert rows(data, "name", "id_number") == [(2, "韦小花", NUMBER), (3, "韦小明", CHILD[2])]


def test_reads_characters_that_only_gb18030_has() -> None:
    assert rows(PLAIN.replace("韦小花", "㐀𠮷").encode("gb18030"), "name")[0] == (2, "㐀𠮷")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_reads_delimiter_and_line_end(delimiter: str, end: str) -> None:
    assert rows(text([HEADER, PERSON, CHILD], delimiter, end), "name") == [(2, "韦小花"), (3, "韦小明")]


def test_a_comma_in_values_does_not_hide_the_semicolon() -> None:
    person = [*PERSON[:4], "新民社区,东区", *PERSON[5:]]
    assert rows(text([HEADER, person, person, person], ";"), "site")[0] == (2, "新民社区,东区")


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "\ufeffsep=;"])
def test_a_line_that_names_the_delimiter_is_no_row(first: str) -> None:
    assert rows(f"{first}\r\n" + text([HEADER, PERSON], ";"), "name") == [(2, "韦小花")]


def test_rows_are_counted_by_records_and_blank_lines() -> None:
    lines = [",".join(HEADER), "", '1,"韦\n小花",' + ",".join(PERSON[2:]), ",,,", ",".join(CHILD)]
    assert rows("\n".join(lines), "name") == [(3, "韦 小花"), (5, "韦小明")]


def test_reads_quotes_doubled_and_delimiters_inside() -> None:
    line = '1,"韦""小""花",' + ",".join(PERSON[2:4]) + ',"新民,社区",' + ",".join(PERSON[5:])
    assert rows(f"{','.join(HEADER)}\n{line}\n", "name", "site") == [(2, '韦"小"花', "新民,社区")]


def test_reads_lines_that_are_too_short_or_too_long() -> None:
    lines = [HEADER, PERSON[:3], [*PERSON, "", "x"]]
    assert rows(text(lines), "name", "room") == [(2, "韦小花", ""), (3, "韦小花", "302")]


@pytest.mark.parametrize("second", ["", '"韦小明'], ids=["never closed", "closed by another stray one"])
def test_refuses_a_quotation_mark_that_swallows_rows(second: str) -> None:
    lines = [
        HEADER,
        PERSON,
        (*PERSON[:1], '"韦小花', *PERSON[2:]),
        PERSON,
        (CHILD[0], second or CHILD[1], *CHILD[2:]),
        PERSON,
    ]
    with pytest.raises(FileRefused) as refused:
        read(text(lines))
    assert (refused.value.reason, refused.value.members["line"]) == ("quote-open", 3)


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff\ufffe"), max_size=12)


@given(
    lines=st.lists(st.lists(CELLS, min_size=2, max_size=6), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
)
def test_gives_back_what_a_csv_writer_wrote(lines: list[list[str]], delimiter: str, end: str, encoding: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(lines)
    assert delimited.records(out.getvalue().encode(encoding), Csv(encoding, delimiter)) == lines


@given(
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"]),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    names=st.lists(
        st.text(st.characters(categories=["Lo"], min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=4),
        min_size=1,
    ),
)
def test_sees_every_dialect_in_every_encoding(
    encoding: str, delimiter: str, end: str, quoting: int, names: list[str]
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([HEADER, *([*PERSON[:1], name, *PERSON[2:]] for name in names)])
    data = out.getvalue().encode(encoding)
    assert len(data) < LIMIT
    assert read(data).frame["name"].to_list() == names
