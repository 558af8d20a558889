"""The hot path: a request to a service passes through, after its token was checked. Pure ASGI, streaming both ways; the path goes on
byte for byte, and neither it nor the query is ever logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import structlog
from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.domain import passes
from services.gateway.routes import upstream_of
from services.gateway.upstream import Away, Broken, Connection, Headers, Origin
from shared.auth import authenticate
from shared.errors import Malformed, NotFound, Unavailable
from shared.wire import ENDLESS

log = structlog.get_logger()

_HOP = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer",
        b"transfer-encoding", b"upgrade", b"host", b"traceparent", b"x-request-id", b"expect", b"forwarded", b"x-real-ip",
        b"proxy-connection", b"content-length",
    }
)  # fmt: skip
_HOP_BACK = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"te", b"trailer", b"transfer-encoding", b"upgrade",
        b"date", b"server", b"x-request-id",
    }
)  # fmt: skip
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
"""Idempotent (RFC 9110 §9.2.2)."""
_EVENTS = b"text/event-stream"
_SOON = {"retry-after": "1"}
_WATCH_AFTER_SECONDS = 0.2


class UpstreamAway(Unavailable):
    slug = "service-unavailable"
    title_en, title_zh = "The service behind this path does not answer", "该路径对应的服务暂无响应"


class UpstreamBroken(Unavailable):
    status = 502
    slug = "service-broken"
    title_en, title_zh = "The service behind this path broke off its answer", "该路径对应的服务应答异常"


class UpstreamSlow(Unavailable):
    status = 504
    slug = "service-slow"
    title_en, title_zh = "The service behind this path took too long", "该路径对应的服务响应超时"


class ClientGone(Exception):
    """The client went away while it was sending."""


class Proxy:
    """Passes `/v1/<service>/…` on; everything else is the gateway's own application's."""

    def __init__(self, app: ASGIApp, owner: FastAPI) -> None:
        self.app = app
        self.owner = owner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = upstream_of(scope) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = found
        if not passes(scope["raw_path"]):
            raise NotFound
        if not scope["query_string"].isascii():
            raise Malformed
        await authenticate(Request(scope))
        state = self.owner.state
        passage = _Passage(found.service, scope, receive, send, state.settings.gateway_upstream_seconds)
        try:
            await passage.pass_on(state.origins[found.service])
        except ClientGone:
            pass
        finally:
            passage.end()


class _Passage:
    """One request on its way to a service, and the answer on its way back."""

    def __init__(self, service: str, scope: Scope, receive: Receive, send: Send, seconds: float) -> None:
        self._service = service
        self._scope = scope
        self._receive = receive
        self._send = send
        self._sent = False
        self._answered = False
        self._watcher: asyncio.Task[None] | None = None
        self._stopped_by: Exception | None = None
        self._passing = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._moved = self._loop.time()
        """When something last went on, in either direction."""
        # Most requests are answered before watching the client and the clock would be worth its cost.
        self._timers = [self._loop.call_later(min(_WATCH_AFTER_SECONDS, seconds), self._start_watching)]

    def end(self) -> None:
        for timer in self._timers:
            timer.cancel()
        if self._watcher:
            self._watcher.cancel()

    async def pass_on(self, origin: Origin) -> None:
        """Raises UpstreamAway, UpstreamBroken, UpstreamSlow, ClientGone, what reading the client's body raises; after the answer began,
        whatever broke it off."""
        try:
            await self._exchange(origin)
        except (Away, Broken) as error:
            log.warning("service broke off", service=self._service, error=type(error).__name__)
            if self._answered:
                raise
            raise (UpstreamAway(headers=_SOON) if isinstance(error, Away) else UpstreamBroken()) from error
        except asyncio.CancelledError:
            if self._stopped_by is None or self._passing is None:
                raise
            self._passing.uncancel()
            raise self._stopped_by from None

    async def _exchange(self, origin: Origin) -> None:
        body = await self._body()
        head = _head(self._scope, origin, body)
        may_repeat = self._scope["method"] in _REPEATABLE and (body is None or isinstance(body, bytes))
        while True:
            connection = await origin.take()
            try:
                await self._through(origin, connection, head, body)
                return
            except Away:
                # It was closed as we took it: nothing was done. On a new connection it means what it says.
                if not may_repeat or connection.exchanges == 1:
                    raise
            finally:
                origin.give_back(connection)

    async def _through(
        self, origin: Origin, connection: Connection, head: bytes, body: bytes | AsyncIterator[bytes] | None
    ) -> None:
        bodiless = self._scope["method"] == "HEAD"
        if body is None or isinstance(body, bytes):
            connection.ask(head + (body or b""), bodiless)
            await connection.answered()
            if _is_endless(connection):
                self._scope[ENDLESS] = True
                origin.set_apart(connection)
            await self._return(connection)
            return
        connection.ask(head, bodiless)
        upload = self._loop.create_task(connection.upload(body, chunked=_length(self._scope) is None))
        try:
            await connection.answered()
            await self._return(connection)
        finally:
            if not upload.done():  # answered before all was sent: what follows would be taken for the next request
                upload.cancel()
                connection.abort()

    async def _body(self) -> bytes | AsyncIterator[bytes] | None:
        """None without a body, bytes where all of it is there, else a stream."""
        names = {name for name, _ in self._scope["headers"]}
        if not names & {b"content-length", b"transfer-encoding"}:
            self._sent = True
            return None
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        first: bytes = message.get("body", b"")
        if message.get("more_body"):
            return self._chunks(first)
        self._sent = True
        return first

    async def _chunks(self, first: bytes) -> AsyncIterator[bytes]:
        yield first
        more = True
        while more:
            message = await self._receive()
            self._moved = self._loop.time()
            if message["type"] == "http.disconnect":
                raise ClientGone
            more = message.get("more_body", False)
            if chunk := message.get("body"):
                yield chunk
        self._sent = True

    async def _return(self, connection: Connection) -> None:
        drop = _HOP_BACK | _nominated(connection.headers)
        if connection.status in (204, 304):
            drop |= {b"content-length"}
        kept = [(name, value) for name, value in connection.headers if name not in drop]
        self._answered = True
        await self._send({"type": "http.response.start", "status": connection.status, "headers": kept})
        more = True
        while more:
            chunk = await connection.chunk()
            more = not connection.taken
            await self._send({"type": "http.response.body", "body": chunk, "more_body": more})
            self._moved = self._loop.time()

    def _start_watching(self) -> None:
        self._timers = []
        self._watch_clock()
        self._watch_client()

    def _watch_clock(self) -> None:
        """Stops where nothing has moved for so long; a large file on a slow line may take its time."""
        due = self._moved + self._seconds
        if due <= self._loop.time():
            self._stop(UpstreamSlow())
        else:
            self._timers[:1] = [self._loop.call_at(due, self._watch_clock)]

    def _watch_client(self) -> None:
        if self._sent:
            self._watcher = self._loop.create_task(self._stop_when_gone())
        else:  # who reads the body sees the client go
            self._timers[1:] = [self._loop.call_later(_WATCH_AFTER_SECONDS, self._watch_client)]

    async def _stop_when_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._stop(ClientGone())

    def _stop(self, because: Exception) -> None:
        if self._passing and self._stopped_by is None:
            self._stopped_by = because
            self._passing.cancel()


def _is_endless(connection: Connection) -> bool:
    """Is the answer told for as long as there is something to tell?"""
    return any(name == b"content-type" and value.startswith(_EVENTS) for name, value in connection.headers)


def _nominated(headers: Headers) -> frozenset[bytes]:
    """Headers that `Connection` names: they are meant for the next hop only (RFC 9110 §7.6.1)."""
    values = [value for name, value in headers if name == b"connection"]
    return frozenset(part.strip().lower() for value in values for part in value.split(b","))


def _length(scope: Scope) -> bytes | None:
    return next((value for name, value in scope["headers"] if name == b"content-length"), None)


def _framing(scope: Scope, body: bytes | AsyncIterator[bytes] | None) -> list[bytes]:
    """Where the body ends, as it is sent from here. What the client's headers say could be told apart from it (`Connection:
    content-length`, a body that an upgrade cuts off), and the rest would then be the beginning of somebody else's request."""
    if body is None:
        return []
    length = b"%d" % len(body) if isinstance(body, bytes) else _length(scope)
    return [b"transfer-encoding: chunked" if length is None else b"content-length: " + length]


def _head(scope: Scope, origin: Origin, body: bytes | AsyncIterator[bytes] | None) -> bytes:
    """The head of the request as the service gets it."""
    drop = _HOP | _nominated(scope["headers"])
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    lines = [
        b"%b %b%b%b HTTP/1.1" % (scope["method"].encode(), origin.prefix, scope["raw_path"], query),
        b"host: " + origin.host,
        b"traceparent: " + scope["anju.traceparent"].encode(),
        b"x-request-id: " + scope["anju.request_id"].encode(),
    ]
    lines += [
        b"%b: %b" % (name, value)
        for name, value in scope["headers"]
        if name not in drop and not name.startswith(b"x-forwarded-")
    ]
    return b"\r\n".join(lines + _framing(scope, body)) + b"\r\n\r\n"
