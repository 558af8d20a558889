"""Seals the records of the access log, some hundred at a time: the loop beside the API. One process of all at a time (advisory lock); reads
never wait for it."""

from __future__ import annotations

import asyncio

import asyncpg
import structlog

from services.registry.access import store
from services.registry.access.domain import Head, chain
from shared import clock
from shared.db import Database, Read
from shared.observability import ACCESS_SEALED
from shared.privacy import KeyRing

log = structlog.get_logger()

BATCH = 500
CHAIN = "access-log"
"""Name of the key under which the log is chained (`KeyRing.derived`)."""
_IDLE_SECONDS = 1.0
_TOLD_SECONDS = 60.0


class Sealer:
    """Remembers the head it made: a log that is cut while it runs is noticed."""

    def __init__(self, keys: KeyRing) -> None:
        self._key = keys.derived(CHAIN)
        self._made: Head | None = None
        self._told_at = -_TOLD_SECONDS

    async def run(self, database: Database) -> None:
        """For ever. Raises what a fault of the moment raises; the worker starts it again."""
        async with database.alone("anju-access-sealer") as connection:
            while True:
                if await self.seal_some(connection) < BATCH:
                    await asyncio.sleep(_IDLE_SECONDS)

    async def seal_some(self, connection: asyncpg.Connection) -> int:
        """Seals the oldest records that wait, in one transaction; how many."""
        async with Read(connection, clock.now()).writing() as tx:
            rows = await store.list_unsealed(tx, BATCH)
            if not rows:
                return 0
            head = await store.find_head(tx)
            if self._made and self._made != head:
                log.error("access log was cut or changed", made=str(self._made), found=str(head))
            seals = await asyncio.to_thread(chain, self._key, head, rows)
            await store.set_seals(tx, seals)
        self._made = Head(seals[-1].seal_no, seals[-1].link)
        self._tell()
        return len(seals)

    def _tell(self) -> None:
        """The head goes into the log, where who can write the table cannot reach it."""
        head, now = self._made, asyncio.get_running_loop().time()
        if head and now >= self._told_at + _TOLD_SECONDS:
            self._told_at = now
            log.info("access log sealed", head=str(head))
        if head:
            ACCESS_SEALED.set(head.seal_no)
