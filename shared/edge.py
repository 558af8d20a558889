"""The edge of a service: what every request passes on its way in, and every answer on its way out."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import db, idempotency, observability, validation
from shared.errors import DomainError, TooLarge
from shared.http import NotModified, problem, problem_of
from shared.routing import Route, Routes
from shared.settings import Settings

log = structlog.get_logger()

_AROUND_A_FILE = 64 * 1024
"""Boundaries, headers and small fields of an upload."""


def _http_problem(request: Request, error: HTTPException) -> Response:
    if isinstance(error.__cause__, DomainError):  # ours, raised while FastAPI was reading a form
        return problem_of(request, error.__cause__)
    titles = validation.HTTP_TITLES.get(error.status_code, (str(error.detail), str(error.detail)))
    slug = titles[0].lower().replace(" ", "-")
    return problem(request, error.status_code, slug, titles, headers=error.headers)


REFUSALS: dict[type[Exception], Callable[[Request, Any], Response]] = {
    DomainError: problem_of,
    RequestValidationError: lambda request, error: problem_of(request, validation.refusal(error.errors())),
    idempotency.Replay: lambda request, error: error.response,
    NotModified: lambda request, error: Response(status_code=304, headers={"etag": error.etag}),
    HTTPException: _http_problem,
}
"""Exceptions that are answers."""


def refusal_of(request: Request, error: Exception) -> Response:
    """The answer that the exception is; any other is raised again."""
    for kind in type(error).__mro__:
        if answer := REFUSALS.get(kind):
            return answer(request, error)
    raise error


class _Exchange:
    """A request's body and the answer's head as they pass."""

    __slots__ = ("_most", "_receive", "_request_id", "_send", "_taken", "status")

    def __init__(self, receive: Receive, send: Send, request_id: str, most: int) -> None:
        self._receive = receive
        self._send = send
        self._request_id = request_id
        self._most = most
        self._taken = 0
        self.status = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        if self._taken > self._most:
            raise TooLarge(members={"limit_bytes": self._most})
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], (b"x-request-id", self._request_id.encode())]
        await self._send(message)

    async def send_whole(self, scope: Scope, response: Response) -> None:
        """The same for a whole answer."""
        self.status = response.status_code
        response.raw_headers.append((b"x-request-id", self._request_id.encode()))
        await response(scope, self._receive, self._send)


class Edge:
    """Pure ASGI: request id, trace context, size limit, metrics, the log line, and the answer to what nobody caught. What is no
    route of `routes` is `app`'s."""

    def __init__(
        self, app: ASGIApp, settings: Settings, routes: Routes | None = None, owner: FastAPI | None = None
    ) -> None:
        self.app = app
        self.owner = owner
        self.routes = routes or Routes()
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self.owner  # as FastAPI would, were it asked first
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id, traceparent = observability.identify(
            headers.get(b"x-request-id") if self.settings.behind_gateway else None, headers.get(b"traceparent")
        )
        scope["anju.request_id"] = request_id
        scope["anju.traceparent"] = traceparent
        observability.REQUEST.set({"request_id": request_id, "trace_id": traceparent[3:35]})
        started = perf_counter()
        most = self._most_bytes(scope["path"])
        exchange = _Exchange(receive, send, request_id, most)
        try:
            if int(headers.get(b"content-length", b"0") or 0) > most:
                raise TooLarge(members={"limit_bytes": most})
            if route := self.routes.find(scope):
                await exchange.send_whole(scope, await _answer(route, Request(scope, exchange.receive, send)))
            else:
                await self.app(scope, exchange.receive, exchange.send)
        except Exception as error:
            if exchange.status:
                raise
            await exchange.send_whole(scope, _answer_for(error, scope))
        finally:
            _count(scope, exchange.status, perf_counter() - started)

    def _most_bytes(self, path: str) -> int:
        if path.endswith("/imports"):
            return self.settings.max_upload_bytes + _AROUND_A_FILE
        return self.settings.max_body_bytes


async def _answer(route: Route, request: Request) -> Response:
    try:
        return await route.answer(request)
    except Exception as error:
        return refusal_of(request, error)


def _answer_for(error: Exception, scope: Scope) -> Response:
    request = Request(scope)
    if isinstance(error, DomainError):
        return problem_of(request, error)
    if db.is_transient(error):
        log.warning("unavailable", error=type(error).__name__)
        titles = ("Not available right now, try again", "暂时不可用，请稍后再试")
        return problem(request, 503, "unavailable", titles, headers={"retry-after": "1"})
    log.error("request failed", route=_template(scope), exc_info=error)
    return problem(request, 500, "internal-error", ("Our fault: this was not done", "内部错误，操作未执行"))


def _count(scope: Scope, status: int, seconds: float) -> None:
    route, method = _template(scope), scope["method"]
    observability.count_request(method, route, status, seconds)
    if status >= 500 or method != "GET":
        log.info("answered", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _template(scope: Scope) -> str:
    route = scope.get("route")
    return getattr(route, "path", None) or "unmatched"
