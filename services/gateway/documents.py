"""The documents a developer reads: one OpenAPI page for all services, and the events as AsyncAPI."""

from __future__ import annotations

import asyncio
import copy
import time
from pathlib import Path
from typing import Any

import aiohttp
import fastapi_offline
import structlog
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

from shared import events
from shared.auth import Scope
from shared.kafka import declare_all

log = structlog.get_logger()

ASSETS = Path(fastapi_offline.__file__).parent / "static"
_KEPT_SECONDS = 60
_ABOUT = """\
Base path of everything: this address. Get a token at `/oauth2/token` (programs) or `/v1/sessions` (staff) and send it as
`Authorization: Bearer …`. Every POST under /v1 except sessions and searches needs an `Idempotency-Key`; changes of what exists need
`If-Match` by PUT and PATCH; acts by POST are guarded by their key, and heed `If-Match` where it is sent. Refusals are problem
documents (RFC 9457) in Chinese or English by Accept-Language. Events: [/asyncapi.json](/asyncapi.json).
"""


class Documents:
    """The merged OpenAPI document; what the services say is asked for at most once a minute."""

    def __init__(self, session: aiohttp.ClientSession, upstreams: dict[str, str]) -> None:
        self._session = session
        self._upstreams = upstreams
        self._merged: dict[str, Any] = {}
        self._until = 0.0
        self._merging = asyncio.Lock()

    async def openapi(self, own: dict[str, Any]) -> dict[str, Any]:
        """The gateway's own document with those of the services that answer; the others are named in the description."""
        async with self._merging:
            if time.monotonic() >= self._until:
                names = list(self._upstreams)
                found = await asyncio.gather(*(self._fetch(name) for name in names))
                there = {name: document for name, document in zip(names, found, strict=True) if document is not None}
                away = [name for name in names if name not in there]
                self._merged = merged(own, there, away)
                self._until = time.monotonic() + (2 if away else _KEPT_SECONDS)
        return self._merged

    async def _fetch(self, service: str) -> dict[str, Any] | None:
        try:
            timeout = aiohttp.ClientTimeout(total=5)
            url = f"{self._upstreams[service]}/openapi.json"
            async with self._session.get(url, timeout=timeout, raise_for_status=True) as answer:
                document: dict[str, Any] = await answer.json()
                return document
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning("no OpenAPI document", service=service, error=type(error).__name__)
            return None


def merged(own: dict[str, Any], others: dict[str, dict[str, Any]], away: list[str]) -> dict[str, Any]:
    """One document: paths together, schemas named `<service>.<Schema>` (the problem document once), one way to sign in."""
    document = copy.deepcopy(own)
    document["info"] = {"title": "Anju 安居", "version": own["info"]["version"], "description": _ABOUT}
    if away:
        document["info"]["description"] += f"\n**Not answering right now, so not shown: {', '.join(away)}.**\n"
    for service, other in others.items():
        renamed = _renamed(other, service)
        document["paths"] |= renamed["paths"]
        document["components"]["schemas"] |= renamed.get("components", {}).get("schemas", {})
    scopes = {str(scope): "" for scope in Scope}
    flow = {"clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": scopes}}
    document["components"]["securitySchemes"] = {
        "client": {"type": "oauth2", "flows": flow},
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    }
    document["security"] = [{"bearer": []}, {"client": []}]
    for path in ("/oauth2/token", "/v1/sessions"):
        document["paths"][path]["post"]["security"] = []
    return document


def _renamed(node: Any, service: str) -> Any:
    if isinstance(node, list):
        return [_renamed(item, service) for item in node]
    if not isinstance(node, dict):
        return node
    result: dict[str, Any] = {}
    for key, value in node.items():
        if key == "$ref" and isinstance(value, str):
            name = value.rsplit("/", 1)[-1]
            result[key] = value if name == "Problem" else f"#/components/schemas/{service}.{name}"
        elif key == "schemas" and isinstance(value, dict):
            result[key] = {
                name if name == "Problem" else f"{service}.{name}": _renamed(schema, service)
                for name, schema in value.items()
            }
        else:
            result[key] = _renamed(value, service)
    return result


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI document of all declared events."""
    declare_all()
    return events.asyncapi("Anju 安居: events", "0.1.0")


def page() -> HTMLResponse:
    """Swagger UI, with assets of our own address: no other host is asked."""
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Anju 安居: API",
        swagger_js_url="/docs/assets/swagger-ui-bundle.js",
        swagger_css_url="/docs/assets/swagger-ui.css",
        swagger_favicon_url="/docs/assets/favicon.png",
        swagger_ui_parameters={"persistAuthorization": True, "docExpansion": "none"},
    )
