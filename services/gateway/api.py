"""Routes of the gateway itself: tokens, sessions, staff accounts, keys, documents."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated
from urllib.parse import unquote_plus

from fastapi import APIRouter, Depends, Form, Header, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.datastructures import State

from services.gateway import documents, service, store
from services.gateway.residents.exchange import Asked, Refused, granted_to, sign_in_of
from services.gateway.residents.schemas import ACCESS_TOKEN, ID_TOKEN, TOKEN_EXCHANGE, ExchangedView
from services.gateway.schemas import (
    AccountId,
    NewStaffView,
    OAuthErrorView,
    SessionBody,
    StaffBody,
    StaffView,
    TokenView,
)
from services.gateway.tokens import Signer, fits, hash_password, new_secret
from shared import clock
from shared.app import posts, router
from shared.auth import Actor, Scope, require
from shared.db import Database, Reader, Row, Tx
from shared.http import IfMatch, check_none_match, tag
from shared.ids import new_id
from shared.paging import Cursor, Limit, Page, decode_cursor, encode_cursor

Admin = Annotated[Actor, Depends(require(Scope.STAFF_ADMIN))]
NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}

tokens = APIRouter(tags=["gateway: sign-in"])
sessions = router("/v1/sessions", "gateway: sign-in")
staff = router("/v1/staff", "gateway: staff accounts")
pages = APIRouter(include_in_schema=False)


@tokens.post(
    "/oauth2/token",
    summary="A token for a program, or for a resident by whose app it acts",
    response_model=TokenView | ExchangedView,
    responses={400: {"model": OAuthErrorView}, 401: {"model": OAuthErrorView}},
)
async def token(
    request: Request,
    grant_type: Annotated[str, Form(examples=["client_credentials"])] = "",
    client_id: Annotated[str, Form()] = "",
    client_secret: Annotated[str, Form()] = "",
    scope: Annotated[str | None, Form(description="Narrows what the token may do.")] = None,
    subject_token: Annotated[str, Form(description="Token exchange: the ID token of a resident's sign-in.")] = "",
    subject_token_type: Annotated[str, Form(examples=[ID_TOKEN])] = "",
    requested_token_type: Annotated[str | None, Form(examples=[ACCESS_TOKEN])] = None,
    actor_token: Annotated[str | None, Form(description="None: the client itself is the actor.")] = None,
    audience: Annotated[str | None, Form()] = None,
    resource: Annotated[str | None, Form()] = None,
    authorization: Annotated[str | None, Header()] = None,
) -> Response:
    """Client credentials (RFC 6749 §4.4), or token exchange by an app backend (RFC 8693) for the person that an account of its app was
    bound to; the secret in the form, or by HTTP Basic. Refusals have those standards' form."""
    if not grant_type:
        return _oauth_error(400, "invalid_request", "send grant_type as application/x-www-form-urlencoded")
    if grant_type not in ("client_credentials", TOKEN_EXCHANGE):
        text = f"grant_type must be client_credentials or {TOKEN_EXCHANGE}"
        return _oauth_error(400, "unsupported_grant_type", text)
    basic = _basic(authorization)
    if basic and client_secret:
        return _oauth_error(400, "invalid_request", "send the secret by HTTP Basic or in the form, not both")
    client_id, client_secret = basic or (client_id, client_secret)
    if not client_id.isprintable() or not client_id or not client_secret:
        return _oauth_error(401, "invalid_client", "client_id and client_secret are needed")
    exchanging = grant_type == TOKEN_EXCHANGE
    state, now = request.app.state, clock.now()
    try:
        async with state.database.read(now) as read:
            admitted = await service.admit_client(read, client_id, client_secret, None if exchanging else scope)
        if exchanging:
            asked = Asked(
                subject_token, subject_token_type, requested_token_type, actor_token, audience, resource, scope
            )
            return await _exchanged(state, admitted.account, asked)
    except service.ScopeNotHeld:
        return _oauth_error(400, "invalid_scope", "a scope that this client does not hold")
    except service.WrongSecret:
        return _oauth_error(401, "invalid_client", "client_id or client_secret is wrong")
    except Refused as refused:
        return _oauth_error(400, refused.error, refused.text)
    view = _token_view(state.signer, admitted, state.settings.gateway_client_token_seconds)
    return JSONResponse(view.model_dump(exclude_none=True), headers=NO_STORE)


async def _exchanged(state: State, client: Row, asked: Asked) -> Response:
    """Raises Refused."""
    now = clock.now()
    signed_in = await sign_in_of(state.logins, client, asked, now)  # no connection is held while keys are fetched
    async with state.database.read(now) as read:
        granted = await granted_to(read, signed_in)
    seconds = min(int((signed_in.until - now).total_seconds()), state.settings.gateway_resident_token_seconds)
    signed = state.signer.resident_token(
        granted["person_id"],
        granted["binding_id"],
        client["account_id"],
        client["version"],
        int(now.timestamp()),
        seconds,
    )
    return JSONResponse(ExchangedView(access_token=signed, expires_in=seconds).model_dump(), headers=NO_STORE)


