"""Routes of residents' app accounts: /v1/app-accounts. Staff binds them; of whom, the registry is asked in the caller's name."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request, Response

from services.gateway.disabled import binding_key
from services.gateway.residents import service, store
from services.gateway.residents.schemas import BindingBody, BindingView, RevocationBody
from services.gateway.views import ask
from shared.app import posts, router
from shared.auth import Actor, Scope, require
from shared.db import Reader, Row, Tx
from shared.errors import NotFound, Unavailable
from shared.paging import Page
from shared.shapes import Id

Binding = Annotated[Actor, Depends(require(Scope.REGISTRY_UNMASK))]
"""Who may read all of a person's data, with a purpose: a binding opens no more."""

routes = router("/v1/app-accounts", "gateway: residents")


class PersonNotFound(NotFound):
    slug = "person-not-found"
    title_en, title_zh = "No such person", "未找到该人员"


class RegistryAway(Unavailable):
    slug = "registry-away"
    title_en, title_zh = "The registry does not answer right now", "登记服务暂无响应"


@routes.post("", status_code=201, summary="Bind an app account to a person", dependencies=posts)
async def bind(actor: Binding, tx: Tx, request: Request, response: Response, body: BindingBody) -> BindingView:
    """The account may then act for the person: its app backend exchanges the ID token of a sign-in for a token at `/oauth2/token` (RFC
    8693). Bind after the person has shown who they are."""
    status = await _status(request, body.person_id)
    said = (body.issuer, body.account, body.person_id, body.evidence)
    row = await service.bind(tx, actor, request.app.state.logins.issuers, status, said)
    response.headers["location"] = f"/v1/app-accounts/{row['binding_id']}"
    return BindingView.model_validate(dict(row))


@routes.get("", summary="App accounts of a person")
async def list_bindings(
    actor: Binding, read: Reader, request: Request, person_id: Annotated[Id, Query(description="Whose.")]
) -> Page[BindingView]:
    """Also those that were revoked."""
    await _status(request, person_id)
    return Page(items=[BindingView.model_validate(dict(row)) for row in await store.list_bindings(read, person_id)])


@routes.get("/{binding_id}", summary="An app account")
async def get_binding(actor: Binding, read: Reader, request: Request, binding_id: Id) -> BindingView:
    return BindingView.model_validate(dict(await _seen(read, request, binding_id)))


@routes.post("/{binding_id}/revocation", summary="Revoke a binding, at once", dependencies=posts)
async def revoke(actor: Binding, tx: Tx, request: Request, binding_id: Id, body: RevocationBody) -> BindingView:
    """The account acts for nobody any more; tokens it has are refused from now on."""
    await _seen(tx, request, binding_id)
    row = await service.revoke(tx, actor, binding_id, body.reason)
    request.app.state.disabled.expect(binding_key(binding_id), 1, disabled=True)
    return BindingView.model_validate(dict(row))


async def _seen(read: Reader, request: Request, binding_id: str) -> Row:
    """The binding, if the caller sees its person. Raises BindingNotFound, RegistryAway."""
    row = await store.get_binding(read, binding_id)
    try:
        await _status(request, row["person_id"])
    except PersonNotFound:
        raise store.BindingNotFound from None
    return row


async def _status(request: Request, person_id: str) -> str:
    """How the registry, asked in the caller's name, has the person. Raises PersonNotFound, RegistryAway."""
    status, person = await ask(request, "registry", f"/v1/registry/persons/{person_id}")
    if status == 200:
        return str(person["status"])
    raise PersonNotFound if status in (403, 404) else RegistryAway(headers={"retry-after": "1"})
