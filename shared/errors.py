"""Refusals, as one family. Every expected "no" of the platform is one of these; anything else is a bug and answers 500.

    DomainError
    ├── Malformed             400   the request cannot be read
    ├── Unauthenticated       401   who is asking is not known
    ├── Forbidden             403   known, but not for this act
    ├── NotFound              404   not there, or not for this caller to see (the two look alike)
    ├── Conflict              409   the state of things does not allow it
    ├── PreconditionFailed    412   changed since it was read
    ├── TooLarge              413
    ├── UnsupportedMedia      415
    ├── Invalid               422   read, and wrong: every fault is listed
    ├── PreconditionRequired  428   say which version you mean
    ├── TooMany               429
    └── Unavailable           503   try again

A subclass names a kebab slug (stable: clients match on it) and a title in Chinese and English. Texts never carry personal
data. `shared.app` renders them once, as application/problem+json (RFC 9457).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input: where (JSON pointer into the body, or `query:name`, `header:name`), what, and a stable code."""

    pointer: str
    code: str
    en: str
    zh: str


class DomainError(Exception):
    """Base of all refusals. `members` become extension members of the problem document."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "error"
    title_en: ClassVar[str] = "Error"
    title_zh: ClassVar[str] = "错误"

    def __init__(
        self,
        en: str = "",
        zh: str = "",
        *,
        faults: Sequence[Fault] = (),
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(en or self.title_en)
        self.en = en
        self.zh = zh
        self.faults = tuple(faults)
        self.members = dict(members or {})
        self.headers = dict(headers or {})


class Malformed(DomainError):
    status, slug = 400, "malformed-request"
    title_en, title_zh = "The request cannot be read", "请求无法读取"


class Unauthenticated(DomainError):
    status, slug = 401, "unauthenticated"
    title_en, title_zh = "A valid access token is needed", "需要有效的访问令牌"


class Forbidden(DomainError):
    status, slug = 403, "forbidden"
    title_en, title_zh = "Not allowed for this account", "该账号无权进行此操作"


class NotFound(DomainError):
    status, slug = 404, "not-found"
    title_en, title_zh = "Not found", "未找到"


class Conflict(DomainError):
    status, slug = 409, "conflict"
    title_en, title_zh = "The present state does not allow this", "当前状态不允许此操作"


class PreconditionFailed(DomainError):
    status, slug = 412, "precondition-failed"
    title_en, title_zh = "It has changed since you read it", "读取之后内容已被更改"


class TooLarge(DomainError):
    status, slug = 413, "too-large"
    title_en, title_zh = "The request is too large", "请求内容过大"


class UnsupportedMedia(DomainError):
    status, slug = 415, "unsupported-media-type"
    title_en, title_zh = "This kind of body is not taken here", "不支持该类型的请求体"


class Invalid(DomainError):
    status, slug = 422, "invalid"
    title_en, title_zh = "The input is not valid", "输入内容无效"


class PreconditionRequired(DomainError):
    status, slug = 428, "precondition-required"
    title_en, title_zh = "Say which version you mean with If-Match", "请用 If-Match 指明所依据的版本"


class TooMany(DomainError):
    status, slug = 429, "too-many-requests"
    title_en, title_zh = "Too many requests", "请求过于频繁"


class Unavailable(DomainError):
    status, slug = 503, "unavailable"
    title_en, title_zh = "Not available right now, try again", "暂时不可用，请稍后再试"
