"""What is refused at the door, with a reason and a next step; all by content."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.imports import archive
from shared.imports.delimited import Csv
from shared.imports.files import Xlsx, sniff
from shared.imports.refusals import REASONS, FileRefused, FileTooLarge
from tests.unit.imports.books import CHILD, HEADER, LIMIT, PERSON, changed, packed, read, sheet, text

ROSTER = sheet([HEADER, PERSON, CHILD])
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
TYPES = "[Content_Types].xml"


def bomb() -> bytes:
    return changed(ROSTER, {"xl/media/image1.bin": bytes(40 * 2**20)})


def lying_bomb() -> bytes:
    """The directory says 100 bytes, the stream unpacks to 40 MiB."""
    data = bytearray(bomb())
    name = b"xl/media/image1.bin"
    for signature, size_at, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = data.index(name, data.index(signature)) if signature == b"PK\x03\x04" else data.rindex(name)
        struct.pack_into("<I", data, at - name_at + size_at, 100)
    return bytes(data)


def overlapping() -> bytes:
    """A thousand members of the directory that are one and the same: unpacked, a thousand times as large."""
    data = packed({"xl/workbook.xml": bytes(range(256)) * 8})
    directory, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry = data[directory:end]
    entries = entry + b"".join(entry.replace(b"xl/workbook.xml", b"xl/media/%06d" % n) for n in range(999))
    return (
        data[:directory]
        + entries
        + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1000, 1000, len(entries), directory, 0)
    )


def flagged_encrypted() -> bytes:
    data = bytearray(ROSTER)
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


REFUSED = {
    "nothing": (b"", "empty"),
    "blank lines only": (b"\xef\xbb\xbf\r\n \r\n", "empty"),
    "old workbook": (OLE2 + "Workbook".encode("utf-16-le"), "xls"),
    "very old workbook": (b"\x09\x04\x06\x00\x00\x00\x10\x00" + bytes(50), "xls"),
    "password": (OLE2 + "EncryptionInfo".encode("utf-16-le") + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "member under a password": (flagged_encrypted(), "encrypted"),
    "macros": (changed(ROSTER, {"xl/vbaProject.bin": b"\0"}), "macros"),
    "macro type without macros": (
        changed(ROSTER, {TYPES: lambda part: part.replace(b"spreadsheetml.sheet.main", b"sheet.macroEnabled.main")}),
        "macros",
    ),
    "macro sheet": (changed(ROSTER, {"xl/macrosheets/sheet1.xml": "<x/>"}), "macros"),
    "cut off": (ROSTER[: len(ROSTER) // 2], "damaged"),
    "cut off at the end": (ROSTER[:-5], "damaged"),
    "something behind": (ROSTER + b"PK", "damaged"),
    "a byte changed": (ROSTER[:60] + bytes([ROSTER[60] ^ 255]) + ROSTER[61:], "damaged"),
    "member twice": (changed(ROSTER, {"XL/workbook.xml": "<x/>"}), "damaged"),
    "bomb": (bomb(), "zip-bomb"),
    "bomb that says it is small": (lying_bomb(), "zip-bomb"),
    "members that share bytes": (overlapping(), "zip-bomb"),
    "thousands of members": (changed(ROSTER, {f"xl/media/{n}": b"" for n in range(archive.MOST_MEMBERS)}), "zip-bomb"),
    "document": (packed({TYPES: b"", "word/document.xml": b"<x/>"}), "wrong-kind"),
    "old document": (OLE2 + "WordDocument".encode("utf-16-le"), "wrong-kind"),
    "slides": (packed({TYPES: b"", "ppt/presentation.xml": b"<x/>"}), "wrong-kind"),
    "binary workbook": (packed({TYPES: b"", "xl/workbook.bin": b"\0"}), "wrong-kind"),
    "open document": (packed({"mimetype": b"application/vnd.oasis", "content.xml": b"<x/>"}), "wrong-kind"),
    "archive": (packed({"roster.xlsx": ROSTER}), "wrong-kind"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "wrong-kind"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(20), "wrong-kind"),
    "web page": ("\ufeff<HTML><table><tr><td>姓名".encode(), "wrong-kind"),
    "web page in UTF-16": ("\ufeff<!DOCTYPE html><table>".encode("utf-16-le"), "wrong-kind"),
    "mail web page": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "wrong-kind"),
    "XML workbook of 2003": (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "wrong-kind"),
    "binary": (bytes(range(1, 32)) * 40, "wrong-kind"),
    "bad byte in UTF-8": (text([HEADER, PERSON]).encode() + b"\xff\n", "encoding-unknown"),
    "bad byte in GB18030": (text([HEADER, PERSON]).encode("gb18030") + b"\xff\n", "encoding-unknown"),
    "half of a character in UTF-16": ("\ufeff姓名\n".encode("utf-16-le") + b"\x00", "encoding-unknown"),
}


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(data: bytes, reason: str) -> None:
    with pytest.raises(FileRefused) as refused:
        sniff(data, LIMIT)
    assert refused.value.reason == reason
    assert refused.value.members["reason"] == reason
    assert refused.value.en
    assert refused.value.zh


def test_a_bad_byte_is_named_by_its_line() -> None:
    data = text([HEADER, PERSON, PERSON]).encode().replace("韦小花".encode(), b"\xe9\x9f\xffab", 1)
    with pytest.raises(FileRefused) as refused:
        sniff(data, LIMIT)
    assert refused.value.members["line"] == 2


def test_refuses_what_is_over_the_limit_before_looking_at_it() -> None:
    with pytest.raises(FileTooLarge) as refused:
        sniff(bytes(101), 100)
    assert (refused.value.status, refused.value.members["reason"]) == (413, "too-large")


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_tells_the_next_step_in_both_languages(reason: str) -> None:
    en, zh = REASONS[reason]
    assert "pload" in en
    assert "上传" in zh


def test_takes_a_workbook_by_its_content() -> None:
    assert sniff(ROSTER, LIMIT) == Xlsx()


def test_takes_csv_by_its_content() -> None:
    assert sniff(text([HEADER, PERSON]).encode(), LIMIT) == Csv("utf-8", ",")


def test_all_members_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 2**20)
    with pytest.raises(FileRefused) as refused:
        sniff(changed(ROSTER, {f"xl/media/{n}": bytes(2**18) for n in range(4)}), LIMIT)
    assert refused.value.reason == "zip-bomb"


SHEET = "xl/worksheets/sheet1.xml"
UNSAFE = {
    "a cell without its place": ({SHEET: lambda part: part.replace(b'<c r="B2"', b"<c")}, "unusual"),
    "a place hidden in quotes": (
        {SHEET: lambda part: part.replace(b'<c r="B2"', b"""<c x=' r="B2"' r="ZZ99999" """)},
        "unusual",
    ),
    "a cell far below": ({SHEET: lambda part: part.replace(b'r="B2"', b'r="B1048576"')}, "too-many-rows"),
    "a cell far to the right": ({SHEET: lambda part: part.replace(b'r="B2"', b'r="XFD2"')}, "too-many-columns"),
    "too many cells": (
        {SHEET: lambda part: part.replace(b'r="B2"', b'r="ALL2"').replace(b'r="B3"', b'r="B99999"')},
        "too-many-cells",
    ),
    "a number of texts that no memory holds": (
        {"xl/sharedStrings.xml": lambda part: part.replace(b'uniqueCount="', b'uniqueCount="99999999')},
        "unusual",
    ),
    "entities": (
        {
            "xl/sharedStrings.xml": lambda part: part.replace(
                b"<sst", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst'
            )
        },
        "unusual",
    ),
    "not UTF-8": ({SHEET: lambda part: part.decode().encode("utf-16")}, "unusual"),
    "no worksheet": ({"xl/_rels/workbook.xml.rels": "<Relationships/>"}, "damaged"),
    "workbook that is no XML": ({"xl/workbook.xml": "<workbook"}, "damaged"),
    "worksheet that is no XML": ({SHEET: lambda part: part[:-200]}, "damaged"),
}


@pytest.mark.parametrize(("parts", "reason"), UNSAFE.values(), ids=UNSAFE.keys())
def test_refuses_to_read(parts: dict[str, object], reason: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(changed(ROSTER, parts))  # type: ignore[arg-type]
    assert refused.value.reason == reason


def test_one_long_text_in_a_million_cells_is_a_bomb() -> None:
    cells = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{c}{n}" t="s"><v>0</v></c>' for c in "ABCDEFGHIJ") + "</row>"
        for n in range(1, 3001)
    )
    data = changed(
        ROSTER,
        {
            SHEET: f"<worksheet><sheetData>{cells}</sheetData></worksheet>",
            "xl/sharedStrings.xml": f"<sst><si><t>{'长' * 20_000}</t></si></sst>",
        },
    )
    with pytest.raises(FileRefused) as refused:
        read(data)
    assert refused.value.reason == "zip-bomb"


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    _read_or_refuse(data)


@given(st.integers(0, len(ROSTER) - 1), st.binary(min_size=1, max_size=8))
def test_a_workbook_with_any_bytes_changed_is_a_table_or_refused(at: int, wrong: bytes) -> None:
    _read_or_refuse(ROSTER[:at] + wrong + ROSTER[at + len(wrong) :])


def _read_or_refuse(data: bytes) -> None:
    with suppress(FileRefused):
        assert read(data).frame.height
