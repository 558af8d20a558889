"""A worker on the test's broker, with topics and groups of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from shared import kafka
from shared.db import Database
from shared.inbox import Handlers
from shared.settings import Settings
from shared.timers import Timers
from shared.worker import Worker


async def until(check: Callable[[], Awaitable[Any]], seconds: float = 20) -> Any:
    """Waits until the check gives something true, and gives that. AssertionError after the time."""
    async with asyncio.timeout(seconds + 1):
        for _ in range(int(seconds / 0.05)):
            if found := await check():
                return found
            await asyncio.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def settings(url: str, prefix: str, **overrides: Any) -> Settings:
    """Settings of a worker in tests."""
    broker = {"kafka_bootstrap_servers": os.environ["ANJU_TEST_KAFKA"], "topic_prefix": prefix} | overrides
    return Settings.model_validate({"database_url": url, **broker})


async def make_topics(prefix: str) -> None:
    kafka.declare_all()
    await kafka.make_topics(os.environ["ANJU_TEST_KAFKA"], prefix)


@asynccontextmanager
async def working(
    name: str, database: Database, configured: Settings, handlers: Handlers, timers: Timers | None = None
) -> AsyncIterator[Worker]:
    """Runs a worker's loops, ready when entered."""
    worker = Worker(name, configured, handlers, timers)
    async with worker.running(database):
        await until(worker.ready)
        yield worker
