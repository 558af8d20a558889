"""No ID number and no phone in clear: not in any database, topic, log or URL. Everything is searched for everything we sent."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from tests.support.people import household, id_number, plan
from tests.support.platform import Platform

COMMUNITY = "522731003077"
PHONES = ["13987654321", "18612340987"]


@pytest.fixture(scope="module")
def secrets(platform: Platform) -> list[str]:
    """Numbers that passed through every kind of request: settled, refused, read unmasked, sent as garbage."""
    assert platform.ask("PUT", f"/v1/registry/communities/{COMMUNITY}", plan()).status_code == 201
    numbers = [id_number("19760101"), id_number("19770102"), id_number("19780103")]

    def body(number: str, phone: str, flat: str) -> dict[str, Any]:
        person = {"name": "钱小保", "id_number": number, "relation": "02", "phone": phone}
        return household(person, flat=flat) | {"community": COMMUNITY}

    settled = platform.ask("POST", "/v1/registry/households", body(numbers[0], PHONES[0], "101"))
    assert settled.status_code == 201
    again = platform.ask("POST", "/v1/registry/households", body(numbers[0], PHONES[0], "102"))
    assert again.status_code == 422
    wrong = platform.ask("POST", "/v1/registry/households", body(numbers[1], PHONES[1] + "9", "102"))
    assert wrong.status_code == 422
    as_key = platform.ask("POST", "/v1/registry/households", {numbers[2]: PHONES[1]})
    assert as_key.status_code == 422
    person = settled.json()["members"][0]["person_id"]
    assert numbers[0] in platform.ask("GET", f"/v1/registry/persons/{person}?purpose=transfer").text
    platform.ask("GET", f"/v1/registry/persons/{numbers[2]}")
    for answer in (settled, again, wrong, as_key):
        assert not any(secret in answer.text for secret in (*numbers, *PHONES))
    return [*numbers, *PHONES]


def test_none_in_any_database(platform: Platform, secrets: list[str]) -> None:
    state = json.loads((platform.data / "state.json").read_text())
    from deploy.local.testing import database_urls, pg_dump

    urls = database_urls(platform.data, state)
    assert set(urls) == {"registry", "jobs", "grid", "benefits", "gateway"}
    for service, url in urls.items():
        dump = subprocess.run([pg_dump(), url], capture_output=True, check=True).stdout
        assert len(dump) > 1000
        assert [s for s in secrets if s.encode() in dump] == [], service


async def _records(bootstrap: str) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        names = [t for t in await consumer.topics() if not t.startswith("__")]
        consumer.subscribe(names)
        found: list[bytes] = []
        for _ in range(10):
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                for record in batch:
                    headers = b"".join(value for _, value in record.headers)
                    found.append((record.key or b"") + (record.value or b"") + headers)
        return found
    finally:
        await consumer.stop()


def test_none_in_any_topic(platform: Platform, secrets: list[str]) -> None:
    broker = next(p for p in platform.processes() if p["name"] == "kafka")
    records = asyncio.run(_records(f"127.0.0.1:{broker['port']}"))
    assert len(records) > 10
    assert [s for s in secrets if any(s.encode() in record for record in records)] == []


def test_none_in_any_log_and_so_in_no_url(platform: Platform, secrets: list[str]) -> None:
    logs = [path for path in Path(platform.data).rglob("*.log*") if path.is_file()]
    assert {"registry", "gateway"} <= {path.name.split(".")[0] for path in logs}
    for path in logs:
        text = path.read_bytes()
        assert [s for s in secrets if s.encode() in text] == [], path.name
