"""Keeps the counters of the figures: the loop beside the API. Who writes waits for it nowhere, nor it for them."""

from __future__ import annotations

import asyncio

from services.registry.statistics.service import MOST_AT_ONCE, comes_after_import, count_some
from shared import clock
from shared.db import Database

_IDLE_SECONDS = 1.0
_PATIENCE_SECONDS = 300.0
"""So long a roster that comes in goes first."""


async def keep_counting(database: Database) -> None:
    """For ever. Raises what a fault of the moment raises; the worker starts it again."""
    loop = asyncio.get_running_loop()
    since = loop.time()
    while True:
        began, counted = loop.time(), 0
        async with database.transaction(clock.now()) as tx:
            aside = began < since + _PATIENCE_SECONDS and await comes_after_import(tx)
            if not aside:
                counted = await count_some(tx)
                since = since if counted >= MOST_AT_ONCE else began
        worked = loop.time() - began
        await asyncio.sleep(worked if counted >= MOST_AT_ONCE else _IDLE_SECONDS)
