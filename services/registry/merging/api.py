"""Routes of people who were entered twice: /v1/registry/persons/{id}/merger."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from services.registry.api import Config, Keys, Reading, Writing
from services.registry.changes.api import answer
from services.registry.changes.schemas import ChangeView
from services.registry.changes.service import ask
from services.registry.merging import service, store
from services.registry.merging.schemas import MergerBody, MergerView, PartingBody, PartingView, StayingEvent
from services.registry.persons import store as persons
from shared.app import posts, router
from shared.db import Reader, Row, Tx
from shared.http import IfMatch
from shared.paging import Page
from shared.shapes import Id

routes = router("/v1/registry/persons/{person_id}/merger", "registry: people entered twice")


@routes.post("", status_code=201, summary="Ask to take two records for one person", dependencies=posts)
async def propose(
    actor: Writing,
    tx: Tx,
    keys: Keys,
    config: Config,
    match: IfMatch,
    request: Request,
    response: Response,
    person_id: Id,
    body: MergerBody,
) -> ChangeView:
    """A change request: a second person approves it. Then this id says into which it was merged; what other services have of it goes on
    under that one."""
    asked = await ask(tx, actor, keys, config.registry_known_areas, person_id, match.check_if_given, body.change())
    response.headers["location"] = f"/v1/registry/change-requests/{asked.request_id}"
    return await answer(tx, actor, keys, request, asked.request_id, asked.warnings)


@routes.get("", summary="Mergers in which a person has part")
async def list_mergers(actor: Reading, read: Reader, person_id: Id) -> Page[MergerView]:
    """Also those that were taken back."""
    await persons.get_person(read, person_id, actor.place)
    return Page(items=[_view(row) for row in await store.list_of_person(read, person_id)])


@routes.post("/withdrawal", summary="Two records are of two people after all", dependencies=posts)
async def part(actor: Writing, tx: Tx, keys: Keys, match: IfMatch, person_id: Id, body: PartingBody) -> PartingView:
    """Each has what was its own before the merger. What was recorded since stays with the one who stayed, and is listed."""
    parted = await service.unmerge(tx, actor, keys, person_id, match.check_if_given, body.reason)
    events = [
        StayingEvent(event_id=e["event_id"], kind=e["kind"], on=e["happened_on"], household_id=e["household_id"])
        for e in parted.events
    ]
    return PartingView(
        gone_id=person_id, kept_id=parted.kept_id, staying_fields=list(parted.fields), staying_events=events
    )


def _view(row: Row) -> MergerView:
    values: dict[str, Any] = dict(row)
    return MergerView(life="both" if values.pop("both_lived") else "into", **values)
