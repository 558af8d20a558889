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
from shared.background import Background, problem_of
from shared.db import Database, Read, Row, Transaction
from shared.errors import DomainError
from shared.imports import store
from shared.imports.fields import CellFault, Severity, Table, errors_by_row
from shared.imports.files import sniff
from shared.imports.kinds import Act, Checked, ImportKind
from shared.imports.models import ImportStatus, Part
from shared.imports.sealed import Sealed, Words
from shared.imports.table import read_table
from shared.observability import IMPORT_ROWS, IMPORTS
from shared.privacy import KeyRing
from shared.scrubbing import scrub
from shared.settings import Settings

log = structlog.get_logger()

_LANES = 2
"""Chunks under way at once: while the database takes one in, the next is made."""


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


class Imports(Background):
    """The loop that brings files in; one process of a service at a time."""

    sort = "import"
    broken = ImportBroken

    def __init__(self, kinds: Sequence[ImportKind], keys: KeyRing, settings: Settings) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self._keys = keys
        self._settings = settings

    async def find_next(self, read: Read) -> Row | None:
        return await store.find_next(read)

    async def count_attempt(self, tx: Transaction, row: Row) -> int:
        return await store.count_attempt(tx, row["import_id"])

    async def do(self, database: Database, row: Row) -> None:
        kind, sealed = self._kinds[row["kind"]], Sealed(self._keys, row)
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
        self.tell(row, "done", rows=checked.rows, rejected=rejected, warnings=warnings)
        IMPORTS.labels(row["kind"], ImportStatus.DONE).inc()
        if not row["dry_run"]:
            IMPORT_ROWS.labels(row["kind"], "accepted").inc(checked.rows - rejected)
            IMPORT_ROWS.labels(row["kind"], "rejected").inc(rejected)

    async def fail(self, database: Database, row: Row, refusal: DomainError) -> None:
        async with database.transaction(clock.now()) as tx:
            await store.set_failed(tx, row["import_id"], problem_of(refusal))
        self.tell(row, "failed", reason=refusal.slug)
        IMPORTS.labels(row["kind"], ImportStatus.FAILED).inc()

    def about(self, row: Row) -> dict[str, object]:
        """`seconds`: since the upload."""
        seconds = round((clock.now() - row["uploaded_at"]).total_seconds(), 1)
        return {"kind": row["kind"], "dry_run": row["dry_run"], "seconds": seconds}

    async def forget(self, database: Database) -> None:
        now = clock.now()
        async with database.transaction(now) as tx:
            await store.PARTS.forget(tx, now - timedelta(days=self._settings.import_keep_days))


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


def act_of(row: Row) -> Act:
    """Who uploaded, and for which day and place."""
    by: dict[str, Any] = row["uploaded_by"]
    actor = Actor(by["subject"], by["kind"], Role(by["role"]), frozenset(by["scopes"]), Place.parse(row["place"]))
    return Act(row["import_id"], actor, clock.today(row["uploaded_at"]), row["dry_run"])


def _table_of(data: bytes, kind: ImportKind, most_bytes: int) -> Table:
    return read_table(data, sniff(data, most_bytes), kind.shape)


def _place(fault: CellFault) -> tuple[int, int, str]:
    return fault.sheet, fault.row, fault.column
