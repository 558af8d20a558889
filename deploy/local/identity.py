"""Keys and accounts of this machine, made at random the first time and kept in files only their owner reads."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from deploy.demo.accounts import DEMO, STANDING, Account
from deploy.local.console import StartError
from deploy.local.files import PRIVATE, read_json, write, write_json

_KEY_BYTES = 32
Credential = dict[str, Any]


def ensure_keys(path: Path, first: bool) -> None:
    """The master key that wraps people's data keys, and the key of the search hashes. Raises StartError where they were lost:
    with new ones nobody's data could be read any more."""
    if path.exists():
        return
    if not first:
        raise StartError(
            f"{path} is missing, and without it the data there cannot be read: restore it, or `make reset`."
        )
    master, lookup = (base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode() for _ in range(2))
    write_json(path, {"current": "k1", "master": {"k1": master}, "lookup": lookup}, PRIVATE)


def ensure_signing_key(path: Path) -> None:
    """The private Ed25519 key that the gateway signs tokens with, as a JWK."""
    if not path.exists():
        write(path, json.dumps(_new_signing_key()) + "\n", PRIVATE)


def _new_signing_key() -> dict[str, str]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    public, private = _url64(key.public_key().public_bytes_raw()), _url64(key.private_bytes_raw())
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": "Ed25519",
        "use": "sig",
        "kid": secrets.token_hex(8),
        "x": public,
        "d": private,
    }


def _url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def ensure_credentials(path: Path, demo: bool) -> list[Credential]:
    """The accounts in the file, after those that are missing were added; one that is there keeps its secret."""
    there: list[Credential] = read_json(path) or []
    known = {each["id"] for each in there}
    missing = [_new(account) for account in _wanted(demo) if account.role not in known]
    if missing:
        write_json(path, there + missing, PRIVATE)
    return there + missing


def _wanted(demo: bool) -> Iterable[Account]:
    return STANDING + DEMO if demo else STANDING


def _new(account: Account) -> Credential:
    secret = secrets.token_urlsafe(24)
    return {"role": account.role, "kind": account.kind, "id": account.role, "secret": secret, "place": account.place}
