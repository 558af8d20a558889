"""Routes of reservations: /v1/registry/reservations."""

from __future__ import annotations

from fastapi import Request, Response

from services.registry.api import Reading, Writing
from services.registry.households.views import address_of
from services.registry.reservations import service, store
from services.registry.reservations.domain import standing
from services.registry.reservations.schemas import ReservationBody, ReservationView
from shared.app import posts, router
from shared.db import Read, Reader, Row, Tx
from shared.http import WarningView, warnings_for
from shared.paging import Cursor, Limit, Page, encode_cursor, id_of
from shared.shapes import CommunityCode, Id

routes = router("/v1/registry/reservations", "registry: reservations")


@routes.post("", status_code=201, summary="Keep a flat for a household", dependencies=posts)
async def reserve(
    actor: Writing, tx: Tx, request: Request, response: Response, body: ReservationBody
) -> ReservationView:
    """Nobody else can settle there, move there or reserve it until the reservation is taken up (`reservation` at settling), cancelled, or
    runs out. One of a household that is withdrawn or merged keeps nothing."""
    made = await service.reserve(tx, actor, body.wish())
    response.headers["location"] = f"/v1/registry/reservations/{made.reservation_id}"
    row = await store.get_reservation(tx, made.reservation_id, actor.place)
    return _view(tx, row, warnings_for(request, made.warnings))


@routes.get("", summary="Reservations of a place")
async def list_reservations(
    actor: Reading,
    read: Reader,
    community: CommunityCode | None = None,
    only_open: bool = True,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ReservationView]:
    rows = await store.list_reservations(read, actor.place.within(community), only_open, id_of(cursor), limit)
    items = [_view(read, row) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].reservation_id) if len(items) == limit else None)


@routes.get("/{reservation_id}", summary="A reservation")
async def get_reservation(actor: Reading, read: Reader, reservation_id: Id) -> ReservationView:
    return _view(read, await store.get_reservation(read, reservation_id, actor.place))


@routes.post("/{reservation_id}/cancellation", summary="Keep the flat no more", dependencies=posts)
async def cancel(actor: Writing, tx: Tx, reservation_id: Id) -> ReservationView:
    await service.cancel(tx, actor, reservation_id)
    return _view(tx, await store.get_reservation(tx, reservation_id, actor.place))


def _view(read: Read, row: Row, warnings: list[WarningView] | None = None) -> ReservationView:
    return ReservationView(
        reservation_id=row["reservation_id"],
        state=standing(row["ended_because"], row["expires_at"], row["household_gone"], read.now),
        dwelling_id=row["dwelling_id"],
        address=address_of(row),
        household_id=row["household_id"],
        agreement_no=row["agreement_no"],
        people=row["people"],
        reserved_at=row["reserved_at"],
        expires_at=row["expires_at"],
        ended_at=row["ended_at"],
        taken_by=row["taken_by"],
        warnings=warnings or [],
    )
