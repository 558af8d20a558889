"""Accounts of the gateway under test, and signing in."""

from __future__ import annotations

from typing import Any

import httpx

from shared.ids import new_id
from tests.support.clients import Service

ACCOUNTS: list[dict[str, Any]] = [
    {"role": "developer", "kind": "client", "id": "developer", "secret": "o" * 32, "place": None},
    {"role": "partner-agency", "kind": "client", "id": "agency", "secret": "p" * 32, "place": "522731"},
    {"role": "admin", "kind": "staff", "id": "admin", "secret": "an admin's password", "place": None},
    {"role": "admin", "kind": "staff", "id": "county-admin", "secret": "a county's password", "place": "522731"},
    {
        "role": "community-cadre",
        "kind": "staff",
        "id": "cadre",
        "secret": "a cadre's password",
        "place": "522731003012",
    },
]


def secret_of(account: str) -> str:
    return next(str(a["secret"]) for a in ACCOUNTS if a["id"] == account)


async def client_token(gateway: Service, client: str = "developer", **form: str) -> httpx.Response:
    data = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret_of(client)} | form
    return await gateway.http.post("/oauth2/token", data=data)


async def bearer(gateway: Service, client: str = "developer") -> dict[str, str]:
    return {"authorization": f"Bearer {(await client_token(gateway, client)).json()['access_token']}"}


async def sign_in(gateway: Service, account: str, secret: str | None = None) -> httpx.Response:
    body = {"id": account, "secret": secret or secret_of(account)}
    return await gateway.http.post("/v1/sessions", json=body)


async def signed_in(gateway: Service, account: str, secret: str | None = None) -> dict[str, str]:
    """Headers of a member of staff who signed in, with an Idempotency-Key for one act."""
    token = (await sign_in(gateway, account, secret)).json()["access_token"]
    return {"authorization": f"Bearer {token}", "idempotency-key": new_id()}
