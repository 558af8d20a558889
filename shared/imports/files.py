"""What kind of file was uploaded, by its content, never by its name; and whether it is safe to read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zipfile import ZipInfo

from shared.imports import archive, delimited
from shared.imports.delimited import Csv
from shared.imports.refusals import FileRefused, FileTooLarge


@dataclass(frozen=True, slots=True)
class Xlsx:
    """A workbook whose archive was checked."""


Kind = Xlsx | Csv

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE2_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("EncryptionInfo", "encrypted"),
    ("Workbook", "xls"),
    ("Book", "xls"),
)
_BARE_XLS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")

_PICTURE, _PACKED, _PAGE, _WORDS = (
    ("a picture", "图片"),
    ("a packed archive", "压缩包"),
    ("a web page under another name", "改了名的网页"),
    ("a text document", "文字文档"),
)
_PDF, _SLIDES = ("a PDF document", "PDF 文档"), ("a presentation", "演示文稿")
_BINARY_SHEET = ("a binary workbook (.xlsb)", "二进制工作簿（.xlsb）")
_OPEN_SHEET = ("an OpenDocument spreadsheet (.ods)", "OpenDocument 表格（.ods）")
_NUMBERS = ("a Numbers spreadsheet", "Numbers 表格")
_XML = ("an XML file", "XML 文件")
_BINARY = ("a binary file", "二进制文件")

_SIGNATURES = (
    (b"%PDF-", _PDF),
    (b"\x89PNG\r\n", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"II*\x00", _PICTURE),
    (b"MM\x00*", _PICTURE),
    (b"RIFF", _PICTURE),
    (b"Rar!\x1a", _PACKED),
    (b"7z\xbc\xaf\x27\x1c", _PACKED),
    (b"\x1f\x8b\x08", _PACKED),
    (b"{\\rtf", _WORDS),
)
_IN_ARCHIVE = (
    ("xl/workbook.bin", _BINARY_SHEET),
    ("word/", _WORDS),
    ("ppt/", _SLIDES),
    ("index/", _NUMBERS),
    ("content.xml", _OPEN_SHEET),
    ("", _PACKED),
)
_MARKUP = (
    (re.compile(r"<(?:!doctype\s+html|html|head|body|table|meta|div|style|script)\b", re.IGNORECASE), _PAGE),
    (re.compile(r"(?:mime-version|content-type):", re.IGNORECASE), _PAGE),
    (re.compile(r"<(?:\?xml|!--|\w+[\s>])", re.IGNORECASE), _XML),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_MOST_CONTROL = 0.02
_FEW_CONTROL = 20
"""Control characters in the first 64 Ki characters from which a text is none: so many, and this share."""


def sniff(data: bytes, most_bytes: int) -> Kind:
    """The kind of file. FileTooLarge over `most_bytes`; FileRefused with the reason for what cannot or must not be read.

    Takes about as long as unpacking the file once, keeping nothing.
    """
    if len(data) > most_bytes:
        raise FileTooLarge(most_bytes)
    if not data.strip(b"\x00\t\n\r \xef\xbb\xbf\xff\xfe"):
        raise FileRefused("empty")
    if data.startswith(_OLE2):
        raise _old_office(data)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _workbook(data)
    if data.startswith(_BARE_XLS):
        raise FileRefused("xls")
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise _wrong(kind)
    return _text(data)


def _old_office(data: bytes) -> FileRefused:
    for stream, reason in _OLE2_STREAMS:
        if stream.encode("utf-16-le") in data:
            return FileRefused(reason)
    return _wrong(_WORDS if "WordDocument".encode("utf-16-le") in data else _BINARY)


def _workbook(data: bytes) -> Xlsx:
    members = archive.members(data)
    names = [member.filename.lower() for member in members]
    if "xl/workbook.xml" not in names:
        raise _wrong(next(kind for begin, kind in _IN_ARCHIVE if any(name.startswith(begin) for name in names)))
    archive.check(data, members)
    if _has_macros(data, members):
        raise FileRefused("macros")
    return Xlsx()


def _has_macros(data: bytes, members: list[ZipInfo]) -> bool:
    names = [member.filename.lower() for member in members]
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        return True
    return b"macroenabled" in archive.part(data, "[Content_Types].xml").lower()


def _text(data: bytes) -> Csv:
    kind, head = delimited.detect(data)
    start = head[:2000].lstrip("\ufeff \t\r\n")
    for pattern, wrong in _MARKUP:
        if pattern.match(start):
            raise _wrong(wrong)
    if len(_CONTROL.findall(head)) > max(_MOST_CONTROL * len(head), _FEW_CONTROL):
        raise _wrong(_BINARY)
    return kind


def _wrong(kind: tuple[str, str]) -> FileRefused:
    return FileRefused("wrong-kind", kind_en=kind[0], kind_zh=kind[1])
