"""A login of residents, as an app has one: signs ID tokens with a key that the gateway is told of."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

ISSUER, APP = "https://login.test", "resident-app"
KEY = ECKey.generate_key("P-256", {"kid": "login", "use": "sig"}, private=True)
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"


def id_token(key: Any = KEY, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """As the login gives it to the app after a sign-in; a claim of None is left out."""
    now = int(time.time())
    said = {"iss": ISSUER, "aud": APP, "sub": "u-1", "iat": now, "exp": now + 600} | claims
    head = {"alg": "ES256", "kid": key.kid} | (header or {})
    return jwt.encode(head, {n: v for n, v in said.items() if v is not None}, key, algorithms=[str(head["alg"])])


def login(client: str, issuer: str = ISSUER, audience: str = APP, key: ECKey = KEY) -> dict[str, Any]:
    """As the gateway's file of logins has it."""
    return {"client": client, "issuer": issuer, "audience": audience, "jwks": {"keys": [key.as_dict(private=False)]}}


def write_logins(path: Path, *logins: dict[str, Any]) -> Path:
    path.write_text(json.dumps(logins))
    return path


def exchange_form(client: str, secret: str, token: str) -> dict[str, str]:
    """What an app backend posts to /oauth2/token."""
    return {
        "grant_type": EXCHANGE,
        "client_id": client,
        "client_secret": secret,
        "subject_token": token,
        "subject_token_type": ID_TOKEN,
    }
