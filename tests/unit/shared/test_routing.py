"""What routes of ours take, how they fail, and in which order their dependencies are left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Cookie, Depends, FastAPI, Form, Header, Query, Request, Response

from shared.app import router
from shared.edge import Edge
from shared.errors import Conflict
from shared.http import Body, View
from shared.routing import Routes, Unplanned
from shared.settings import Settings


class Said(Body):
    word: str


class Heard(View):
    word: str
    loud: bool | None


class Full(Conflict):
    slug = "full"
    title_en, title_zh = "Full", "已满"


def service(**routes: Any) -> httpx.AsyncClient:
    """A service with these functions as routes: `get_x` answers GET /x, `put_x` PUT /x/{name}."""
    part = router("", "test")
    for name, function in routes.items():
        method, _, path = name.partition("_")
        getattr(part, method)(f"/{path}/{{name}}" if method == "put" else f"/{path}")(function)
    app = FastAPI()
    app.middleware_stack = Edge(app.router, Settings(database_url="postgresql://x"), Routes(part.routes), app)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


def told(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_parameters_headers_and_body_come_by_name() -> None:
    async def put(
        name: str,
        body: Said,
        response: Response,
        loud: bool | None = None,
        x_of: Annotated[str, Header()] = "nobody",
    ) -> Heard:
        response.headers["x-of"] = x_of
        response.status_code = 201
        return Heard(word=f"{name} {body.word}", loud=loud)

    async with service(put_x=put) as http:
        answer = await http.put("/x/a?loud=true", json={"word": "b"}, headers={"x-of": "c"})
        assert (answer.status_code, answer.json()) == (201, {"word": "a b", "loud": True})
        assert answer.headers["x-of"] == "c"
        assert int(answer.headers["content-length"]) == len(answer.content)
        answer = await http.put("/x/a", json={"word": "b"})
        assert (answer.json()["loud"], answer.headers["x-of"]) == (None, "nobody")


async def test_everything_wrong_is_told_at_once() -> None:
    async def put(name: str, body: Said, loud: bool = False, much: int = 0) -> Heard:
        raise AssertionError("not reached")

    async with service(put_x=put) as http:
        answer = await http.put("/x/a?loud=perhaps&much=z", json={"word": 1})
        assert answer.status_code == 422
        assert told(answer) == [("query:loud", "bool-parsing"), ("query:much", "int-parsing"), ("/word", "string-type")]
        assert (await http.put("/x/a", content=b"{", headers={"content-type": "application/json"})).status_code == 400
        assert (await http.put("/x/a", content=b"word=b")).status_code == 415
        assert told(await http.put("/x/a", headers={"content-type": "application/json"})) == [("", "missing")]


@pytest.mark.parametrize("error", [None, Full(), RuntimeError()])
async def test_dependencies_are_left_before_the_answer_the_last_first(error: Exception | None) -> None:
    left: list[tuple[str, type | None]] = []

    def entering(name: str) -> Any:
        async def enter(request: Request) -> AsyncIterator[str]:
            try:
                yield name
            except Exception as raised:
                left.append((name, type(raised)))
                raise
            left.append((name, None))

        return Depends(enter, scope="function")

    async def get(first: str = entering("first"), second: str = entering("second")) -> list[str]:
        if error:
            raise error
        return [first, second]

    async with service(get_x=get) as http:
        answer = await http.get("/x")
    kind = type(error) if error else None
    assert left == [("second", kind), ("first", kind)]
    assert answer.status_code == {type(None): 200, Full: 409, RuntimeError: 500}[type(error)]


async def test_an_error_on_leaving_is_the_answer() -> None:
    async def enter() -> AsyncIterator[None]:
        yield
        raise Full

    async def get(inner: None = Depends(enter, scope="function")) -> dict[str, str]:
        return {"all": "well"}

    async with service(get_x=get) as http:
        assert (await http.get("/x")).status_code == 409


async def _outlives(request: Request) -> AsyncIterator[None]:
    yield


def _in_a_thread() -> None: ...


async def _cookie(a: Annotated[str, Cookie()]) -> None: ...


async def _form(a: Annotated[str, Form()]) -> None: ...


async def _changeable(a: Annotated[list[str], Query()] = []) -> None: ...  # noqa: B006


async def _late(a: Annotated[None, Depends(_outlives)]) -> None: ...


@pytest.mark.parametrize("function", [_in_a_thread, _cookie, _form, _changeable, _late])
def test_what_routes_do_not_take_is_refused_when_they_are_made(function: Any) -> None:
    with pytest.raises(Unplanned):
        router("", "test").get("/x")(function)
