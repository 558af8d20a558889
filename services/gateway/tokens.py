"""Secrets and tokens: what is stored of a secret, and the JWTs that the services verify for themselves.

A person's password is hashed with Argon2id (slow on purpose). A program's secret is 256 random bits: nobody can guess it, so that
a plain SHA-256 keeps it as safe, and costs nothing at each token.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from shared.auth import ALGORITHM, AUDIENCE
from shared.ids import new_id

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _HASHER.hash("nobody has this password")
"""Checked where there is no such account, so that the answer takes as long."""


def hash_secret(kind: str, secret: str) -> bytes:
    """What is stored of a secret."""
    return _HASHER.hash(secret).encode() if kind == "staff" else hashlib.sha256(secret.encode()).digest()


async def fits(kind: str, stored: bytes | None, secret: str) -> bool:
    """Is this the secret? Takes as long where nothing is stored."""
    if kind != "staff":
        return hmac.compare_digest(stored or b"\0" * 32, hashlib.sha256(secret.encode()).digest())
    verified = await asyncio.to_thread(_verify, (stored or b"").decode() or _NOBODY, secret)
    return verified and stored is not None


def _verify(hashed: str, secret: str) -> bool:
    try:
        return _HASHER.verify(hashed, secret)
    except VerificationError:
        return False


def new_secret() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


class Signer:
    """Signs access tokens with the issuer's key."""

    def __init__(self, key: OKPKey, issuer: str) -> None:
        self._key = key
        self._issuer = issuer
        self.keys = KeySet([key])
        key.ensure_kid()
        self._header = {"alg": ALGORITHM, "kid": key.kid}

    @classmethod
    def load(cls, path: Path, issuer: str) -> Signer:
        """Of a file with a private Ed25519 JWK. Raises OSError, ValueError."""
        return cls(OKPKey.import_key(json.loads(path.read_text("utf-8"))), issuer)

    def jwks(self) -> Mapping[str, Any]:
        """The public keys, as published."""
        return self.keys.as_dict(private=False)

    def token(
        self, account_id: str, kind: str, role: str, place: str | None, scopes: frozenset[str], now: int, seconds: int
    ) -> str:
        """An access token; `now` in seconds since 1970."""
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": account_id,
            "iat": now,
            "exp": now + seconds,
            "jti": new_id(),
            "kind": kind,
            "role": role,
            "scope": " ".join(sorted(scopes)),
            "place": place,
        }
        return jwt.encode(self._header, claims, self._key, algorithms=[ALGORITHM])