def _oauth_error(status: int, error: str, text: str) -> Response:
    challenge = {"www-authenticate": 'Basic realm="anju"'} if status == 401 else {}
    content = OAuthErrorView(error=error, error_description=text).model_dump()
    return JSONResponse(content, status, headers=NO_STORE | challenge)


def _basic(header: str | None) -> tuple[str, str] | None:
    kind, _, value = (header or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)


def _token_view(signer: Signer, admitted: service.Admitted, seconds: int) -> TokenView:
    account, scopes = admitted
    now = int(clock.now().timestamp())
    signed = signer.token(
        account["account_id"],
        account["kind"],
        account["role"],
        account["place"],
        scopes,
        now,
        seconds,
        account["version"],
    )
    note = "this account exists only in this local runtime" if account["local_only"] else None
    return TokenView(access_token=signed, expires_in=seconds, scope=" ".join(sorted(scopes)), note=note)


@sessions.post("", status_code=201, summary="Sign-in of staff", response_model_exclude_none=True)
async def sign_in(request: Request, response: Response, body: SessionBody) -> TokenView:
    """After three failures each further one doubles the wait, up to 15 minutes (429 with Retry-After)."""
    state = request.app.state
    account = await _signed_in(state.database, state.signer.mark(body.id), state.turns, body)
    response.headers.update(NO_STORE)
    return _token_view(state.signer, service.admit_staff(account), state.settings.gateway_staff_token_seconds)


async def _signed_in(database: Database, mark: bytes, turns: service.Turns, body: SessionBody) -> Row:
    """The account. A failure is kept though the request is refused, and no connection is held during the slow hash: hence not one
    transaction. Raises WrongSecret, TryLater."""
    async with turns.of(mark):
        async with database.read(clock.now()) as read:
            account, failures = await service.start_sign_in(read, body.id, mark)
        good = await fits("staff", account["secret_hash"] if account else None, body.secret)
        if account and good and not failures:
            return account
        async with database.transaction(clock.now()) as tx:
            if account and good:
                await store.forget_failures(tx, mark)
                return account
            await service.note_failure(tx, mark)
    raise service.WrongSecret(headers={"www-authenticate": "Bearer"})


@staff.post("", status_code=201, summary="Make a staff account", dependencies=posts)
async def make_staff(actor: Admin, tx: Tx, request: Request, response: Response, body: StaffBody) -> NewStaffView:
    """A password that was made here is shown in this answer only: it is not kept, and a repeat of the request does not show it."""
    account_id = body.id or f"{body.role}-{new_id()[-6:]}"
    secret = body.secret or new_secret()
    await service.make_staff(tx, actor, account_id, body.role, body.place, await hash_password(secret))
    row = await store.get_staff(tx, account_id, actor.place)
    response.headers["location"] = f"/v1/staff/{account_id}"
    tag(response, row["version"])
    view = _view(row)
    request.scope["anju.kept_body"] = view.model_dump_json().encode()
    return NewStaffView(**view.model_dump(), secret=None if body.secret else secret)


@staff.get("", summary="Staff accounts")
async def list_staff(actor: Admin, read: Reader, cursor: Cursor = None, limit: Limit = 50) -> Page[StaffView]:
    after = decode_cursor(cursor, (str,))
    items = [_view(row) for row in await store.list_staff(read, actor.place, after[0] if after else "", limit)]
    return Page(items=items, next=encode_cursor(items[-1].id) if len(items) == limit else None)


@staff.get("/{account_id}", summary="A staff account")
async def get_staff(
    actor: Admin, read: Reader, request: Request, response: Response, account_id: AccountId
) -> StaffView:
    row = await store.get_staff(read, account_id, actor.place)
    check_none_match(request, row["version"])
    tag(response, row["version"])
    return _view(row)


@staff.post("/{account_id}/disablement", summary="Disable an account, at once", dependencies=posts)
async def disable(
    actor: Admin, tx: Tx, match: IfMatch, request: Request, response: Response, account_id: AccountId
) -> StaffView:
    """Tokens it holds are refused from now on, also once it is enabled again."""
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
    row = await store.get_staff(tx, account_id, actor.place)
    request.app.state.disabled.expect(account_id, row["version"], disabled)
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


@pages.get("/")
async def root() -> RedirectResponse:
    """Who looks in by a browser sees the documentation."""
    return RedirectResponse("/docs")


@pages.get("/docs")
async def docs() -> HTMLResponse:
    """The OpenAPI document to look at and to try; its assets come from here."""
    return documents.page()
