"""The FastAPI application of a service: one factory, pure ASGI middleware, one mapping of refusals to problem documents."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from time import perf_counter
from typing import Annotated, Any

import structlog
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.params import Form
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import db, idempotency, observability, validation
from shared.auth import Verifier
from shared.errors import DomainError, Fault, Malformed, TooLarge, UnsupportedMedia
from shared.http import PROBLEM, PROBLEM_SCHEMA, NotModified, problem, problem_of
from shared.ids import BadId, new_id, parse_id
from shared.settings import Settings
from shared.worker import Worker

log = structlog.get_logger()


_AROUND_A_FILE = 64 * 1024
"""Boundaries, headers and small fields of an upload."""


class NotJson(UnsupportedMedia):
    slug = "not-json"
    title_en, title_zh = "The body must be JSON", "请求体须为 JSON"


class UnknownParameter(Malformed):
    slug = "unknown-parameter"
    title_en, title_zh = "A query parameter is not known here", "存在未知的查询参数"


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


def _query_names(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.query_params}
    return own.union(*(_query_names(part) for part in dependant.dependencies))


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


class Route(APIRoute):
    """A route that refuses unknown query parameters and stores the answer of a POST in its transaction."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **kwargs: Any) -> None:
        super().__init__(path, endpoint, **kwargs)
        self.known_parameters = _query_names(self.dependant)
        self.takes_json = bool(self.dependant.body_params) and not any(
            isinstance(field.field_info, Form) for field in self.dependant.body_params
        )

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            unknown = [name for name in request.query_params if name not in self.known_parameters]
            if unknown:
                known = ", ".join(sorted(self.known_parameters)) or "none"
                raise UnknownParameter(
                    f"Known here: {known}.",
                    f"可用参数：{known}。",
                    faults=[Fault(f"query:{name}"[:80], "unknown", "not known", "未知参数") for name in unknown],
                )
            if self.takes_json and not _is_json(request):
                raise NotJson("Send Content-Type: application/json.", "请发送 Content-Type: application/json。")
            response = await answer(request)
            if tx := request.scope.get("anju.tx"):
                await idempotency.store(tx, response, request.scope.get("anju.kept_body", bytes(response.body)))
            return response

        return handler


def router(prefix: str, tag: str) -> APIRouter:
    """A router whose routes are `Route`s."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=Route)


posts = [Depends(_declare_key)]
"""`dependencies=posts` on each POST that writes: shows the Idempotency-Key header on the OpenAPI page."""


class Edge:
    """Pure ASGI: request id, trace context, size limit, metrics, the log line, and the answer to what nobody caught."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    def _most_bytes(self, path: str) -> int:
        if path.endswith("/imports"):
            return self.settings.max_upload_bytes + _AROUND_A_FILE
        return self.settings.max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = scope["anju.request_id"] = _request_id(headers if self.settings.behind_gateway else {})
        parent = headers.get(b"traceparent", b"").decode("latin-1")
        scope["anju.traceparent"] = observability.child_traceparent(parent)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id, trace_id=scope["anju.traceparent"][3:35])
        started = perf_counter()
        status = 0
        taken = 0
        most = self._most_bytes(scope["path"])

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise TooLarge(members={"limit_bytes": most})
            return message

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            if int(headers.get(b"content-length", b"0") or 0) > most:
                raise TooLarge(members={"limit_bytes": most})
            await self.app(scope, counted, sending)
        except Exception as error:
            if status:
                raise
            await self._answer_for(error, scope, receive, sending)
        finally:
            self._count(scope, status, perf_counter() - started)

    async def _answer_for(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if isinstance(error, DomainError):
            response = problem_of(request, error)
        elif db.is_transient(error):
            log.warning("unavailable", error=type(error).__name__)
            titles = ("Not available right now, try again", "暂时不可用，请稍后再试")
            response = problem(request, 503, "unavailable", titles, headers={"retry-after": "1"})
        else:
            log.error("request failed", route=_template(scope), exc_info=error)
            titles = ("Our fault: this was not done", "内部错误，操作未执行")
            response = problem(request, 500, "internal-error", titles)
        await response(scope, receive, send)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = _template(scope)
        method = scope["method"]
        observability.REQUESTS.labels(method, route, status).inc()
        observability.SECONDS.labels(method, route).observe(seconds)
        if status >= 500 or method != "GET":
            log.info("answered", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _request_id(headers: Mapping[bytes, bytes]) -> str:
    try:
        return parse_id(headers[b"x-request-id"].decode("latin-1"))
    except (KeyError, BadId):
        return new_id()


def _template(scope: Scope) -> str:
    route = scope.get("route")
    return getattr(route, "path", None) or "unmatched"


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
    app.state.verifier = verifier or Verifier(settings.issuer, settings.jwks_url)
    app.include_router(health())
    for part in routers:
        app.include_router(part)
    if inner:
        app.add_middleware(inner, owner=app)
    app.add_middleware(Edge, settings=settings)
    _answer_refusals(app)
    describe = app.openapi
    app.openapi = lambda: _described(describe())  # type: ignore[method-assign]
    return app


def _described(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with each body's example where tools look for it, and the problem document as what refusals look like."""
    schemas = document.get("components", {}).get("schemas", {})
    operations = ((method, op) for path in document["paths"].values() for method, op in path.items())
    for method, operation in operations:
        for content in operation.get("requestBody", {}).get("content", {}).values():
            name = content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
            if examples := schemas.get(name, {}).get("examples"):
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


def _answer_refusals(app: FastAPI) -> None:
    @app.exception_handler(DomainError)
    async def refused(request: Request, error: DomainError) -> Response:
        return problem_of(request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return problem_of(request, validation.refusal(error.errors()))

    @app.exception_handler(idempotency.Replay)
    async def replayed(request: Request, error: idempotency.Replay) -> Response:
        return error.response

    @app.exception_handler(NotModified)
    async def not_modified(request: Request, error: NotModified) -> Response:
        return Response(status_code=304, headers={"etag": error.etag})

    @app.exception_handler(HTTPException)
    async def plain(request: Request, error: HTTPException) -> Response:
        if isinstance(error.__cause__, DomainError):  # ours, raised while FastAPI was reading the body
            return problem_of(request, error.__cause__)
        titles = validation.HTTP_TITLES.get(error.status_code, (str(error.detail), str(error.detail)))
        slug = titles[0].lower().replace(" ", "-")
        return problem(request, error.status_code, slug, titles, headers=error.headers)


def health() -> APIRouter:
    """/livez, /readyz, /metrics."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

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
    gc.freeze()  # what start-up made stays; and many small objects that all live are no reason to look for cycles (an import: a seventh)
    gc.set_threshold(20_000, 20, 20)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=75,  # longer than the gateway keeps an idle connection, so that it never sends into a closing one
        loop="uvloop" if os.name == "posix" else "asyncio",
    )


def serve_worker(worker: Worker, settings: Settings) -> None:
    """Runs a worker in a process of its own, with /livez, /readyz and /metrics on its port."""
    serve(
        create_app(worker.name, f"{worker.name} worker", settings.model_copy(update={"apart": False}), [], worker),
        settings,
    )
