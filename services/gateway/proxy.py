"""The hot path: a request to a service passes through, after its token was checked. Pure ASGI on aiohttp's client, streaming both
ways; the path goes on byte for byte, and neither it nor the query is ever logged.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import structlog
from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from yarl import URL

from services.gateway.disabled import AccountDisabled
from services.gateway.domain import passes
from services.gateway.routes import upstream_of
from shared.auth import authenticate
from shared.errors import DomainError, NotFound, Unavailable
from shared.http import problem_of

log = structlog.get_logger()

_HOP = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer",
        b"transfer-encoding", b"upgrade", b"host", b"traceparent", b"x-request-id", b"expect",
    }
)  # fmt: skip
_HOP_BACK = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"date", b"server", b"x-request-id"})


class UpstreamAway(Unavailable):
    slug = "service-unavailable"
    title_en, title_zh = "The service behind this path does not answer", "该路径对应的服务暂无响应"


class UpstreamBroken(Unavailable):
    status = 502
    slug = "service-broken"
    title_en, title_zh = "The service behind this path broke off its answer", "该路径对应的服务应答异常"


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
        request = Request(scope, receive)
        try:
            await self._pass(request, found.service, send)
        except DomainError as error:
            await problem_of(request, error)(scope, receive, send)

    async def _pass(self, request: Request, service: str, send: Send) -> None:
        raw_path: bytes = request.scope["raw_path"]
        if not passes(raw_path):
            raise NotFound
        actor = await authenticate(request)
        state = self.owner.state
        if state.disabled.holds(actor.subject):
            raise AccountDisabled
        query = request.scope["query_string"]
        target = state.settings.upstreams[service] + raw_path.decode("latin-1")
        if query:
            target += "?" + query.decode("latin-1")
        call = state.session.request(
            request.method,
            URL(target, encoded=True),
            headers=_forward(request),
            data=_body(request),
            allow_redirects=False,
        )
        started = False
        try:
            async with call as answer:
                headers = [(n.lower(), v) for n, v in answer.raw_headers if n.lower() not in _HOP_BACK]
                started = True
                await send({"type": "http.response.start", "status": answer.status, "headers": headers})
                async for chunk in answer.content.iter_any():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except (aiohttp.ClientConnectorError, aiohttp.ServerDisconnectedError, TimeoutError) as error:
            log.warning("service away", service=service, error=type(error).__name__)
            if started:
                raise
            raise UpstreamAway(headers={"retry-after": "1"}) from error
        except aiohttp.ClientError as error:
            log.warning("service broke off", service=service, error=type(error).__name__)
            if started:
                raise
            raise UpstreamBroken from error


def _forward(request: Request) -> list[tuple[str, str]]:
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in request.scope["headers"]
        if name not in _HOP
    ]
    headers.append(("traceparent", request.scope["anju.traceparent"]))
    return headers


def _body(request: Request) -> AsyncIterator[bytes] | None:
    names = {name for name, _ in request.scope["headers"]}
    return request.stream() if names & {b"content-length", b"transfer-encoding"} else None


def open_session(seconds: float) -> aiohttp.ClientSession:
    """The client for services: connections are kept, bodies are passed as they are."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=256, limit_per_host=128, keepalive_timeout=60),
        timeout=aiohttp.ClientTimeout(total=seconds, connect=2),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        trust_env=False,
    )
