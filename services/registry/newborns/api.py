"""Route of children without ID number: /v1/registry/newborns."""

from __future__ import annotations

from services.registry.api import Writing
from services.registry.newborns import store
from services.registry.newborns.domain import hukou_window, insurance_window
from services.registry.newborns.schemas import NewbornView
from services.registry.sight import name_for
from shared import clock
from shared.app import router
from shared.auth import Actor
from shared.db import Read, Reader, Row
from shared.paging import Cursor, Limit, Page, encode_cursor, id_of
from shared.shapes import CommunityCode

routes = router("/v1/registry/newborns", "registry: newborns")


@routes.get("", summary="Children without ID number, and for how long")
async def list_newborns(
    actor: Writing, read: Reader, community: CommunityCode | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[NewbornView]:
    """Those of the caller's place who live in a household, the longest registered first: what is to be done with their families. The
    number, once there is one, comes by a change request (`POST …/persons/{id}/change-requests`)."""
    rows = await store.list_newborns(read, actor.place.within(community), id_of(cursor), limit)
    items = [_view(actor, read, row) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].person_id) if len(items) == limit else None)


def _view(actor: Actor, read: Read, row: Row) -> NewbornView:
    when = row["community_code"], row["birth_on"], read.today
    return NewbornView(
        person_id=row["person_id"],
        name=name_for(actor, row["name"]),
        household_id=row["household_id"],
        community=row["community_code"],
        estate=row["estate"],
        block=row["block"],
        unit=row["unit"],
        flat=row["flat"],
        registered_at=row["registered_at"],
        days=(read.today - clock.today(row["registered_at"])).days,
        number_asked=row["number_asked"],
        hukou=hukou_window(*when),
        insurance=insurance_window(*when),
    )
