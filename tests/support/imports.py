"""Uploads in tests: files made by hand, brought in as the worker would."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from shared.imports.runner import Imports
from tests.support.clients import Service

ROSTERS = "/v1/registry/imports"


def csv_of(rows: Sequence[Mapping[str, Any]], encoding: str = "utf-8-sig") -> bytes:
    """A CSV file of rows by header."""
    out = io.StringIO()
    headers = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, headers, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


async def send(
    service: Service, data: bytes, path: str = ROSTERS, dry_run: bool = False, **kwargs: Any
) -> httpx.Response:
    """Uploads a file."""
    fields = {"dry_run": "true"} if dry_run else {}
    return await service.request("POST", path, files={"file": ("名册", data)}, data=fields, **kwargs)


def imports_of(service: Service, settings: Any = None) -> Imports:
    """What the service's worker brings files in with; with its own settings unless others are given."""
    module = importlib.import_module(f"services.{service.name}.worker")
    settings, keys = settings or service.app.state.settings, service.app.state.keys
    return Imports(module.kinds(settings, keys), keys, settings)


async def bring_in(service: Service, data: bytes, path: str = ROSTERS, **kwargs: Any) -> dict[str, Any]:
    """Uploads a file, lets the worker bring it in; what the import came to."""
    sent = await send(service, data, path, **kwargs)
    assert sent.status_code == 202, sent.text
    assert sent.json()["status"] == "queued"
    while await imports_of(service).do_next(service.database):
        pass
    asking = {name: value for name, value in kwargs.items() if name in ("role", "place", "subject", "headers")}
    answer = await service.get(sent.headers["location"], **asking)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def cells(report: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    """Row, column, code of what a report lists."""
    return [(fault["row"], fault["column"], fault["code"]) for fault in report["errors"]]
