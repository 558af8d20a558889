"""Waits until nothing is under way any more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

import asyncpg
from aiokafka.errors import KafkaError

from tests.chaos.checker.there import SERVICES, connect
from tests.chaos.checker.topics import committed, ends, hears

_SAY_EVERY = 10.0
LISTENERS = (*SERVICES, "witness")


async def settle(
    urls: Mapping[str, str], broker: str, seconds: float, say: Callable[[str], None]
) -> tuple[float, list[str]]:
    """Waits, at most so long, and says now and then for what: the seconds it took, and what is not still in the end (nothing, where all
    is well)."""
    began = said = time.monotonic()
    while True:
        try:
            busy = await still(urls, broker)
        except (OSError, KafkaError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            busy = [f"a server does not answer yet ({type(error).__name__})"]
        took = time.monotonic() - began
        if not busy or took > seconds:
            return took, busy
        if time.monotonic() - said > _SAY_EVERY:
            said = time.monotonic()
            say(f"  {took:.0f} s: {'; '.join(busy)}")
        await asyncio.sleep(0.5)


async def still(urls: Mapping[str, str], broker: str) -> list[str]:
    """What is not still yet, in words; empty where every outbox is empty, no import is under way, and everybody has heard everything."""
    before = await ends(broker)
    found = [words for service in LISTENERS for words in await _busy(urls[service], service)]
    for group in LISTENERS:
        come = await committed(broker, group)
        behind = sum(max(0, end - come.get(place, 0)) for place, end in before.items() if hears(group, place.topic))
        if behind:
            found.append(f"{group} is {behind:,} records behind")
    if not found and await ends(broker) != before:
        found.append("records are still coming")
    return found


async def _busy(url: str, service: str) -> list[str]:
    connection = await connect(url)
    try:
        waiting = await connection.fetchval("select count(*) from outbox")
        imports = 0
        if service in ("registry", "grid"):
            imports = await connection.fetchval("select count(*) from imports where status in ('queued', 'running')")
    finally:
        await connection.close()
    found = [f"{waiting:,} events wait in the outbox of {service}"] if waiting else []
    return found + ([f"{imports} imports of {service} are under way"] if imports else [])
