"""The routes of one kind of import: upload, look how far it is, read the report, fetch the file to correct."""

from __future__ import annotations

import asyncio
import io
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from shared import streams
from shared.app import posts, router
from shared.auth import Actor, Scope, require
from shared.db import Read, Reader, Row, Tx
from shared.errors import Conflict, Forbidden
from shared.http import language, problem_kept
from shared.ids import new_id
from shared.imports import correction, store
from shared.imports.fields import CellFault, Shape
from shared.imports.files import sniff
from shared.imports.kinds import ImportKind
from shared.imports.models import ImportStatus
from shared.imports.schemas import CellView, ErrorPage, ImportRow, ImportView
from shared.imports.sealed import PAGE, Sealed, Words
from shared.imports.table import Sheet, sheets_of, table_of
from shared.imports.uploads import REQUEST_BODY, Uploaded
from shared.paging import Cursor, Limit, Page, decode_cursor, encode_cursor, id_of
from shared.places import text_of
from shared.privacy import KeyRing
from shared.shapes import Id

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CorrectionForUploader(Forbidden):
    slug = "correction-for-uploader"
    title_en, title_zh = "The file is shown to who uploaded it only", "更正文件仅供上传者本人查看"


class NothingToCorrect(Conflict):
    slug = "nothing-to-correct"
    title_en, title_zh = "There is nothing to correct (yet)", "（暂）无需更正的内容"


