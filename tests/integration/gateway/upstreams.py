"""Small real servers that stand behind the gateway in tests, and a real one in front of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]


@asynccontextmanager
async def served(app: ASGIApp, **more: Any) -> AsyncIterator[str]:
    """A real server on a free port, without the application's lifespan; its address. `more`: of its configuration."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off", **more)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn has a flag, no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


async def echo(request: Request) -> Response:
    """Tells what came in."""
    body = await request.body()
    return JSONResponse(
        {
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": request.url.query,
            "headers": dict(request.headers),
            "body": body[:100].decode(),
            "bytes": len(body),
        },
        201 if request.method == "POST" else 200,
        headers={"etag": '"1.0"', "connection": "keep-alive, x-hop", "x-hop": "1"},
    )


async def slow_stream(_: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        for n in range(3):
            yield f"part {n}\n".encode()
            await asyncio.sleep(0.05)

    return StreamingResponse(parts())


async def not_modified(_: Request) -> Response:
    return Response(status_code=304, headers={"etag": '"1.0"'})


async def redirect(_: Request) -> Response:
    return Response(status_code=303, headers={"location": "/v1/registry/elsewhere"})


async def packed(_: Request) -> Response:
    return Response(b"\x1f\x8b not really", headers={"content-encoding": "gzip"})


class Waiting:
    """Routes that wait: `begun` and `gone` tell how far a request came, `go` lets a stream go on."""

    def __init__(self) -> None:
        self.begun, self.gone, self.go = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def until_gone(self, request: Request) -> Response:
        """Answers nobody: waits until the client goes away."""
        self.begun.set()
        while (await request.receive())["type"] != "http.disconnect":
            pass
        self.gone.set()
        return Response()

    async def stream(self, _: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            yield b"first"
            await self.go.wait()
            yield b"second"

        return StreamingResponse(parts())


def registry(waiting: Waiting) -> Starlette:
    """A service that shows how requests come through."""
    return Starlette(
        routes=[
            Route("/v1/registry/stream", slow_stream),
            Route("/v1/registry/not-modified", not_modified),
            Route("/v1/registry/redirect", redirect),
            Route("/v1/registry/packed", packed),
            Route("/v1/registry/until-gone", waiting.until_gone),
            Route("/v1/registry/waiting-stream", waiting.stream),
            Route("/v1/registry/{rest:path}", echo, methods=METHODS),
        ]
    )


def answering(path: str, status: int, body: Any, delay: float = 0) -> Starlette:
    """A service with one route, in the name of all methods of views."""

    async def answer(request: Request) -> Response:
        await asyncio.sleep(delay)
        return JSONResponse(body, status, headers={"x-language": request.headers.get("accept-language", "")})

    return Starlette(routes=[Route(path, answer)])


@asynccontextmanager
async def saying(data: bytes) -> AsyncIterator[str]:
    """A server that answers every connection with these bytes and closes it; its address."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
