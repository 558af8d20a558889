"""The logins by which residents show an app who they are: OpenID Connect issuers that the county has made known to the gateway.

The county's platform keeps no login for residents. It takes the word of an issuer for which account signed in, and of no one but its own
staff for which person that account is (`app_accounts`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from shared.issuer import BadToken, Issuer

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LEEWAY = timedelta(seconds=5)
_LONGEST_ACCOUNT = 255
"""OpenID Connect Core §2: of `sub`, ASCII characters."""


class Login(BaseModel):
    """An entry of the file. `client`: the app backend that may exchange these tokens, and no other; `audience`: the id that the app has at
    the issuer; `most_seconds`: how long after a sign-in its ID token is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client: str
    issuer: str
    audience: Annotated[str, Field(min_length=1)]
    jwks_url: str = ""
    jwks: dict[str, Any] | None = None
    algorithms: Annotated[
        tuple[Literal["RS256", "PS256", "ES256", "ES384", "Ed25519", "EdDSA"], ...], Field(min_length=1)
    ] = ("RS256", "ES256")
    """Signatures with public keys only: who can verify must not be able to sign."""
    most_seconds: Annotated[int, Field(ge=10, le=3600)] = 600

    @model_validator(mode="after")
    def _has_keys(self) -> Login:
        if bool(self.jwks_url) is (self.jwks is not None):
            raise ValueError("either jwks_url or jwks")
        url = urlsplit(self.jwks_url or "https:")
        if url.scheme != "https" and url.hostname not in _LOOPBACK:
            raise ValueError("keys come by https")
        return self


_FILE = TypeAdapter(tuple[Login, ...])


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Which account signed in, and until when the issuer's word for it holds."""

    issuer: str
    account: str
    until: datetime


class Logins:
    """The known logins, by the app backend that may exchange their tokens."""

    def __init__(self, logins: Iterable[Login], own_issuer: str) -> None:
        """ValueError where two are of one client, or one is ourselves: no token that was exchanged is exchanged again."""
        self._by_client: dict[str, tuple[Login, Issuer]] = {}
        for login in logins:
            if login.client in self._by_client or login.issuer == own_issuer:
                raise ValueError(f"the login of {login.client!r} is stated twice, or is the gateway itself")
            keys = KeySet.import_key_set(login.jwks) if login.jwks else None  # type: ignore[arg-type]
            issuer = Issuer(login.issuer, login.audience, login.algorithms, login.jwks_url, keys)
            self._by_client[login.client] = login, issuer
        self.issuers = frozenset(login.issuer for login, _ in self._by_client.values())

    @classmethod
    def load(cls, path: Path | None, own_issuer: str) -> Logins:
        """Of a JSON file, a list of `Login`s; none without a file. Raises OSError, ValueError."""
        try:
            return cls(_FILE.validate_python(json.loads(path.read_text("utf-8"))) if path else (), own_issuer)
        except (JoseError, TypeError, KeyError) as error:
            raise ValueError(f"{path} does not state logins with public keys") from error

    async def signed_in(self, client_id: str, token: str, now: datetime) -> SignedIn:
        """Of an ID token of the client's login. Raises BadToken for what is none, or not fresh; Unavailable where its keys are away."""
        login, issuer = self._by_client.get(client_id) or (None, None)
        if login is None or issuer is None:
            raise BadToken("this client has no login of residents")
        header, claims = await issuer.read(token)
        try:
            return _signed_in(login, header, claims, now)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise BadToken from error


def _signed_in(login: Login, header: dict[str, Any], claims: dict[str, Any], now: datetime) -> SignedIn:
    account, issued = claims["sub"], datetime.fromtimestamp(claims["iat"], UTC)
    if not isinstance(account, str) or not 0 < len(account) <= _LONGEST_ACCOUNT or not account.isascii():
        raise ValueError("no account")
    if claims["aud"] not in (login.audience, [login.audience]):
        raise ValueError("also for another audience, which may have passed it on")
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise ValueError("an access token is no ID token")
    oldest = now - timedelta(seconds=login.most_seconds)
    if not oldest <= issued <= now + _LEEWAY:
        raise ValueError("not of a sign-in just now")
    return SignedIn(login.issuer, account, datetime.fromtimestamp(claims["exp"], UTC))
