"""Routes and how a request comes to one. They are FastAPI's in everything that is declared (parameters, bodies, dependencies, OpenAPI)
and fail in FastAPI's words; but what FastAPI finds out anew at each request (which router, which route, which kinds of dependencies,
which parameters) is found out once here, when the route is made. That is four fifths of what a small read costs.
"""

from __future__ import annotations

import inspect
import json
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Coroutine, Hashable, Iterable
from typing import Any, cast

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.params import Form
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from starlette.convertors import StringConvertor
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from shared import idempotency
from shared.errors import DomainError, Fault, Malformed, UnsupportedMedia

_BODILESS = (204, 205, 304)


class NotJson(UnsupportedMedia):
    slug = "not-json"
    title_en, title_zh = "The body must be JSON", "请求体须为 JSON"


class UnknownParameter(Malformed):
    slug = "unknown-parameter"
    title_en, title_zh = "A query parameter is not known here", "存在未知的查询参数"


class Unplanned(TypeError):
    """A route declares what routes of ours do not take: forms, cookies, plain functions, dependencies that outlive the answer."""


class _Given(Response):
    """Where a route puts status and headers of its answer."""

    def __init__(self) -> None:
        self.status_code = 0
        self.raw_headers: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.background = None


class Json(Response):
    """An answer in JSON, with headers that were given. (What Starlette's own works out for each answer is known here.)"""

    def __init__(self, content: bytes, status: int, given: list[tuple[bytes, bytes]]) -> None:
        self.status_code = status
        self.body = content
        self.raw_headers = [(b"content-type", b"application/json"), *given]
        self.background = None
        if status not in _BODILESS:
            self.raw_headers.append((b"content-length", b"%d" % len(content)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


class _Asked:
    """What is found out while one request is being answered."""

    __slots__ = ("errors", "given", "open", "request", "solved")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.solved: dict[Any, Any] = {}
        self.open: list[AsyncGenerator[Any, None]] = []
        """Dependencies to be left when the route is done."""
        self.errors: list[Any] = []
        self.given: _Given | None = None

    def response(self) -> _Given:
        if self.given is None:
            self.given = _Given()
        return self.given

    async def leave(self, error: BaseException | None = None) -> None:
        """Leaves the open dependencies, the last first; raises `error`, or what they raise instead."""
        for generator in reversed(self.open):
            try:
                await (anext(generator) if error is None else generator.athrow(error))
            except StopAsyncIteration:
                continue
            except BaseException as raised:
                error = raised
            else:
                error = RuntimeError(f"{generator!r} did not stop")
        if error:
            raise error


class _Call:
    """A function with what FastAPI is to give it."""

    def __init__(self, dependant: Dependant) -> None:
        self.call = cast("Callable[..., Any]", dependant.call)
        self._refuse_what_is_not_planned(dependant)
        self.parts = [(part.name, _Dependency(part)) for part in dependant.dependencies]
        self.path = [(field.alias, field.name, field) for field in dependant.path_params]
        self.query = dependant.query_params
        self.headers = dependant.header_params
        self.request_name = dependant.request_param_name
        self.response_name = dependant.response_param_name
        self._header_names = {field.alias.lower().encode() for field in self.headers}
        self._no_query = self._where_absent(self.query)
        self._no_headers = self._where_absent(self.headers)

    def _refuse_what_is_not_planned(self, dependant: Dependant) -> None:
        odd = (
            dependant.cookie_params,
            dependant.websocket_param_name,
            dependant.http_connection_param_name,
            dependant.background_tasks_param_name,
            dependant.security_scopes_param_name,
            dependant.concurrency,
        )
        if any(odd) or not (inspect.iscoroutinefunction(self.call) or inspect.isasyncgenfunction(self.call)):
            raise Unplanned(f"{self.call!r}: not a coroutine function of parameters, headers and the request")

    def _where_absent(self, fields: list[Any]) -> tuple[dict[str, Any], list[Any]]:
        defaults, errors = request_params_to_args(fields, {})
        if not all(isinstance(value, Hashable) for value in defaults.values()):
            raise Unplanned(f"{self.call!r}: a default that could be changed would be shared by all requests")
        return defaults, errors

    async def arguments(self, asked: _Asked) -> dict[str, Any]:
        """By name; what is wrong with them is added to `asked.errors`."""
        values: dict[str, Any] = {}
        request = asked.request
        for name, part in self.parts:
            solved = await (part.call(request) if part.is_plain else part.solve(asked))
            if name is not None:
                values[name] = solved
        for alias, name, field in self.path:
            values[name], wrong = field.validate(request.scope["path_params"][alias], {}, loc=("path", alias))
            asked.errors += wrong
        if self.query:
            found, wrong = self._of_query(request)
            values.update(found)
            asked.errors += wrong
        if self.headers:
            found, wrong = self._of_headers(request)
            values.update(found)
            asked.errors += wrong
        if self.request_name:
            values[self.request_name] = request
        if self.response_name:
            values[self.response_name] = asked.response()
        return values

    def _of_query(self, request: Request) -> tuple[dict[str, Any], list[Any]]:
        if request.scope["query_string"]:
            return request_params_to_args(self.query, request.query_params)
        return self._no_query

    def _of_headers(self, request: Request) -> tuple[dict[str, Any], list[Any]]:
        if any(name in self._header_names for name, _ in request.scope["headers"]):
            return request_params_to_args(self.headers, request.headers)
        return self._no_headers


class _Dependency(_Call):
    """A dependency: a coroutine function, or a generator function that is left before the answer is sent."""

    def __init__(self, dependant: Dependant) -> None:
        super().__init__(dependant)
        self._is_generator = inspect.isasyncgenfunction(self.call)
        takes_more = self.parts or self.path or self.query or self.headers or self.response_name
        self._takes_request_only = bool(self.request_name) and not takes_more
        self.is_plain = self._takes_request_only and not self._is_generator
        """A coroutine function of the request alone. It is simply called: what costs much remembers its answer in the scope."""
        self._key = self.call if dependant.use_cache else self
        if dependant.body_params:
            raise Unplanned(f"{self.call!r}: a dependency reads no body of its own")
        if self._is_generator and dependant.scope != "function":
            raise Unplanned(f'{self.call!r}: needs scope="function", or its end comes after the answer')

    async def solve(self, asked: _Asked) -> Any:
        """Its value; None where its own parameters are wrong."""
        if self._key in asked.solved:
            return asked.solved[self._key]
        if self._takes_request_only:
            made = self.call(asked.request)
        else:
            wrong = len(asked.errors)
            arguments = await self.arguments(asked)
            if len(asked.errors) > wrong:
                return None
            made = self.call(**arguments)
        if self._is_generator:
            value = await anext(made)
            asked.open.append(made)
        else:
            value = await made
        asked.solved[self._key] = value
        return value


def _query_names(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.query_params}
    return own.union(*(_query_names(part) for part in dependant.dependencies))


class Route(APIRoute):
    """A route that refuses unknown query parameters and stores the answer of a POST in its transaction. Raises Unplanned."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI asks for it when the route is made, and again where a router is included."""
        self._known = _query_names(self.dependant)
        model = self.response_model
        self._shape = model if inspect.isclass(model) and issubclass(model, BaseModel) else None
        self._plan = _Call(self.dependant)
        takes_form = self.body_field is not None and isinstance(self.body_field.field_info, Form)
        if takes_form or not inspect.iscoroutinefunction(self.endpoint):
            raise Unplanned(f"{self.endpoint!r}: streams, or takes a form")
        return self.answer

    async def answer(self, request: Request) -> Response:
        """The answer, after all its dependencies were left (and so after the commit). Raises what they and the route raise, and
        RequestValidationError."""
        if request.scope["query_string"]:
            self._refuse_unknown(request)
        body = await _read_json(request) if self.body_field else PydanticUndefined
        asked = _Asked(request)
        try:
            response = await self._answered(asked, body)
        except BaseException as error:
            await asked.leave(error)
            raise
        await asked.leave()
        return response

    async def _answered(self, asked: _Asked, body: Any) -> Response:
        arguments = await self._plan.arguments(asked)
        if self.body_field:
            values, wrong = await request_body_to_args(
                body_fields=self.dependant.body_params, received_body=body, embed_body_fields=self._embed_body_fields
            )
            arguments.update(values)
            asked.errors += wrong
        if asked.errors:
            raise RequestValidationError(asked.errors)
        response = self._rendered(await self.endpoint(**arguments), asked.given)
        scope = asked.request.scope
        if tx := scope.get("anju.tx"):
            await idempotency.store(tx, response, scope.get("anju.kept_body", bytes(response.body)))
        return response

    def _refuse_unknown(self, request: Request) -> None:
        unknown = [name for name in request.query_params if name not in self._known]
        if unknown:
            known = ", ".join(sorted(self._known)) or "none"
            raise UnknownParameter(
                f"Known here: {known}.",
                f"可用参数：{known}。",
                faults=[Fault(f"query:{name}"[:80], "unknown", "not known", "未知参数") for name in unknown],
            )

    def _rendered(self, result: Any, given: _Given | None) -> Response:
        if isinstance(result, Response):
            return result
        status = (given and given.status_code) or self.status_code or 200
        content = b"" if status in _BODILESS else self._json(result)
        return Json(content, status, given.raw_headers if given else [])

    def _json(self, result: Any) -> bytes:
        field = self.response_field
        if field is None:
            return bytes(JSONResponse(jsonable_encoder(result)).body)
        if type(result) is not self._shape:
            result, errors = field.validate(result, {}, loc=("response",))
            if errors:
                raise ResponseValidationError(errors=errors, body=result)
        return field.serialize_json(
            result,
            include=self.response_model_include,
            exclude=self.response_model_exclude,
            by_alias=self.response_model_by_alias,
            exclude_unset=self.response_model_exclude_unset,
            exclude_defaults=self.response_model_exclude_defaults,
            exclude_none=self.response_model_exclude_none,
        )


async def _read_json(request: Request) -> Any:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise NotJson("Send Content-Type: application/json.", "请发送 Content-Type: application/json。")
    try:
        return await request.json() if await request.body() else PydanticUndefined
    except DomainError:
        raise
    except json.JSONDecodeError as error:
        wrong = {"type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([wrong | {"ctx": {"error": error.msg}}]) from error
    except Exception as error:
        raise HTTPException(400, "There was an error parsing the body") from error


class Routes:
    """The routes of a service, found by method and path."""

    def __init__(self, routes: Iterable[BaseRoute] = ()) -> None:
        self._routes: dict[tuple[str, int], list[Route]] = defaultdict(list)
        for route in routes:
            if isinstance(route, Route) and _is_plain(route):
                for method in route.methods or ():
                    self._routes[method, route.path.count("/")].append(route)

    def find(self, scope: Scope) -> Route | None:
        """The route, of which the scope then tells; None where it is none of these."""
        path = scope["path"]
        for route in self._routes.get((scope["method"], path.count("/")), ()):
            if found := route.path_regex.match(path):
                scope["route"] = route
                scope["path_params"] = found.groupdict()
                return route
        return None


def _is_plain(route: Route) -> bool:
    """Are all parameters of the path single parts of it?"""
    return all(isinstance(convertor, StringConvertor) for convertor in route.param_convertors.values())