def import_routes(prefix: str, tag: str, kind: ImportKind, scope: Scope) -> APIRouter:
    """`POST prefix` and what hangs on it. `scope`: what uploading needs; `app.state.keys` holds the master keys."""
    routes = router(prefix, tag)
    holding: Any = Depends(require(scope))

    correcting = asyncio.Semaphore(1)  # a correction of many rows takes half a gigabyte while it is made

    @routes.post(
        "",
        status_code=202,
        summary=f"Upload {kind.title}",
        description=_description(kind.shape),
        dependencies=posts,
        openapi_extra=REQUEST_BODY,
        responses={202: {"headers": {"Location": {"description": "Where to look", "schema": {"type": "string"}}}}},
    )
    async def upload(
        uploaded: Uploaded, tx: Tx, request: Request, response: Response, actor: Actor = holding
    ) -> ImportView:
        await asyncio.to_thread(sniff, uploaded.data, request.app.state.settings.max_upload_bytes)
        import_id, key = new_id(), _keys(request).new_key()
        await store.add_import(tx, import_id, kind.name, uploaded.dry_run, actor, text_of(actor.place), key)
        row = await store.get_import(tx, kind.name, import_id, actor)
        await Sealed(_keys(request), row).add_file(tx, uploaded.data)
        response.headers["location"] = f"{prefix}/{import_id}"
        return await _view(tx, request, row)

    @routes.get("", summary=f"Imports of {kind.title}, the newest first")
    async def list_imports(
        read: Reader, cursor: Cursor = None, limit: Limit = 50, actor: Actor = holding
    ) -> Page[ImportRow]:
        rows = await store.list_imports(read, kind.name, actor, id_of(cursor), limit)
        items = [ImportRow(**_counts(row)) for row in rows]
        return Page(items=items, next=encode_cursor(items[-1].import_id) if len(items) == limit else None)

    @routes.get("/{import_id}", summary=f"How far an import of {kind.title} is, and what it came to")
    async def get_import(read: Reader, request: Request, import_id: Id, actor: Actor = holding) -> ImportView:
        return await _view(read, request, await store.get_import(read, kind.name, import_id, actor))

    @routes.get(
        "/{import_id}/events",
        summary=f"How far an import of {kind.title} is, told while it runs",
        response_class=Response,
        responses=streams.responses(ImportRow),
    )
    async def watch_import(
        read: Reader, request: Request, import_id: Id, last: streams.LastEventId = None, actor: Actor = holding
    ) -> Response:
        """Server-sent events: `progress` at each change, `done` at the end (also of one that failed), each with what a list shows of the
        import."""
        first = _step(await store.get_import(read, kind.name, import_id, actor))

        async def look(read: Read) -> streams.Step | None:
            row = await store.find_import(read, import_id)
            return None if row is None else _step(row)

        found: streams.Streams = request.app.state.streams
        return found.follow(request, f"import/{import_id}", first, look, last)

    @routes.get("/{import_id}/errors", summary=f"All errors and warnings of an import of {kind.title}")
    async def list_errors(
        read: Reader, request: Request, import_id: Id, cursor: Cursor = None, actor: Actor = holding
    ) -> ErrorPage:
        """A thousand a page, in the order of the file. Values are masked."""
        row = await store.get_import(read, kind.name, import_id, actor)
        after = decode_cursor(cursor, (int,))
        n = max(after[0], 0) if after else 0
        sealed = Sealed(_keys(request), row)
        faults = await sealed.page(read, min(n, 2**31 - 1))
        more = row["errors_total"] > (n + 1) * PAGE
        return ErrorPage(
            items=_cells(request, await sealed.words(read), faults), next=encode_cursor(n + 1) if more else None
        )

    @routes.get(
        "/{import_id}/correction",
        summary=f"The uploaded file of {kind.title} with the cells to correct",
        response_class=Response,
        responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
    )
    async def get_correction(read: Reader, request: Request, import_id: Id, actor: Actor = holding) -> Response:
        """The caller's own sheets: cells to correct are coloured, and the reason stands beside them. Correct it and upload it. It shows
        full values, to who uploaded it only; that it was read is recorded."""
        row = await store.get_import(read, kind.name, import_id, actor)
        if row["subject"] != actor.subject:
            raise CorrectionForUploader
        if not row["errors_total"]:
            raise NothingToCorrect
        sealed = Sealed(_keys(request), row)
        async with correcting:
            data, faults = await sealed.file(read), await sealed.report(read)
            most = request.app.state.settings.max_upload_bytes
            sheets = await asyncio.to_thread(lambda: sheets_of(data, sniff(data, most), kind.shape))
            if kind.opened:
                table = await asyncio.to_thread(table_of, sheets, kind.shape)
                async with read.writing() as tx:
                    await kind.opened(tx, actor, table, request.scope.get("anju.request_id"))
            content = await asyncio.to_thread(_correct, sheets, kind.shape, faults)
        name = f"correction-{import_id}.xlsx"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return Response(content, media_type=XLSX, headers=headers)

    async def _view(read: Read, request: Request, row: Row) -> ImportView:
        sealed = Sealed(_keys(request), row) if row["wrapped"] else None
        faults = await sealed.page(read, 0) if sealed else []
        words = await sealed.words(read) if sealed else Words()
        here = f"{prefix}/{row['import_id']}"
        correct = row["status"] == ImportStatus.DONE and row["errors_total"] and sealed
        return ImportView(
            **_counts(row),
            ignored_columns=list(words.ignored),
            ignored_sheets=list(words.unread),
            errors=_cells(request, words, faults),
            errors_link=f"{here}/errors",
            correction=f"{here}/correction" if correct else None,
            problem=problem_kept(request, row["problem"]),
        )

    def _cells(request: Request, words: Words, faults: list[CellFault]) -> list[CellView]:
        zh = language(request) == "zh"
        sheets = words.sheets
        return [
            CellView(
                sheet=sheets[f.sheet] if f.sheet < len(sheets) else "",
                row=f.row,
                column=kind.shape.title(f.column),
                code=f.code,
                severity=f.severity.value,
                value=f.value,
                detail=f.zh if zh else f.en,
            )
            for f in faults
        ]

    return routes


def _description(shape: Shape) -> str:
    needed = "、".join(field.title for field in shape.fields if field.needed)
    others = "、".join(field.title for field in shape.fields if not field.needed)
    return (
        "The file is taken and brought in by the background: `Location` says where to look. What cannot be read at all is refused at"
        " once. The same file may be uploaded again at any time: only what differs changes, and a blank cell changes nothing.\n\n"
        f"Columns in any order, by these headers or their usual synonyms. Needed: {needed}. Known besides: {others}. Others are passed"
        " over and named in the report."
    )


def _keys(request: Request) -> KeyRing:
    ring: KeyRing = request.app.state.keys
    return ring


def _counts(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ImportRow.model_fields}


def _step(row: Row) -> streams.Step:
    over = row["status"] in (ImportStatus.DONE, ImportStatus.FAILED)
    return streams.Step(streams.mark_of(row["changed_at"]), over, ImportRow(**_counts(row)).model_dump_json())


def _correct(sheets: list[Sheet], shape: Shape, faults: list[CellFault]) -> bytes:
    out = io.BytesIO()
    correction.write(sheets, shape, faults, out)
    return out.getvalue()
