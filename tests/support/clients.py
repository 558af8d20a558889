"""A service's application in the test's own process, on a real database, spoken to over ASGI."""

from __future__ import annotations

import importlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from shared.auth import Role
from shared.db import Database
from shared.divisions import DEMO_AREA
from shared.events import REGISTRY, Received
from shared.ids import new_id
from shared.inbox import Handlers, apply
from shared.privacy import generate_keys
from tests.support.actors import ISSUER, token, verifier
from tests.support.databases import fresh


class Service:
    """One service under test: `app`, `database`, and requests in the name of a role."""

    def __init__(self, name: str, app: FastAPI, url: str, http: httpx.AsyncClient) -> None:
        self.name = name
        self.app = app
        self.url = url
        self.http = http

    @property
    def database(self) -> Database:
        database: Database = self.app.state.database
        return database

    @property
    def handlers(self) -> Handlers:
        handlers: Handlers = self.app.state.worker.handlers
        return handlers

    async def request(
        self,
        method: str,
        path: str,
        *,
        role: Role = Role.DEVELOPER,
        place: str | None = None,
        subject: str | None = None,
        headers: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> httpx.Response:
        """A POST gets an Idempotency-Key of its own unless `headers` has one."""
        given = {"authorization": f"Bearer {token(role, place, subject)}"}
        if method == "POST":
            given["idempotency-key"] = new_id()
        return await self.http.request(method, path, headers=given | (headers or {}), **kwargs)

    async def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return await self.request("GET", path, **kwargs)

    async def post(self, path: str, body: Any, **kwargs: Any) -> httpx.Response:
        return await self.request("POST", path, json=body, **kwargs)

    async def put(self, path: str, body: Any, **kwargs: Any) -> httpx.Response:
        return await self.request("PUT", path, json=body, **kwargs)

    async def patch(self, path: str, body: Any, **kwargs: Any) -> httpx.Response:
        return await self.request("PATCH", path, json=body, **kwargs)

    async def said(self) -> list[Received]:
        """What stands in the outbox, as listeners would receive it, and takes it out (the relay's part)."""
        rows = await self.database.pool.fetch("delete from outbox returning *")
        return [received(row) for row in sorted(rows, key=lambda row: row["id"])]

    async def hear(self, events: list[Received]) -> None:
        """Applies events as the consumer would."""
        from shared import clock

        await apply(self.database, self.handlers, events, clock.now())


def received(row: Any, offset: int = 0) -> Received:
    """An outbox row as it comes out of Kafka."""
    assert row["type"] in REGISTRY
    return Received(
        id=row["event_id"],
        type=row["type"],
        topic=row["topic"],
        partition=0,
        offset=offset or row["id"],
        key=row["key"],
        time=row["occurred_at"],
        traceparent=row["traceparent"],
        data=row["data"].encode(),
    )


@asynccontextmanager
async def service(name: str, folder: Path, own_tokens: bool = False, **overrides: Any) -> AsyncIterator[Service]:
    """The service on a fresh database. Its worker does not run: tests carry events by `said` and `hear`. It knows the tests' tokens,
    or (`own_tokens`, the gateway) those it signs itself."""
    keys = folder / "keys.json"
    keys.write_text(json.dumps(generate_keys()))
    module = importlib.import_module(f"services.{name}.app")
    settings_module = importlib.import_module(f"services.{name}.settings")
    settings_class = getattr(settings_module, f"{name.capitalize()}Settings")
    async with fresh(name) as (url, _):
        settings = settings_class(
            database_url=url,
            issuer=ISSUER,
            keys_file=keys,
            apart=True,
            **({"registry_known_areas": {DEMO_AREA}} | overrides),
        )
        app: FastAPI = module.build(settings, None if own_tokens else verifier())
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                yield Service(name, app, url, http)
