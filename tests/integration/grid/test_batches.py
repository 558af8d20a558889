"""News in batches: whatever the split, the same end, and the same is said of each household and each visit in the same order."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import pytest

from shared.clock import Calendar
from shared.contracts.jobs import HouseholdWithoutWorkState
from shared.contracts.registry import HouseholdChanged, HouseholdMoved, HouseholdState, HouseholdWithdrawn
from shared.ids import new_ids
from tests.integration.grid.news import (
    COMMUNITY,
    DUE,
    HEAD,
    OTHER,
    TWO_CELLS,
    Grid,
    cells,
    cleared,
    community,
    end_of,
    found,
    household,
)

HOUSEHOLDS = 8
T = TypeVar("T")


def registry_news(rng: random.Random, homes: Sequence[str]) -> list[HouseholdState]:
    """Of each household up to six words, some of them twice or after a newer one, in any mixture."""
    told: list[HouseholdState] = []
    for home in homes:
        for version in range(1, rng.randint(2, 7)):
            kind, state = rng.choice(
                [
                    (HouseholdMoved, "settled"),
                    (HouseholdMoved, "settled"),
                    (HouseholdChanged, "ended"),
                    (HouseholdWithdrawn, "withdrawn"),
                ]
            )
            where = rng.choice([COMMUNITY, COMMUNITY, OTHER])
            told.append(household(home, version, kind, community=where, block=rng.choice("129"), state=state))
    return mixed(rng, told)


def jobs_news(rng: random.Random, homes: Sequence[str]) -> list[HouseholdWithoutWorkState]:
    told: list[HouseholdWithoutWorkState] = []
    for home in homes:
        for version in range(1, rng.randint(2, 6)):
            since = rng.choice([end_of(DUE), end_of(DUE).replace(year=2025)])
            told.append(rng.choice([found(home, version, since), cleared(home, version)]))
    return mixed(rng, told)


def mixed(rng: random.Random, told: list[T]) -> list[T]:
    """Each household's words mostly in order, some repeated."""
    told = told + rng.sample(told, len(told) // 4)
    return [word for _, word in sorted(enumerate(told), key=lambda pair: pair[0] + rng.uniform(0, 12))]


def parts(rng: random.Random, news: Sequence[T]) -> Iterator[Sequence[T]]:
    at = 0
    while at < len(news):
        size = rng.choice([1, 2, 5, 40])
        yield news[at : at + size]
        at += size


def moved_to(words: Sequence[Any], homes: Sequence[str], others: Sequence[str]) -> list[Any]:
    """The same news of other households."""
    other = dict(zip(homes, others, strict=True))
    return [word.model_copy(update={"household_id": other[word.household_id]}) for word in words]


async def told_of(grid: Grid, homes: Sequence[str]) -> dict[str, list[Any]]:
    """What was said, by household and visit (named by the order in which its household's visits were asked for)."""
    rows = await grid.service.database.pool.fetch("select visit_id, household_id from visits order by visit_id")
    names: dict[str, str] = {}
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row["household_id"]] += 1
        names[row["visit_id"]] = f"visit {counts[row['household_id']]} of {row['household_id']}"
    place = {home: str(n) for n, home in enumerate(homes)}
    told: dict[str, list[Any]] = defaultdict(list)
    for kind, data in await grid.said():
        about = names[data.pop("visit_id")] if "visit_id" in data else f"home {data['household_id']}"
        home = data.pop("household_id")
        told[about.replace(home, place[home])].append((kind, data))
    return dict(told)


@pytest.mark.parametrize("seed", range(6))
async def test_a_batch_split_anyhow_says_and_leaves_what_its_news_one_by_one_do(grid: Grid, seed: int) -> None:
    rng = random.Random(seed)
    await grid.put(TWO_CELLS)
    await grid.put(cells(("001", "head-of-other", "1-1 2-1"), code=OTHER), OTHER)
    homes = new_ids(HOUSEHOLDS)
    rounds: list[Sequence[Any]] = [registry_news(rng, homes), jobs_news(rng, homes), registry_news(rng, homes)]
    ends, sayings = [], []
    for split in ("one by one", "all at once", "anyhow", "anyhow"):
        these = new_ids(HOUSEHOLDS)
        said: list[dict[str, list[Any]]] = []
        for news in rounds:
            words = moved_to(news, homes, these)
            batches = {"one by one": [[word] for word in words], "all at once": [words]}.get(split)
            for batch in batches or parts(rng, words):
                await grid.hear(*batch)
            said.append(await told_of(grid, these))
        sayings.append(said)
        ends.append([await history(grid, home) for home in these])
    assert sayings[0] == sayings[1] == sayings[2] == sayings[3]
    assert ends[0] == ends[1] == ends[2] == ends[3]
    assert sum(map(len, sayings[0][0].values())) > HOUSEHOLDS


