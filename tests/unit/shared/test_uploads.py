"""A multipart body as it may come."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import DomainError, Invalid, Malformed
from shared.imports.uploads import NotMultipart, Upload, _read

BOUNDARY = "xYz"
FORM = f'multipart/form-data; boundary="{BOUNDARY}"'


def part(name: str, data: bytes, more: str = "") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + data + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


class Chunked(Request):
    def __init__(self, chunks: list[bytes], kind: str = FORM) -> None:
        super().__init__({"type": "http", "headers": [(b"content-type", kind.encode())]})
        self.chunks = chunks

    async def stream(self) -> AsyncGenerator[bytes, None]:
        for chunk in self.chunks:
            yield chunk


async def read(body: bytes, kind: str = FORM, size: int = 7) -> tuple[Upload, Any]:
    request = Chunked([body[i : i + size] for i in range(0, len(body), size)], kind)
    return await _read(request), request.scope["anju.content"]


FILE = part("file", b"\x00\xffPK\r\n--x", '; filename="\xe5.xlsx"\r\nContent-Type: application/octet-stream')


@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_the_file_comes_out_as_it_went_in_however_it_is_cut(size: int) -> None:
    upload, _ = await read(form(FILE, part("dry_run", b"true")), size=size)
    assert upload == Upload(b"\x00\xffPK\r\n--x", True)


@given(st.binary(max_size=200), st.sampled_from([b"true", b"false"]))
async def test_the_content_counts_and_not_the_boundary(data: bytes, dry_run: bytes) -> None:
    body = form(part("file", data), part("dry_run", dry_run))
    other = body.replace(BOUNDARY.encode(), b"QQQ")
    if BOUNDARY.encode() in data or b"QQQ" in data:
        return
    _, content = await read(body)
    _, same = await read(other, FORM.replace(BOUNDARY, "QQQ"))
    assert content == same


async def test_a_dry_run_is_another_act_than_a_real_one() -> None:
    _, dry = await read(form(FILE, part("dry_run", b"true")))
    _, real = await read(form(FILE))
    assert dry != real


@pytest.mark.parametrize(
    ("body", "kind", "refusal", "pointers"),
    [
        pytest.param(b"{}", "application/json", NotMultipart, (), id="JSON"),
        pytest.param(form(FILE), "multipart/form-data", Malformed, (), id="no boundary"),
        pytest.param(form(FILE)[:-12], FORM, Malformed, (), id="cut off"),
        pytest.param(b"nonsense", FORM, Malformed, (), id="no parts"),
        pytest.param(form(part("dry_run", b"true")), FORM, Invalid, ("/file",), id="no file"),
        pytest.param(form(FILE, FILE), FORM, Invalid, ("/file",), id="two files"),
        pytest.param(form(FILE, part("dry_run", b"maybe")), FORM, Invalid, ("/dry_run",), id="dry_run is no boolean"),
        pytest.param(form(FILE, part("mode", b"x")), FORM, Invalid, ("/mode",), id="an unknown field"),
    ],
)
async def test_what_is_no_upload_is_refused(
    body: bytes, kind: str, refusal: type[DomainError], pointers: tuple[str, ...]
) -> None:
    with pytest.raises(refusal) as caught:
        await read(body, kind)
    assert tuple(fault.pointer for fault in caught.value.faults) == pointers
