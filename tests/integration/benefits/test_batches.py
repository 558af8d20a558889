"""Hundreds of events come at once: households are assessed once, and all else is as if each had come alone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.benefits.handlers import HANDLERS
from shared.db import Database
from shared.events import Received
from shared.inbox import apply
from tests.integration.benefits.news import EVERYTHING, NOW, Kin, picture
from tests.integration.benefits.test_order import (
    DIBAO,
    ENDS,
    Story,
    loses_one,
    open_cases,
    says_more,
    settles,
    was_entered_by_mistake,
)
from tests.support.databases import fresh


@pytest.fixture(scope="module")
async def database() -> AsyncIterator[Database]:
    async with fresh("benefits") as (_, database):
        yield database


async def begin(database: Database, stories: list[Story]) -> tuple[list[Kin], list[list[Received]]]:
    """A family for each story, settled with cases under way; and what is still to be told of each."""
    kins, rest = [Kin() for _ in stories], []
    for kin, story in zip(kins, stories, strict=True):
        events, begun = story(kin), settles(Kin())
        if story is not says_more:
            await apply(database, HANDLERS, events[: len(begun)], NOW)
            await open_cases(database, kin)
        rest.append(events if story is says_more else events[len(begun) :])
    await database.pool.execute("delete from outbox")
    return kins, rest


async def said(database: Database, kins: list[Kin]) -> list[tuple[Any, ...]]:
    """What was said since the last time, by family and label."""
    rows = [json.loads(row["data"]) for row in await database.pool.fetch("delete from outbox returning data")]
    homes = {household_id: (n, label) for n, kin in enumerate(kins) for label, household_id in kin.households.items()}
    people = {person_id: label for kin in kins for label, person_id in kin.people.items()} | {None: ""}
    return sorted(
        (*homes[row["household_id"]], people[row["person_id"]], row["scheme"], row["version"], row["ended_because"])
        for row in rows
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_a_batch_does_and_says_what_one_by_one_does(database: Database, data: st.DataObject) -> None:
    """Several families, with cases under way, in any order and split: nothing depends on what else a batch holds."""
    stories = data.draw(
        st.lists(st.sampled_from([story for story in ENDS if story is not settles]), min_size=2, max_size=3)
    )
    kins, alone = await begin(database, stories)
    order = data.draw(st.permutations([(n, e) for n, events in enumerate(alone) for e in range(len(events))]))
    for n, e in order:
        await apply(database, HANDLERS, [alone[n][e]], NOW)
    expected = await said(database, kins)
    again, together = await begin(database, stories)
    rest = [together[n][e] for n, e in order]
    for size in (*data.draw(st.lists(st.integers(1, 20), max_size=3)), len(rest)):
        await apply(database, HANDLERS, rest[:size], NOW)
        rest = rest[size:]
    assert await said(database, again) == expected
    for one, other in zip(kins, again, strict=True):
        assert await picture(database, other) == await picture(database, one)


@pytest.mark.parametrize("story", [loses_one, was_entered_by_mistake], ids=lambda story: story.__name__)
async def test_what_is_over_at_once_ends_its_cases(database: Database, story: Story) -> None:
    """In one batch with the news of people who settle anew: the last word alone would leave the cases under way."""
    (kin,), (rest,) = await begin(database, [story])
    anew = kin.registered("a", 9, household="other", **EVERYTHING)
    await apply(database, HANDLERS, [*rest, kin.settled("a", household="other"), anew], NOW)
    cases = (await picture(database, kin))["cases"]
    assert ("a", "170", "withdrawn") in [case[:3] for case in cases]


async def test_a_household_of_which_much_is_said_at_once_is_assessed_once(database: Database) -> None:
    kins = [Kin(), Kin()]
    await apply(database, HANDLERS, [event for kin in kins for event in says_more(kin)], NOW)
    households = [kin.household() for kin in kins]
    rows = await database.pool.fetch("select * from household_copies where household_id = any($1::uuid[])", households)
    assert [row["assessed_version"] for row in rows] == [1, 1]


async def test_what_stays_the_same_is_not_written_again(database: Database) -> None:
    kin = Kin()
    await apply(database, HANDLERS, settles(kin), NOW)
    again = [kin.facts("a", 2, **EVERYTHING), kin.facts("b", 2), kin.changed("ab", 2, dibao=DIBAO)]
    await apply(database, HANDLERS, again, NOW + timedelta(days=1))
    rows = await database.pool.fetch(
        """select h.version, h.assessed_version, a.assessed_at from assessments a join household_copies h using (household_id)
            where household_id = $1""",
        kin.household(),
    )
    assert {tuple(row) for row in rows} == {(2, 1, NOW)}
