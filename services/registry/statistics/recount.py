"""Counts everything anew and says where the counters differ; puts them right where asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from services.registry.statistics import store
from services.registry.statistics.service import MOST_AT_ONCE
from shared import clock
from shared.db import Database, Row, Transaction

Progress = Callable[[int, int], None]
"""Told how many of how many are done."""


@dataclass(slots=True)
class Recount:
    """`households`: cells of households that are counted otherwise than the history has them; `counters`: counters that are not what all
    households are counted as (each with `kept` and `found`). `waiting`: households that are not looked at, since they are to be counted
    again anyway."""

    looked_at: int = 0
    waiting: int = 0
    households: list[Row] = field(default_factory=list)
    counters: list[Row] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return not (self.households or self.counters)


async def recount(tx: Transaction, progress: Progress = lambda done, of: None) -> Recount:
    """Looks through all households, as of one instant. The transaction has done nothing before."""
    await store.see_one_instant(tx)
    waiting = await store.find_waiting(tx, None)
    found = Recount(waiting=waiting.number)
    of, done = await store.count_households(tx), 0
    after = None
    while household_ids := await store.list_households(tx, after, MOST_AT_ONCE):
        after = household_ids[-1]
        settled = [each for each in household_ids if each not in waiting.household_ids]
        found.households += await store.list_wrong_households(tx, settled)
        found.looked_at += len(settled)
        done += len(household_ids)
        progress(done, of)
    found.counters = await store.list_wrong_counters(tx)
    return found


async def repair(database: Database, found: Recount) -> None:
    """Counts the households anew that differ, then sets every counter to what all households are counted as. The worker goes on beside."""
    household_ids = sorted({row["household_id"] for row in found.households})
    for n in range(0, len(household_ids), MOST_AT_ONCE):
        async with database.transaction(clock.now()) as tx:
            await store.wait_for_counting(tx)
            await store.count(tx, household_ids[n : n + MOST_AT_ONCE])
    async with database.transaction(clock.now()) as tx:
        await store.wait_for_counting(tx)
        await store.mend_counters(tx)


def lines(found: Recount) -> Sequence[str]:
    """What differs, a line each."""
    households = [
        f"{_where(row)} {row['day']}: household {row['household_id']} is counted as {row['kept']}, the history has {row['found']}"
        for row in found.households
    ]
    counters = [
        f"{_where(row)} {row['span']} of {row['since']}: counter says {row['kept']}, the households come to {row['found']}"
        for row in found.counters
    ]
    return [*households, *counters]


def _where(row: Row) -> str:
    return f"{row['community_code']} estate {row['estate']} block {row['block']}, {row['kind']}, {row['what']},"
