"""An answer on the wire: its head and its body go together, and a long one goes on its way while it is made."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from shared.wire import _AT_ONCE, _Gathering


class Recorded:
    """A transport that notes what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


def gathering() -> tuple[Recorded, Any]:
    transport = Recorded()
    return transport, _Gathering(cast("asyncio.Transport", transport))


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
