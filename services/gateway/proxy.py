"""The hot path: a request to a service passes through, after its token was checked. Pure ASGI on aiohttp's client, streaming both
ways; the path goes on byte for byte, and neither it nor the query is ever logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import structlog
from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from yarl import URL

from services.gateway.domain import passes
from services.gateway.routes import Upstream, upstream_of
from shared.auth import authenticate
from shared.errors import Malformed, NotFound, Unavailable

log = structlog.get_logger()

_HOP = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer",
        b"transfer-encoding", b"upgrade", b"host", b"traceparent", b"x-request-id", b"expect", b"forwarded", b"x-real-ip",
    }
)  # fmt: skip
_HOP_BACK = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"te", b"trailer", b"transfer-encoding", b"upgrade",
        b"date", b"server", b"x-request-id",
    }
)  # fmt: skip
_AT_ONCE = 64 * 1024
"""Answers up to this many bytes are read whole before they go on: cheaper, and one that breaks off becomes a 502."""
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
        passage = _Passage(found, scope, receive, send)
        try:
            await passage.pass_on(self.owner.state.session, self.owner.state.upstreams[found.service])
        except ClientGone:
            pass
        except asyncio.CancelledError:
            if not passage.client_gone:
                raise
        finally:
            passage.end()


class _Passage:
    """One request on its way to a service, and the answer on its way back."""

    def __init__(self, upstream: Upstream, scope: Scope, receive: Receive, send: Send) -> None:
        self._service = upstream.service
        self._scope = scope
        self._receive = receive
        self._send = send
        self._sent = False
        self._answered = False
        self._upload_failure: Exception | None = None
        self._watcher: asyncio.Task[None] | None = None
        self.client_gone = False
        self._passing = asyncio.current_task()
        # Most requests are answered before a task that watches the client would be worth its cost.
        self._watch = asyncio.get_running_loop().call_later(_WATCH_AFTER_SECONDS, self._start_watching)

    def end(self) -> None:
        self._watch.cancel()
        if self._watcher:
            self._watcher.cancel()

    async def pass_on(self, session: aiohttp.ClientSession, base: str) -> None:
        """Raises UpstreamAway, UpstreamBroken, UpstreamSlow, what reading the client's body raises; after the answer began, whatever
        broke it off."""
        try:
            await self._exchange(session, base)
        except (aiohttp.ClientError, TimeoutError) as error:
            if self._upload_failure:
                raise self._upload_failure from None
            log.warning("service broke off", service=self._service, error=type(error).__name__)
            if self._answered:
                raise
            raise _refusal(error) from error

    async def _exchange(self, session: aiohttp.ClientSession, base: str) -> None:
        scope = self._scope
        target = base + scope["raw_path"].decode("ascii")
        if query := scope["query_string"]:
            target = f"{target}?{query.decode('ascii')}"
        async with session.request(
            scope["method"],
            URL(target, encoded=True),
            headers=_forward(scope),
            data=await self._body(),
            allow_redirects=False,
        ) as answer:
            await self._return(answer)

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
            try:
                message = await self._receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
            except Exception as error:
                self._upload_failure = error
                raise
            more = message.get("more_body", False)
            if chunk := message.get("body"):
                yield chunk
        self._sent = True

    async def _return(self, answer: aiohttp.ClientResponse) -> None:
        headers = [(name.lower(), value) for name, value in answer.raw_headers]
        drop = _HOP_BACK | _nominated(headers)
        if answer.status in (204, 304):
            drop |= {b"content-length"}
        kept = [(name, value) for name, value in headers if name not in drop]
        start = {"type": "http.response.start", "status": answer.status, "headers": kept}
        length = answer.content_length
        if length is not None and length <= _AT_ONCE:
            whole = await answer.read()
            self._answered = True
            await self._send(start)
            await self._send({"type": "http.response.body", "body": whole})
            return
        self._answered = True
        await self._send(start)
        async for chunk in answer.content.iter_any():
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self._send({"type": "http.response.body", "body": b""})

    def _start_watching(self) -> None:
        loop = asyncio.get_running_loop()
        if not self._sent:  # who reads the body sees the client go
            self._watch = loop.call_later(_WATCH_AFTER_SECONDS, self._start_watching)
        elif self._passing is not None:
            self._watcher = loop.create_task(self._cancel_when_gone(self._passing))

    async def _cancel_when_gone(self, passing: asyncio.Task[None]) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.client_gone = True
        passing.cancel()


def _refusal(error: Exception) -> Unavailable:
    if isinstance(
        error,
        aiohttp.ClientConnectorError
        | aiohttp.ConnectionTimeoutError
        | aiohttp.ServerDisconnectedError
        | aiohttp.ClientOSError,
    ):
        return UpstreamAway(headers={"retry-after": "1"})
    if isinstance(error, TimeoutError):
        return UpstreamSlow()
    return UpstreamBroken()


def _nominated(headers: list[tuple[bytes, bytes]]) -> frozenset[bytes]:
    """Headers that `Connection` names: they are meant for the next hop only (RFC 9110 §7.6.1)."""
    values = [value for name, value in headers if name == b"connection"]
    return frozenset(part.strip().lower() for value in values for part in value.split(b","))


def _forward(scope: Scope) -> list[tuple[str, str]]:
    drop = _HOP | _nominated(scope["headers"])
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in scope["headers"]
        if name not in drop and not name.startswith(b"x-forwarded-")
    ]
    headers.append(("traceparent", scope["anju.traceparent"]))
    headers.append(("x-request-id", scope["anju.request_id"]))
    return headers


def open_session(seconds: float) -> aiohttp.ClientSession:
    """The client for services: connections are kept, bodies are passed as they are. The limit is per service, so that one that hangs
    does not starve the others; `seconds` bounds a whole exchange, waiting for a connection included."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=128, keepalive_timeout=60),
        timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=2),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        trust_env=False,
    )
