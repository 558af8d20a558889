"""Routes of people's rights: /v1/registry/persons/{id}/rights-requests and /v1/registry/rights-requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from services.registry.access.service import note_copy
from services.registry.api import Config, Keys, Writing
from services.registry.rights import deletion, service, store
from services.registry.rights.domain import LAW_OF, Asking, Capacity, Kind, Relation, RequestAction, RequestStatus
from services.registry.rights.schemas import (
    BecauseBody,
    CopyView,
    GrantBody,
    ProposalBody,
    RemedyView,
    RightsBody,
    RightsView,
    StepView,
)
from shared.app import posts, router
from shared.auth import Actor, Scope, require_or_own
from shared.db import Read, Reader, Row, Tx
from shared.errors import Fault
from shared.http import warnings_for
from shared.paging import Cursor, Limit, Page, encode_cursor, id_of
from shared.privacy import KeyRing
from shared.shapes import Id

WritingOrOwn = Annotated[Actor, Depends(require_or_own(Scope.REGISTRY_WRITE))]
FetchingOrOwn = Annotated[Actor, Depends(require_or_own(Scope.REGISTRY_UNMASK))]
StatusOf = Annotated[RequestStatus | None, Query(alias="status", description="Only those in this state.")]
Overdue = Annotated[bool, Query(description="Only those whose last day has passed without an answer.")]

routes = router("/v1/registry", "registry: people's rights")


@routes.post(
    "/persons/{person_id}/rights-requests",
    status_code=201,
    summary="Ask for a copy, a correction, deletion, or an explanation",
    dependencies=posts,
)
async def ask(
    actor: WritingOrOwn,
    tx: Tx,
    keys: Keys,
    config: Config,
    request: Request,
    response: Response,
    person_id: Id,
    body: RightsBody,
) -> RightsView:
    """A resident for itself or a minor child; staff for who stands at the desk, with the papers that were seen: the person, a guardian, or
    a near relative of somebody who died (个人信息保护法 arts. 44-49). Answered within the working days of `domain.ANSWER_TERMS`."""
    asking = _own(actor, person_id, body.asking())
    change = body.correction.change() if body.correction else None
    asked = await service.ask(tx, actor, keys, config.registry_known_areas, person_id, asking, change)
    response.headers["location"] = f"/v1/registry/rights-requests/{asked.request_id}"
    return await _answer(tx, actor, keys, request, asked.request_id, asked.warnings)


@routes.get("/rights-requests", summary="Requests by which people exercise their rights")
async def list_requests(
    actor: WritingOrOwn,
    read: Reader,
    keys: Keys,
    status: StatusOf = None,
    kind: Kind | None = None,
    person_id: Id | None = None,
    overdue: Overdue = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RightsView]:
    """Of the caller's place, in the order in which they were asked; a resident's, those it asked itself."""
    wanted = store.Wanted(status, kind, person_id, read.today if overdue else None)
    rows = await store.list_requests(read, actor.place, wanted, id_of(cursor), limit)
    items = [_view(read, actor, keys, row, []) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].request_id) if len(items) == limit else None)


@routes.get("/rights-requests/{request_id}", summary="A request with what was done about it")
async def get_request(actor: WritingOrOwn, read: Reader, keys: Keys, request: Request, request_id: Id) -> RightsView:
    """Also one by which a record was restricted or erased: of that it shows no more than the id."""
    return await _answer(read, actor, keys, request, request_id)


@routes.post("/rights-requests/{request_id}/grant", summary="Give the copy or the explanation", dependencies=posts)
async def grant(actor: Writing, tx: Tx, keys: Keys, request: Request, request_id: Id, body: GrantBody) -> RightsView:
    """A copy is made now, sealed, and kept for some days (`GET /v1/registry/retention`). Corrections are decided as change requests,
    deletions by a proposal and another's confirmation."""
    await service.grant(tx, actor, keys, request_id, body.answer)
    return await _answer(tx, actor, keys, request, request_id)


@routes.get("/rights-requests/{request_id}/copy", summary="The copy of all that is held of a person")
async def get_copy(actor: FetchingOrOwn, read: Reader, keys: Keys, request: Request, request_id: Id) -> CopyView:
    """For who asked, or for staff who may unmask and hand it over. Each time a note is left that the person sees."""
    async with read.writing() as tx:
        person_id, document = await service.open_copy(tx, actor, keys, request_id)
        await note_copy(tx, actor, person_id, request_id, request.scope.get("anju.request_id"))
    return CopyView(request_id=request_id, document=document)


