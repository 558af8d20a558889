"""Work that a request asks for and the worker does, piece after piece, each piece in a transaction that also notes that it is done. Killed
at any instant it goes on where it was. What the work is, its subclasses say (`shared.imports.runner`)."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import ClassVar

import structlog

from shared import clock
from shared.db import Database, Read, Row, Transaction, is_transient
from shared.errors import DomainError

log = structlog.get_logger()

_IDLE_SECONDS = 0.3
_MOST_ATTEMPTS = 25
"""Times that a job is taken up without a piece of it getting done before it is given up: one that kills the process must not do so for
ever, and processes may be killed for other reasons meanwhile."""
_MOST_FAILURES = 3
"""Times in one run that it may fail for a reason that is not a fault of the moment (others changed the same people just now)."""


class Background(ABC):
    """The loop that does jobs of one sort, the oldest first; one process of a service at a time."""

    sort: ClassVar[str]
    """What logs call it: import, export."""
    broken: ClassVar[type[DomainError]]
    """How a job ends that failed for a reason that is none of a refusal's."""

    async def run(self, database: Database) -> None:
        """For ever. Raises what a fault of the moment raises; the worker starts it again."""
        async with database.alone(f"anju-{self.sort}s") as connection:
            while True:
                await connection.execute("select 1")  # who lost its lock stops
                if not await self.do_next(database):
                    await self.forget(database)
                    await asyncio.sleep(_IDLE_SECONDS)

    async def do_next(self, database: Database) -> bool:
        """Does the oldest job that waits; was there one?"""
        async with database.read(clock.now()) as read:
            row = await self.find_next(read)
        if row is None:
            return False
        failures = 0
        while True:
            try:
                await self._take_up(database, row)
                await self.do(database, row)
                return True
            except DomainError as refusal:
                await self.fail(database, row, refusal)
                return True
            except Exception as error:
                if is_transient(error):
                    raise
                failures += 1
                log.warning(f"{self.sort} broke off", **self._named(row), failures=failures, exc_info=error)
                if failures >= _MOST_FAILURES:
                    await self.fail(database, row, self.broken())
                    return True
                await asyncio.sleep(failures)

    async def _take_up(self, database: Database, row: Row) -> None:
        async with database.transaction(clock.now()) as tx:
            attempts = await self.count_attempt(tx, row)
        self.tell(row, "taken up", attempts=attempts)
        if attempts > _MOST_ATTEMPTS:
            raise self.broken

    def tell(self, row: Row, what: str, **more: object) -> None:
        """A line in the log."""
        log.info(f"{self.sort} {what}", **self._named(row), **self.about(row), **more)

    def _named(self, row: Row) -> dict[str, str]:
        return {f"{self.sort}_id": row[f"{self.sort}_id"]}

    @abstractmethod
    def about(self, row: Row) -> dict[str, object]:
        """What a line in the log says of the job; nothing personal."""

    @abstractmethod
    async def find_next(self, read: Read) -> Row | None:
        """The oldest job that is not finished."""

    @abstractmethod
    async def count_attempt(self, tx: Transaction, row: Row) -> int:
        """Notes that the job is taken up (again); how often it was since a piece got done."""

    @abstractmethod
    async def do(self, database: Database, row: Row) -> None:
        """Does what is still to do. Raises DomainError where it cannot be done."""

    @abstractmethod
    async def fail(self, database: Database, row: Row, refusal: DomainError) -> None:
        """Ends a job that cannot be done; `refusal` says why."""

    @abstractmethod
    async def forget(self, database: Database) -> None:
        """Forgets what was kept of jobs for long enough. Called when there is nothing to do."""


def problem_of(refusal: DomainError) -> dict[str, object]:
    """The refusal as the job's row keeps it, in both languages."""
    return {
        "slug": refusal.slug,
        "title_en": refusal.title_en,
        "title_zh": refusal.title_zh,
        "detail_en": refusal.en,
        "detail_zh": refusal.zh,
        **refusal.members,
    }
