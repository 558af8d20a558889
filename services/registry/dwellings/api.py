"""Routes of communities: /v1/registry/communities."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import groupby
from typing import Annotated, Any

from fastapi import Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from services.registry import examples
from services.registry.api import Reading, Writing
from services.registry.dwellings import geojson, service, store
from services.registry.dwellings.domain import BlockPoint, meant_for
from services.registry.dwellings.parameters import m2_a_person
from services.registry.dwellings.schemas import CommunityBody, CommunityRow, CommunityView, VacancyRow
from shared.app import router
from shared.auth import Actor
from shared.db import Read, Reader, Row, Tx
from shared.http import IfMatch, check_none_match, tag
from shared.paging import Cursor, Limit, Page, decode_cursor, encode_cursor, id_of
from shared.shapes import CommunityCode, Part

Code = Annotated[
    CommunityCode, Path(description="12-digit division code (区划代码).", examples=[examples.COMMUNITY_CODE])
]

Area = Annotated[Decimal | None, Query(ge=0, le=9999, description="m², included.")]

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
    tag(response, version, await store.count_moves(tx, code, actor.place))
    return await _view(tx, actor, code)


@routes.get("/{code}", summary="A community with its blocks, units, floors and flats")
async def get_community(
    actor: Reading, read: Reader, request: Request, response: Response, code: Code
) -> CommunityView:
    view = await _view(read, actor, code)
    moves = await store.count_moves(read, code, actor.place)
    check_none_match(request, view.version, moves)
    tag(response, view.version, moves)
    return view


@routes.get(
    "/{code}/blocks.geojson",
    summary="Blocks for a map, with what they hold",
    response_class=Response,
    responses={200: {"content": {geojson.MEDIA_TYPE: {}}, "description": "A FeatureCollection (RFC 7946)."}},
)
async def get_map(actor: Reading, read: Reader, code: Code) -> Response:
    """Points in CGCS2000 (EPSG:4490), longitude first. RFC 7946 says WGS 84: the two differ by centimetres. A block without a known place
    has no geometry. `meant_for`: for how many people its flats are by the standard of floor area."""
    await _find(read, actor, code)
    standard = m2_a_person(code, read.today)
    rows = await store.list_blocks(read, code, actor.place, standard)
    return JSONResponse(geojson.collection(rows, standard), media_type=geojson.MEDIA_TYPE)


@routes.get("/{code}/vacancies", summary="Flats in which nobody lives and that are kept for nobody")
async def list_vacancies(
    actor: Reading,
    read: Reader,
    code: Code,
    estate: Part | None = None,
    block: Part | None = None,
    area_from: Area = None,
    area_to: Area = None,
    people: Annotated[
        int | None, Query(ge=1, le=30, description="Not larger than the standard allows so many.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[VacancyRow]:
    await _find(read, actor, code)
    standard = m2_a_person(code, read.today)
    most = min((a for a in (area_to, people and people * standard) if a), default=None)
    wanted = store.Wanted(estate, block, area_from, most)
    rows = await store.list_vacancies(read, code, actor.place, wanted, id_of(cursor), limit)
    items = [_vacancy(row, standard) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].dwelling_id) if len(items) == limit else None)


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
    row = await _find(read, actor, code)
    flats = await store.list_flats(read, code, actor.place)
    points = {(p.estate, p.block): p for p in await store.list_points(read, code)}
    names = {flat["estate"]: flat["estate_name"] for flat in flats}
    return CommunityView(
        community=code,
        name=row["name"],
        version=row["version"],
        estates=[{"estate": estate, "name": name} for estate, name in names.items()],
        blocks=_blocks(flats, points),
        flats=len(flats),
        occupied=sum(flat["household_id"] is not None for flat in flats),
    )


async def _find(read: Read, actor: Actor, code: str) -> Row:
    """Raises CommunityNotFound, also outside the actor's place."""
    row = await store.find_community(read, code) if code.startswith(actor.place.division) else None
    if row is None:
        raise store.CommunityNotFound
    return row


def _vacancy(row: Row, standard: Decimal) -> VacancyRow:
    area = row["area_m2"]
    return VacancyRow(
        dwelling_id=row["dwelling_id"],
        estate=row["estate"],
        block=row["block"],
        unit=row["unit"],
        floor=row["floor"],
        flat=row["flat"],
        area_m2=None if area is None else str(area),
        meant_for=None if area is None else meant_for(area, standard),
    )


def _blocks(flats: list[Row], points: Mapping[tuple[str, str], BlockPoint]) -> list[dict[str, Any]]:
    """Flats (in order) as the nested plan that a PUT takes, with who lives there."""
    return [
        {"estate": estate, "block": block, "point": _point(points.get((estate, block))), "units": _units(list(rows))}
        for (estate, block), rows in groupby(flats, lambda f: (f["estate"], f["block"]))
    ]


def _point(point: BlockPoint | None) -> dict[str, str] | None:
    return None if point is None else {"lon": str(point.lon), "lat": str(point.lat), "crs": geojson.CRS}


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
