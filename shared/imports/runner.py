"""Brings uploaded files in, one after the other, in the worker: read, check, then chunk by chunk, each in a transaction that also notes
that it is in. Killed at any instant it goes on where it was: what is in is not brought in again."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta
from typing import Any

import structlog

from shared import clock
from shared.auth import Actor, Place, Role
from shared.db import Database, Row, is_transient
from shared.errors import DomainError
from shared.imports import store
from shared.imports.fields import CellFault, Severity, Table, errors_by_row
from shared.imports.files import sniff
from shared.imports.kinds import Act, Checked, ImportKind
from shared.imports.models import ImportStatus, Part
from shared.imports.sealed import Sealed, Words
from shared.imports.table import read_table
from shared.observability import IMPORT_ROWS, IMPORTS
from shared.privacy import KeyRing, scrub
from shared.settings import Settings

log = structlog.get_logger()

_IDLE_SECONDS = 0.3
_MOST_ATTEMPTS = 25
"""Times that an import is taken up without a chunk coming in before it is given up: a file that kills the process must not do so for
ever, and processes may be killed for other reasons meanwhile."""
_LANES = 2
"""Chunks under way at once: while the database takes one in, the next is made."""
_MOST_FAILURES = 3
"""Times in one run that bringing in may fail for a reason that is not a fault of the moment (others settled the same people just now)."""


class Imports:
    """The loop that brings files in; one process of a service at a time."""

    def __init__(self, kinds: Sequence[ImportKind], keys: KeyRing, settings: Settings) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self._keys = keys
        self._settings = settings

    async def run(self, database: Database) -> None:
        """For ever. Raises what a fault of the moment raises; the worker starts it again."""
        async with database.alone("anju-imports") as connection:
            while True:
                await connection.execute("select 1")  # who lost its lock stops
                if not await self.bring_in_next(database):
                    await self._forget(database)
                    await asyncio.sleep(_IDLE_SECONDS)

    async def bring_in_next(self, database: Database) -> bool:
        """Brings in the oldest file that waits; was there one?"""
        async with database.read(clock.now()) as read:
            row = await store.find_next(read)
        if row is None:
            return False
        failures = 0
        while True:
            try:
                await self._bring_in(database, row)
                return True
            except DomainError as refusal:
                await self._fail(database, row, refusal)
                return True
            except Exception as error:
                if is_transient(error):
                    raise
                failures += 1
                log.warning("import broke off", import_id=row["import_id"], failures=failures, exc_info=error)
                if failures >= _MOST_FAILURES:
                    await self._fail(database, row, ImportBroken())
                    return True
                await asyncio.sleep(failures)

    async def _bring_in(self, database: Database, row: Row) -> None:
        kind, sealed = self._kinds[row["kind"]], Sealed(self._keys, row)
        async with database.transaction(clock.now()) as tx:
            attempts = await store.count_attempt(tx, row["import_id"])
            if attempts > _MOST_ATTEMPTS:
                raise ImportBroken
        _told(row, "import taken up", attempts=attempts)
        table = await self._read(database, row, kind, sealed)
        checked: Checked = await asyncio.to_thread(kind.check, table, clock.today(row["uploaded_at"]))
        async with database.transaction(clock.now()) as tx:
            await store.set_checked(tx, row["import_id"], checked.rows)
            done = {name for name, _ in await sealed.outcomes(tx)}
            numbers = itertools.count(await store.next_number(tx, row["import_id"], Part.CHUNK))
        waiting = deque((n, name) for n, name in enumerate(checked.chunks) if name not in done)

        async def next_chunk() -> None:
            await self._apply(database, row, kind, sealed, checked, *waiting.popleft(), next(numbers))

        if waiting and not done:
            await next_chunk()
            await _renew_statistics(database, kind, row)
        await _in_lanes(waiting, next_chunk)
        await self._finish(database, row, sealed, checked)
        await _renew_statistics(database, kind, row)

    async def _read(self, database: Database, row: Row, kind: ImportKind, sealed: Sealed) -> Table:
        async with database.read(clock.now()) as read:
            data = await sealed.file(read)
        table = await asyncio.to_thread(_table_of, data, kind, self._settings.max_upload_bytes)
        words = Words(*([scrub(word) for word in some] for some in (table.sheets, table.ignored, table.unread)))
        async with database.transaction(clock.now()) as tx:
            await sealed.set_words(tx, words)
            await store.set_read(tx, row["import_id"], table.frame.height)
        return table

    async def _apply(
        self,
        database: Database,
        row: Row,
        kind: ImportKind,
        sealed: Sealed,
        checked: Checked,
        n: int,
        name: str,
        number: int,
    ) -> None:
        async with database.transaction(clock.now(), row["traceparent"]) as tx:
            outcome = await kind.apply(tx, act_of(row), checked, n)
            await sealed.add_outcome(tx, number, name, outcome)
            await store.add_settled(tx, row["import_id"], outcome)

    async def _finish(self, database: Database, row: Row, sealed: Sealed, checked: Checked) -> None:
        async with database.transaction(clock.now()) as tx:
            outcomes = await sealed.outcomes(tx)
            found = [*checked.faults, *(fault for _, faults in outcomes for fault in faults)]
            faults = await asyncio.to_thread(lambda: sorted(dict.fromkeys(found), key=_place))
            rejected, warnings = len(errors_by_row(faults)), sum(f.severity is Severity.WARNING for f in faults)
            await sealed.add_report(tx, faults)
            await store.set_done(tx, row["import_id"], rejected, len(faults), warnings)
        _told(row, "import done", rows=checked.rows, rejected=rejected, warnings=warnings)
        IMPORTS.labels(row["kind"], ImportStatus.DONE).inc()
        if not row["dry_run"]:
            IMPORT_ROWS.labels(row["kind"], "accepted").inc(checked.rows - rejected)
            IMPORT_ROWS.labels(row["kind"], "rejected").inc(rejected)

    async def _fail(self, database: Database, row: Row, refusal: DomainError) -> None:
        problem = {
            "slug": refusal.slug,
            "title_en": refusal.title_en,
            "title_zh": refusal.title_zh,
            "detail_en": refusal.en,
            "detail_zh": refusal.zh,
            **refusal.members,
        }
        async with database.transaction(clock.now()) as tx:
            await store.set_failed(tx, row["import_id"], problem)
        _told(row, "import failed", reason=refusal.slug)
        IMPORTS.labels(row["kind"], ImportStatus.FAILED).inc()

    async def _forget(self, database: Database) -> None:
        now = clock.now()
        async with database.transaction(now) as tx:
            await store.forget(tx, now - timedelta(days=self._settings.import_keep_days))


class ImportBroken(DomainError):
    """Our fault."""

    slug = "import-broken"
    title_en, title_zh = "Our fault: the file could not be brought in wholly", "内部错误：文件未能全部导入"

    def __init__(self) -> None:
        super().__init__(
            "Rows that were settled before are in. Upload the file again: what is in is not brought in twice. If it fails again, tell"
            " the operator the id of this import.",
            "已登记的行保持有效。请重新上传该文件（不会重复登记）；如再次失败，请将本次导入编号告知系统管理员。",
        )


async def _in_lanes(waiting: Collection[Any], next_one: Callable[[], Awaitable[None]]) -> None:
    """Does one after the other until none waits, a few at once. Where one fails the others stop, and what it failed of is raised."""

    async def lane() -> None:
        while waiting:
            await next_one()

    try:
        async with asyncio.TaskGroup() as lanes:
            for _ in range(_LANES):
                lanes.create_task(lane())
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None


async def _renew_statistics(database: Database, kind: ImportKind, row: Row) -> None:
    """Until autovacuum comes by, a minute later or more, queries would be planned for tables that were empty. What came in is in: where
    this fails, it stays so."""
    if row["dry_run"] or not kind.tables:
        return
    try:
        async with database.transaction(clock.now()) as tx:
            await tx.execute(f"analyze {', '.join(kind.tables)}")
    except Exception as error:
        log.warning("statistics not renewed", error=type(error).__name__)


def _told(row: Row, what: str, **more: object) -> None:
    """A line in the log. `seconds`: since the upload."""
    seconds = round((clock.now() - row["uploaded_at"]).total_seconds(), 1)
    log.info(what, import_id=row["import_id"], kind=row["kind"], dry_run=row["dry_run"], seconds=seconds, **more)


def act_of(row: Row) -> Act:
    """Who uploaded, and for which day and place."""
    by: dict[str, Any] = row["uploaded_by"]
    actor = Actor(by["subject"], by["kind"], Role(by["role"]), frozenset(by["scopes"]), Place.parse(row["place"]))
    return Act(row["import_id"], actor, clock.today(row["uploaded_at"]), row["dry_run"])


def _table_of(data: bytes, kind: ImportKind, most_bytes: int) -> Table:
    return read_table(data, sniff(data, most_bytes), kind.shape)


def _place(fault: CellFault) -> tuple[int, int, str]:
    return fault.sheet, fault.row, fault.column
