"""Connections to the services: HTTP/1.1 on asyncio's transports, no more of it than what passes through needs. A general client
(sessions, cookies, redirects, decoding) costs more CPU than the services' own answer to a small read.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator
from typing import cast
from urllib.parse import urlsplit

import httptools

_CONNECT_SECONDS = 2
_IDLE_SECONDS = 60
"""Services keep theirs longer (`shared.app.serve`), so that nothing is sent into a connection that is being closed."""
_MOST_CONNECTIONS = 128
_AT_ONCE = 64 * 1024
"""Answers up to this many bytes are taken whole before they go on: cheaper, and one that breaks off becomes a 502."""
_MOST_AHEAD = 256 * 1024

Headers = list[tuple[bytes, bytes]]


class Away(Exception):
    """Nobody is there, or the connection was closed before a byte of an answer came."""


class Broken(Exception):
    """What came is no HTTP, or not all of an answer."""


class Connection(asyncio.Protocol):
    """One connection, one exchange at a time: `ask` (and `upload`), `answered`, then `chunk` until it is empty."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self.exchanges = 0
        self.idle_since = 0.0
        self.closed = False
        self.complete = True

    def ask(self, request: bytes, bodiless: bool = False) -> None:
        """Sends a request, or its head. `bodiless`: the answer has none, whatever it says of its length (HEAD)."""
        assert self._transport is not None
        self.exchanges += 1
        self.status = 0
        self.headers: Headers = []
        self.complete = False
        self._bodiless = bodiless
        self._whole = self._to_the_end = self._keep_alive = self._heard = False
        self._parts: list[bytes] = []
        self._ahead = 0
        self._error: Exception | None = None
        self._parser = self._parser or httptools.HttpResponseParser(self)
        if self.closed:  # nobody will call `connection_lost` again
            self.fail(Away())
            return
        self._transport.write(request)

    async def upload(self, parts: AsyncIterator[bytes], chunked: bool) -> None:
        """Sends the body. What reading it raises, `answered` and `chunk` raise."""
        assert self._transport is not None
        try:
            async for part in parts:
                if part:
                    self._transport.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
                if self._drained:
                    await self._drained
            if chunked:
                self._transport.write(b"0\r\n\r\n")
        except Exception as error:
            self.fail(error)

    async def answered(self) -> None:
        """Until the head of the answer (`status`, `headers`) is there, and all of a short one. Raises Away, Broken."""
        while not (self.complete or (self.status and not self._whole)):
            await self._more()

    async def chunk(self) -> bytes:
        """What came of the body since; empty at its end. Raises Broken."""
        while not (self._parts or self.complete):
            await self._more()
        data = b"".join(self._parts)
        self._parts.clear()
        if self._ahead > _MOST_AHEAD and self._transport:
            self._transport.resume_reading()
        self._ahead = 0
        return data

    @property
    def taken(self) -> bool:
        """Was all of the answer taken?"""
        return self.complete and not self._parts

    def fail(self, error: Exception) -> None:
        """Ends the exchange; who waits for more of the answer gets the error."""
        if self._error is None:
            self._error = error
            self._wake()

    @property
    def reusable(self) -> bool:
        """May another request follow?"""
        return self.taken and self._keep_alive and not self.closed and self._drained is None and self._error is None

    def abort(self) -> None:
        self.closed = True
        if self._transport:
            self._transport.abort()

    async def _more(self) -> None:
        if self._error:
            raise self._error
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by class

    def data_received(self, data: bytes) -> None:
        if self.complete:  # nobody asked
            self.abort()
            return
        self._heard = True
        try:
            if self._parser:
                self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.fail(Broken())
        if self.complete or not self._whole:
            self._wake()
        if self._ahead > _MOST_AHEAD and self._transport and not self._whole:
            self._transport.pause_reading()

    def eof_received(self) -> None:
        self.closed = True

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        self.resume_writing()
        if not self.complete and self._to_the_end and error is None:
            self.complete = True
            self._wake()
        elif not self.complete:
            self.fail(Broken() if self._heard else Away())

    def pause_writing(self) -> None:
        self._drained = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._drained and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None

    # httptools

    def on_message_begin(self) -> None:
        if self.complete:  # more than was asked for
            self.fail(Broken())

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.status:  # and no trailer
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        assert self._parser is not None
        status = self._parser.get_status_code()
        if status < 200 or self.complete:
            return
        self.status = status
        if self._bodiless:
            self._end()
            self._parser = None  # it goes on waiting for a body
            return
        length = next((value for name, value in self.headers if name == b"content-length"), None)
        if length is not None:
            self._whole = int(length) <= _AT_ONCE
        else:
            self._to_the_end = not any(name == b"transfer-encoding" for name, _ in self.headers)

    def on_body(self, data: bytes) -> None:
        if self.complete:
            self.fail(Broken())
            return
        self._parts.append(data)
        self._ahead += len(data)

    def on_message_complete(self) -> None:
        if self.status:
            self._end()
        else:  # 1xx: the answer is still to come
            self.headers = []

    def _end(self) -> None:
        if self._parser and not self.complete:
            self.complete = True
            self._keep_alive = self._parser.should_keep_alive()


class Origin:
    """A service's address, and the connections to it. Those at rest are taken again, the last first; the number of all is bounded, so
    that a service that hangs does not starve the others."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self.host = parts.netloc.encode()
        self.prefix = parts.path.rstrip("/").encode()
        self._resting: list[Connection] = []
        self._busy: set[Connection | object] = set()
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self) -> Connection:
        """A connection; `give_back` must follow. Raises Away."""
        loop = asyncio.get_running_loop()
        while len(self._busy) >= _MOST_CONNECTIONS:
            turn = loop.create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._next()
                raise
        while self._resting:
            connection = self._resting.pop()
            if not connection.closed and loop.time() - connection.idle_since < _IDLE_SECONDS:
                self._busy.add(connection)
                return connection
            connection.abort()
        return await self._connected(loop)

    def set_apart(self, connection: Connection) -> None:
        """It is lent for minutes (a stream that is watched; the service bounds their number), and keeps no place from others meanwhile."""
        self._busy.discard(connection)
        self._next()

    def give_back(self, connection: Connection) -> None:
        """In any state: what cannot be used again is closed."""
        self._busy.discard(connection)
        if connection.reusable:
            connection.idle_since = asyncio.get_running_loop().time()
            self._resting.append(connection)
        else:
            connection.abort()
        self._next()

    def close(self) -> None:
        while self._resting:
            self._resting.pop().abort()

    async def _connected(self, loop: asyncio.AbstractEventLoop) -> Connection:
        place = object()
        self._busy.add(place)
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                _, connection = await loop.create_connection(Connection, *self._address, ssl=self._tls)
        except BaseException as error:
            self._busy.discard(place)
            self._next()
            if isinstance(error, (OSError, TimeoutError)):
                raise Away from error
            raise
        self._busy.discard(place)
        self._busy.add(connection)
        return connection

    def _next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
