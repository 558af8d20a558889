"""Progress as it happens, and a list as a file, through the gateway of a running platform."""

from __future__ import annotations

import csv
import io
from typing import Any

from shared.ids import new_id
from tests.support.platform import Platform

COMMUNITY = "522731003012"


def followed(platform: Platform, path: str) -> list[tuple[str, str]]:
    """Events that a stream tells until it ends: names and data."""
    headers = {"authorization": f"Bearer {platform.token('developer')}"}
    told: list[tuple[str, str]] = []
    with platform.http.stream("GET", f"{path}/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        name = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                told.append((name, line.removeprefix("data: ")))
    return told


def exported(platform: Platform, body: dict[str, Any]) -> list[dict[str, str]]:
    asked = platform.ask("POST", "/v1/registry/exports", body, idempotency_key=new_id(), accept_language="zh")
    assert asked.status_code == 202, asked.text
    location = asked.headers["location"]
    told = followed(platform, location)
    assert [name for name, _ in told[:-1]] == ["progress"] * (len(told) - 1)
    assert told[-1][0] == "done"
    assert '"status":"done"' in told[-1][1]
    file = platform.ask("GET", f"{location}/file")
    assert file.status_code == 200
    return list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))


def test_a_community_is_exported_while_its_progress_is_told(platform: Platform) -> None:
    body = {"list": "persons", "filters": {"division": COMMUNITY}, "format": "csv", "fields": ["id_number", "name"]}
    masked, full = exported(platform, body), exported(platform, body | {"purpose": "insurance"})
    assert len(masked) == len(full) > 7000
    assert all("*" in row["身份证号"] and "*" in row["姓名"] for row in masked)
    assert not any("*" in row["身份证号"] for row in full)


def test_an_import_is_told_through_the_gateway(platform: Platform) -> None:
    location = platform.send("/v1/registry/imports", "姓名,身份证号\n".encode())
    told = followed(platform, location)
    assert told[-1][0] == "done"
    assert '"status":"failed"' in told[-1][1]
