"""Routes of consents and purposes: /v1/registry/persons/{id}/consents, /v1/registry/consents, /v1/registry/purposes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Response

from services.registry.api import Reading, Writing
from services.registry.consents import service, store
from services.registry.consents.bases import LegalBasis, basis_of
from services.registry.consents.domain import notice_in_force
from services.registry.consents.schemas import ConsentBody, ConsentView, ConsentWithdrawalBody, PurposeView
from services.registry.persons import store as persons
from services.registry.persons.domain import Purpose
from shared.app import posts, router
from shared.auth import Actor, require
from shared.db import Reader, Row, Tx
from shared.paging import Page
from shared.shapes import Id

Anybody = Annotated[Actor, Depends(require())]

routes = router("/v1/registry", "registry: consents")


@routes.get("/purposes", summary="What people's data are read for, and on which legal basis")
async def list_purposes(actor: Anybody, read: Reader) -> Page[PurposeView]:
    """Today's, with the notice to show before data are taken. For every account: such rules are public (个人信息保护法 art. 7)."""
    found = []
    for purpose in Purpose:
        basis, notice = basis_of(purpose, read.today), notice_in_force(purpose, read.today)
        if notice is None:
            continue
        found.append(
            PurposeView(
                purpose=purpose,
                legal_basis=basis.basis,
                law_ref=basis.law_ref,
                needs_consent=basis.basis is LegalBasis.CONSENT,
                notice=notice.notice_id,
                notice_since=notice.valid_from,
                text_id=notice.text_id,
            )
        )
    return Page(items=found)


@routes.post("/persons/{person_id}/consents", status_code=201, summary="A person consents", dependencies=posts)
async def give(actor: Writing, tx: Tx, response: Response, person_id: Id, body: ConsentBody) -> ConsentView:
    """To a purpose that rests on consent; effective for the next read. An earlier consent to the same purpose is replaced. What cannot be
    taken is refused with all reasons."""
    consent_id = await service.give_consent(tx, actor, person_id, body.giving())
    response.headers["location"] = f"/v1/registry/consents/{consent_id}"
    return _view(await store.get_consent(tx, consent_id, actor.place))


@routes.get("/persons/{person_id}/consents", summary="What a person consented to")
async def list_of_person(actor: Reading, read: Reader, person_id: Id) -> Page[ConsentView]:
    """All of it, also what was withdrawn; the newest first."""
    await persons.get_person(read, person_id, actor.place)
    return Page(items=[_view(row) for row in await store.list_of_person(read, person_id)])


@routes.get("/consents/{consent_id}", summary="A consent")
async def get_consent(actor: Reading, read: Reader, consent_id: Id) -> ConsentView:
    return _view(await store.get_consent(read, consent_id, actor.place))


@routes.post("/consents/{consent_id}/withdrawal", summary="A person withdraws a consent", dependencies=posts)
async def withdraw(actor: Writing, tx: Tx, consent_id: Id, body: ConsentWithdrawalBody) -> ConsentView:
    """From the next read on nothing is shown on the ground of it. What was read before stays lawful (个人信息保护法 art. 15)."""
    await service.withdraw_consent(tx, actor, consent_id, body.because)
    return _view(await store.get_consent(tx, consent_id, actor.place))


def _view(row: Row) -> ConsentView:
    return ConsentView.model_validate({name: row[name] for name in ConsentView.model_fields})
