"""Forgets what was kept as long as it has to be: the loop beside the API. One process of all at a time (advisory lock), each hour, in small
batches of a transaction each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time

import structlog

from services.registry.access.forgetting import forget_records
from services.registry.access.sealer import CHAIN
from services.registry.erasure import store as erasure
from services.registry.erasure.domain import ELSEWHERE, HARD, Ground, Held, judge
from services.registry.erasure.service import erase
from services.registry.retention import store
from services.registry.retention.domain import OF_STATUS, RecordClass, period_of
from services.registry.rights import store as rights
from services.registry.rights.deletion import erase_restricted
from shared import clock
from shared.clock import SHANGHAI, load_calendar
from shared.db import Database, Transaction
from shared.privacy import KeyRing

log = structlog.get_logger()

BATCH = 1000
_PEOPLE = 50
_HOUR_SECONDS = 3600.0


class Sweeper:
    """What is forgotten goes by `retention.domain.PERIODS`; people by `erasure.domain.judge` too.

    `erases_people`: the periods for people have been confirmed, as erasing is not to be undone. Else their number is told in the log."""

    def __init__(self, keys: KeyRing, erases_people: bool) -> None:
        self._keys = keys
        self._erases_people = erases_people
        self._chain = keys.derived(CHAIN)

    async def run(self, database: Database) -> None:
        """For ever. Raises what a fault of the moment raises; the worker starts it again."""
        while True:
            async with database.alone("anju-retention"):
                await self.sweep(database)
            await asyncio.sleep(_HOUR_SECONDS)

    async def sweep(self, database: Database) -> dict[RecordClass, int]:
        """Once through everything; how many of each class were forgotten."""
        async with database.read(clock.now()) as read:
            today = clock.today(await store.instant(read))
        found: dict[RecordClass, int] = {}
        for record_class, forget in self._classes().items():
            since = _instant_of(period_of(record_class, today).horizon(today))
            found[record_class] = await self._all(database, forget, since)
        people = await self._people(database, today)
        if self._erases_people:
            found |= people
            await self._restricted(database)
        elif any(people.values()):
            log.warning(
                "people whose time is over are kept: see ANJU_REGISTRY_ERASES_PEOPLE", people=sum(people.values())
            )
        await self._count_again(database)
        if any(found.values()):
            log.info("forgotten", **{record_class.replace("-", "_"): n for record_class, n in found.items() if n})
        return found

    def _classes(self) -> dict[RecordClass, Callable[[Transaction, datetime], Awaitable[int]]]:
        """How a batch of each class is forgotten."""
        return {
            RecordClass.ACCESS_LOG: lambda tx, before: forget_records(tx, self._chain, before, BATCH),
            RecordClass.CHANGE_VALUES: lambda tx, before: store.forget_change_values(tx, before, BATCH),
            RecordClass.RIGHTS_COPY: lambda tx, before: store.forget_copies(tx, before, BATCH),
            RecordClass.RIGHTS_REQUEST: lambda tx, before: store.forget_requests(tx, before, BATCH),
            RecordClass.CONSENTS: lambda tx, before: store.forget_consents(tx, before, BATCH),
        }

    async def _all(
        self, database: Database, forget: Callable[[Transaction, datetime], Awaitable[int]], before: datetime
    ) -> int:
        total = 0
        while True:
            async with database.transaction(clock.now()) as tx:
                n = await forget(tx, before)
            total += n
            if n < BATCH:
                return total

    async def _people(self, database: Database, today: date) -> dict[RecordClass, int]:
        """Erases, or only counts, who is gone for so long that the record is over (PIPL art. 47: of the handler's own accord), and whom
        nothing keeps."""
        horizons = {each: period_of(each, today).horizon(today) for each in OF_STATUS.values()}
        found = dict.fromkeys(OF_STATUS.values(), 0)
        after: str | None = None
        while True:
            async with database.transaction(clock.now()) as tx:
                ids = await store.list_gone(tx, horizons, after, _PEOPLE)
                if not ids:
                    return found
                after = ids[-1]
                await erasure.lock(tx, ids)
                over = [each for each in await erasure.list_held(tx, ids, None) if not _kept(each, today)]
                if over and self._erases_people:
                    await erase(tx, self._keys, [held.person_id for held in over])
            for held in over:
                found[OF_STATUS[held.status]] += 1

    async def _restricted(self, database: Database) -> None:
        after: str | None = None
        while True:
            async with database.transaction(clock.now()) as tx:
                rows = await rights.list_restricted(tx, (ELSEWHERE, HARD), after, 1)
                if not rows:
                    return
                row = rows[0]
                after = row["request_id"]
                await erase_restricted(tx, self._keys, row["request_id"], row["person_id"], Ground(row["ground"]))

    async def _count_again(self, database: Database) -> None:
        """The last days of requests that reach into a year whose notice has come since."""
        calendar = load_calendar()
        async with database.transaction(clock.now()) as tx:
            rows = await rights.list_provisional(tx, BATCH)
            due = [(row, calendar.add_working_days(row["asked_on"], row["working_days"])) for row in rows]
            moved = [
                (r["request_id"], d.on, d.provisional) for r, d in due if (d.on, d.provisional) != (r["due_on"], True)
            ]
            await rights.set_due(tx, moved)


def _kept(held: Held, today: date) -> bool:
    verdict = judge(held, Ground.PERIOD_OVER, today)
    return bool(held.restricted or verdict.against_ground or verdict.standing)


def _instant_of(day: date) -> datetime:
    """0:00 of that day in China."""
    return datetime.combine(day, time(), SHANGHAI)
