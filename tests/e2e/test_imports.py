"""A roster comes in although the registry is killed on the way, as if it had not been."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import time
from typing import Any

import asyncpg

from deploy.local.testing import database_urls
from tests.support.crowd import plan, roster
from tests.support.platform import Platform, within

PEOPLE, KILLS = 4000, 10
ROSTERS, PLANS = "/v1/registry/imports", "/v1/registry/dwellings/imports"

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


def registry_url(platform: Platform) -> str:
    return database_urls(platform.data, json.loads((platform.data / "state.json").read_text()))["registry"]


async def state(url: str, code: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(_STATE, code)]
    finally:
        await connection.close()


def settled(platform: Platform, code: str, seed: int, kills: int = 0) -> dict[str, Any]:
    """A community of its own with the same households, but other ID numbers; `kills` of the registry on the way."""
    name = f"社区{code}"
    assert platform.imported(platform.send(PLANS, plan(name, code, PEOPLE // 4)))["status"] == "done"
    location = platform.send(ROSTERS, roster(name, PEOPLE, seed))
    drawn = random.Random(seed)
    for _ in range(kills):
        time.sleep(drawn.uniform(0.05, 0.9))
        kill_registry(platform)
    return platform.imported(location)


def kill_registry(platform: Platform) -> None:
    """Kills it, and waits until another is there."""
    registry = within(30, lambda: _registry(platform))
    os.kill(registry["pid"], signal.SIGKILL)
    within(60, lambda: (now := _registry(platform)) and now["pid"] != registry["pid"])


def _registry(platform: Platform) -> dict[str, Any] | None:
    return next((process for process in platform.processes() if process["name"] == "registry"), None)


def test_killed_ten_times_at_random_instants_it_ends_as_if_not(platform: Platform) -> None:
    calm, killed = "522731003021", "522731003022"
    untroubled = settled(platform, calm, 1)
    troubled = settled(platform, killed, 2, KILLS)
    counts = ("status", "rows", "accepted", "created", "changed", "rejected", "errors_total", "rows_settled")
    assert {name: troubled[name] for name in counts} == {name: untroubled[name] for name in counts}
    assert troubled["accepted"] == PEOPLE
    url = registry_url(platform)
    left, expected = (asyncio.run(state(url, code)) for code in (killed, calm))
    assert len(left) == 2 * PEOPLE // 4
    assert left == expected


def test_all_services_hear_of_everybody_once(platform: Platform) -> None:
    for service in ("registry", "jobs", "grid"):

        def counted(service: str = service) -> bool:
            answer = platform.ask("GET", f"/v1/{service}/statistics").json()
            return {i["community"]: i["households"] for i in answer["items"]}.get("522731003022") == PEOPLE // 4

        within(120, counted)
    for service in ("registry", "jobs", "grid", "benefits"):
        assert platform.ask("GET", f"/v1/{service}/dead-letters").json()["items"] == []
