"""On the wire: head and body of an answer go together, a long one goes on its way while it is made, and what no request needs is
refused."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from shared.wire import _AT_ONCE, _LONGEST_HEAD, Protocol, _Gathering


class Recorded(asyncio.Transport):
    """A transport that notes what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.said = asyncio.Event()
        self.closed = False

    def write(self, data: Any) -> None:
        self.written.append(data)
        self.said.set()

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


def gathering() -> tuple[Recorded, Any]:
    transport = Recorded()
    return transport, _Gathering(transport)


async def test_what_is_written_in_one_turn_goes_at_once() -> None:
    transport, wire = gathering()
    wire.write(b"head")
    wire.write(b"body")
    assert transport.written == []
    await asyncio.sleep(0)
    wire.write(b"next")
    await asyncio.sleep(0)
    assert transport.written == [b"headbody", b"next"]


async def test_closing_leaves_nothing_behind() -> None:
    transport, wire = gathering()
    wire.write(b"last")
    wire.close()
    await asyncio.sleep(0)
    assert (transport.written, transport.closed, wire.is_closing()) == ([b"last"], True, True)


async def test_a_long_answer_does_not_wait_for_the_turn() -> None:
    transport, wire = gathering()
    wire.write(b"x" * _AT_ONCE)
    assert transport.written == []
    wire.write(b"y")
    assert [len(part) for part in transport.written] == [_AT_ONCE + 1]


async def _length_of_the_body(scope: Scope, receive: Receive, send: Send) -> None:
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message["body"]), message["more_body"]
    content = b"%d bytes" % length
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(content))]})
    await send({"type": "http.response.body", "body": content})


async def answered(*packets: bytes) -> tuple[bytes, bool]:
    """The answer to a request that comes in these packets (those after a refusal never come), and whether the connection was closed."""
    protocol = Protocol(uvicorn.Config(_length_of_the_body, log_config=None), ServerState(), {})
    transport = Recorded()
    protocol.connection_made(transport)
    for packet in packets:
        if not transport.closed:
            protocol.data_received(packet)
    async with asyncio.timeout(5):
        await transport.said.wait()
    protocol._unset_keepalive_if_required()
    return b"".join(transport.written), transport.closed


POST = b"POST / HTTP/1.1\r\nhost: x\r\n"
CHUNKED = POST + b"transfer-encoding: chunked\r\n\r\n"
ENDLESS = [b"x" * 1024] * (_LONGEST_HEAD // 1024 + 1)


@pytest.mark.parametrize(
    "begun",
    [POST + b"x-a: ", b"GET /", CHUNKED + b"1;", CHUNKED + b"0\r\nx-a: "],
    ids=["header", "path", "chunk's head", "trailer"],
)
async def test_a_head_without_an_end_is_not_kept(begun: bytes) -> None:
    answer, closed = await answered(begun, *ENDLESS)
    assert (answer.startswith(b"HTTP/1.1 400 "), closed) == (True, True)


async def test_a_body_is_as_long_as_it_is() -> None:
    chunk = b"%x\r\n%b\r\n" % (len(ENDLESS[0]), ENDLESS[0])
    answer, closed = await answered(CHUNKED, *[chunk] * 200, b"0\r\n\r\n")
    assert (answer.endswith(b"%d bytes" % (200 * 1024)), closed) == (True, False)


@pytest.mark.parametrize("told", [b"content-length: 3\r\n\r\n", b"transfer-encoding: chunked\r\n\r\n3\r\n"])
async def test_a_body_behind_an_upgrade_is_refused(told: bytes) -> None:
    """The parser would leave it out, or begin the next request with it."""
    answer, closed = await answered(POST + b"connection: upgrade\r\nupgrade: h2c\r\n" + told + b"abc")
    assert (answer.startswith(b"HTTP/1.1 400 "), closed) == (True, True)


async def test_an_upgrade_without_a_body_is_answered_as_if_none_was_asked_for() -> None:
    answer, closed = await answered(POST + b"connection: upgrade\r\nupgrade: h2c\r\ncontent-length: 0\r\n\r\n")
    assert (answer.endswith(b"0 bytes"), closed) == (True, False)
