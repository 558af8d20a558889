"""A file on its way in: `multipart/form-data` read into memory (a spool file would lie on the disk in clear)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from shared.errors import Fault, Invalid, Malformed, UnsupportedMedia

_FIELDS = ("file", "dry_run")
_BOOLEANS = {"true": True, "false": False}

REQUEST_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "XLSX, or CSV (UTF-8, UTF-16, GB18030; comma, semicolon or tab).",
                        },
                        "dry_run": {
                            "type": "boolean",
                            "default": False,
                            "description": "Check everything and report, bring nothing in.",
                        },
                    },
                }
            }
        },
    }
}
"""`openapi_extra` of a route that takes an upload."""


class NotMultipart(UnsupportedMedia):
    slug = "not-multipart"
    title_en, title_zh = "The body must be multipart/form-data", "请求体须为 multipart/form-data"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file and what is to be done with it."""

    data: bytes = field(repr=False)
    dry_run: bool


async def _read(request: Request) -> Upload:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        raise NotMultipart(
            "Send the file as the field `file` of multipart/form-data.",
            "请以 multipart/form-data 的 file 字段上传文件。",
        )
    form = _Form(options.get(b"boundary", b""))
    async for chunk in request.stream():
        form.feed(chunk)
    upload = _upload_of(form.fields())
    digest = hashlib.sha256(upload.data).digest()
    request.scope["anju.content"] = digest + bytes([upload.dry_run])
    return upload


def _upload_of(fields: dict[str, bytes]) -> Upload:
    faults = [
        Fault(f"/{name[:40]}", "extra-forbidden", "is not a known field", "未知字段")
        for name in fields.keys() - set(_FIELDS)
    ]
    dry_run = _BOOLEANS.get(fields.get("dry_run", b"false").decode("utf-8", "replace").strip().lower())
    if dry_run is None:
        faults.append(Fault("/dry_run", "bool-parsing", "must be true or false", "应为 true 或 false"))
    if "file" not in fields:
        faults.append(Fault("/file", "missing", "is missing", "缺少必填项"))
    if faults:
        raise Invalid(faults=faults)
    return Upload(fields["file"], bool(dry_run))


class _Form:
    """Collects the fields of a multipart body."""

    def __init__(self, boundary: bytes) -> None:
        self._fields: dict[str, bytearray] = {}
        self._headers: dict[bytes, bytes] = {}
        self._header = [b"", b""]
        self._data = bytearray()
        self._ended = False
        try:
            self._parser = MultipartParser(boundary, _callbacks(self))
        except FormParserError as error:
            raise _broken() from error

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _broken() from error

    def fields(self) -> dict[str, bytes]:
        if not self._ended:
            raise _broken()
        return {name: bytes(data) for name, data in self._fields.items()}

    def begin_part(self) -> None:
        self._headers, self._header, self._data = {}, [b"", b""], bytearray()

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0] += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1] += data[start:end]

    def header_end(self) -> None:
        self._headers[self._header[0].lower()] = self._header[1]
        self._header = [b"", b""]

    def part_data(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def end_part(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if name in self._fields:
            raise Invalid(faults=[Fault(f"/{name[:40]}", "repeated", "is there twice", "重复")])
        self._fields[name] = self._data

    def end(self) -> None:
        self._ended = True


def _callbacks(form: _Form) -> Any:
    return {
        "on_part_begin": form.begin_part,
        "on_header_field": form.header_field,
        "on_header_value": form.header_value,
        "on_header_end": form.header_end,
        "on_part_data": form.part_data,
        "on_part_end": form.end_part,
        "on_end": form.end,
    }


def _broken() -> Malformed:
    return Malformed("The multipart body cannot be read, or is not complete.", "multipart 请求体无法读取或不完整。")


Uploaded = Annotated[Upload, Depends(_read)]
"""The upload of a request. Stands after the actor (who may not upload is not listened to) and before `Tx`."""
