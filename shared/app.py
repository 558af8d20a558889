"""The FastAPI application of a service: one factory, pure ASGI middleware, one mapping of refusals to problem documents."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Annotated, Any

import structlog
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp

from shared import db, idempotency, observability
from shared.auth import Verifier
from shared.edge import REFUSALS, Edge, refusal_of
from shared.http import PROBLEM, PROBLEM_SCHEMA
from shared.routing import Route, Routes
from shared.settings import Settings
from shared.streams import Streams
from shared.wire import Protocol
from shared.worker import Worker

log = structlog.get_logger()


async def _declare_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Required. New for each act, the same for each repeat; for example a UUID.",
            examples=["4f3c8a52-8a55-4f0e-9e0f-2f6f4f7a9b10"],
        ),
    ] = None,
) -> None:
    """Only declares the header for the OpenAPI page: `shared.idempotency` checks it in the transaction."""


def router(prefix: str, tag: str) -> APIRouter:
    """A router whose routes are `Route`s."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=Route)


posts = [Depends(_declare_key)]
"""`dependencies=posts` on each POST that writes: shows the Idempotency-Key header on the OpenAPI page."""


def create_app(
    name: str,
    title: str,
    settings: Settings,
    routers: Sequence[APIRouter],
    worker: Worker | None = None,
    verifier: Verifier | None = None,
    *,
    opening: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
    inner: Callable[..., ASGIApp] | None = None,
    documents: bool = True,
) -> FastAPI:
    """The application. With a worker and `settings.apart` off, the worker's loops run in the same process; the worker's
    handlers are given in either case, since retrying a dead letter needs them. `opening` is entered while the application runs,
    `inner(app, owner=…)` is a middleware inside the edge's, `documents` says whether /openapi.json and /docs are the service's own."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            database = await db.Database.open(settings.database_url.get_secret_value(), settings.pool_size)
            stack.push_async_callback(database.close)
            app.state.database = database
            if opening:
                await stack.enter_async_context(opening(app))
            if worker and not settings.apart:
                await stack.enter_async_context(worker.running(database))
            yield

    app = FastAPI(
        title=title,
        version="0.1.0",
        lifespan=lifespan,
        openapi_url="/openapi.json" if documents else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would tell whoever came through the gateway our own address
        telemetry={
            "auto_configure": False,
            "tracing": False,
            "metrics": False,
            "logs": False,
        },  # its spans hold paths and queries
        separate_input_output_schemas=False,
    )
    app.state.settings = settings
    app.state.name = name
    app.state.worker = worker
    app.state.streams = Streams(settings)
    app.state.verifier = verifier or Verifier(settings.issuer, settings.jwks_url)
    app.include_router(health())
    for part in routers:
        app.include_router(part)
    app.middleware_stack = _around(app, routers, inner)
    describe = app.openapi
    app.openapi = lambda: _described(describe())  # type: ignore[method-assign]
    return app


def _described(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with each body's example where tools look for it, and the problem document as what refusals look like."""
    schemas = document.get("components", {}).get("schemas", {})
    operations = ((method, op) for path in document["paths"].values() for method, op in path.items())
    for method, operation in operations:
        for content in operation.get("requestBody", {}).get("content", {}).values():
            schema = content.get("schema", {})
            named = schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], {})
            if examples := schema.get("examples") or named.get("examples"):
                content["example"] = examples[0]
        creates = any(parameter["name"] == "If-None-Match" for parameter in operation.get("parameters", []))
        needs_version = ("patch", "delete") if creates else ("patch", "delete", "put")
        for parameter in operation.get("parameters", []):
            if parameter["name"] == "Idempotency-Key":
                parameter["required"] = True
                parameter["schema"] = {**idempotency.KEY_SCHEMA, "examples": parameter["schema"].get("examples", [])}
            if parameter["name"] == "If-Match" and method in needs_version:
                parameter["required"] = True
            if examples := parameter["schema"].get("examples"):
                parameter["example"] = examples[0]
        problem_content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        operation["responses"].pop("422", None)
        operation["responses"]["5XX"] = {"description": "Not done", "content": problem_content}
        operation["responses"]["4XX"] = {"description": "Refused; the problem says why", "content": problem_content}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    return document


def _around(app: FastAPI, routers: Sequence[APIRouter], inner: Callable[..., ASGIApp] | None) -> Edge:
    """The edge with our routes; behind it FastAPI's own way, for what is none of them (forms, files, 404, 405)."""
    for kind in REFUSALS:
        app.add_exception_handler(kind, _refused)
    others: ASGIApp = ExceptionMiddleware(AsyncExitStackMiddleware(app.router), handlers=app.exception_handlers)
    routes = Routes(route for part in routers for route in part.routes)
    return Edge(inner(others, owner=app) if inner else others, app.state.settings, routes, app)


async def _refused(request: Request, error: Exception) -> Response:
    return refusal_of(request, error)


def health() -> APIRouter:
    """/livez, /readyz, /metrics."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/livez")
    async def livez(request: Request) -> JSONResponse:
        worker: Worker | None = request.app.state.worker
        if worker and not worker.goes_on:
            return JSONResponse({"status": "a loop of the worker has ended: start the process again"}, 503)
        return JSONResponse({"status": "alive"})

    @routes.get("/readyz")
    async def readyz(request: Request) -> JSONResponse:
        checks: dict[str, Callable[[], Awaitable[bool]]] = {"database": lambda: _answers(request.app.state.database)}
        worker: Worker | None = request.app.state.worker
        if worker and worker.started:
            checks["broker"] = worker.ready
        states = {name: await check() for name, check in checks.items()}
        ready = all(states.values())
        return JSONResponse({"status": "ready" if ready else "not ready", "checks": states}, 200 if ready else 503)

    @routes.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})

    return routes


async def _answers(database: db.Database) -> bool:
    try:
        async with asyncio.timeout(2):
            return bool(await database.pool.fetchval("select 1"))
    except Exception as error:
        log.warning("database does not answer", error=type(error).__name__)
        return False


def serve(app: FastAPI, settings: Settings) -> None:
    """Runs the application until SIGTERM or SIGINT; requests under way are finished first."""
    observability.configure_logs(settings.log_level)
    spare_the_collector()
    uvicorn.run(
        app.middleware_stack or app,  # the edge itself
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nobody here asks for the client's address
        timeout_graceful_shutdown=10,
        timeout_keep_alive=75,  # longer than the gateway keeps an idle connection, so that it never sends into a closing one
        http=Protocol,
        loop="uvloop" if os.name == "posix" else "asyncio",
    )


def spare_the_collector() -> None:
    """What start-up made stays; and many small objects that all live are no reason to look for cycles (an import: a seventh)."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def serve_worker(worker: Worker, settings: Settings) -> None:
    """Runs a worker in a process of its own, with /livez, /readyz and /metrics on its port."""
    serve(
        create_app(worker.name, f"{worker.name} worker", settings.model_copy(update={"apart": False}), [], worker),
        settings,
    )
