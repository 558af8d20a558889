"""Secrets and tokens: what is stored of a secret, and the JWTs that the services verify for themselves.

A person's password is hashed with Argon2id (slow on purpose). A program's secret is at least 128 random bits: nobody can guess it, so
that a plain SHA-256 keeps it as safe, and costs nothing at each token.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from shared.auth import ALGORITHM, AUDIENCE, Role
from shared.errors import Unavailable
from shared.ids import new_id

T = TypeVar("T")

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _HASHER.hash("nobody has this password")
"""Checked where there is no such account, so that the answer takes as long."""
_MOST_WAITING = 100


class _Hashing:
    """Argon2 in threads of its own, two at a time: each takes 19 MiB and a core for some 50 ms, and the loop must not wait."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2, "argon2")
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Raises Unavailable where too many wait already."""
        if self._waiting >= _MOST_WAITING:
            raise Unavailable(headers={"retry-after": "2"})
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


_HASHING = _Hashing()


def hash_secret(kind: str, secret: str) -> bytes:
    """What is stored of a secret. Slow for staff: `hash_password` while requests are answered."""
    return _HASHER.hash(secret).encode() if kind == "staff" else hashlib.sha256(secret.encode()).digest()


async def hash_password(secret: str) -> bytes:
    """What is stored of a person's password."""
    return await _HASHING.run(lambda: hash_secret("staff", secret))


async def fits(kind: str, stored: bytes | None, secret: str) -> bool:
    """Is this the secret? Takes as long where nothing is stored."""
    if kind != "staff":
        return hmac.compare_digest(stored or b"\0" * 32, hashlib.sha256(secret.encode()).digest())
    hashed = stored.decode() if stored else _NOBODY
    verified = await _HASHING.run(lambda: _verify(hashed, secret))
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
        private = json.dumps(key.as_dict(private=True), sort_keys=True).encode()
        self._marking = hashlib.sha256(b"anju sign-in marks\0" + private).digest()

    @classmethod
    def load(cls, path: Path, issuer: str) -> Signer:
        """Of a file with a private Ed25519 JWK. Raises OSError, ValueError."""
        try:
            stated: dict[str, Any] = json.loads(path.read_text("utf-8"))
            # The key may have been made for EdDSA, as its algorithm was called before RFC 9864.
            key = OKPKey.import_key({**stated, "alg": ALGORITHM, "use": "sig"})
            if not key.is_private or stated["crv"] != "Ed25519":
                raise ValueError("not a private Ed25519 key")
            return cls(key, issuer)
        except (JoseError, TypeError, KeyError) as error:
            raise ValueError(f"{path} does not hold a private Ed25519 key as a JWK") from error

    def jwks(self) -> Mapping[str, Any]:
        """The public keys, as published."""
        return self.keys.as_dict(private=False)

    def mark(self, account_id: str) -> bytes:
        """A keyed hash of an id that was tried: what people type there by mistake may be anything."""
        return hmac.digest(self._marking, account_id.encode(), "sha256")

    def token(
        self,
        account_id: str,
        kind: str,
        role: str,
        place: str | None,
        scopes: frozenset[str],
        now: int,
        seconds: int,
        version: int = 1,
    ) -> str:
        """An access token; `now` in seconds since 1970, `version` the account's."""
        claims = {
            "sub": account_id,
            "kind": kind,
            "role": role,
            "scope": " ".join(sorted(scopes)),
            "place": place,
            "account_version": version,
        }
        return self._signed(claims, now, seconds)

    def resident_token(
        self, person_id: str, binding_id: str, client_id: str, version: int, now: int, seconds: int
    ) -> str:
        """A token for a person, for whom a client of that version acts (`act`, RFC 8693 §4.1)."""
        claims = {
            "sub": person_id,
            "act": {"sub": client_id},
            "binding": binding_id,
            "kind": "resident",
            "role": str(Role.RESIDENT),
            "scope": "",
            "account_version": version,
        }
        return self._signed(claims, now, seconds)

    def _signed(self, claims: dict[str, Any], now: int, seconds: int) -> str:
        standing = {"iss": self._issuer, "aud": AUDIENCE, "iat": now, "exp": now + seconds, "jti": new_id()}
        return jwt.encode(self._header, standing | claims, self._key, algorithms=[ALGORITHM])
