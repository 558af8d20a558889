"""Keyset paging: a page, and an opaque cursor that says after which row the next one starts."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from shared.errors import Fault, Malformed

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200, description="Rows on a page.")]
Cursor = Annotated[str | None, Query(max_length=400, description="`next` of the page before; opaque.")]


class Page(BaseModel, Generic[T]):
    """A page of a list. `next` is absent on the last one."""

    items: list[T]
    next: str | None = None


class BadCursor(Malformed):
    slug = "bad-cursor"
    title_en, title_zh = "This page cursor was not given by us", "分页游标无效"


def encode_cursor(*keys: Any) -> str:
    """The cursor after a row with these keys (strings, numbers)."""
    return base64.urlsafe_b64encode(json.dumps(keys, separators=(",", ":")).encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, kinds: tuple[type, ...]) -> tuple[Any, ...] | None:
    """The keys; None for the first page. Raises BadCursor."""
    if cursor is None:
        return None
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        keys = None
    if not isinstance(keys, list) or tuple(type(key) for key in keys) != kinds:
        raise BadCursor(faults=[Fault("query:cursor", "invalid", "not a cursor", "不是有效的游标")])
    return tuple(keys)
