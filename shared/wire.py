"""HTTP on the wire: uvicorn's protocol, with head and body of an answer sent together, and without two of its weaknesses. Each
`send(2)` on a loopback connection costs as much as a third of a small answer's Python, and uvloop makes one for every `write`.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_AT_ONCE = 32 * 1024
_LONGEST_HEAD = 64 * 1024
ENDLESS = "anju.endless"
"""Stands in the scope of a request whose answer goes on for as long as there is something to tell (`shared.streams`)."""


class _Gathering:
    """A transport that writes once in a turn of the loop, what was written to it meanwhile."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.is_closing = transport.is_closing
        self._soon = asyncio.get_running_loop().call_soon
        self._written: list[bytes] = []
        self._bytes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._written:
            self._soon(self._flush)
        self._written.append(data)
        self._bytes += len(data)
        if self._bytes > _AT_ONCE:  # or who streams would never learn that the other side is slow
            self._flush()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._written:
            content = b"".join(self._written)
            self._written.clear()
            self._bytes = 0
            self._transport.write(content)


class Protocol(HttpToolsProtocol):
    """Of every connection of a service."""

    _loose = 0
    """Bytes that came since the last of a body or of a head that ended: a head, trailer or chunk's head that goes on and on would be
    kept in memory, before anybody asked whose it is."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast("asyncio.Transport", _Gathering(transport)))

    def shutdown(self) -> None:
        """An answer without an end is broken off: who watches comes back to the process that follows. Others are finished first."""
        super().shutdown()
        if self.cycle and ENDLESS in self.cycle.scope:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        self._loose += len(data)
        super().data_received(data)
        if self._loose > _LONGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of the request is too long.")

    def on_headers_complete(self) -> None:
        """Raises ValueError (which is answered by 400) for a body behind an upgrade: it would be taken for what follows the request."""
        self._loose = 0
        if self.parser.should_upgrade() and any(_tells_of_a_body(*header) for header in self.headers):
            raise ValueError("a body behind an upgrade")
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._loose = 0
        super().on_body(body)


def _tells_of_a_body(name: bytes, value: bytes) -> bool:
    return name == b"transfer-encoding" or (name == b"content-length" and int(value) > 0)
