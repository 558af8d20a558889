"""Makes the files, one export after the other, in the worker: whom it is of, then their rows chunk by chunk, each in a transaction that
also notes how far it is and, where they are in full, that they were read; at last the file. Killed at any instant it goes on where it
was."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import IO, Any, cast

from services.registry.access.service import note_listed
from services.registry.consents.bases import LegalBasis
from services.registry.exports import formats, store
from services.registry.exports.columns import TITLES
from services.registry.exports.domain import ExportStatus, Format, ListName, Part, packed, unpacked
from services.registry.exports.lists import Chunk, ExportList, Reading, columns_of, kept
from services.registry.exports.sealed import Sealed
from services.registry.exports.service import most_rows, noted_fields, still_may
from services.registry.persons.domain import Purpose
from services.registry.settings import RegistrySettings
from shared import clock
from shared.auth import SCOPES, Actor, Place, Role
from shared.background import Background, problem_of
from shared.db import Database, Read, Row, Transaction
from shared.errors import DomainError, Forbidden, TooLarge
from shared.observability import EXPORT_ROWS, EXPORTS
from shared.privacy import KeyRing

_PIECE = 1024 * 1024
_ID_BYTES = 16


class ExportBroken(DomainError):
    """Our fault."""

    slug = "export-broken"
    title_en, title_zh = "Our fault: the file could not be made", "内部错误：未能生成文件"

    def __init__(self) -> None:
        super().__init__(
            "Ask again. If it fails again, tell the operator the id of this export.",
            "请重新申请。如再次失败，请将本次导出编号告知系统管理员。",
        )


class ExportNotAllowed(Forbidden):
    slug = "export-not-allowed"
    title_en, title_zh = "The account may not see this any more", "该账号已无权查看所申请的内容"


class ExportTooLarge(TooLarge):
    slug = "export-too-large"
    title_en, title_zh = "More rows than one file holds", "行数超过单个文件的上限"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"Narrow the filters, or ask place by place: a file holds {most} rows.",
            f"请缩小筛选范围或按地区分别导出：单个文件至多 {most} 行。",
            members={"limit_rows": most},
        )


class _Deleted(Exception):
    """By who asked, while it was being made."""


class Exports(Background):
    """The loop that makes files of lists; one process of the registry at a time."""

    sort = "export"
    broken = ExportBroken

    def __init__(self, keys: KeyRing, settings: RegistrySettings) -> None:
        self._keys = keys
        self._settings = settings

    async def find_next(self, read: Read) -> Row | None:
        return await store.find_next(read)

    async def count_attempt(self, tx: Transaction, row: Row) -> int:
        return await store.count_attempt(tx, row["export_id"])

    async def do(self, database: Database, row: Row) -> None:
        async with database.read(clock.now()) as read:
            now = await store.find_export(read, row["export_id"])
        try:
            if now is not None and now["status"] == ExportStatus.RUNNING:
                await self._make(database, now)
        except _Deleted:
            self.tell(row, "deleted")

    async def _make(self, database: Database, row: Row) -> None:
        actor = actor_of(row)
        if not still_may(row, actor):
            raise ExportNotAllowed("Ask for what the account sees now.", "请按当前权限重新申请。")
        sealed, name = Sealed(self._keys, row), ListName(row["list"])
        purpose = Purpose(row["purpose"]) if row["purpose"] else None
        reading = Reading(actor, self._keys, purpose, columns_of(name, row["fields"]))
        wanted, ids = await self._begun(database, row, sealed, reading)
        n, total = row["chunks"], len(ids) // _ID_BYTES
        for start in range(row["rows_read"], total, self._settings.registry_export_chunk_rows):
            some = unpacked(ids, start, self._settings.registry_export_chunk_rows)
            await self._add_chunk(database, row, sealed, wanted, reading, n, some, total)
            n += 1
        await self._finish(database, row, sealed, reading)

    async def _begun(self, database: Database, row: Row, sealed: Sealed, reading: Reading) -> tuple[ExportList, bytes]:
        """What was asked, and the ids of what met it when the export began."""
        export_id = row["export_id"]
        async with database.transaction(clock.now()) as tx:
            asked, ids = [await store.PARTS.find(tx, export_id, part, 0) for part in (Part.ASKED, Part.IDS)]
            if asked is None:
                raise _Deleted
            wanted = kept(row["list"], json.loads(sealed.open(Part.ASKED, 0, asked)))
            if ids is not None:
                return wanted, sealed.open(Part.IDS, 0, ids)
            most = most_rows(Format(row["format"]), self._settings.registry_export_most_rows)
            found = await wanted.ids(tx, reading, most)
            if len(found) > most * _ID_BYTES:
                raise ExportTooLarge(most)
            if not await store.set_rows(tx, export_id, len(found) // _ID_BYTES):
                raise _Deleted
            await store.PARTS.add(tx, export_id, Part.IDS, [(0, sealed.seal(Part.IDS, 0, found))])
        return wanted, found

    async def _add_chunk(
        self,
        database: Database,
        row: Row,
        sealed: Sealed,
        wanted: ExportList,
        reading: Reading,
        n: int,
        ids: list[str],
        total: int,
    ) -> None:
        """The n-th chunk: all of it as at one instant, whose rows it shows and whose consent stands."""
        export_id = row["export_id"]
        async with database.transaction(clock.now()) as tx:
            await tx.execute("set transaction isolation level repeatable read")
            chunk = await wanted.chunk(tx, reading, ids)
            data = await asyncio.to_thread(_dumped, reading, chunk, sealed, n)
            if not await store.add_read(tx, export_id, len(ids), len(chunk.rows), chunk.without_consent):
                raise _Deleted
            await store.PARTS.add(tx, export_id, Part.CHUNK, [(n, data)])
            if reading.purpose is None or chunk.basis is None:
                return
            fields = noted_fields(wanted.name, row["fields"])
            about = (reading.purpose, row["case_ref"], row["request_id"], fields, total)
            await note_listed(tx, reading.actor, chunk.basis, chunk.people, *about)
            if chunk.basis.basis is LegalBasis.CONSENT:
                people = sealed.seal(Part.PEOPLE, n, packed(list(chunk.people)))
                await store.PARTS.add(tx, export_id, Part.PEOPLE, [(n, people)])

    async def _finish(self, database: Database, row: Row, sealed: Sealed, reading: Reading) -> None:
        export_id, name = row["export_id"], ListName(row["list"])
        async with database.read(clock.now()) as read:
            now, chunks = await store.find_export(read, export_id), await store.PARTS.list(read, export_id, Part.CHUNK)
        if now is None or now["wrapped"] is None:
            raise _Deleted
        title = TITLES[name].of(row["language"])
        look = formats.Look(reading.columns, row["language"], title, now["exported"], row["asked_at"])
        file = await asyncio.to_thread(_file, Format(row["format"]), look, sealed, chunks)
        async with database.transaction(clock.now()) as tx:
            if not await store.set_done(tx, export_id, file.size):
                raise _Deleted
            for piece in file.pieces:
                await store.PARTS.add(tx, export_id, Part.FILE, [piece])
            await store.PARTS.drop(tx, export_id, (Part.ASKED, Part.IDS, Part.CHUNK))
        self.tell(row, "done", rows=now["exported"], bytes=file.size)
        EXPORTS.labels(name, ExportStatus.DONE).inc()
        EXPORT_ROWS.labels(name).inc(now["exported"])

    async def fail(self, database: Database, row: Row, refusal: DomainError) -> None:
        async with database.transaction(clock.now()) as tx:
            await store.set_failed(tx, row["export_id"], problem_of(refusal))
        self.tell(row, "failed", reason=refusal.slug)
        EXPORTS.labels(row["list"], ExportStatus.FAILED).inc()

    def about(self, row: Row) -> dict[str, object]:
        """`seconds`: since it was asked for."""
        seconds = round((clock.now() - row["asked_at"]).total_seconds(), 1)
        return {"list": row["list"], "format": row["format"], "purpose": row["purpose"], "seconds": seconds}

    async def forget(self, database: Database) -> None:
        now = clock.now()
        async with database.transaction(now) as tx:
            await store.PARTS.forget(tx, now - timedelta(days=self._settings.import_keep_days))


def actor_of(row: Row) -> Actor:
    """Who asked, with what of its scopes the role still has."""
    by: dict[str, Any] = row["asked_by"]
    role = Role(by["role"])
    return Actor(by["subject"], by["kind"], role, SCOPES[role] & set(by["scopes"]), Place.parse(row["place"]))


def _dumped(reading: Reading, chunk: Chunk, sealed: Sealed, n: int) -> bytes:
    return sealed.seal(Part.CHUNK, n, formats.dump(formats.frame_of(reading.columns, chunk.rows)))


class _Pieces(io.RawIOBase):
    """A file that is only written on, and kept in sealed pieces."""

    def __init__(self, sealed: Sealed) -> None:
        self._sealed = sealed
        self._open = bytearray()
        self.pieces: list[tuple[int, bytes]] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._open += data
        written = len(memoryview(data).cast("B"))
        self.size += written
        while len(self._open) >= _PIECE:
            self._seal(_PIECE)
        return written

    def end(self) -> None:
        if self._open:
            self._seal(len(self._open))

    def _seal(self, size: int) -> None:
        n = len(self.pieces)
        self.pieces.append((n, self._sealed.seal(Part.FILE, n, bytes(self._open[:size]))))
        del self._open[:size]


def _file(form: Format, look: formats.Look, sealed: Sealed, chunks: Mapping[int, bytes]) -> _Pieces:
    frames = (formats.load(sealed.open(Part.CHUNK, n, chunk)) for n, chunk in chunks.items())
    out = _Pieces(sealed)
    formats.write(form, look, frames, cast("IO[bytes]", out))
    out.end()
    return out
