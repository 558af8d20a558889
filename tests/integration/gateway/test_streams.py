"""Server-sent events through the gateway: told at once, kept open for as long as the service tells, ended when the client goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from services.gateway import upstream
from tests.integration.gateway.accounts import bearer
from tests.integration.gateway.conftest import NewGateway
from tests.integration.gateway.upstreams import served
from tests.support.clients import Service

BEATS = 12


class Telling:
    """A service that tells something every now and then: `ended` where nobody listens any more."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self.told = 0

    async def _beats(self) -> AsyncIterator[bytes]:
        try:
            for n in range(BEATS):
                self.told += 1
                yield f"id: {n}\ndata: {{}}\n\n".encode()
                await asyncio.sleep(0.1)
        finally:
            self.ended.set()

    async def events(self, _: Request) -> Response:
        return StreamingResponse(self._beats(), media_type="text/event-stream")

    async def other(self, _: Request) -> Response:
        return JSONResponse({})

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/registry/events", self.events), Route("/v1/registry/other", self.other)])


@asynccontextmanager
async def passing(new_gateway: NewGateway, telling: Telling) -> AsyncIterator[tuple[Service, httpx.AsyncClient]]:
    """A gateway before it, that gives up what does not move for half a second."""
    async with served(telling.app) as behind:
        gateway = await new_gateway(registry_url=behind, gateway_upstream_seconds=0.5)
        async with served(gateway.app) as url, httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as http:
            yield gateway, http


async def test_a_stream_outlasts_what_a_silent_answer_may(new_gateway: NewGateway) -> None:
    async with passing(new_gateway, Telling()) as (gateway, http):
        answer = await http.get("/v1/registry/events", headers=await bearer(gateway))
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.count("data:") == BEATS


async def test_events_come_one_by_one_and_the_service_hears_when_the_client_goes(new_gateway: NewGateway) -> None:
    telling = Telling()
    async with passing(new_gateway, telling) as (gateway, http):
        async with http.stream("GET", "/v1/registry/events", headers=await bearer(gateway)) as answer:
            assert (await anext(answer.aiter_bytes())).count(b"data:") == 1
        async with asyncio.timeout(5):
            await telling.ended.wait()
    assert telling.told < BEATS


async def test_streams_keep_no_place_from_requests(new_gateway: NewGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "_MOST_CONNECTIONS", 1)
    async with passing(new_gateway, Telling()) as (gateway, http):
        headers = await bearer(gateway)
        async with http.stream("GET", "/v1/registry/events", headers=headers) as answer:
            await anext(answer.aiter_bytes())
            for _ in range(3):
                assert (await http.get("/v1/registry/other", headers=headers)).status_code == 200
