"""Progress of imports and exports by server-sent events, from a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from shared.auth import Role
from shared.wire import Protocol
from tests.integration.conftest import NewService
from tests.integration.gateway.upstreams import served
from tests.support.actors import token
from tests.support.clients import Service
from tests.support.estate import family
from tests.support.exports import ask, exports_of
from tests.support.imports import csv_of, imports_of, send
from tests.support.people import COMMUNITY
from tests.support.runtime import until


@asynccontextmanager
async def server(registry: Service) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {token(Role.DEVELOPER)}"}
    async with (
        served(registry.app.middleware_stack, http=Protocol) as url,  # type: ignore[arg-type]
        httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=20) as http,
    ):
        yield http


async def open_streams(registry: Service, number: int) -> None:
    async def there() -> bool:
        return bool(registry.app.state.streams.open == number)

    await until(there)


def ids_of(text: str) -> list[tuple[str, str]]:
    """Names and ids of events."""
    events = [dict(line.split(": ", 1) for line in event.splitlines()) for event in text.split("\n\n") if event]
    return [(event["event"], event["id"]) for event in events if "event" in event]


async def test_an_import_is_told_from_its_beginning_to_its_end(estate: Service) -> None:
    location = (await send(estate, csv_of(family()))).headers["location"]
    async with server(estate) as http:
        watching = [asyncio.create_task(http.get(f"{location}/events")) for _ in range(2)]
        await open_streams(estate, 2)
        pool = estate.database.pool
        assert pool.get_idle_size() == pool.get_size(), "a connection is held"
        await imports_of(estate).do_next(estate.database)
        first, second = await asyncio.gather(*watching)
        told = ids_of(first.text)
        assert first.headers["content-type"].startswith("text/event-stream")
        assert first.headers["cache-control"] == "no-store"
        assert (told[0][0], told[-1][0], len(dict(told))) == ("progress", "done", 2)
        assert '"status":"done"' in first.text
        assert ids_of(second.text)[-1] == told[-1]
        done = await http.get(f"{location}/events", headers={"last-event-id": told[-1][1]})
        assert (done.status_code, done.content) == (204, b"")
        again = await http.get(f"{location}/events", headers={"last-event-id": told[0][1]})
        assert ids_of(again.text) == [told[-1]]
    await open_streams(estate, 0)


async def test_an_export_is_told_and_who_goes_leaves_nothing_behind(estate: Service) -> None:
    location = (await ask(estate, {"filters": {"division": COMMUNITY}})).headers["location"]
    async with server(estate) as http:
        async with http.stream("GET", f"{location}/events") as answer:
            assert await anext(answer.aiter_lines()) == "retry: 2000"
            await open_streams(estate, 1)
        await open_streams(estate, 0)
        assert estate.app.state.streams._watched == {}
        watching = asyncio.create_task(http.get(f"{location}/events"))
        await open_streams(estate, 1)
        await exports_of(estate).do_next(estate.database)
        assert [name for name, _ in ids_of((await watching).text)][-1] == "done"


async def test_a_server_that_stops_waits_for_no_stream(estate: Service) -> None:
    location = (await send(estate, csv_of(family()))).headers["location"]
    headers = {"authorization": f"Bearer {token(Role.DEVELOPER)}"}
    async with httpx.AsyncClient(headers=headers, trust_env=False) as http:
        stopped = served(estate.app.middleware_stack, http=Protocol)  # type: ignore[arg-type]
        url = await stopped.__aenter__()
        async with http.stream("GET", f"{url}{location}/events") as answer:
            await anext(answer.aiter_lines())
            async with asyncio.timeout(5):
                await stopped.__aexit__(None, None, None)
    await open_streams(estate, 0)


async def test_one_too_many_is_told_to_ask_now_and_then(new_service: NewService) -> None:
    registry = await new_service("registry", most_streams=1)
    location = (await ask(registry, {"filters": {"division": COMMUNITY}})).headers["location"]
    async with server(registry) as http, http.stream("GET", f"{location}/events"):
        await open_streams(registry, 1)
        refused = await http.get(f"{location}/events")
        assert (refused.status_code, refused.json()["type"]) == (429, "urn:anju:problem:too-many-streams")
        assert refused.headers["retry-after"]
