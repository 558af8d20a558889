"""Routes of visits: /v1/grid/visits."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response

from services.grid.api import Reading
from services.grid.sight import link_for
from services.grid.visits import service, store
from services.grid.visits.domain import VisitStatus
from services.grid.visits.schemas import CompletionBody, VisitView
from shared.app import posts, router
from shared.auth import Actor
from shared.db import Reader, Row, Tx
from shared.http import IfMatch, tag
from shared.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from shared.shapes import CommunityCode, Id

routes = router("/v1/grid/visits", "grid: visits")

HeadOf = Annotated[Literal["me"] | None, Query(description="`me`: those that the caller is asked for as head.")]


@routes.get("", summary="Visits, first those due first")
async def list_visits(
    actor: Reading,
    read: Reader,
    status: VisitStatus | None = None,
    community: CommunityCode | None = None,
    head: HeadOf = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[VisitView]:
    """Of the caller's place; a block head sees those of the own block and those it is asked for."""
    me = actor.subject if head else None
    rows = await store.list_visits(
        read, actor.within(community), status, me, decode_cursor(cursor, (date, UUID)), limit
    )
    last = rows[-1] if len(rows) == limit else None
    return Page(
        items=[view_of(actor, row) for row in rows],
        next=encode_cursor(str(last["due_on"]), last["visit_id"]) if last else None,
    )


@routes.get("/{visit_id}", summary="A visit")
async def get_visit(actor: Reading, read: Reader, response: Response, visit_id: Id) -> VisitView:
    row = await store.get_visit(read, visit_id, actor)
    tag(response, row["version"])
    return view_of(actor, row)


@routes.post("/{visit_id}/completion", summary="Say that a visit was made", dependencies=posts)
async def complete_visit(
    actor: Reading, tx: Tx, match: IfMatch, response: Response, visit_id: Id, body: CompletionBody
) -> VisitView:
    """For the block head that is asked for it, and for those who hold `grid:write` in the place. An overdue visit can still be made."""
    await service.complete_visit(tx, actor, visit_id, match.check_if_given, body.visited_on, body.outcome)
    row = await store.get_visit(tx, visit_id, actor)
    tag(response, row["version"])
    return view_of(actor, row)


def view_of(actor: Actor, row: Row) -> VisitView:
    """A visit's row with its address, as the actor sees it."""
    return VisitView(
        visit_id=row["visit_id"],
        version=row["version"],
        household_id=link_for(actor, row["household_id"]),
        reason=row["reason"],
        status=row["status"],
        due_on=row["due_on"],
        provisional=row["provisional"],
        head=link_for(actor, row["head_staff_id"]),
        cell=row["cell_code"],
        community=row["community_code"],
        estate=row["estate"],
        block=row["block"],
        unit=row["unit"],
        flat=link_for(actor, row["flat"]),
        asked_on=row["asked_on"],
        visited_on=row["visited_on"],
        outcome=row["outcome"],
    )
