"""How far a job is, told while it runs: server-sent events (text/event-stream, HTML Living Standard §9.2).

`progress` at each change, `done` once, after which the stream ends. Each has an `id`; who comes back with `Last-Event-ID` is not told the
same again, and after `done` gets 204, upon which an EventSource stays away. Between two looks at the job no connection to the database
is held, and all who watch one job share a look.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import structlog
from fastapi import Header, Request, Response
from pydantic import BaseModel
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shared import clock
from shared.db import Database, Read, is_transient
from shared.errors import TooMany
from shared.settings import Settings
from shared.wire import ENDLESS

log = structlog.get_logger()

MEDIA_TYPE = "text/event-stream"
_RETRY = b"retry: 2000\n\n"
_HEARTBEAT = b": still here\n\n"
_HEARTBEAT_SECONDS = 15.0
"""Far within what proxies wait for."""
_BUSY_SECONDS = "5"

LastEventId = Annotated[
    str | None, Header(alias="Last-Event-ID", max_length=80, description="`id` of the last event that came.")
]


def responses(shows: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers with a stream of events whose `data` is what a list shows (a model that another route answers
    with). `itemSchema`, of each event, is OpenAPI 3.2; those who read 3.1 pass over it."""
    data = {"$ref": f"#/components/schemas/{shows.__name__}"}
    event = {
        "type": "object",
        "required": ["id", "event", "data"],
        "properties": {
            "id": {"type": "string"},
            "event": {"enum": ["progress", "done"]},
            "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": data},
        },
    }
    return {
        200: {"content": {MEDIA_TYPE: {"itemSchema": event}}, "description": "Events `progress`, then `done`."},
        204: {"description": "`done` was told already."},
    }


class TooManyStreams(TooMany):
    slug = "too-many-streams"
    title_en, title_zh = "Too many streams are open", "同时打开的进度推送过多"


@dataclass(frozen=True, slots=True)
class Step:
    """How far a job is. `mark`: another at each change; `over`: it does not change any more; `data`: JSON on one line."""

    mark: str
    over: bool
    data: str

    def event(self) -> bytes:
        name = "done" if self.over else "progress"
        return f"id: {self.mark}\nevent: {name}\ndata: {self.data}\n\n".encode()


def mark_of(changed_at: datetime) -> str:
    """The mark of a job that notes when it last changed."""
    return str(round(changed_at.timestamp() * 1_000_000))


Look = Callable[[Read], Awaitable[Step | None]]
"""How far the job is now; None where it is there no longer."""


@dataclass(slots=True)
class _Watched:
    """A job that somebody watches."""

    lock: asyncio.Lock
    step: Step | None
    next_at: float
    watchers: int = 0


class Streams:
    """The open streams of a process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._watched: dict[str, _Watched] = {}
        self.open = 0

    def follow(self, request: Request, job: str, first: Step, look: Look, last: str | None) -> Response:
        """The answer that tells of a job (`job`: its key in this process) from `first` on. Who may see the job was found out before: the
        stream ends after a while (`stream_seconds`), and who goes on watching is asked anew. Raises TooManyStreams."""
        if first.over and last == first.mark:
            return Response(status_code=204)
        if self.open >= self._settings.most_streams:
            raise TooManyStreams(
                "Ask for the job itself every few seconds, or try again.",
                "请每隔数秒查询任务本身，或稍后重试。",
                headers={"retry-after": _BUSY_SECONDS},
            )
        request.scope[ENDLESS] = True
        events = self._events(request.app.state.database, job, first, look, last)
        return _Stream(self, events)

    async def _events(
        self, database: Database, job: str, first: Step, look: Look, last: str | None
    ) -> AsyncGenerator[bytes]:
        loop = asyncio.get_running_loop()
        end, told_at, step = loop.time() + self._settings.stream_seconds, loop.time(), first
        watched = self._watched.setdefault(job, _Watched(asyncio.Lock(), first, loop.time() + self._pause))
        watched.watchers += 1
        try:
            yield _RETRY
            while True:
                if step.mark != last:
                    yield step.event()
                    last, told_at = step.mark, loop.time()
                elif loop.time() - told_at >= _HEARTBEAT_SECONDS:
                    yield _HEARTBEAT
                    told_at = loop.time()
                if step.over or loop.time() >= end:
                    return
                await asyncio.sleep(self._pause)
                found = await self._look(database, watched, look)
                if found is None:
                    return
                step = found
        finally:
            watched.watchers -= 1
            if not watched.watchers:
                self._watched.pop(job, None)

    @property
    def _pause(self) -> float:
        return self._settings.stream_poll_seconds

    async def _look(self, database: Database, watched: _Watched, look: Look) -> Step | None:
        loop = asyncio.get_running_loop()
        async with watched.lock:
            if loop.time() >= watched.next_at:
                try:
                    async with database.read(clock.now()) as read:
                        watched.step = await look(read)
                except Exception as error:
                    if not is_transient(error):
                        raise
                    log.warning("no look at a job", error=type(error).__name__)  # it is told later
                watched.next_at = loop.time() + self._pause
        return watched.step


class _Stream(StreamingResponse):
    def __init__(self, streams: Streams, events: AsyncGenerator[bytes]) -> None:
        super().__init__(
            events, headers={"cache-control": "no-store", "x-accel-buffering": "no"}, media_type=MEDIA_TYPE
        )
        self._streams, self._events = streams, events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._streams.open += 1
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.open -= 1
            await self._events.aclose()
