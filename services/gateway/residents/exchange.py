"""Token exchange (RFC 8693): an app backend shows that an account of its app has signed in, and gets a token for the person it is of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.gateway.residents.logins import Logins, SignedIn
from services.gateway.residents.schemas import ACCESS_TOKEN, ID_TOKEN, JWT
from services.gateway.residents.store import find_bound
from shared.auth import AUDIENCE, Role
from shared.db import Read, Row
from shared.issuer import BadToken


class Refused(Exception):
    """In the words of RFC 6749 §5.2 and RFC 8693 §2.2.2: a code and a text for the developer."""

    def __init__(self, error: str, text: str) -> None:
        super().__init__(text)
        self.error = error
        self.text = text


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of RFC 8693 §2.1. The actor is the client itself, which has shown its secret."""

    subject_token: str
    subject_token_type: str
    requested_token_type: str | None
    actor_token: str | None
    audience: str | None
    resource: str | None
    scope: str | None


async def sign_in_of(logins: Logins, client: Row, asked: Asked, now: datetime) -> SignedIn:
    """Who signed in at the client's own login. Raises Refused; Unavailable where the issuer's keys cannot be fetched."""
    if client["role"] != Role.APP_BACKEND:
        raise Refused("unauthorized_client", "only an app backend acts for residents")
    _refuse_what_is_not_offered(asked)
    try:
        signed_in = await logins.signed_in(client["account_id"], asked.subject_token, now)
    except BadToken:
        text = "subject_token is no fresh ID token of this client's login"
        raise Refused("invalid_request", text) from None
    if signed_in.until - now < timedelta(seconds=1):
        raise Refused("invalid_request", "subject_token has expired")
    return signed_in


async def granted_to(read: Read, signed_in: SignedIn) -> Row:
    """The binding of the account that signed in. Raises Refused: that it is bound to nobody is told to its own app."""
    bound = await find_bound(read, signed_in.issuer, signed_in.account)
    if bound is None:
        raise Refused("invalid_request", "staff has bound this account to no person yet")
    return bound


def _refuse_what_is_not_offered(asked: Asked) -> None:
    if not asked.subject_token or asked.subject_token_type not in (ID_TOKEN, JWT):
        raise Refused("invalid_request", f"send subject_token, an ID token, and subject_token_type={ID_TOKEN}")
    if asked.actor_token is not None:
        raise Refused("invalid_request", "the client itself is the actor: no actor_token")
    if asked.requested_token_type not in (None, ACCESS_TOKEN):
        raise Refused("invalid_request", f"requested_token_type can be {ACCESS_TOKEN}")
    if asked.audience not in (None, AUDIENCE) or asked.resource is not None:
        raise Refused("invalid_target", f"the only audience is {AUDIENCE}")
    if asked.scope:
        raise Refused("invalid_scope", "a resident's token has no scope")
