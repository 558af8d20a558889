"""Routes of life events: /v1/registry/households/{id}/life-events and /v1/registry/life-events."""

from __future__ import annotations

from collections.abc import Container
from contextlib import suppress
from typing import Any

from fastapi import Request, Response

from services.registry.api import Config, Keys, Reading, ReadingOrOwn, Writing
from services.registry.households import store as households
from services.registry.households.api import get_of_any_kind
from services.registry.hukou.schemas import HukouEventBody, word_of
from services.registry.hukou.service import Written, take_hukou_word
from services.registry.life import service, store
from services.registry.life.domain import HUKOU_ACTS, OF_COUPLES, LifeKind
from services.registry.life.kin import MarriageLaw
from services.registry.life.marrying import take_couple_word
from services.registry.life.schemas import CoupleEventBody, LifeEventBody, LifeEventView, TakingBackBody, people_of
from services.registry.life.service import Taken, Word
from services.registry.life.telling import Ground
from services.registry.own import own_people
from services.registry.persons import store as persons
from services.registry.sight import may_see
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
    routes of their own, and so have marriages (of a person). Of a hukou household: kinds that begin with hukou."""
    taken: Taken | Written
    if isinstance(body, HukouEventBody):
        taken = await take_hukou_word(tx, actor, household_id, match.check_if_given, word_of(body))
    else:
        community = (await households.get_household(tx, household_id, actor.place))["community_code"]
        taken = await service.take_word(
            tx, actor, keys, config.registry_known_areas, household_id, match.check_if_given, _word(body, community)
        )
    return await _told(tx, actor, request, response, taken)


@routes.post(
    "/persons/{person_id}/life-events",
    status_code=201,
    summary="A person was married, divorced or widowed",
    dependencies=posts,
)
async def tell_of_couple(
    actor: Writing, tx: Tx, match: IfMatch, request: Request, response: Response, person_id: Id, body: CoupleEventBody
) -> LifeEventView:
    """Told in any order, with the spouse where that is in the registry too. The marital status of both follows, on every day; where they
    live, and where their hukou is, does not: that is told apart. Refused: who is married already (Civil Code art. 1042), is below the age
    (1047) or close kin by the relations that are known (1048). If-Match is that of the person."""
    taken = await take_couple_word(tx, actor, person_id, match.check_if_given, body.word())
    return await _told(tx, actor, request, response, taken)


@routes.get("/life-events/{event_id}", summary="A life event")
async def get_event(actor: ReadingOrOwn, read: Reader, event_id: Id) -> LifeEventView:
    """Also one that was taken back. A resident sees its own part in it."""
    row = await store.get_event(read, event_id, actor.place)
    own = await own_people(read, actor.place)
    if not _may_see(actor, row):
        raise store.EventNotFound
    return _view(row, of=own)


@routes.post("/life-events/{event_id}/withdrawal", summary="Take back an event told by mistake", dependencies=posts)
async def take_back(
    actor: Writing, tx: Tx, match: IfMatch, response: Response, event_id: Id, body: TakingBackBody
) -> LifeEventView:
    """All is as if it had never been told; that it was told stays readable. A child that is in the registry by this birth alone is
    withdrawn, and may be told anew. If-Match is that of the household."""
    await service.take_back(tx, actor, event_id, match.check_if_given, body.reason)
    row = await store.get_event(tx, event_id, actor.place)
    await _tag(tx, actor, response, row)
    return _view(row)


@routes.get("/households/{household_id}/life-events", summary="What happened to a household")
async def list_of_household(actor: Reading, read: Reader, household_id: Id) -> Page[LifeEventView]:
    """In the order in which it happened; also what was taken back."""
    await get_of_any_kind(read, actor, household_id)
    rows = await store.list_of_household(read, household_id)
    return Page(items=[_view(row) for row in rows if _may_see(actor, row)])


@routes.get("/persons/{person_id}/life-events", summary="What happened to a person")
async def list_of_person(actor: ReadingOrOwn, read: Reader, person_id: Id) -> Page[LifeEventView]:
    """In the order in which it happened; also what was taken back. Of what happened in households of other places, the person's own
    part."""
    await persons.get_person(read, person_id, actor.place)
    rows = await store.list_of_person(read, person_id, actor.place)
    seen = [row for row in rows if _may_see(actor, row)]
    return Page(items=[_view(row, of=None if row["covered"] else {person_id}) for row in seen])


def _may_see(actor: Actor, row: Row) -> bool:
    """What happened is shown to whom what follows from it is: of couples, as marital status; of hukou households, as the hukou."""
    kind = LifeKind(row["kind"])
    group = "profile" if kind in OF_COUPLES else "hukou" if kind in HUKOU_ACTS else None
    return group is None or may_see(actor, group)


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


async def _told(tx: Read, actor: Actor, request: Request, response: Response, taken: Taken | Written) -> LifeEventView:
    row = await store.get_told(tx, taken.event_id)
    response.headers["location"] = f"/v1/registry/life-events/{taken.event_id}"
    await _tag(tx, actor, response, row)
    return _view(row, warnings_for(request, taken.warnings))


async def _tag(read: Read, actor: Actor, response: Response, event: Row) -> None:
    """The version of the household. Of a couple there is none to be told; nor of a hukou household in which nobody of the place is left."""
    if LifeKind(event["kind"]) in OF_COUPLES:
        return
    with suppress(households.HouseholdNotFound):
        row = await get_of_any_kind(read, actor, event["household_id"])
        tag(response, row["version"], row["without_work_version"])


def _view(row: Row, warnings: list[WarningView] | None = None, of: Container[str] | None = None) -> LifeEventView:
    """`of`: whose part in it is shown; all are unless said."""
    event, details = store.event_of(row), row["details"] or {}
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
        division=event.division,
        residence_document=details.get("document"),
        outside=event.outside,
        again=event.again,
        law=details.get("law") or (MarriageLaw.CIVIL_CODE if event.kind is LifeKind.MARRIED else None),
        court=details.get("court", False),
        source=row["source"],
        evidence=row["evidence"],
        recorded_at=row["recorded_at"],
        recorded_by=row["recorded_by"] if of is None else None,
        retracted_at=row["retracted_at"],
        retracted_because=row["retracted_because"],
        warnings=warnings or [],
    )
