"""Connections from the gateway to a service: kept, taken again, given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from services.gateway import upstream
from services.gateway.upstream import Away, Broken, Connection, Origin
from tests.integration.gateway.accounts import bearer
from tests.integration.gateway.conftest import NewGateway

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
REQUEST = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


@asynccontextmanager
async def answering(*answers: bytes | None) -> AsyncIterator[tuple[str, Callable[[], int]]]:
    """A server that gives these answers in turn, whatever the connection; None closes it without a word. Its address, and how many
    connections were made."""
    left = list(answers)
    made = 0

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal made
        made += 1
        try:
            while left:
                await reader.readuntil(b"\r\n\r\n")
                answer = left.pop(0)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", lambda: made


async def asked(connection: Connection, request: bytes = REQUEST, bodiless: bool = False) -> tuple[int, bytes]:
    connection.ask(request, bodiless)
    await connection.answered()
    body = b""
    while True:
        body += await connection.chunk()
        if connection.taken:
            return connection.status, body


@asynccontextmanager
async def lent(origin: Origin) -> AsyncIterator[Connection]:
    connection = await origin.take()
    try:
        yield connection
    finally:
        origin.give_back(connection)


async def test_a_connection_is_taken_again() -> None:
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    early = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + OK
    async with answering(OK, chunked, early) as (url, made):
        origin = Origin(url)
        for _ in range(3):
            async with lent(origin) as connection:
                assert await asked(connection) == (200, b"ok")
        assert made() == 1
        origin.close()


async def test_an_answer_without_a_body_says_how_long_it_would_be() -> None:
    async with answering(OK[:-2], OK) as (url, made):
        origin = Origin(url)
        async with lent(origin) as connection:
            assert await asked(connection, bodiless=True) == (200, b"")
            assert (b"content-length", b"2") in connection.headers
        async with lent(origin) as connection:
            assert await asked(connection) == (200, b"ok")
        assert made() == 1
        origin.close()


async def test_an_answer_may_last_until_the_connection_ends() -> None:
    async with answering(b"HTTP/1.0 200 OK\r\n\r\nok", None) as (url, _):
        origin = Origin(url)
        async with lent(origin) as connection:
            connection.ask(REQUEST)
            await connection.answered()
            assert await connection.chunk() == b"ok"
            connection.ask(REQUEST)
            with pytest.raises(Away):
                await connection.answered()


@pytest.mark.parametrize("said", [b"what?\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"])
async def test_what_is_no_whole_answer_is_broken(said: bytes) -> None:
    async with answering(said, None) as (url, _), lent(Origin(url)) as connection:
        connection.ask(REQUEST * 2)
        with pytest.raises(Broken):
            await connection.answered()


async def test_all_connections_lent_the_next_waits_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "_MOST_CONNECTIONS", 1)
    async with answering(OK, OK) as (url, made):
        origin = Origin(url)
        first = await origin.take()
        second, third = (asyncio.create_task(origin.take()) for _ in range(2))
        await asyncio.sleep(0.05)
        assert not second.done()
        second.cancel()
        assert await asked(first) == (200, b"ok")
        origin.give_back(first)
        async with asyncio.timeout(5):
            assert await third is first
        assert made() == 1
        origin.give_back(first)
        origin.close()


async def test_nobody_there() -> None:
    async with answering() as (url, _):
        pass
    with pytest.raises(Away):
        await Origin(url).take()


async def test_what_found_a_closing_connection_is_asked_again(new_gateway: NewGateway) -> None:
    async with answering(OK, None, OK, None) as (url, made):
        gateway = await new_gateway(registry_url=url)
        headers = await bearer(gateway)
        codes = [(await gateway.http.get("/v1/registry/x", headers=headers)).status_code for _ in range(2)]
        assert (codes, made()) == ([200, 200], 2)
        act = await gateway.http.post("/v1/registry/x", headers=headers | {"idempotency-key": "0190c0de"})
        assert act.status_code == 503  # it may have been done: the client says whether to send it again
