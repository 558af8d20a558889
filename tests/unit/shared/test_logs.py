"""To log fails nothing: not where the disk that takes the log is full."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import cast

import pytest
import structlog
from prometheus_client import REGISTRY

from shared.db import Database
from shared.observability import configure_logs
from shared.settings import Settings
from shared.worker import Worker

MANY = 300
"""Lines: more than the buffer of a file takes."""


def failures() -> float:
    return REGISTRY.get_sample_value("log_failures_total") or 0


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Standard output is on a full disk."""
    root, handlers, level = logging.getLogger(), [*logging.getLogger().handlers], logging.getLogger().level
    device = open("/dev/full", "w")  # noqa: SIM115 - its end cannot be written either
    monkeypatch.setattr(sys, "stdout", device)
    configure_logs("INFO")
    monkeypatch.setattr("shared.worker.log", structlog.get_logger())  # one that has not written before
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level
    with suppress(OSError):
        device.close()


@pytest.mark.usefixtures("full")
def test_lines_that_cannot_be_written_are_counted_and_raise_nothing() -> None:
    before = failures()
    for n in range(MANY):
        structlog.get_logger().warning("ours", n=n)
        logging.getLogger("theirs").error("a line of theirs")
    assert failures() >= before + 2 * MANY


@pytest.mark.usefixtures("full")
async def test_a_loop_that_fails_while_nothing_can_be_logged_is_started_again() -> None:
    tries: list[Database] = []
    third = asyncio.Event()

    async def fails(database: Database) -> None:
        tries.append(database)
        if len(tries) < 3:
            raise OSError("the broker is away")
        third.set()
        await asyncio.Event().wait()

    settings = Settings(database_url="postgresql://nobody@127.0.0.1:1/none")
    worker = Worker("some", settings, {}, loops={"failing": fails})
    before = failures()
    task = asyncio.create_task(worker._keep("failing", fails, cast("Database", None)))
    done, _ = await asyncio.wait({task, asyncio.create_task(third.wait())}, return_when=asyncio.FIRST_COMPLETED)
    assert task not in done
    assert (len(tries), failures() > before) == (3, True)
    task.cancel()
