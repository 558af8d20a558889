"""Routes of auditors over the whole access log: /v1/registry/accesses."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime

from services.registry.access import service, store
from services.registry.access.schemas import AccessView
from services.registry.access.store import Filter
from shared.app import router
from shared.auth import Actor, Scope, require, require_or_own
from shared.db import Reader, Row
from shared.errors import TooLarge
from shared.paging import Cursor, Limit, Page, decode_cursor, encode_cursor

Auditing = Annotated[Actor, Depends(require(Scope.AUDIT_READ))]
AuditingOrOwn = Annotated[Actor, Depends(require_or_own(Scope.AUDIT_READ))]
ReaderOf = Annotated[str | None, Query(max_length=80, pattern=r"^[^\x00-\x1f]+$", description="The account that read.")]
PurposeIs = Annotated[str | None, Query(max_length=40, pattern=r"^[a-z-]+$")]
Since = Annotated[AwareDatetime | None, Query(description="First instant.", examples=["2026-11-01T00:00:00+08:00"])]
Until = Annotated[
    AwareDatetime | None, Query(description="First instant after.", examples=["2026-12-01T00:00:00+08:00"])
]

MOST_EXPORTED = 100_000
_CSV = "text/csv; charset=utf-8"
_COLUMNS = tuple(AccessView.model_fields)

routes = router("/v1/registry/accesses", "registry: access log")


class ExportTooLarge(TooLarge):
    slug = "export-too-large"
    title_en, title_zh = "More records than one file holds", "记录数超过单个文件的上限"


@routes.get("", summary="The access log")
async def list_accesses(
    actor: Auditing,
    read: Reader,
    request: Request,
    reader: ReaderOf = None,
    purpose: PurposeIs = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AccessView]:
    """Newest first; of people whom the auditor's place covers. Reading it is recorded in it."""
    after = decode_cursor(cursor, (int,))
    async with read.writing() as tx:
        rows = await store.list_log(
            tx, Filter(reader, purpose, since, until), actor.place, after[0] if after else None, limit
        )
        await service.note_log_read(tx, actor, None, len(rows), request.scope.get("anju.request_id"))
    return page_of(rows, limit)


@routes.get(
    "/export",
    summary="The access log as a CSV file",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def export_accesses(
    actor: Auditing,
    read: Reader,
    request: Request,
    reader: ReaderOf = None,
    purpose: PurposeIs = None,
    since: Since = None,
    until: Until = None,
) -> Response:
    """The same records, up to 100,000 in a file."""
    async with read.writing() as tx:
        rows = await store.list_log(tx, Filter(reader, purpose, since, until), actor.place, None, MOST_EXPORTED + 1)
        if len(rows) > MOST_EXPORTED:
            raise ExportTooLarge(
                f"Narrow `since` and `until` to {MOST_EXPORTED} records.",
                f"请缩小 since 与 until 的范围（至多 {MOST_EXPORTED} 条）。",
            )
        await service.note_log_read(tx, actor, None, len(rows), request.scope.get("anju.request_id"))
    headers = {"content-disposition": 'attachment; filename="accesses.csv"', "cache-control": "no-store"}
    return Response(await asyncio.to_thread(_csv, rows), media_type=_CSV, headers=headers)


def page_of(rows: Sequence[Row], limit: int) -> Page[AccessView]:
    """Records as a page; the cursor is the id of the last."""
    return Page(
        items=[view_of(row) for row in rows], next=encode_cursor(rows[-1]["id"]) if len(rows) == limit else None
    )


def view_of(row: Row) -> AccessView:
    """A record as it is shown."""
    return AccessView.model_validate({**row, "case": row["case_ref"]})


def _csv(rows: Sequence[Row]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for row in rows:
        record = view_of(row).model_dump(mode="json")
        writer.writerow([_cell(record[name]) for name in _COLUMNS])
    return out.getvalue().encode()


def _cell(value: object) -> object:
    """A spreadsheet takes a text that begins like a formula for one."""
    if isinstance(value, list):
        return " ".join(value)
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
