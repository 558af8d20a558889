"""Tokens (JWT) of one issuer, verified with the keys that it publishes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from shared.errors import Unavailable

_BAD_TOKEN = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What decoding a token that anybody may have made up can raise."""
_LEEWAY_SECONDS = 5


class BadToken(ValueError):
    """The token is not this issuer's, not for this audience, or not valid now."""


class Issuer:
    """Who issues tokens, for whom, and how they are signed. Its keys are fetched from `jwks_url`, unless they are given and it is empty."""

    def __init__(
        self, name: str, audience: str, algorithms: Sequence[str], jwks_url: str, keys: KeySet | None = None
    ) -> None:
        self.name = name
        self.audience = audience
        self._algorithms = list(algorithms)
        self._jwks_url = jwks_url
        self._keys = keys
        self._fetched_at = -60.0
        self._fetching = asyncio.Lock()
        self._registry = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,  # the clock of the issuer's machine may be a little ahead of ours
            iss={"essential": True, "value": name},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
        )

    async def read(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims. Raises BadToken, Unavailable where the keys cannot be fetched."""
        for attempt in (1, 2):
            keys = await self._key_set(refresh=attempt == 2)
            try:
                decoded = jwt.decode(token, keys, algorithms=self._algorithms)
                self._registry.validate(decoded.claims)
                return decoded.header, decoded.claims
            except _BAD_TOKEN as error:
                # A key we do not know may be a new one: look once more, but not at every bad token.
                if attempt == 2 or time.monotonic() - self._fetched_at < 10:
                    raise BadToken from error
        raise AssertionError("unreachable")

    async def _key_set(self, refresh: bool) -> KeySet:
        if self._keys is not None and not (refresh and self._jwks_url):
            return self._keys  # never behind a fetch: unknown tokens must not delay known keys
        async with self._fetching:
            recently = time.monotonic() - self._fetched_at < (10 if self._keys else 1)
            if recently and self._keys is None:
                raise _keys_away()
            if not recently:
                self._fetched_at = time.monotonic()
                self._keys = await self._fetch()
            return self._keys or KeySet([])

    async def _fetch(self) -> KeySet:
        try:
            async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
                answer = await client.get(self._jwks_url)
                answer.raise_for_status()
                serialised: KeySetSerialization = answer.json()
                return KeySet.import_key_set(serialised)
        except (httpx.HTTPError, ValueError) as error:
            raise _keys_away() from error


def _keys_away() -> Unavailable:
    return Unavailable("The issuer's signing keys cannot be fetched.", "无法获取签发方的签名公钥。")
