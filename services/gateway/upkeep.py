"""What the gateway does beside answering: looks for accounts disabled elsewhere, and forgets what need not be kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from services.gateway import store
from services.gateway.disabled import Disabled
from services.gateway.settings import GatewaySettings
from shared import clock
from shared.db import Database

log = structlog.get_logger()

FAILURES_KEPT = timedelta(days=1)
_FORGET_SECONDS = 60


@asynccontextmanager
async def kept_up(database: Database, disabled: Disabled, settings: GatewaySettings) -> AsyncIterator[None]:
    """Runs both until left. The first look at disabled accounts is done when it is entered."""

    async def look() -> None:
        async with database.read(clock.now()) as read:
            await disabled.read(read)

    async def forget() -> None:
        now = clock.now()
        answers = now - timedelta(hours=settings.idempotency_hours)
        async with database.transaction(now) as tx:
            await store.forget(tx, answers, now - FAILURES_KEPT)

    await look()
    tasks = [
        asyncio.create_task(_every(settings.gateway_disabled_refresh_seconds, look)),
        asyncio.create_task(_every(_FORGET_SECONDS, forget)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await act()
        except Exception as error:
            log.warning("upkeep failed", act=getattr(act, "__name__", ""), error=type(error).__name__)
