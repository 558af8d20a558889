"""Routes of people who may have been entered twice: /v1/registry/duplicates."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from services.registry.api import Reading, Writing
from services.registry.duplicates import service, store
from services.registry.duplicates.schemas import DismissalBody, PairView
from services.registry.persons import store as persons
from services.registry.sight import name_for
from shared.app import posts, router
from shared.auth import Actor
from shared.db import Reader, Row, Tx
from shared.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from shared.shapes import Id

routes = router("/v1/registry", "registry: people entered twice")


@routes.get("/duplicates", summary="People who may have been entered twice")
async def list_duplicates(actor: Writing, read: Reader, cursor: Cursor = None, limit: Limit = 50) -> Page[PairView]:
    """Pairs that nobody has decided on: merge them (`POST …/persons/{id}/merger`), or dismiss the suggestion."""
    keys = decode_cursor(cursor, (UUID, UUID))
    rows = await store.list_open(read, actor.place, (keys[0], keys[1]) if keys else None, limit)
    items = [_view(actor, row) for row in rows]
    after = encode_cursor(items[-1].person_id, items[-1].other_id) if len(items) == limit else None
    return Page(items=items, next=after)


@routes.get("/persons/{person_id}/duplicates", summary="Who may be the same as a person")
async def list_of_person(actor: Reading, read: Reader, person_id: Id) -> Page[PairView]:
    """Pairs that nobody has decided on."""
    await persons.get_person(read, person_id, actor.place)
    return Page(items=[_view(actor, row) for row in await store.list_of_person(read, person_id, actor.place)])


@routes.post(
    "/duplicates/{person_id}/{other_id}/dismissal", status_code=204, summary="They are two people", dependencies=posts
)
async def dismiss(actor: Writing, tx: Tx, person_id: Id, other_id: Id, body: DismissalBody) -> Response:
    """The suggestion does not come again."""
    await service.dismiss(tx, actor, (person_id, other_id), body.reason)
    return Response(status_code=204)


def _view(actor: Actor, row: Row) -> PairView:
    return PairView(
        person_id=row["person_id"],
        name=name_for(actor, row["name"]),
        other_id=row["other_id"],
        other_name=name_for(actor, row["other_name"]),
        likenesses=row["likenesses"],
        found_at=row["found_at"],
    )
