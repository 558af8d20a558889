"""The overview of a community: the article's figures from four services, as far as the caller may see them, and who is absent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.benefits import examples as benefits
from services.gateway.examples import COMMUNITY_OVERVIEW
from services.gateway.schemas import CommunityOverviewView
from services.grid import examples as grid
from services.jobs import examples as jobs
from services.registry import examples as registry
from tests.integration.gateway.accounts import bearer
from tests.integration.gateway.conftest import NOBODY, NewGateway
from tests.integration.gateway.upstreams import served
from tests.support.people import COMMUNITY

SAID: dict[str, Any] = {
    "registry": registry.STATISTICS,
    "jobs": jobs.STATISTICS,
    "grid": grid.STATISTICS,
    "benefits": benefits.STATISTICS,
}
Ask = Callable[..., Awaitable[httpx.Response]]


def counting(service: str, status: int, items: list[Any]) -> Starlette:
    """A service that has figures of the whole community only, and only for who asks for these."""

    async def answer(request: Request) -> Response:
        assert dict(request.query_params) == {"community": COMMUNITY, "by": "community"}
        said = SAID[service] | {"items": items}
        return JSONResponse(said if status == 200 else {"type": "urn:x"}, status)

    return Starlette(routes=[Route(f"/v1/{service}/statistics", answer)])


@pytest.fixture
async def ask(new_gateway: NewGateway) -> AsyncIterator[Ask]:
    """`await ask(grid=403, jobs="away", benefits="empty")`: the overview where services answer so, with their examples elsewhere."""
    async with AsyncExitStack() as stack:

        async def answer(code: str = COMMUNITY, **how: int | str) -> httpx.Response:
            urls = {}
            for service, said in SAID.items():
                given = how.get(service, 200)
                app = counting(
                    service, given if isinstance(given, int) else 200, [] if given == "empty" else said["items"]
                )
                urls[f"{service}_url"] = NOBODY if given == "away" else await stack.enter_async_context(served(app))
            gateway = await new_gateway(gateway_view_seconds=2, **urls)
            return await gateway.http.get(f"/v1/communities/{code}/overview", headers=await bearer(gateway))

        yield answer


async def test_the_figures_of_the_article_stand_in_one_place(ask: Ask) -> None:
    answer = await ask()
    view = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert (view["community"], view["name"], view["absent"]) == (COMMUNITY, "示例安置社区", {})
    assert view["figures"] == {
        "households_with_labour": 1710,
        "labour": 3209,
        "employed": 2907,
        "employed_per_household": "1.7",
        "households_with_someone_in_work": 1710,
        "in_workshops": 156,
        "in_workshops_registered_poor": 118,
        "in_public_posts": 77,
        "self_employed": 73,
        "dispatched": 300,
        "party_members": 0,
    }
    assert view["assessments"]["170"]["transfer"] == "15.69"
    assert (view["registry"]["people"], view["jobs"]["seekers"], view["grid"]["cells"]) == (3, 240, 2)
    assert not {"community", "name", "estate", "block"} & (
        view["registry"].keys() | view["jobs"].keys() | view["grid"].keys()
    )
    assert view["as_of"] == "2026-11-24T08:00:00Z"


async def test_who_is_absent_is_named_with_the_reason(ask: Ask) -> None:
    view = (await ask(jobs="away", grid=500, benefits=403)).json()
    assert view["absent"] == {"jobs": "unavailable", "grid": "unavailable", "benefits": "not-allowed"}
    assert (view["jobs"], view["grid"], view["assessments"]) == (None, None, None)
    assert {name for name, value in view["figures"].items() if value is not None} == {"party_members"}


async def test_a_service_that_has_not_heard_of_the_community_is_absent(ask: Ask) -> None:
    view = (await ask(jobs="empty", benefits="empty")).json()
    assert view["absent"] == {"jobs": "not-known", "benefits": "not-known"}


@pytest.mark.parametrize(("how", "reason"), [("away", "unavailable"), (403, "not-allowed")])
async def test_without_the_registry_the_rest_is_shown(ask: Ask, how: int | str, reason: str) -> None:
    view = (await ask(registry=how)).json()
    assert (view["name"], view["registry"], view["absent"]) == (None, None, {"registry": reason})
    assert (view["figures"]["labour"], view["figures"]["party_members"]) == (3209, None)


async def test_a_community_that_the_registry_does_not_show_is_not_there(ask: Ask) -> None:
    answer = await ask(registry="empty")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:anju:problem:community-not-found")


async def test_who_may_see_none_of_it_finds_nothing(ask: Ask) -> None:
    assert (await ask(**dict.fromkeys(SAID, 403))).status_code == 404


async def test_nobody_answers(ask: Ask) -> None:
    answer = await ask(**dict.fromkeys(SAID, "away"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize("code", ["522731003", "52273100301a", "522731003012%3Fby=block"])
async def test_a_code_that_is_none_is_refused(ask: Ask, code: str) -> None:
    answer = await ask(code)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "path:code")


def test_the_example_is_of_the_shape_that_is_shown() -> None:
    shown = CommunityOverviewView.model_validate(COMMUNITY_OVERVIEW).model_dump(mode="json")
    assert shown.keys() == COMMUNITY_OVERVIEW.keys()
