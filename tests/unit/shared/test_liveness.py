"""/livez tells whoever starts processes again what only that puts right."""

from __future__ import annotations

import asyncio
from typing import cast

import httpx
import pytest

from shared.app import create_app
from shared.db import Database
from shared.settings import Settings
from shared.worker import Loop, Worker


class OneLoop(Worker):
    """Has no loops but its own."""

    def _loops(self) -> dict[str, Loop]:
        return {**self._own_loops}


async def ends(database: Database) -> None:
    raise asyncio.CancelledError


async def waits(database: Database) -> None:
    await asyncio.Event().wait()


async def fails(database: Database) -> None:
    raise OSError("the broker is away")


@pytest.mark.parametrize(("loop", "status"), [(ends, 503), (waits, 200), (fails, 200)])
async def test_a_process_of_which_a_loop_has_ended_for_good_is_not_alive(loop: Loop, status: int) -> None:
    settings = Settings(database_url="postgresql://nobody@127.0.0.1:1/none")
    worker = OneLoop("some", settings, {}, loops={"one": loop})
    app = create_app("some", "some", settings, [], worker)
    async with (
        worker.running(cast("Database", None)),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://some") as client,
    ):
        await asyncio.sleep(0.01)
        answer = await client.get("/livez")
    assert (answer.status_code, (answer.json()["status"] == "alive")) == (status, status == 200)
