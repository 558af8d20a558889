"""Streams of progress: who watches is told of each change once, and all who watch one job share the looks at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request, Response
from starlette.responses import StreamingResponse

from shared import streams
from shared.settings import Settings
from shared.streams import Step, Streams, TooManyStreams


class Job:
    """A job that changes when it is looked at, as long as its steps last; counts looks and connections that are held."""

    def __init__(self, *marks: str) -> None:
        self.steps = [Step(mark, False, f'{{"n":{mark}}}') for mark in marks]
        self.steps.append(Step("9", True, "{}"))
        self.looks = self.held = self.most_held = 0
        self.errors: list[Exception] = []

    @asynccontextmanager
    async def read(self, _: Any) -> AsyncIterator[Any]:
        self.held += 1
        self.most_held = max(self.most_held, self.held)
        yield self
        self.held -= 1

    async def look(self, _: Any) -> Step | None:
        if self.errors:
            raise self.errors.pop()
        self.looks += 1
        return self.steps[min(self.looks, len(self.steps) - 1)]

    def request(self) -> Request:
        app = SimpleNamespace(state=SimpleNamespace(database=self))
        return Request({"type": "http", "app": app, "headers": []})

    def follow(self, found: Streams, last: str | None = None) -> Response:
        return found.follow(self.request(), "job", self.steps[0], self.look, last)


def of(**more: Any) -> Streams:
    given = {"database_url": "postgresql://nowhere", "stream_poll_seconds": 0.01} | more
    return Streams(Settings.model_validate(given))


async def told(answer: Response) -> str:
    assert isinstance(answer, StreamingResponse)
    parts = [bytes(part) if not isinstance(part, str) else part.encode() async for part in answer.body_iterator]
    return b"".join(parts).decode()


async def test_each_change_is_told_once_and_the_end_ends_it() -> None:
    job = Job("1", "2", "2", "3")
    text = await told(job.follow(of()))
    assert text.startswith("retry: ")
    assert [line for line in text.splitlines() if line.startswith(("id", "event"))] == [
        *("id: 1", "event: progress", "id: 2", "event: progress", "id: 3", "event: progress"),
        *("id: 9", "event: done"),
    ]
    assert 'data: {"n":2}' in text
    assert job.held == 0


async def test_what_came_before_is_not_told_again() -> None:
    assert "id: 1\n" not in await told(Job("1", "2").follow(of(), last="1"))
    over = Job()
    assert over.follow(of(), last="9").status_code == 204
    assert "event: done" in await told(over.follow(of(), last="1"))


async def test_watchers_of_one_job_share_its_looks() -> None:
    job, found = Job(*"12345678"), of(stream_poll_seconds=0.05)
    texts = await asyncio.gather(*(told(job.follow(found)) for _ in range(20)))
    assert all(text.count("event: done") == 1 for text in texts)
    assert job.looks < 2 * len(job.steps)
    assert job.most_held == 1
    assert found._watched == {}


async def test_it_lives_through_a_fault_of_the_moment_and_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_HEARTBEAT_SECONDS", 0)
    job = Job("1", "1", "1")
    job.errors.append(ConnectionError())
    text = await told(job.follow(of()))
    assert "\n: " in text
    assert "event: done" in text


async def test_it_ends_after_its_time_and_where_the_job_is_gone() -> None:
    text = await told(Job("1", *"2" * 1000).follow(of(stream_seconds=0.05)))
    assert "event: done" not in text
    job = Job("1")
    job.look = lambda _: asyncio.sleep(0)  # type: ignore[method-assign]
    assert "event: done" not in await told(job.follow(of()))


async def test_more_than_so_many_are_refused() -> None:
    with pytest.raises(TooManyStreams):
        Job("1").follow(of(most_streams=0))
