"""Master keys are rotated while the registry works: nothing fails, and all can be read with the new key alone."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared import privacy, rotation
from shared.db import Database
from shared.ids import new_id
from shared.privacy import BadKeys, KeyRing, field_context, read_keys
from shared.rewrapping import StillNeeded
from shared.rotation import Refused, opened, retire, rotate, using, with_key, write_keys
from tests.support.clients import Service
from tests.support.crowd import plan, roster
from tests.support.databases import url_of
from tests.support.imports import imports_of, send
from tests.support.people import household, member
from tests.support.runtime import until

PEOPLE = 1000
SETTLE = 0.1


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "LOOK_SECONDS", 0.02)


def key_file(registry: Service) -> Path:
    path: Path = registry.app.state.settings.keys_file
    return path


async def turn(registry: Service, urls: dict[str, str] | None = None) -> str:
    async with opened({"registry": registry.url, **(urls or {})}) as keyed:
        return await rotate(key_file(registry), keyed, None, SETTLE, 50, lambda done: None, lambda text: None)


async def forget(registry: Service, urls: dict[str, str] | None = None) -> list[str]:
    async with opened({"registry": registry.url, **(urls or {})}) as keyed:
        return await retire(key_file(registry), keyed)


async def readable(registry: Service, ring: KeyRing) -> int:
    """How many people there are; all their numbers can be read with this ring."""
    rows = await registry.database.pool.fetch(
        "select p.person_id, p.id_number_sealed, k.key_id, k.wrapped from persons p left join person_keys k using (person_id)"
    )
    for row in rows:
        key = ring.unwrap(row["wrapped"], row["key_id"])
        assert key.decrypt(row["id_number_sealed"], field_context(row["person_id"], "id_number")).startswith("522799")
    return len(rows)


async def test_reads_settlings_and_an_import_go_on_meanwhile(estate: Service) -> None:
    path = key_file(estate)
    first = (await estate.post("/v1/registry/households", household(flat="101"))).json()
    read_path = f"/v1/registry/persons/{first['members'][0]['person_id']}?purpose=transfer"
    number = (await estate.get(read_path)).json()["id_number"]
    await send(estate, plan("社区", "522731003021", PEOPLE // 4), "/v1/registry/dwellings/imports")
    await imports_of(estate).do_next(estate.database)
    done = asyncio.Event()
    seen: list[tuple[int, str]] = []
    flats = iter([(f"{floor}0{n}", block) for block in "12" for floor in (1, 2, 3) for n in (1, 2)][1:])
    settled: list[int] = []

    async def read() -> None:
        while not done.is_set():
            answer = await estate.get(read_path)
            seen.append((answer.status_code, answer.json().get("id_number")))

    async def settle() -> None:
        for flat, block in flats:
            answer = await estate.post("/v1/registry/households", household(member(), flat=flat, block=block))
            settled.append(answer.status_code)
            await asyncio.sleep(0.1)

    location = (await send(estate, roster("社区", PEOPLE))).headers["location"]
    small_chunks = estate.app.state.settings.model_copy(update={"registry_chunk_people": 100})
    importing = asyncio.create_task(imports_of(estate, small_chunks).do_next(estate.database))
    others = [asyncio.create_task(read()) for _ in range(2)] + [asyncio.create_task(settle())]
    await until(lambda: estate.database.pool.fetchval("select count(*) > 100 from persons"))
    was_running = not importing.done()
    assert await turn(estate) == "k2"
    await importing
    await others[-1]
    assert await turn(estate) == "k2"
    assert await forget(estate) == ["k1"]
    again = (await estate.get(read_path)).json()["id_number"]
    done.set()
    await asyncio.gather(*others)

    assert (was_running, again) == (True, number)
    assert set(seen) == {(200, number)}
    assert settled == [201] * 11
    assert (await estate.get(location)).json()["accepted"] == PEOPLE
    only_new = KeyRing.load(path)
    assert only_new.known == {"k2"}
    assert await readable(estate, only_new) == PEOPLE + 12
    assert (await estate.get(f"{location}/errors")).status_code == 200


@pytest.fixture
async def others(estate: Service) -> AsyncIterator[dict[str, str]]:
    """Databases of the other services, as far as rotation asks: there, and without keys."""
    names = {name: f"rotating_{name}_{new_id()[-12:]}" for name in ("jobs", "grid", "benefits", "gateway")}
    for name in names.values():
        await estate.database.pool.execute(f'create database "{name}" template template0')
    yield {service: url_of(name) for service, name in names.items()}
    for name in names.values():
        await estate.database.pool.execute(f'drop database "{name}" with (force)')


async def test_killed_on_the_way_it_goes_on_where_it_was(
    estate: Service, others: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, number = key_file(estate), 2000
    await many_keys(estate, number)
    for name, url in {**others, "registry": estate.url}.items():
        monkeypatch.setenv(f"ANJU_{name.upper()}_DATABASE_URL", url)
    command = ["shared.rotation", "rotate", "--keys", str(path), "--batch", "20", "--settle", "0.1"]
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", *command, stdout=asyncio.subprocess.DEVNULL)
    rewrapped = "select count(*) from person_keys where key_id = 'k2'"
    await until(lambda: estate.database.pool.fetchval(f"{rewrapped} having count(*) > 100"))
    process.send_signal(signal.SIGKILL)
    await process.wait()
    half = await estate.database.pool.fetchval(rewrapped)
    assert 100 < half < number
    monkeypatch.setattr("sys.argv", command)
    capsys.readouterr()
    assert await asyncio.to_thread(rotation.main) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == f"all {number} keys are wrapped under k2; `retire` forgets k1"
    assert list(read_keys(path)["master"]) == ["k1", "k2"]


async def many_keys(registry: Service, n: int) -> None:
    """So many people, of one household, each with a key."""
    view = (await registry.post("/v1/registry/households", household(flat="101"))).json()
    keys = [registry.app.state.keys.new_key() for _ in range(n - 1)]
    await registry.database.pool.execute(
        """with added as (
               insert into persons select (p).* from (
                   select jsonb_populate_record(p, jsonb_build_object('person_id', gen_random_uuid(),
                          'id_number_lookup', sha256(n::text::bytea))) as p
                     from persons p, generate_series(1, $2::int) n where p.person_id = $1) x
               returning person_id)
           insert into person_keys select person_id, 'k1', w
             from (select person_id, row_number() over () as n from added) a
             join unnest($3::bytea[]) with ordinality as k(w, n) using (n)""",
        view["members"][0]["person_id"],
        n - 1,
        [key.wrapped for key in keys],
    )


async def test_no_key_is_retired_while_a_row_of_any_service_needs_it(
    estate: Service, new_database: Callable[[str], Awaitable[Database]]
) -> None:
    path = key_file(estate)
    await estate.post("/v1/registry/households", household())
    grid = await new_database("grid")
    file_key = KeyRing.load(path).new_key()
    await grid.pool.execute(
        """insert into imports (import_id, kind, status, dry_run, uploaded_by, subject, place, uploaded_at, changed_at, key_id, wrapped)
           values ($1, 'cells', 'done', false, '{}', 'x', '', now(), now(), $2, $3)""",
        new_id(),
        file_key.key_id,
        file_key.wrapped,
    )
    write_keys(path, using(with_key(read_keys(path), "k2"), "k2"))
    with pytest.raises(Refused, match=r"grid.imports: 1 under k1"):
        await forget(estate, {"grid": grid._url})
    assert set(read_keys(path)["master"]) == {"k1", "k2"}
    await turn(estate, {"grid": grid._url})
    assert await forget(estate, {"grid": grid._url}) == ["k1"]
    row = await grid.pool.fetchrow("select key_id, wrapped from imports")
    opened_again = KeyRing.load(path).unwrap(row["wrapped"], row["key_id"])
    assert opened_again.open(file_key.key.seal(b"a", "b"), "b") == b"a"


async def test_who_slept_through_the_rotation_cannot_write_under_a_retired_key(estate: Service) -> None:
    path = key_file(estate)
    await estate.post("/v1/registry/households", household(flat="101"))
    asleep = KeyRing(read_keys(path))
    await turn(estate)
    await forget(estate)
    made = asleep.new_key()
    with pytest.raises(asyncpg.CheckViolationError):
        await estate.database.pool.execute(
            "update person_keys set key_id = $1, wrapped = $2", made.key_id, made.wrapped
        )
    assert (await estate.post("/v1/registry/households", household(flat="102"))).status_code == 201
    assert await turn(estate) == "k3"
    with pytest.raises(Refused, match="retired before"):
        async with opened({"registry": estate.url}) as keyed:
            await forget_and_reuse(path, keyed)


async def forget_and_reuse(path: Path, keyed: rotation.Keyed) -> None:
    assert await retire(path, keyed) == ["k2"]
    await rotate(path, keyed, "k2", SETTLE, 50, lambda done: None, lambda text: None)


async def test_what_is_written_while_a_key_is_retired_is_waited_for_and_seen(estate: Service) -> None:
    path = key_file(estate)
    await estate.post("/v1/registry/households", household(flat="101"))
    late = KeyRing(read_keys(path)).new_key()
    await turn(estate)
    connection = await estate.database.connect()
    try:
        writing = connection.transaction()
        await writing.start()
        await connection.execute("update person_keys set key_id = $1, wrapped = $2", late.key_id, late.wrapped)
        forgetting = asyncio.create_task(forget(estate))
        await asyncio.sleep(0.8)
        assert not forgetting.done()
        await writing.commit()
        with pytest.raises(StillNeeded):
            await forgetting
    finally:
        await connection.close()
    assert set(read_keys(path)["master"]) == {"k1", "k2"}
    await turn(estate)
    assert await forget(estate) == ["k1"]


async def test_a_wrapping_that_cannot_be_opened_is_named_and_holds_up_no_other(estate: Service) -> None:
    await many_keys(estate, 30)
    (broken,) = await estate.database.pool.fetch(
        """update person_keys set wrapped = wrapped || 'x'
            where person_id = (select person_id from person_keys order by person_id limit 1) returning person_id"""
    )
    with pytest.raises(Refused, match=f"1 keys cannot be opened.*\n.*registry.person_keys {broken['person_id']}"):
        await turn(estate)
    left: list[Any] = await estate.database.pool.fetch("select person_id from person_keys where key_id = 'k1'")
    assert [row["person_id"] for row in left] == [broken["person_id"]]
    with pytest.raises(Refused, match="Still needed"):
        await forget(estate)


async def test_two_rotations_do_not_run_at_once(estate: Service) -> None:
    async with opened({"registry": estate.url}):
        with pytest.raises(Refused, match="Another rotation"):
            await turn(estate)


async def test_a_table_of_keys_that_does_not_keep_to_the_convention_is_not_passed_over(estate: Service) -> None:
    await estate.database.pool.execute(
        "create table odd (a int, b int, key_id text, wrapped bytea, primary key (a, b))"
    )
    with pytest.raises(TypeError, match="odd"):
        await turn(estate)


async def test_without_the_old_key_what_it_wraps_cannot_be_read(estate: Service) -> None:
    """What retiring too early would do: the tests above can fail."""
    await estate.post("/v1/registry/households", household())
    document = with_key(read_keys(key_file(estate)), "k2")
    only_new = KeyRing({**document, "current": "k2", "master": {"k2": document["master"]["k2"]}})
    with pytest.raises(BadKeys):
        await readable(estate, only_new)
