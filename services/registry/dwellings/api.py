"""Routes of communities: /v1/registry/communities."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated, Any

from fastapi import Header, Path, Request, Response

from services.registry import examples
from services.registry.api import Reading, Writing
from services.registry.dwellings import service, store
from services.registry.dwellings.schemas import CommunityBody, CommunityRow, CommunityView
from shared.app import router
from shared.auth import Actor
from shared.db import Read, Reader, Row, Tx
from shared.http import IfMatch, check_none_match, tag
from shared.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from shared.shapes import CommunityCode

Code = Annotated[
    CommunityCode, Path(description="12-digit division code (区划代码).", examples=[examples.COMMUNITY_CODE])
]

routes = router("/v1/registry/communities", "registry: communities")


@routes.put("/{code}", summary="Put a community in, or change its plan", responses={201: {"model": CommunityView}})
async def put_community(
    actor: Writing,
    tx: Tx,
    match: IfMatch,
    response: Response,
    code: Code,
    body: CommunityBody,
    if_none_match: Annotated[
        str | None, Header(alias="If-None-Match", description="`*`: only where it is not there yet.")
    ] = None,
) -> CommunityView:
    """`code` is the 12-digit division code (区划代码). A new community needs no If-Match; a change needs the ETag that was read.
    Estates stand between community and block; a block without one stands in estate `1`."""
    new, version = await service.put_community(tx, actor, code, body.plan(), match, if_none_match == "*")
    response.status_code = 201 if new else 200
    tag(response, version, await store.count_moves(tx, code))
    return await _view(tx, actor, code)


@routes.get("/{code}", summary="A community with its blocks, units, floors and flats")
async def get_community(
    actor: Reading, read: Reader, request: Request, response: Response, code: Code
) -> CommunityView:
    view = await _view(read, actor, code)
    moves = await store.count_moves(read, code)
    check_none_match(request, view.version, moves)
    tag(response, view.version, moves)
    return view


@routes.get("", summary="Communities")
async def list_communities(
    actor: Reading, read: Reader, cursor: Cursor = None, limit: Limit = 50
) -> Page[CommunityRow]:
    after = decode_cursor(cursor, (str,))
    rows = await store.list_communities(read, actor.place, after[0] if after else "", limit)
    items = [
        CommunityRow(community=r["community_code"], name=r["name"], flats=r["flats"], occupied=r["occupied"])
        for r in rows
    ]
    return Page(items=items, next=encode_cursor(items[-1].community) if len(items) == limit else None)


async def _view(read: Read, actor: Actor, code: str) -> CommunityView:
    row = await store.find_community(read, code) if code.startswith(actor.place.division) else None
    if row is None:
        raise store.CommunityNotFound
    flats = await store.list_flats(read, code, actor.place)
    names = {flat["estate"]: flat["estate_name"] for flat in flats}
    return CommunityView(
        community=code,
        name=row["name"],
        version=row["version"],
        estates=[{"estate": estate, "name": name} for estate, name in names.items()],
        blocks=_blocks(flats),
        flats=len(flats),
        occupied=sum(flat["household_id"] is not None for flat in flats),
    )


def _blocks(flats: list[Row]) -> list[dict[str, Any]]:
    """Flats (in order) as the nested plan that a PUT takes, with who lives there."""
    return [
        {"estate": estate, "block": block, "units": _units(list(rows))}
        for (estate, block), rows in groupby(flats, lambda f: (f["estate"], f["block"]))
    ]


def _units(flats: list[Row]) -> list[dict[str, Any]]:
    return [
        {
            "unit": unit,
            "floors": [
                {"floor": floor, "flats": [_flat(flat) for flat in on_floor]}
                for floor, on_floor in groupby(rows, lambda f: f["floor"])
            ],
        }
        for unit, rows in groupby(flats, lambda f: f["unit"])
    ]


def _flat(flat: Row) -> dict[str, Any]:
    area = flat["area_m2"]
    return {"flat": flat["flat"], "area_m2": None if area is None else str(area), "household_id": flat["household_id"]}
