"""Exports in tests: asked for, made as the worker would, read back."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx

from services.registry.exports.making import Exports
from tests.support.clients import Service

EXPORTS = "/v1/registry/exports"


def exports_of(service: Service, **overrides: Any) -> Exports:
    """What the registry's worker makes files with."""
    return Exports(service.app.state.keys, service.app.state.settings.model_copy(update=overrides))


async def ask(service: Service, body: dict[str, Any], **kwargs: Any) -> httpx.Response:
    return await service.post(EXPORTS, {"format": "csv", "list": "persons"} | body, **kwargs)


async def made(service: Service, body: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Asks for an export, lets the worker make it; how it ended."""
    asked = await ask(service, body, **kwargs)
    assert asked.status_code == 202, asked.text
    while await exports_of(service).do_next(service.database):
        pass
    asking = {name: value for name, value in kwargs.items() if name in ("role", "place", "subject", "headers")}
    answer = await service.get(asked.headers["location"], **asking)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def exported(service: Service, body: dict[str, Any], **kwargs: Any) -> bytes:
    """The file of an export that is made at once."""
    export = await made(service, body, **kwargs)
    assert export["status"] == "done", export
    answer = await service.get(export["file"], **kwargs)
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["content-length"]) == export["bytes"] == len(answer.content)
    return answer.content


def rows_of(data: bytes) -> list[dict[str, str]]:
    """Rows of a CSV file, by header."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
