"""What HTTP asks of every service: strict bodies, entity tags, conditional requests (RFC 9110), problem documents (RFC 9457)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, field_validator

from shared.errors import DomainError, Fault, PreconditionFailed, PreconditionRequired
from shared.validation import Wrong

PROBLEM = "application/problem+json"
_ETAG = re.compile(r'"(\d+)\.\d+"')
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "Why it was refused (RFC 9457). `type` is stable; `title` and `detail` follow Accept-Language (zh, en).",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:anju:problem:flat-taken"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "trace_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail")},
            },
        },
    },
}


class Body(BaseModel):
    """Base of what clients send: unknown fields are refused, strings are taken without outer blanks."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _printable(cls, value: Any) -> Any:
        """No control characters in any text: a NUL cannot be stored, and the others only ever hide something."""
        if isinstance(value, str) and _CONTROL.search(value):
            raise Wrong("control-character", "holds a control character", "含有控制字符")
        return value


class View(BaseModel):
    """Base of what is shown. The docstring below a field is its description in OpenAPI."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class WarningView(View):
    """Something to look at that did not stop the act."""

    pointer: str
    code: str
    detail: str


def warnings_for(request: Request, warnings: Sequence[Fault]) -> list[WarningView]:
    """Warnings in the reader's language."""
    zh = language(request) == "zh"
    return [WarningView(pointer=w.pointer, code=w.code, detail=w.zh if zh else w.en) for w in warnings]


def etag(version: int, copies: int = 0) -> str:
    """The strong entity tag of a resource at this version. `copies` counts what other services said since: it changes what is shown,
    but is no reason to refuse a change of ours (If-Match looks at the version alone)."""
    return f'"{version}.{copies}"'


def tag(response: Response, version: int, copies: int = 0) -> None:
    """Puts the entity tag on a response."""
    response.raw_headers.append((b"etag", etag(version, copies).encode()))


class NotModified(Exception):
    """The caller has this version already: 304."""

    def __init__(self, etag: str) -> None:
        self.etag = etag


def header(request: Request, name: bytes) -> str | None:
    """The first header of that name (in lower case). `request.headers` makes an object of all of them first."""
    return next((value.decode("latin-1") for given, value in request.scope["headers"] if given == name), None)


def check_none_match(request: Request, version: int, copies: int = 0) -> None:
    """For reads of one resource: raises NotModified where If-None-Match names the present version."""
    given = header(request, b"if-none-match")
    if given is None:
        return
    present = etag(version, copies)
    if {present, "*"} & {part.strip().removeprefix("W/") for part in given.split(",")}:
        raise NotModified(present)


class Match:
    """If-Match of a request."""

    def __init__(self, header: str | None) -> None:
        self.header = header

    @property
    def given(self) -> bool:
        return self.header is not None

    def check(self, version: int) -> None:
        """Raises PreconditionRequired where the header is absent, PreconditionFailed where it names another version."""
        if self.header is None:
            raise PreconditionRequired(
                "Read it first and send its ETag as If-Match.",
                "请先读取，并将其 ETag 作为 If-Match 发送。",
                faults=[Fault("header:If-Match", "missing", "missing", "缺失")],
            )
        tags = [part.strip() for part in self.header.split(",")]
        versions = [found.group(1) for part in tags if (found := _ETAG.fullmatch(part))]
        if "*" not in tags and str(version) not in versions:
            raise PreconditionFailed(
                "Read it again, and send its ETag header just as it came.",
                "请重新读取，并原样发送其 ETag。",
            )

    def check_if_given(self, version: int) -> None:
        """The same, for acts that an Idempotency-Key guards already: without If-Match they go on."""
        if self.header is not None:
            self.check(version)


async def _match(
    if_match: Annotated[
        str | None, Header(alias="If-Match", description="ETag of the version this change is based on.")
    ] = None,
) -> Match:
    return Match(if_match)


IfMatch = Annotated[Match, Depends(_match)]


def language(request: Request) -> str:
    """`zh` or `en` by Accept-Language; English where neither is asked for."""
    best, weight = "en", 0.0
    for part in request.headers.get("accept-language", "").lower().split(","):
        name, _, q = part.strip().partition(";q=")
        try:
            value = float(q) if q else 1.0
        except ValueError:
            continue
        primary = name.split("-")[0].strip()
        if primary in ("zh", "en") and value > weight:
            best, weight = primary, value
    return best


def problem(
    request: Request,
    status: int,
    slug: str,
    titles: tuple[str, str],
    details: tuple[str, str] = ("", ""),
    faults: Sequence[Fault] = (),
    members: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem document; titles and details are (en, zh)."""
    zh = language(request) == "zh"
    content: dict[str, Any] = {
        "type": f"urn:anju:problem:{slug}",
        "title": titles[zh],
        "status": status,
        "instance": f"urn:uuid:{request.scope.get('anju.request_id', '')}",
    }
    if details[zh]:
        content["detail"] = details[zh]
    if faults:
        content["errors"] = [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.zh if zh else fault.en} for fault in faults
        ]
    content = {**_in_language(members or {}, zh), **content}  # a member never replaces one of the standard's
    if trace := request.scope.get("anju.traceparent"):
        content["trace_id"] = trace.split("-")[1]
    kept = {"content-language": "zh" if zh else "en", "vary": "accept-language", **(headers or {})}
    return JSONResponse(content, status, headers=kept, media_type=PROBLEM)


def _in_language(value: Any, zh: bool) -> Any:
    """`detail_en` and `detail_zh`, at any depth, as one `detail` in the reader's language."""
    if isinstance(value, Mapping):
        found = {name: _in_language(part, zh) for name, part in value.items() if name not in ("detail_en", "detail_zh")}
        return found | ({"detail": value["detail_zh" if zh else "detail_en"]} if "detail_en" in value else {})
    return [_in_language(part, zh) for part in value] if isinstance(value, list) else value


def problem_of(request: Request, error: DomainError) -> JSONResponse:
    """The problem document of a refusal."""
    return problem(
        request,
        error.status,
        error.slug,
        (error.title_en, error.title_zh),
        (error.en, error.zh),
        error.faults,
        error.members,
        error.headers,
    )


def problem_kept(request: Request, kept: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A refusal that a job's row keeps in both languages (`shared.background.problem_of`), as a problem document has it, in the reader's
    language."""
    if kept is None:
        return None
    own = "zh" if language(request) == "zh" else "en"
    texts = {name: kept[f"{name}_{own}"] for name in ("title", "detail")}
    more = {name: value for name, value in kept.items() if name[-3:] not in ("_en", "_zh") and name != "slug"}
    return {**more, "type": f"urn:anju:problem:{kept['slug']}", **texts}
