"""Disabled accounts: their tokens are refused before they end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from services.gateway import store
from shared import clock
from shared.db import Database
from shared.errors import Unauthenticated

log = structlog.get_logger()


class AccountDisabled(Unauthenticated):
    slug = "account-disabled"
    title_en, title_zh = "This account is disabled", "该账号已停用"


class Disabled:
    """The set of disabled accounts, read again every few seconds, and at once after a change made in this process."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ids: frozenset[str] = frozenset()

    def holds(self, account_id: str) -> bool:
        return account_id in self._ids

    def expect(self, account_id: str, disabled: bool) -> None:
        """A change is being committed in this process."""
        self._ids = self._ids | {account_id} if disabled else self._ids - {account_id}

    @asynccontextmanager
    async def refreshed(self, database: Database) -> AsyncIterator[None]:
        """Keeps the set up to date until left."""
        await self._read(database)
        task = asyncio.create_task(self._keep(database))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _keep(self, database: Database) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            try:
                await self._read(database)
            except Exception as error:
                log.warning("disabled accounts not read", error=type(error).__name__)

    async def _read(self, database: Database) -> None:
        async with database.read(clock.now()) as read:
            self._ids = await store.disabled_accounts(read)
