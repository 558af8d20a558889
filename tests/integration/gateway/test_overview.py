"""The overview of a household: what each service says, as far as the caller may see it, and who did not answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from shared.ids import new_id
from tests.integration.gateway.accounts import bearer
from tests.integration.gateway.conftest import NewGateway
from tests.integration.gateway.upstreams import answering, served

ID = "/{household_id}"
SAID: dict[str, tuple[str, Any]] = {
    "registry": (f"/v1/registry/households{ID}", {"household_id": "h", "members": []}),
    "grid": (f"/v1/grid/households{ID}", {"cell": {"code": "c"}, "visit": None, "visits": [1], "version": 3}),
    "benefits": (f"/v1/benefits/households{ID}/assessments", {"assessments": [{"scheme": "170"}], "version": 1}),
    "jobs": (f"/v1/jobs/households{ID}", {"seekers": [], "employments": [], "without_work": True, "standing": "x"}),
}
Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def ask(new_gateway: NewGateway) -> AsyncIterator[Ask]:
    """`await ask(grid=404, jobs="slow")`: the overview where services answer so (200 where nothing is said of them)."""
    async with AsyncExitStack() as stack:

        async def answer(**how: int | str) -> httpx.Response:
            urls = {}
            for service, (path, body) in SAID.items():
                said = how.get(service, 200)
                delay = 1.0 if said == "slow" else 0.0
                status = said if isinstance(said, int) else 200
                app = answering(path, status, body if status == 200 else {"type": "urn:x"}, delay)
                urls[f"{service}_url"] = await stack.enter_async_context(served(app))
                if said == "away":
                    urls[f"{service}_url"] = "http://127.0.0.1:9"
            gateway = await new_gateway(gateway_view_seconds=0.5, **urls)
            return await gateway.http.get(f"/v1/households/{new_id()}/overview", headers=await bearer(gateway))

        yield answer


async def test_all_four_in_their_shapes(ask: Ask) -> None:
    answer = await ask()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "household": {"household_id": "h", "members": []},
        "grid": {"cell": {"code": "c"}, "visit": None},
        "benefits": {"assessments": [{"scheme": "170"}]},
        "jobs": {"seekers": [], "employments": [], "without_work": True},
        "unavailable": [],
    }


async def test_what_the_caller_may_not_see_is_left_out(ask: Ask) -> None:
    view = (await ask(benefits=403, jobs=404)).json()
    assert set(view) == {"household", "grid", "unavailable"}
    assert view["unavailable"] == []


async def test_who_does_not_answer_is_named(ask: Ask) -> None:
    view = (await ask(grid="away", jobs="slow", benefits=500)).json()
    assert view["household"]["household_id"] == "h"
    assert set(view) == {"household", "unavailable"}
    assert set(view["unavailable"]) == {"grid", "benefits", "jobs"}


async def test_without_the_registry_there_is_no_household_but_the_rest(ask: Ask) -> None:
    view = (await ask(registry="away")).json()
    assert (view["household"], view["unavailable"]) == (None, ["registry"])
    assert view["grid"]["cell"] == {"code": "c"}


async def test_who_may_not_see_the_registry_sees_the_rest(ask: Ask) -> None:
    view = (await ask(registry=403)).json()
    assert "household" not in view
    assert view["grid"]["cell"] == {"code": "c"}


async def test_a_household_that_the_registry_does_not_show_is_not_there(ask: Ask) -> None:
    answer = await ask(registry=404)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:anju:problem:household-not-found")
