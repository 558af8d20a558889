"""Routes of the gateway itself: tokens, sessions, staff accounts, keys, documents."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Form, Header, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from services.gateway import documents, service, store
from services.gateway.schemas import (
    AccountId,
    NewStaffView,
    SessionBody,
    StaffBody,
    StaffView,
    TokenView,
)
from services.gateway.tokens import Signer, hash_secret, new_secret
from shared import clock
from shared.app import posts, router
from shared.auth import Actor, Scope, require
from shared.db import Reader, Row, Tx
from shared.http import IfMatch, check_none_match, tag
from shared.ids import new_id
from shared.paging import Cursor, Limit, Page, decode_cursor, encode_cursor

Admin = Annotated[Actor, Depends(require(Scope.STAFF_ADMIN))]
NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}

tokens = APIRouter(tags=["gateway: sign-in"])
staff = router("/v1/staff", "gateway: staff accounts")
pages = APIRouter(include_in_schema=False)


@tokens.post("/oauth2/token", summary="A token for a program", response_model=TokenView)
async def token(
    request: Request,
    grant_type: Annotated[str, Form()] = "",
    client_id: Annotated[str, Form(max_length=60)] = "",
    client_secret: Annotated[str, Form(max_length=200)] = "",
    scope: Annotated[str | None, Form(max_length=500, description="Narrows what the token may do.")] = None,
    authorization: Annotated[str | None, Header()] = None,
) -> Response:
    """Client credentials (RFC 6749 §4.4); the secret in the form, or by HTTP Basic."""
    if grant_type != "client_credentials":
        return _oauth_error(400, "unsupported_grant_type", "grant_type must be client_credentials")
    client_id, client_secret = _basic(authorization) or (client_id, client_secret)
    if not client_id.isprintable() or not client_id or not client_secret:
        return _oauth_error(401, "invalid_client", "client_id and client_secret are needed")
    state = request.app.state
    try:
        admitted = await service.sign_in(state.database, clock.now(), "client", client_id, client_secret, scope)
    except service.TryLater as error:
        return _oauth_error(429, "invalid_client", error.title_en, error.headers)
    except service.ScopeNotHeld:
        return _oauth_error(400, "invalid_scope", "a scope that this client does not hold")
    except service.WrongSecret:
        return _oauth_error(401, "invalid_client", "client_id or client_secret is wrong")
    view = _token_view(state.signer, admitted, state.settings.gateway_client_token_seconds)
    return JSONResponse(view.model_dump(exclude_none=True), headers=NO_STORE)


def _oauth_error(status: int, error: str, text: str, headers: Mapping[str, str] | None = None) -> Response:
    challenge = {"www-authenticate": "Basic"} if status == 401 else {}
    content = {"error": error, "error_description": text}
    return JSONResponse(content, status, headers={**NO_STORE, **challenge, **(headers or {})})


def _basic(header: str | None) -> tuple[str, str] | None:
    kind, _, value = (header or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote(client_id), unquote(secret)


def _token_view(signer: Signer, admitted: service.Admitted, seconds: int) -> TokenView:
    account, scopes = admitted
    now = int(clock.now().timestamp())
    signed = signer.token(
        account["account_id"], account["kind"], account["role"], account["place"], scopes, now, seconds
    )
    note = "this account exists only in this local runtime" if account["local_only"] else None
    return TokenView(access_token=signed, expires_in=seconds, scope=" ".join(sorted(scopes)), note=note)


@tokens.post("/v1/sessions", status_code=201, summary="Sign-in of staff")
async def sign_in(request: Request, response: Response, body: SessionBody) -> TokenView:
    """After three failures each further one doubles the wait, up to 15 minutes (429 with Retry-After)."""
    state = request.app.state
    admitted = await service.sign_in(state.database, clock.now(), "staff", body.id, body.secret)
    response.headers.update(NO_STORE)
    return _token_view(state.signer, admitted, state.settings.gateway_staff_token_seconds)


@staff.post("", status_code=201, summary="Make a staff account", dependencies=posts)
async def make_staff(actor: Admin, tx: Tx, request: Request, response: Response, body: StaffBody) -> NewStaffView:
    """The first password is shown in this answer only, where it was made here."""
    account_id = body.id or f"{body.role}-{new_id()[-6:]}"
    secret = body.secret or new_secret()
    await service.make_staff(tx, actor, account_id, body.role, body.place, hash_secret("staff", secret))
    row = await store.get_staff(tx, account_id)
    response.headers["location"] = f"/v1/staff/{account_id}"
    tag(response, row["version"])
    view = _view(row)
    request.scope["anju.kept_body"] = view.model_dump_json().encode()
    return NewStaffView(**view.model_dump(), secret=None if body.secret else secret)


@staff.get("", summary="Staff accounts")
async def list_staff(actor: Admin, read: Reader, cursor: Cursor = None, limit: Limit = 50) -> Page[StaffView]:
    after = decode_cursor(cursor, (str,))
    items = [_view(row) for row in await store.list_staff(read, after[0] if after else "", limit)]
    return Page(items=items, next=encode_cursor(items[-1].id) if len(items) == limit else None)


@staff.get("/{account_id}", summary="A staff account")
async def get_staff(
    actor: Admin, read: Reader, request: Request, response: Response, account_id: AccountId
) -> StaffView:
    row = await store.get_staff(read, account_id)
    check_none_match(request, row["version"])
    tag(response, row["version"])
    return _view(row)


@staff.post("/{account_id}/disablement", summary="Disable an account, at once", dependencies=posts)
async def disable(
    actor: Admin, tx: Tx, match: IfMatch, request: Request, response: Response, account_id: AccountId
) -> StaffView:
    """Tokens it holds are refused from now on."""
    return await _set_disabled(actor, tx, match, request, response, account_id, disabled=True)


@staff.post("/{account_id}/enablement", summary="Enable an account again", dependencies=posts)
async def enable(
    actor: Admin, tx: Tx, match: IfMatch, request: Request, response: Response, account_id: AccountId
) -> StaffView:
    return await _set_disabled(actor, tx, match, request, response, account_id, disabled=False)


async def _set_disabled(
    actor: Actor, tx: Tx, match: IfMatch, request: Request, response: Response, account_id: str, disabled: bool
) -> StaffView:
    await service.set_disabled(tx, actor, account_id, match.check_if_given, disabled)
    row = await store.get_staff(tx, account_id)
    request.app.state.disabled.expect(account_id, disabled)
    tag(response, row["version"])
    return _view(row)


def _view(row: Row) -> StaffView:
    return StaffView(
        id=row["account_id"],
        role=row["role"],
        place=row["place"],
        disabled_at=row["disabled_at"],
        created_at=row["created_at"],
        version=row["version"],
    )


@pages.get("/.well-known/jwks.json")
async def jwks(request: Request) -> JSONResponse:
    """The keys that tokens are verified with."""
    return JSONResponse(request.app.state.signer.jwks(), headers={"cache-control": "public, max-age=300"})


@pages.get("/openapi.json")
async def openapi(request: Request) -> JSONResponse:
    """One document for the gateway and the services behind it."""
    return JSONResponse(await request.app.state.documents.openapi(request.app.openapi()))


@pages.get("/asyncapi.json")
async def asyncapi() -> JSONResponse:
    """All events, as AsyncAPI 3."""
    return JSONResponse(documents.asyncapi())


@pages.get("/docs")
async def docs() -> HTMLResponse:
    """The OpenAPI document to look at and to try; its assets come from here."""
    return documents.page()
