"""Figures on a day, and the counting that keeps them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.registry.households.domain import HouseholdKind
from services.registry.service import refuse_future
from services.registry.statistics import store
from services.registry.statistics.domain import COUNTED_AS, figures_of
from shared.auth import Place
from shared.db import Read, Transaction

MOST_AT_READING = 200
"""So many households that wait are counted by who reads, in some hundredths of a second; more are the worker's."""
MOST_AT_ONCE = 1000
"""Households that the worker counts in one transaction."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of communities or blocks, with their place. All that was told before `counted_to` is in them; of `waiting` households what
    was told since is not."""

    items: Sequence[dict[str, Any]]
    counted_to: datetime
    waiting: int


async def list_figures(tx: Transaction, place: Place, kind: HouseholdKind, day: date, by_block: bool) -> Figures:
    """What counters say, and what they lack yet where that is little; all of one instant. The transaction has done nothing before.

    Raises DateInFuture.
    """
    refuse_future(tx, day, "query:as_of")
    await store.see_one_instant(tx)
    waiting = await store.find_waiting(tx, MOST_AT_READING)
    counted_as = COUNTED_AS[kind]
    rows = await store.list_counted(tx, place, counted_as, day, by_block)
    lacking: dict[tuple[str, ...], Counter[str]] = {}
    if 0 < waiting.number <= MOST_AT_READING:
        for row in await store.list_uncounted(tx, waiting.household_ids, place, counted_as, day, by_block):
            key = (row["community_code"], row["estate"], row["block"])
            lacking.setdefault(key, Counter())[row["what"]] = row["number"]
    items = []
    for row in rows:
        key = (row["community_code"], row["estate"] or "", row["block"] or "")
        counts = Counter(row["counts"] or {})
        counts.update(lacking.get(key, {}))
        items.append({**row, "community": row["community_code"], **figures_of(counts)})
    if waiting.number <= MOST_AT_READING or waiting.since is None:
        return Figures(items, tx.now, 0)
    return Figures(items, waiting.since, waiting.number)


async def comes_after_import(read: Read) -> bool:
    """Is a roster coming in, and much of it to be counted already?"""
    return await store.import_under_way(read) and await store.are_waiting(read, MOST_AT_ONCE)


async def count_some(tx: Transaction, most: int = MOST_AT_ONCE) -> int:
    """Counts the households that have waited longest; how many. None where another process is at it."""
    if not await store.begin_counting(tx):
        return 0
    household_ids = await store.take_waiting(tx, most)
    if household_ids:
        await store.count(tx, household_ids)
    return len(household_ids)