async def history(grid: Grid, home: str) -> list[Any]:
    """The whole record of a household: also what was retracted and cancelled."""
    pool = grid.service.database.pool
    columns = (
        "version, assigned_community, cell_code, head_staff_id, copy_version, state, without_work_version, without_work"
    )
    row = await pool.fetchrow(f"select {columns} from households where household_id = $1", home)
    placements = await pool.fetch(
        """select cell_code, head_staff_id, valid_from, valid_to, retracted_at is not null as retracted
             from placements where household_id = $1 order by id""",
        home,
    )
    visits = await pool.fetch(
        """select v.version, reason, occasion, v.status, community_code, cell_code, head_staff_id, due_on, t.due_at
             from visits v left join timers t on t.key = v.visit_id::text
            where household_id = $1 order by visit_id""",
        home,
    )
    return [tuple(one.values()) for one in (row, *placements, *visits) if one is not None]


@pytest.mark.parametrize("seed", range(3))
async def test_both_topics_in_any_mixture_end_the_same(grid: Grid, seed: int) -> None:
    rng = random.Random(seed)
    await grid.put(TWO_CELLS)
    homes = new_ids(HOUSEHOLDS)
    registry, jobs = registry_news(rng, homes), jobs_news(rng, homes)
    ends = []
    for _ in range(5):
        these = new_ids(HOUSEHOLDS)
        news = moved_to([*registry, *jobs], homes, these)
        rng.shuffle(news)
        for batch in parts(rng, news):
            await grid.hear(*batch)
        ends.append([await grid.end_state(home) for home in these])
    assert all(end == ends[0] for end in ends)


async def test_what_two_batches_ask_at_the_same_time_is_asked_once(grid: Grid) -> None:
    await grid.put(TWO_CELLS)
    homes = new_ids(30)
    settled, without = [household(home) for home in homes], [found(home) for home in homes]
    await asyncio.gather(grid.hear(*settled), grid.hear(*without), grid.hear(*reversed(settled)), grid.hear(*without))
    rows = await grid.service.database.pool.fetch("select reason, count(*) from visits group by reason order by 1")
    assert [tuple(row.values()) for row in rows] == [("first-visit", 30), ("without-work", 30)]
    assert len(await grid.timers()) == 60


async def test_a_batch_of_new_households_takes_a_few_statements_and_one_look_at_the_calendar(
    grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    real = Calendar.add_working_days

    def counting(self: Calendar, start: Any, n: int) -> Any:
        counted.append(n)
        return real(self, start, n)

    monkeypatch.setattr(Calendar, "add_working_days", counting)
    await grid.put(TWO_CELLS)
    await grid.hear(*[household(home) for home in new_ids(200)])
    assert len(counted) == 2  # one for each reason
    assert len(await grid.timers()) == 200


async def test_of_several_words_on_a_community_in_a_batch_the_newest_stands(grid: Grid) -> None:
    await grid.hear(
        community("1-1", version=1), community("1-1", "1-2", version=3), community("9-9", version=2),
        community("5-1", code=OTHER),
    )  # fmt: skip
    told = await grid.service.database.pool.fetch(
        "select community_code, block, unit from unit_copies order by 1, 2, 3"
    )
    assert [tuple(row.values()) for row in told] == [(COMMUNITY, "1", "1"), (COMMUNITY, "1", "2"), (OTHER, "5", "1")]


async def test_the_head_of_a_cell_is_the_head_of_its_visits_whatever_the_batch(grid: Grid) -> None:
    await grid.put(TWO_CELLS)
    homes = new_ids(3)
    await grid.hear(*[household(home) for home in homes], *[found(home) for home in homes])
    for home in homes:
        assert {visit["head"] for visit in (await grid.view(home))["visits"]} == {HEAD}
