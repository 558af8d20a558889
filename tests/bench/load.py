"""A load client that costs little: HTTP/1.1 over connections that are kept, each with one request at a time, all made beforehand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Answer(NamedTuple):
    """`seconds` from the request's sending to the last byte of the answer; `at` is when that came, by `perf_counter`."""

    status: int
    body: bytes
    seconds: float
    at: float


class Refused(Exception):
    """An answer other than wanted: whatever was measured is worth nothing."""


def request(method: str, path: str, token: str, body: Any = None, key: str | None = None) -> bytes:
    """The bytes of a request."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    head = [f"{method} {path} HTTP/1.1", "host: bench", f"authorization: Bearer {token}"]
    if content:
        head += ["content-type: application/json", f"content-length: {len(content)}"]
    if key:
        head.append(f"idempotency-key: {key}")
    return "\r\n".join(head).encode() + _END + content


class _Connection(asyncio.Protocol):
    """Takes answers that say their length, as all of ours do."""

    def __init__(self) -> None:
        self._got = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by class

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(error or ConnectionError("the connection was closed"))

    def data_received(self, data: bytes) -> None:
        self._got += data
        head_ends = self._got.find(_END)
        if head_ends < 0 or self._answer is None:
            return
        head = bytes(self._got[:head_ends]).lower()
        begins = head_ends + len(_END)
        ends = begins + int(head.partition(_LENGTH)[2].partition(b"\r\n")[0] or 0)
        if len(self._got) >= ends:
            self._answer.set_result((int(head[9:12]), bytes(self._got[begins:ends])))
            self._got.clear()

    async def send(self, content: bytes) -> Answer:
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        began = perf_counter()
        self._transport.write(content)
        status, body = await self._answer
        ended = perf_counter()
        return Answer(status, body, ended - began, ended)

    def close(self) -> None:
        if self._transport:
            self._transport.close()


class Client:
    """Connections to one address."""

    def __init__(self, connections: Sequence[_Connection]) -> None:
        self._idle: asyncio.Queue[_Connection] = asyncio.Queue()
        self._connections = connections
        for connection in connections:
            self._idle.put_nowait(connection)

    async def send(self, content: bytes) -> Answer:
        """Over the next connection that is free."""
        connection = await self._idle.get()
        try:
            return await connection.send(content)
        finally:
            self._idle.put_nowait(connection)

    async def send_all(self, contents: Iterable[bytes], wanted: int = 200) -> list[Answer]:
        """Every connection sends the next of these as soon as its last was answered. Raises Refused."""
        queue = iter(contents)
        parts = await asyncio.gather(*(_drain(each, queue, wanted) for each in self._connections))
        return [answer for part in parts for answer in part]


async def _drain(connection: _Connection, queue: Iterator[bytes], wanted: int) -> list[Answer]:
    answers = []
    for content in queue:
        answer = await connection.send(content)
        if answer.status != wanted:
            raise Refused(f"{answer.status}: {answer.body[:300].decode('utf-8', 'replace')}")
        answers.append(answer)
    return answers


@asynccontextmanager
async def connected(url: str, connections: int) -> AsyncIterator[Client]:
    """A client with so many connections to that address."""
    host, port = urlsplit(url).hostname or "", urlsplit(url).port or 80
    loop = asyncio.get_running_loop()
    made = [(await loop.create_connection(_Connection, host, port))[1] for _ in range(connections)]
    try:
        yield Client(made)
    finally:
        for connection in made:
            connection.close()
