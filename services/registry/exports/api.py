"""Routes of exports: /v1/registry/exports, and what can be exported: /v1/registry/export-lists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from fastapi import Request, Response
from starlette.responses import StreamingResponse

from services.registry.api import Config, Keys, Reading, require_unmask
from services.registry.exports import service, store
from services.registry.exports.columns import COLUMNS, TITLES, Column
from services.registry.exports.domain import OPEN, ExportStatus, Format, ListName
from services.registry.exports.formats import MEDIA_TYPES
from services.registry.exports.lists import ExportList, Households, People, Vacancies
from services.registry.exports.schemas import (
    ExportBody,
    ExportListView,
    ExportRow,
    ExportView,
    FieldView,
    HouseholdsExport,
    PeopleExport,
    VacanciesExport,
)
from services.registry.settings import RegistrySettings
from services.registry.sight import is_sensitive
from shared import clock, streams
from shared.app import posts, router
from shared.db import Database, Read, Reader, Row, Tx
from shared.http import language, problem_kept
from shared.paging import Cursor, Limit, Page, encode_cursor, id_of
from shared.privacy import KeyRing
from shared.shapes import Id

routes = router("/v1/registry", "registry: exports")

_HERE = "/v1/registry/exports"
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()}}
}


@routes.get("/export-lists", summary="What can be exported")
async def list_lists(actor: Reading, request: Request) -> list[ExportListView]:
    """Lists with the columns that the caller sees, titles by Accept-Language."""
    spoken, asking = language(request), service.asking_of(actor, None)
    return [
        ExportListView(
            list=name,
            title=TITLES[name].of(spoken),
            fields=[
                _field(column, spoken)
                for column in COLUMNS[name].values()
                if column.shows.group is None or column.shows.group in asking.groups
            ],
        )
        for name in ListName
    ]


@routes.post(
    "/exports",
    status_code=202,
    summary="Export a list to a file",
    dependencies=posts,
    responses={202: {"headers": {"Location": {"description": "Where to look", "schema": {"type": "string"}}}}},
)
async def post_export(
    actor: Reading, tx: Tx, keys: Keys, config: Config, request: Request, response: Response, body: ExportBody
) -> ExportView:
    """The file is made in the background: `Location` says where to look. It is of those who meet the filters when it is begun, as they
    stand when their turn comes. Headers and labels by Accept-Language; in Parquet columns are called as the fields.

    Masked. With `purpose`, for accounts that may unmask: in full, with a note in the access log for each person in it; where the purpose
    rests on consent, those whose consent does not stand are left out and counted. Only who asked gets the file."""
    if body.purpose is not None:
        require_unmask(actor)
    wish = service.Wish(_of(body), body.fields, body.format, language(request), body.purpose, body.case)
    request_id = request.scope.get("anju.request_id")
    export_id = await service.ask_for(tx, actor, keys, wish, config.registry_exports_at_once, request_id)
    response.headers["location"] = f"{_HERE}/{export_id}"
    return _view(request, config, await store.get_export(tx, export_id, actor.subject))


@routes.get("/exports", summary="Own exports, the newest first")
async def list_exports(actor: Reading, read: Reader, cursor: Cursor = None, limit: Limit = 50) -> Page[ExportRow]:
    """Those of which the account may still see what it asked for."""
    rows = await store.list_exports(read, actor.subject, id_of(cursor), limit)
    items = [ExportRow(**_shown(row)) for row in rows if service.still_may(row, actor)]
    return Page(items=items, next=encode_cursor(rows[-1]["export_id"]) if len(rows) == limit else None)


@routes.get("/exports/{export_id}", summary="How far an export is")
async def get_export(actor: Reading, read: Reader, config: Config, request: Request, export_id: Id) -> ExportView:
    return _view(request, config, await service.get_export(read, export_id, actor))


@routes.get(
    "/exports/{export_id}/events",
    summary="How far an export is, told while it runs",
    response_class=Response,
    responses=streams.responses(ExportRow),
)
async def watch_export(
    actor: Reading, read: Reader, request: Request, export_id: Id, last: streams.LastEventId = None
) -> Response:
    """Server-sent events: `progress` at each change, `done` at the end (also of one that failed or was deleted), each with what a list
    shows of the export."""
    first = _step(await service.get_export(read, export_id, actor))

    async def look(read: Read) -> streams.Step | None:
        row = await store.find_export(read, export_id)
        return None if row is None else _step(row)

    found: streams.Streams = request.app.state.streams
    return found.follow(request, f"export/{export_id}", first, look, last)


@routes.get("/exports/{export_id}/file", summary="The file of an export", response_class=Response, responses=_FILE)
async def get_file(actor: Reading, tx: Tx, keys: Keys, request: Request, export_id: Id) -> Response:
    """To who asked for it, and sees no less than then. Each fetch is counted, and one of a file in full noted in the access log. Where
    somebody in it has withdrawn the consent it rests on, it is refused: ask again."""
    row = await service.fetch(tx, actor, keys, export_id, request.scope.get("anju.request_id"))
    headers = {
        "content-length": str(row["bytes"]),
        "content-disposition": f'attachment; filename="{row["list"]}-{export_id}.{row["format"]}"',
        "cache-control": "no-store",
    }
    pieces = _pieces(request.app.state.database, keys, row)
    return StreamingResponse(pieces, headers=headers, media_type=MEDIA_TYPES[Format(row["format"])])


@routes.delete("/exports/{export_id}", status_code=204, summary="Delete an export")
async def delete_export(actor: Reading, tx: Tx, export_id: Id) -> None:
    """File and filters are gone at once; one that is still being made ends. That it was, and what was read for it, stays on record."""
    await service.delete(tx, actor, export_id)


async def _pieces(database: Database, keys: KeyRing, row: Row) -> AsyncIterator[bytes]:
    """No connection is held while the client takes a piece."""
    n = 0
    while True:
        async with database.read(clock.now()) as read:
            piece = await service.piece(read, keys, row, n)
        if not piece:
            return
        yield piece
        n += 1


def _of(body: PeopleExport | HouseholdsExport | VacanciesExport) -> ExportList:
    match body:
        case PeopleExport():
            return People(body.filters.asked())
        case HouseholdsExport():
            return Households(body.filters.asked())
        case VacanciesExport():
            return Vacancies(body.filters.asked())


def _field(column: Column, spoken: str) -> FieldView:
    shows = column.shows
    return FieldView(
        name=column.name,
        title=column.title.of(spoken),
        kind=column.kind.value,
        usual=column.usual,
        personal=shows.personal,
        needs_purpose=shows.in_full or (shows.group is not None and is_sensitive(shows.group)),
    )


def _shown(row: Row) -> dict[str, Any]:
    said = {**row, "case": row["case_ref"]}
    return {name: said[name] for name in ExportRow.model_fields}


def _view(request: Request, config: RegistrySettings, row: Row) -> ExportView:
    there = row["status"] == ExportStatus.DONE and row["key_id"] is not None
    until = clock.today(row["asked_at"] + timedelta(days=config.import_keep_days))
    return ExportView(
        **_shown(row),
        kept_until=until if there else None,
        file=f"{_HERE}/{row['export_id']}/file" if there else None,
        problem=problem_kept(request, row["problem"]),
    )


def _step(row: Row) -> streams.Step:
    over = row["status"] not in OPEN
    return streams.Step(streams.mark_of(row["changed_at"]), over, ExportRow(**_shown(row)).model_dump_json())
