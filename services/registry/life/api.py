"""Routes of life events: /v1/registry/households/{id}/life-events and /v1/registry/life-events."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from fastapi import Request, Response

from services.registry.api import Config, Keys, Reading, ReadingOrOwn, Writing
from services.registry.households import store as households
from services.registry.life import service, store
from services.registry.life.domain import LifeKind
from services.registry.life.schemas import LifeEventBody, LifeEventView, TakingBackBody, people_of
from services.registry.life.service import Word
from services.registry.life.telling import Ground
from services.registry.own import own_people
from services.registry.persons import store as persons
from shared.app import posts, router
from shared.auth import Actor
from shared.db import Read, Reader, Row, Tx
from shared.http import IfMatch, WarningView, tag, warnings_for
from shared.paging import Page
from shared.shapes import Id

routes = router("/v1/registry", "registry: life events")


@routes.post(
    "/households/{household_id}/life-events",
    status_code=201,
    summary="Something happened to a household or its members",
    dependencies=posts,
)
async def tell(
    actor: Writing,
    tx: Tx,
    keys: Keys,
    config: Config,
    match: IfMatch,
    request: Request,
    response: Response,
    household_id: Id,
    body: LifeEventBody,
) -> LifeEventView:
    """Birth, joining, leaving, absence and return, another head, splitting and merging of households, a move not told in time; told in any
    order. What cannot have happened that day, or stands against what is known to have happened later, is refused. Deaths and moves have
    routes of their own."""
    community = (await households.get_household(tx, household_id, actor.place))["community_code"]
    taken = await service.take_word(
        tx, actor, keys, config.registry_known_areas, household_id, match.check_if_given, _word(body, community)
    )
    response.headers["location"] = f"/v1/registry/life-events/{taken.event_id}"
    row = await store.get_event(tx, taken.event_id, actor.place)
    await _tag(tx, actor, response, household_id)
    return _view(row, warnings_for(request, taken.warnings))


@routes.get("/life-events/{event_id}", summary="A life event")
async def get_event(actor: ReadingOrOwn, read: Reader, event_id: Id) -> LifeEventView:
    """Also one that was taken back. A resident sees its own part in it."""
    row = await store.get_event(read, event_id, actor.place)
    return _view(row, of=await own_people(read, actor.place))


@routes.post("/life-events/{event_id}/withdrawal", summary="Take back an event told by mistake", dependencies=posts)
async def take_back(
    actor: Writing, tx: Tx, match: IfMatch, response: Response, event_id: Id, body: TakingBackBody
) -> LifeEventView:
    """All is as if it had never been told; that it was told stays readable. A child that is in the registry by this birth alone is
    withdrawn, and may be told anew. If-Match is that of the household."""
    await service.take_back(tx, actor, event_id, match.check_if_given, body.reason)
    row = await store.get_event(tx, event_id, actor.place)
    await _tag(tx, actor, response, row["household_id"])
    return _view(row)


@routes.get("/households/{household_id}/life-events", summary="What happened to a household")
async def list_of_household(actor: Reading, read: Reader, household_id: Id) -> Page[LifeEventView]:
    """In the order in which it happened; also what was taken back."""
    await households.get_household(read, household_id, actor.place)
    return Page(items=[_view(row) for row in await store.list_of_household(read, household_id)])


@routes.get("/persons/{person_id}/life-events", summary="What happened to a person")
async def list_of_person(actor: ReadingOrOwn, read: Reader, person_id: Id) -> Page[LifeEventView]:
    """In the order in which it happened; also what was taken back. Of what happened in households of other places, the person's own
    part."""
    await persons.get_person(read, person_id, actor.place)
    rows = await store.list_of_person(read, person_id, actor.place)
    return Page(items=[_view(row, of=None if row["covered"] else {person_id}) for row in rows])


def _word(body: Any, community: str) -> Word:
    return Word(
        kind=LifeKind(body.kind),
        on=body.on,
        ground=Ground(body.source, body.evidence),
        people=body.parts(),
        newcomers=tuple(member.member() for member in body.newcomers()),
        address=body.address(community) if hasattr(body, "address") else None,
        into_id=getattr(body, "into", None),
    )


async def _tag(read: Read, actor: Actor, response: Response, household_id: str) -> None:
    row = await households.get_household(read, household_id, actor.place)
    tag(response, row["version"], row["without_work_version"])


def _view(row: Row, warnings: list[WarningView] | None = None, of: Container[str] | None = None) -> LifeEventView:
    """`of`: whose part in it is shown; all are unless said."""
    event = store.event_of(row)
    return LifeEventView(
        event_id=event.event_id,
        kind=event.kind,
        on=event.on,
        household_id=event.household_id,
        into_id=event.into_id,
        dwelling_id=event.dwelling_id,
        people=[
            part
            for part in people_of(event)
            if part.person_id not in row["withheld"] and (of is None or part.person_id in of)
        ],
        source=row["source"],
        evidence=row["evidence"],
        recorded_at=row["recorded_at"],
        recorded_by=row["recorded_by"] if of is None else None,
        retracted_at=row["retracted_at"],
        retracted_because=row["retracted_because"],
        warnings=warnings or [],
    )
