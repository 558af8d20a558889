"""When a connection to a service may be used for somebody else's request, and what of an answer is passed on: byte by byte, without a
network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.gateway.upstream import Away, Connection

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
OTHER = b"HTTP/1.1 201 Created\r\nx-other: 1\r\ncontent-length: 5\r\n\r\nother"


class Recorded(asyncio.Transport):
    """A transport that notes what is written. As with a real one, the word of its end comes in a later turn of the loop."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.written.append(data)

    def abort(self) -> None: ...


def connected() -> Connection:
    connection = Connection()
    connection.connection_made(Recorded())
    return connection


async def told(connection: Connection) -> tuple[int, bytes]:
    await connection.answered()
    return connection.status, await connection.chunk()


@pytest.mark.parametrize("answered_first", [True, False])
async def test_who_sent_half_a_request_is_not_followed_by_another(answered_first: bool) -> None:
    connection = connected()
    connection.ask(b"PUT / HTTP/1.1\r\ncontent-length: 9\r\n\r\n")

    async def parts() -> AsyncIterator[bytes]:
        yield b"half"
        if answered_first:
            connection.data_received(OK)
        raise ConnectionResetError

    await connection.upload(parts(), chunked=False)
    if not answered_first:
        connection.data_received(OK)
    assert await told(connection) == (200, b"ok")
    assert not connection.reusable


async def test_an_aborted_connection_is_not_taken_again_before_its_end_is_heard_of() -> None:
    connection = connected()
    connection.ask(b"GET / HTTP/1.1\r\n\r\n")
    connection.data_received(OK)
    assert await told(connection) == (200, b"ok")
    assert connection.reusable
    connection.abort()
    assert not connection.reusable


@pytest.mark.parametrize("more", [OTHER, OTHER[:10], b"what?"])
async def test_more_than_was_asked_for_is_no_part_of_the_answer(more: bytes) -> None:
    connection = connected()
    connection.ask(b"GET / HTTP/1.1\r\n\r\n")
    connection.data_received(OK + more)
    assert await told(connection) == (200, b"ok")
    assert connection.headers == [(b"content-length", b"2")]
    assert not connection.reusable


async def test_a_body_where_there_is_none_ends_the_connection() -> None:
    connection = connected()
    connection.ask(b"HEAD / HTTP/1.1\r\n\r\n", bodiless=True)
    connection.data_received(OK)
    assert await told(connection) == (200, b"")
    assert not connection.reusable


async def test_what_comes_after_the_body_is_no_header() -> None:
    connection = connected()
    connection.ask(b"GET / HTTP/1.1\r\n\r\n")
    connection.data_received(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\ncontent-location: /x\r\n\r\n"
    )
    assert await told(connection) == (200, b"ok")
    assert connection.headers == [(b"transfer-encoding", b"chunked")]
    assert connection.reusable


async def test_who_was_closed_before_it_was_asked_says_so() -> None:
    connection = connected()
    connection.connection_lost(ConnectionResetError())
    connection.ask(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(Away):
        await connection.answered()