@routes.post("/rights-requests/{request_id}/refusal", summary="Refuse a request", dependencies=posts)
async def refuse(actor: Writing, tx: Tx, keys: Keys, request: Request, request_id: Id, body: BecauseBody) -> RightsView:
    """With the reason; the answer tells that the person may sue (个人信息保护法 art. 50)."""
    await service.refuse(tx, actor, keys, request_id, body.because)
    return await _answer(tx, actor, keys, request, request_id)


@routes.post("/rights-requests/{request_id}/withdrawal", summary="Withdraw a request", dependencies=posts)
async def withdraw(actor: WritingOrOwn, tx: Tx, keys: Keys, request: Request, request_id: Id) -> RightsView:
    """By who asked."""
    await service.withdraw(tx, actor, keys, request_id)
    return await _answer(tx, actor, keys, request, request_id)


@routes.post("/rights-requests/{request_id}/proposal", summary="Decide how a deletion is answered", dependencies=posts)
async def propose(
    actor: Writing, tx: Tx, keys: Keys, request: Request, request_id: Id, body: ProposalBody
) -> RightsView:
    """Where something keeps the record it is to be restricted, else erased (`outcome`, `standing`); another person confirms. Of a
    restricted record: that it be erased now."""
    standing = await deletion.propose(tx, actor, keys, request_id, body.proposal())
    return await _answer(tx, actor, keys, request, request_id, standing)


@routes.post("/rights-requests/{request_id}/confirmation", summary="Confirm a deletion: it is done", dependencies=posts)
async def confirm(actor: Writing, tx: Tx, keys: Keys, request: Request, request_id: Id) -> RightsView:
    """Not by who proposed it. An erasure cannot be undone."""
    await deletion.confirm(tx, actor, keys, request_id)
    return await _answer(tx, actor, keys, request, request_id)


@routes.post("/rights-requests/{request_id}/return", summary="Send a proposed deletion back", dependencies=posts)
async def send_back(
    actor: Writing, tx: Tx, keys: Keys, request: Request, request_id: Id, body: BecauseBody
) -> RightsView:
    await deletion.send_back(tx, actor, keys, request_id, body.because)
    return await _answer(tx, actor, keys, request, request_id)


@routes.post("/rights-requests/{request_id}/lifting", summary="Lift a restriction", dependencies=posts)
async def lift(actor: Writing, tx: Tx, keys: Keys, request: Request, request_id: Id, body: BecauseBody) -> RightsView:
    """The record shows again as before."""
    await deletion.lift(tx, actor, keys, request_id, body.because)
    return await _answer(tx, actor, keys, request, request_id)


def _own(actor: Actor, person_id: str, asking: Asking) -> Asking:
    """What a resident asks: for itself, or as the parent of a child."""
    if not actor.is_resident:
        return asking
    if actor.place.person == person_id:
        return replace(asking, capacity=Capacity.SELF, relation=None, applicant_id=None, evidence=None)
    parent = actor.place.person
    return replace(asking, capacity=Capacity.GUARDIAN, relation=Relation.PARENT, applicant_id=parent, evidence=None)


async def _answer(
    read: Read, actor: Actor, keys: KeyRing, request: Request, request_id: str, warnings: Sequence[Fault] = ()
) -> RightsView:
    row = await store.get_request(read, request_id, actor.place)
    view = _view(read, actor, keys, row, await store.list_steps(read, request_id))
    return view.model_copy(update={"warnings": warnings_for(request, warnings)})


_AS_IT_IS = (
    *("request_id", "person_id", "kind", "capacity", "relation", "applicant_id", "status", "evidence", "asked_at"),
    *("change_request_id", "due_on", "provisional", "answered_at", "ground", "outcome", "standing", "kept_until"),
)


def _view(read: Read, actor: Actor, keys: KeyRing, row: Row, steps: Sequence[Row]) -> RightsView:
    sealed = None if row["withheld"] else service.sealed_of(keys, row)
    shown = [_step(actor, each, service.opened(sealed, row, each["because_sealed"])) for each in steps]
    refused = row["status"] == RequestStatus.REFUSED
    texts = [step.because for step in shown if step.action is RequestAction.REFUSE]
    running = row["status"] in (RequestStatus.OPEN, RequestStatus.PROPOSED)
    return RightsView(
        **{name: row[name] for name in _AS_IT_IS},
        law_ref=LAW_OF[Kind(row["kind"])],
        said=service.opened(sealed, row, row["said_sealed"]),
        overdue=running and row["due_on"] < read.today,
        steps=shown,
        refused_because=(texts[-1] if texts else row["change_because"]) if refused else None,
        remedy=RemedyView() if refused else None,
    )


def _step(actor: Actor, row: Row, because: str | None) -> StepView:
    by = None if actor.is_resident and row["by"] != actor.subject else row["by"]
    return StepView(action=row["action"], by=by, role=row["role"], at=row["at"], because=because)
