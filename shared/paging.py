"""Keyset paging: a page, and an opaque cursor that says after which row the next one starts."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from shared.errors import Fault, Malformed
from shared.ids import parse_id

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


def beyond(column: str, parameter: int) -> str:
    """SQL: rows after the id that parameter gives, all where it is null. (An `or` would read through the pages before.)"""
    return f"{column} > coalesce(${parameter}::uuid, '00000000-0000-0000-0000-000000000000')"


def encode_cursor(*keys: Any) -> str:
    """The cursor after a row with these keys (strings, numbers)."""
    return base64.urlsafe_b64encode(json.dumps(keys, separators=(",", ":")).encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, kinds: tuple[type, ...]) -> tuple[Any, ...] | None:
    """The keys; None for the first page. `kinds`: str, int, date, or UUID (an id, given back as text). Raises BadCursor."""
    if cursor is None:
        return None
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(keys, list):
            raise TypeError
        return tuple(_READERS[kind](key) for key, kind in zip(keys, kinds, strict=True))
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadCursor(faults=[Fault("query:cursor", "invalid", "not a cursor", "不是有效的游标")]) from error


def id_of(cursor: str | None) -> str | None:
    """The id of a cursor whose only key it is; None for the first page. Raises BadCursor."""
    keys = decode_cursor(cursor, (UUID,))
    return keys[0] if keys else None


def _text(key: Any) -> str:
    if type(key) is not str or "\0" in key:
        raise TypeError
    key.encode()  # a lone surrogate is no text
    return key


def _number(key: Any) -> int:
    if type(key) is not int or abs(key) >= 2**63:
        raise TypeError
    return key


_READERS: dict[type, Callable[[Any], Any]] = {
    str: _text,
    int: _number,
    date: lambda key: date.fromisoformat(_text(key)),
    UUID: lambda key: parse_id(_text(key)),
}
