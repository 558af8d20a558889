"""A roster comes in although the registry's process is killed on the way, as if it had not been."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shared.ids import new_id
from tests.support.clients import Service
from tests.support.crowd import plan, roster
from tests.support.imports import send
from tests.support.runtime import make_topics, until

PEOPLE, KILLS, CHUNK = 8000, 10, 100
PLANS = "/v1/registry/dwellings/imports"
COUNTS = ("status", "rows", "accepted", "created", "changed", "rejected", "rows_settled")

_STATE = """
select h.estate, h.block, h.unit, h.flat, h.kind, h.status, h.version, h.settled_on, h.facts,
       (select jsonb_agg(jsonb_build_object('name', p.name, 'sex', p.sex, 'version', p.version, 'status', p.status, 'relation', m.relation,
               'since', m.valid_from, 'facts', p.facts - 'residence', 'phone', p.phone_lookup is not null,
               'household', p.household_id = h.coliving_id, 'key', k.wrapped is not null,
               'history', (select jsonb_agg(jsonb_build_array(f.fact, case when f.fact <> 'residence' then f.value end, f.valid_from,
                                  f.source, f.retracted_at) order by f.fact) from person_facts f where f.person_id = p.person_id))
                     order by m.relation, p.name, p.birth_on)
          from memberships m join persons p using (person_id) join person_keys k using (person_id)
         where m.household_id = h.household_id) as members,
       (select count(*) from occupancies o where o.household_id = h.household_id) as occupancies
  from households h where h.community_code = $1 order by h.block, h.unit, h.flat, h.kind
"""
"""All that a roster leaves, but ids, ID numbers and instants."""


@contextmanager
def process(registry: Service, prefix: str, log: Path, **more: str) -> Iterator[None]:
    """The service as its users run it, on the same database, until it is killed. `more`: of its environment."""
    settings = registry.app.state.settings
    env = {
        "ANJU_DATABASE_URL": registry.url,
        "ANJU_KAFKA_BOOTSTRAP_SERVERS": os.environ["ANJU_TEST_KAFKA"],
        "ANJU_TOPIC_PREFIX": prefix,
        "ANJU_KEYS_FILE": str(settings.keys_file),
        "ANJU_REGISTRY_KNOWN_AREAS": '["522799"]',
        "ANJU_REGISTRY_CHUNK_PEOPLE": str(CHUNK),
    }
    command = [sys.executable, "-m", "services.registry.app"]
    with log.open("ab") as out:
        running = subprocess.Popen(command, env={**os.environ, **env, **more}, stdout=out, stderr=out)
    try:
        yield
    finally:
        running.kill()
        running.wait()


async def uploaded(registry: Service, code: str, numbers: int) -> str:
    """A community of its own with the same households, but other ID numbers; where to look how far its roster is."""
    name = f"社区{code}"
    await send(registry, plan(name, code, PEOPLE // 4), PLANS)
    return str((await send(registry, roster(name, PEOPLE, numbers, named_as=1))).headers["location"])


async def report(registry: Service, location: str) -> dict[str, Any] | None:
    found: dict[str, Any] = (await registry.get(location)).json()
    return found if found["status"] in ("done", "failed") else None


async def state(registry: Service, code: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await registry.database.pool.fetch(_STATE, code)]


async def test_killed_ten_times_at_random_instants_it_ends_as_if_not(registry: Service, tmp_path: Path) -> None:
    prefix = f"t{new_id()[-12:]}-"
    await make_topics(prefix)
    calm, killed = "522731003021", "522731003022"
    log, drawn, kills = tmp_path / "registry.log", random.Random(), 0
    troubled = await uploaded(registry, killed, 2)
    while kills < KILLS and await report(registry, troubled) is None:
        with process(registry, prefix, log):
            await asyncio.sleep(drawn.uniform(0.8, 2.2))
        kills += 1
    with process(registry, prefix, log):
        shown = await until(lambda: report(registry, troubled), 120)
        location = await uploaded(registry, calm, 1)
        untroubled = await until(lambda: report(registry, location), 120)
        await until(lambda: registry.database.pool.fetchval("select count(*) = 0 from outbox"), 60)
    assert kills == KILLS, "it was in before the last kill"
    assert {name: shown[name] for name in COUNTS} == {name: untroubled[name] for name in COUNTS}
    errors = [each["errors_total"] - each["warnings_total"] for each in (shown, untroubled)]
    assert (shown["accepted"], errors) == (PEOPLE, [0, 0])
    assert shown["warnings_total"] < 50 < untroubled["warnings_total"], (
        "the second roster's people look like the first's"
    )
    left, expected = await state(registry, killed), await state(registry, calm)
    assert len(left) == 2 * PEOPLE // 4
    assert left == expected
