"""Routes of changes that are asked for: /v1/registry/persons/{id}/change-requests and /v1/registry/change-requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import Query, Request, Response

from services.registry.access.service import note_access
from services.registry.api import Config, Keys, Reading, require_unmask
from services.registry.changes import service, store
from services.registry.changes.domain import (
    BIRTH,
    HOUSEHOLD,
    MERGED,
    NAME,
    PHONE,
    ChangeStatus,
    Owner,
    takes_two,
)
from services.registry.changes.household import parted
from services.registry.changes.schemas import ApprovalBody, ChangeBody, ChangeView, FieldView, RefusalBody
from services.registry.households.api import CaseOf, PurposeOf
from services.registry.persons.domain import BIRTH_CERTIFICATE, ID_NUMBER
from services.registry.sight import Sealed, facts_for, name_for
from shared.app import posts, router
from shared.auth import Actor
from shared.db import Reader, Row, Tx
from shared.errors import Fault
from shared.http import IfMatch, warnings_for
from shared.paging import Cursor, Limit, Page, encode_cursor, id_of
from shared.privacy import KeyRing, mask_birth_certificate, mask_id_number, mask_phone
from shared.shapes import Id

StatusOf = Annotated[ChangeStatus | None, Query(alias="status", description="Only those in this state.")]
OwnerOf = Annotated[Owner | None, Query(description="Only of fields for which it answers: register, insurance.")]

routes = router("/v1/registry", "registry: changes asked for")


@routes.post(
    "/persons/{person_id}/change-requests",
    status_code=201,
    summary="Ask for a change of what is recorded of a person",
    dependencies=posts,
)
async def ask(
    actor: Reading,
    tx: Tx,
    keys: Keys,
    config: Config,
    match: IfMatch,
    request: Request,
    response: Response,
    person_id: Id,
    body: ChangeBody,
) -> ChangeView:
    """Whoever sees a person may ask. Names and ID numbers are approved by somebody else than who asked; other fields are changed at once
    where the caller answers for them, and wait for who does where not."""
    asked = await service.ask(
        tx, actor, keys, config.registry_known_areas, person_id, match.check_if_given, body.change()
    )
    response.headers["location"] = f"/v1/registry/change-requests/{asked.request_id}"
    return await answer(tx, actor, keys, request, asked.request_id, asked.warnings)


@routes.get("/change-requests", summary="Changes asked for")
async def list_requests(
    actor: Reading,
    read: Reader,
    keys: Keys,
    status: StatusOf = None,
    person_id: Id | None = None,
    owner: OwnerOf = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ChangeView]:
    """Of people whom the caller may see, in the order in which they were asked; masked. With `owner`, what waits for it."""
    rows = await store.list_requests(read, actor.place, status, person_id, owner, id_of(cursor), limit)
    items = [_view(actor, keys, row) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].request_id) if len(items) == limit else None)


@routes.get("/change-requests/{request_id}", summary="A change asked for")
async def get_request(
    actor: Reading,
    read: Reader,
    keys: Keys,
    request: Request,
    request_id: Id,
    purpose: PurposeOf = None,
    case: CaseOf = None,
) -> ChangeView:
    """Masked by default. With `purpose`, for accounts that may unmask: names and numbers in full, and a note of the read in the same
    transaction."""
    row = await store.get_request(read, request_id, actor.place)
    if purpose is not None:
        require_unmask(actor)
        async with read.writing() as tx:
            await note_access(tx, actor, [row["person_id"]], purpose, case, request.scope.get("anju.request_id"))
    return _view(actor, keys, row, unmasked=purpose is not None)


@routes.post("/change-requests/{request_id}/approval", summary="Approve and make a change", dependencies=posts)
async def approve(
    actor: Reading, tx: Tx, keys: Keys, config: Config, request: Request, request_id: Id, body: ApprovalBody
) -> ChangeView:
    """By who answers for the fields; of names and ID numbers not by who asked. All is checked again."""
    approved = await service.approve(tx, actor, keys, config.registry_known_areas, request_id, body.id_number)
    return await answer(tx, actor, keys, request, request_id, approved.warnings)


@routes.post("/change-requests/{request_id}/refusal", summary="Refuse a change", dependencies=posts)
async def refuse(actor: Reading, tx: Tx, keys: Keys, request: Request, request_id: Id, body: RefusalBody) -> ChangeView:
    """By who answers for the fields, with the reason."""
    await service.refuse(tx, actor, keys, request_id, body.reason)
    return await answer(tx, actor, keys, request, request_id)


@routes.post("/change-requests/{request_id}/withdrawal", summary="Withdraw a change asked for", dependencies=posts)
async def withdraw(actor: Reading, tx: Tx, keys: Keys, request: Request, request_id: Id) -> ChangeView:
    """By who asked."""
    await service.withdraw(tx, actor, keys, request_id)
    return await answer(tx, actor, keys, request, request_id)


async def answer(
    tx: Tx, actor: Actor, keys: KeyRing, request: Request, request_id: str, warnings: Sequence[Fault] = ()
) -> ChangeView:
    view = _view(actor, keys, await store.get_request(tx, request_id, actor.place))
    return view.model_copy(update={"warnings": warnings_for(request, warnings)})


_IDENTITY: dict[str, Callable[[Actor, Any, bool], Any]] = {
    NAME: name_for,
    ID_NUMBER: lambda _, number, unmasked: number if unmasked or number is None else mask_id_number(number),
    BIRTH_CERTIFICATE: lambda _, number, unmasked: (
        number if unmasked or number is None else mask_birth_certificate(number)
    ),
    BIRTH: lambda _, birth, unmasked: birth if unmasked else birth | {"birth_on": birth["birth_on"][:4]},
    MERGED: lambda _, proposal, __: proposal,
    PHONE: lambda _, phone, unmasked: phone if unmasked or phone is None else mask_phone(phone),
}


def _view(actor: Actor, keys: KeyRing, row: Row, unmasked: bool = False) -> ChangeView:
    asked = service.asked_of(Sealed(keys, row), row)
    before, after = (_shown(actor, asked[side], unmasked) for side in ("before", "after"))
    fields = [FieldView(field=f, before=before.get(f), after=after.get(f)) for f in row["fields"]]
    return ChangeView(
        request_id=row["request_id"],
        person_id=row["person_id"],
        status=row["status"],
        fields=fields,
        takes_two=takes_two(row["fields"]),
        valid_from=row["valid_from"],
        source=row["source"],
        evidence=row["evidence"],
        reason=row["reason"],
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        decided_because=row["decided_because"],
    )


def _shown(actor: Actor, values: dict[str, Any], unmasked: bool) -> dict[str, Any]:
    identity = {field: show(actor, values[field], unmasked) for field, show in _IDENTITY.items() if field in values}
    own, home = parted(values)
    of_home = {f"{HOUSEHOLD}{name}": value for name, value in facts_for(actor, home).items()}
    return facts_for(actor, own) | of_home | identity
