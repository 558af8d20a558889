"""An export that breaks off goes on where it was, and its file is the same."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.registry.exports import store
from services.registry.exports.domain import Format
from services.registry.exports.making import Exports
from shared.ids import new_id
from tests.integration.registry.test_killed_imports import process
from tests.support.clients import Service, service
from tests.support.crowd import plan, roster
from tests.support.exports import EXPORTS, ask, exports_of
from tests.support.imports import bring_in
from tests.support.people import COMMUNITY
from tests.support.runtime import make_topics, until

pytestmark = pytest.mark.xdist_group("broken exports")
PEOPLE = 2000
FIELDS = ["person_id", "name", "id_number", "phone", "birth_on", "flat", "relation"]


@pytest.fixture(scope="module")
async def crowd(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with service("registry", tmp_path_factory.mktemp("registry")) as registry:
        await bring_in(registry, plan("众", COMMUNITY, PEOPLE // 4), "/v1/registry/dwellings/imports")
        assert (await bring_in(registry, roster("众", PEOPLE)))["accepted"] == PEOPLE
        yield registry


def body(form: Format) -> dict[str, Any]:
    return {"filters": {"division": COMMUNITY}, "fields": FIELDS, "format": form, "purpose": "insurance"}


async def started(registry: Service, form: Format) -> str:
    """Where to look for an export that was asked for at the instant of the first: a workbook tells when it was made."""
    location = str((await ask(registry, body(form))).headers["location"])
    await registry.database.pool.execute("update exports set asked_at = (select min(asked_at) from exports)")
    return location


async def file_of(registry: Service, location: str) -> bytes:
    answer = await registry.get(f"{location}/file")
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.parametrize("form", Format)
async def test_broken_off_anywhere_the_file_is_the_same_byte_for_byte(
    crowd: Service, form: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = await started(crowd, form)
    assert await exports_of(crowd, registry_export_chunk_rows=500).do_next(crowd.database)
    troubled = await started(crowd, form)
    breaks = iter([True, False, True, False, True])

    async def breaking(real: Any, *args: Any) -> Any:
        found = await real(*args)
        if next(breaks, False):
            raise TimeoutError("away")
        return found

    for name in ("set_rows", "add_read", "set_done"):
        real = getattr(store, name)
        monkeypatch.setattr(store, name, lambda *args, real=real: breaking(real, *args))
    for size in (500, 450, 800):  # another release may cut otherwise
        with pytest.raises(TimeoutError):
            await exports_of(crowd, registry_export_chunk_rows=size).do_next(crowd.database)
    assert (await crowd.get(troubled)).json()["status"] == "running"
    assert await exports_of(crowd).do_next(crowd.database)
    first, second = [(await crowd.get(location)).json() for location in (calm, troubled)]
    assert (first["exported"], second["exported"]) == (PEOPLE, PEOPLE)
    assert await file_of(crowd, calm) == await file_of(crowd, troubled)
    noted = "select count(*), count(distinct person_id) from access_log where request_id = $1 and person_id is not null"
    for location in (calm, troubled):
        request = await crowd.database.pool.fetchval(
            "select request_id from exports where export_id = $1", location.rsplit("/", 1)[1]
        )
        assert tuple(await crowd.database.pool.fetchrow(noted, request)) == (PEOPLE, PEOPLE), "each once"


async def test_killed_at_random_instants_it_ends_as_if_not(crowd: Service, tmp_path: Path) -> None:
    prefix, drawn = f"t{new_id()[-12:]}-", random.Random()
    await make_topics(prefix)
    expected = await started(crowd, Format.CSV)
    assert await exports_of(crowd).do_next(crowd.database)
    location = await started(crowd, Format.CSV)
    log, chunks = tmp_path / "registry.log", {"ANJU_REGISTRY_EXPORT_CHUNK_ROWS": "20"}
    running = "select rows_read from exports where status in ('queued', 'running')"
    reached = []
    for _ in range(3):
        before = await crowd.database.pool.fetchval(running)

        async def moved(before: int = before) -> bool:
            return (await crowd.database.pool.fetchval(running) or PEOPLE) > before

        with process(crowd, prefix, log, **chunks):
            await until(moved)
            await asyncio.sleep(drawn.uniform(0, 0.2))
        reached.append(await crowd.database.pool.fetchval(running))
    assert reached[0] is not None, "it was done before the first kill"
    with process(crowd, prefix, log):
        await until(lambda: crowd.database.pool.fetchval("select count(*) = 0 from exports where status <> 'done'"), 60)
    assert await file_of(crowd, location) == await file_of(crowd, expected)


async def test_one_that_fails_again_and_again_is_given_up_and_keeps_nothing(
    registry: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = (await ask(registry, {"filters": {"division": COMMUNITY}})).headers["location"]

    async def broken(*_: Any) -> None:
        raise ValueError("always")

    async def at_once(_: float) -> None: ...

    monkeypatch.setattr(Exports, "_finish", broken)
    monkeypatch.setattr(asyncio, "sleep", at_once)
    assert await exports_of(registry).do_next(registry.database)
    export = (await registry.get(location)).json()
    assert (export["status"], export["problem"]["type"]) == ("failed", "urn:anju:problem:export-broken")
    assert await registry.database.pool.fetchval("select count(*) from export_parts") == 0
    assert not await exports_of(registry).do_next(registry.database)


async def test_deleted_while_it_is_made_it_ends(crowd: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    location = await started(crowd, Format.PARQUET)
    real, once = Exports._add_chunk, iter([True])

    async def and_is_deleted(*args: Any) -> None:
        await real(*args)
        if next(once, False):
            assert (await crowd.request("DELETE", location)).status_code == 204

    monkeypatch.setattr(Exports, "_add_chunk", and_is_deleted)
    assert await exports_of(crowd, registry_export_chunk_rows=500).do_next(crowd.database)
    export = (await crowd.get(location)).json()
    assert (export["status"], export["exported"], export["file"]) == ("deleted", 500, None)
    left = "select count(*) from export_parts where export_id = $1"
    assert await crowd.database.pool.fetchval(left, export["export_id"]) == 0
    assert not await exports_of(crowd).do_next(crowd.database)
    assert (await crowd.get(EXPORTS)).json()["items"][0]["status"] == "deleted"
