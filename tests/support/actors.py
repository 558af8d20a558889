"""Accounts for tests: real tokens, signed with a key that the test's verifier knows."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from shared.auth import ALGORITHM, AUDIENCE, SCOPES, Role, Verifier
from shared.ids import new_id

ISSUER = "https://anju.test"
CLIENTS = {Role.PARTNER_AGENCY, Role.APP_BACKEND, Role.DEVELOPER}


@lru_cache
def _key() -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": "test"}, private=True)


def verifier() -> Verifier:
    """Knows the tests' signing key; asks nobody."""
    return Verifier(ISSUER, "", KeySet([_key()]))


@lru_cache
def token(role: Role, place: str | None = None, subject: str | None = None) -> str:
    """An access token with the role's scopes, good for an hour."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject or f"{role}@{place or 'everywhere'}",
        "iat": now,
        "exp": now + 3600,
        "kind": "client" if role in CLIENTS else "staff",
        "role": str(role),
        "scope": " ".join(sorted(SCOPES[role])),
        "place": place,
    }
    if role is Role.RESIDENT:  # the subject is a person
        claims |= {"sub": subject or new_id(), "kind": "resident", "act": {"sub": "app-backend"}}
        claims |= {"binding": new_id(), "account_version": 1}
    return jwt.encode({"alg": ALGORITHM, "kid": "test"}, claims, _key(), algorithms=[ALGORITHM])
