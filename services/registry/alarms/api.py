"""The route of alarms: /v1/registry/alarms."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.registry.alarms import store
from services.registry.alarms.domain import AlarmKind
from services.registry.alarms.schemas import AlarmPage, AlarmView
from services.registry.alarms.service import kinds_for
from services.registry.api import Reading
from services.registry.sight import name_for
from shared.app import router
from shared.auth import Actor
from shared.db import Reader, Row
from shared.paging import Cursor, Limit, decode_cursor, encode_cursor
from shared.shapes import CommunityCode

routes = router("/v1/registry/alarms", "registry: alarms")


@routes.get("", summary="People in two hukou households, or in two that draw dibao")
async def list_alarms(
    actor: Reading,
    read: Reader,
    community: CommunityCode | None = None,
    kind: AlarmKind | None = None,
    cleared: Annotated[bool, Query(description="Those that are so no more, instead of those that stand.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> AlarmPage:
    """For those who keep the register or decide on welfare. An alarm is raised when it comes to be so: at entry, by a roster, a merger, a
    late report; it is cleared when it is so no more. Whether anything was done wrong is for people to find out: nothing follows from
    it."""
    seen = kinds_for(actor)
    place = actor.place.within(community)
    after = decode_cursor(cursor, (int,))
    asked = [each for each in seen if kind in (None, each)]
    rows = await store.list_alarms(read, place, asked, cleared, after[0] if after else None, limit)
    return AlarmPage(
        items=[_view(actor, row) for row in rows],
        next=encode_cursor(rows[-1]["id"]) if len(rows) == limit else None,
        counts=await store.count(read, place, seen),
    )


def _view(actor: Actor, row: Row) -> AlarmView:
    return AlarmView(
        kind=row["kind"],
        ground=row["ground"],
        person_id=row["person_id"],
        name=name_for(actor, row["name"]),
        other_id=row["other"],
        households=row["covered"],
        households_elsewhere=len(row["household_ids"]) - len(row["covered"]),
        since=row["since"],
        raised_at=row["raised_at"],
        cleared_at=row["cleared_at"],
    )
