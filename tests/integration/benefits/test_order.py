"""Order holds per aggregate only, and Kafka may repeat: whatever the order and however often, benefits comes to the same end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.benefits.assessments.domain import Scheme
from services.benefits.cases.domain import Channel
from services.benefits.cases.service import Application
from services.benefits.cases.service import apply as apply_for
from services.benefits.handlers import HANDLERS
from shared.auth import SCOPES, Actor, Place, Role
from shared.contracts.registry import Work
from shared.db import Database, is_transient
from shared.events import Received
from shared.ids import new_id
from shared.inbox import apply
from tests.integration.benefits.news import EARLIER, EVERYTHING, LATER, NEAR, NOW, OLD, SCHEMES, Kin, picture
from tests.support.databases import fresh

Story = Callable[[Kin], list[Received]]
DIBAO = {"receiving": True, "division": OLD, "household_class": "rural"}
CLERK = Actor("clerk-1", "staff", Role.STREET_WELFARE_CLERK, SCOPES[Role.STREET_WELFARE_CLERK], Place())


def settles(k: Kin) -> list[Received]:
    """Everything is known of one, nothing of another; jobs opens the stated work."""
    works = k.works("a", 1, {"division": NEAR})
    return [k.settled("ab", dibao=DIBAO), k.registered("a", **EVERYTHING), k.registered("b"), works]


def says_more(k: Kin) -> list[Received]:
    """Facts come by and by, the household moves, work starts and ends."""
    later = EVERYTHING | {"hukou_moved": False, "work": Work(status="none")}
    return [
        k.settled("ab"),
        k.registered("a"),
        k.facts("a", 2, **EVERYTHING),
        k.facts("a", 3, **later),
        k.registered("b"),
        k.facts("b", 2, **EVERYTHING),
        k.works("a", 1, {"division": NEAR}),
        k.stops("a", 2),
        k.works("b", 1, {"division": OLD}),
        k.moved("ab", 2, flat="201", dibao=DIBAO),
    ]


def loses_one(k: Kin) -> list[Received]:
    """A member dies; jobs hears of it and ends the work."""
    return [
        *settles(k),
        k.died("a", 2, **EVERYTHING),
        k.changed("b", 2, dibao=DIBAO),
        k.stops("a", 2, reason="death"),
    ]


def dies_out(k: Kin) -> list[Received]:
    return [*loses_one(k), k.died("b", 2), k.changed("", 3, state="ended")]


def was_entered_by_mistake(k: Kin, back: datetime = LATER) -> list[Received]:
    undone = [k.undone("a", 2, **EVERYTHING, withdrawn_at=back), k.undone("b", 2, withdrawn_at=back)]
    return [*settles(k), k.withdrawn(2), *undone, k.stops("a", 2, reason="withdrawn")]


def settles_anew(k: Kin, back: datetime = LATER) -> list[Received]:
    """Withdrawn, then settled in another household; what work they have is not known any more."""
    facts = EVERYTHING | {"work": None, "withdrawn_at": back}
    return [
        *was_entered_by_mistake(k, back),
        k.settled("ab", household="other", dibao=DIBAO),
        k.registered("a", 3, household="other", **facts),
        k.registered("b", 3, household="other", **facts),
    ]


def had_settled_anew(k: Kin) -> list[Received]:
    """Before any of the cases that are opened between; benefits hears of it later."""
    return settles_anew(k, EARLIER)


def had_settled_anew_and_lost_one(k: Kin) -> list[Received]:
    death = k.died("a", 4, household="other", withdrawn_at=EARLIER)
    return [*had_settled_anew(k), death, k.changed("b", 2, household="other", dibao=DIBAO)]


def settles_twice_anew(k: Kin, back: datetime = LATER) -> list[Received]:
    facts = EVERYTHING | {"work": None, "withdrawn_at": back}
    return [
        *had_settled_anew(k),
        k.withdrawn(2, household="other"),
        k.undone("a", 4, household="other", **facts),
        k.undone("b", 4, household="other", **facts),
        k.settled("ab", household="third", dibao=DIBAO),
        k.registered("a", 5, household="third", **facts),
        k.registered("b", 5, household="third", **facts),
    ]


def had_settled_twice_anew(k: Kin) -> list[Received]:
    return settles_twice_anew(k, EARLIER)


def told(found: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(row["subject_id"], row["scheme"]): row["outcome"] for row in found["assessments"]}


ENDS: dict[Story, dict[tuple[str, str], str]] = {
    settles: {
        ("a", "110"): "keep",
        ("a", "170"): "transfer",
        ("b", "170"): "undetermined",
        ("home", "dibao"): "undetermined",
    },
    says_more: {("a", "170"): "keep", ("a", "110"): "keep", ("b", "110"): "change", ("home", "dibao"): "transfer"},
    loses_one: {("b", "170"): "undetermined", ("home", "dibao"): "undetermined"},
    dies_out: {},
    was_entered_by_mistake: {},
    settles_anew: {("a", "170"): "transfer", ("a", "110"): "undetermined", ("other", "dibao"): "transfer"},
}


@pytest.fixture(scope="module")
async def database() -> AsyncIterator[Database]:
    async with fresh("benefits") as (_, database):
        yield database


async def end_of(database: Database, kin: Kin, events: list[Received], batches: list[int]) -> dict[str, Any]:
    """Applies the events, so many to a batch, and says what benefits comes to."""
    rest, sizes = events, iter(batches)
    while rest:
        size = next(sizes, len(rest))
        await apply(database, HANDLERS, rest[:size], NOW)
        rest = rest[size:]
    return await picture(database, kin)


@pytest.mark.parametrize("story", ENDS, ids=lambda story: story.__name__)
async def test_the_story_told_in_order(database: Database, story: Story) -> None:
    kin = Kin()
    found = told(await end_of(database, kin, story(kin), []))
    assert {key: found.get(key) for key in ENDS[story]} == ENDS[story]
    people = {subject for subject, scheme in found if scheme != "dibao"}
    assert len(found) == len(people) * len(SCHEMES) + bool(people)


@pytest.mark.parametrize("story", ENDS, ids=lambda story: story.__name__)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_any_order_and_repeats_come_to_the_same(database: Database, story: Story, data: st.DataObject) -> None:
    kin = Kin()
    expected = await end_of(database, kin, story(kin), [])
    again = Kin()
    events = story(again)
    order = data.draw(st.permutations(range(len(events))))
    repeats = data.draw(st.lists(st.tuples(st.sampled_from(events), st.integers(0, 12)), max_size=4))
    played = [events[i] for i in order]
    for event, place in repeats:  # under a fresh id: the inbox would stop the same one
        played.insert(place, replace(event, id=new_id()))
    batches = data.draw(st.lists(st.integers(1, 3), max_size=12))
    assert await end_of(database, again, played, batches) == expected


PENDING: dict[Story, dict[str, str]] = {
    loses_one: {"b": "home", "home": "home"},
    dies_out: {},
    was_entered_by_mistake: {},
    settles_anew: {},
    had_settled_anew: {"a": "other", "b": "other"},
    had_settled_anew_and_lost_one: {"b": "other"},
    settles_twice_anew: {},
    had_settled_twice_anew: {"a": "third", "b": "third"},
}
"""Whose cases that were opened after the first settling stay, and in which household they are."""


@pytest.mark.parametrize("story", PENDING, ids=lambda story: story.__name__)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_cases_end_whatever_the_order(database: Database, story: Story, data: st.DataObject) -> None:
    """Cases that were opened between the settling and what came after. Why one ended may be what was heard first: a settling taken
    back, or a death before."""
    kin, again = Kin(), Kin()
    ends = []
    for who, shuffle in ((kin, False), (again, True)):
        events = story(who)
        begun = len(settles(Kin()))
        await apply(database, HANDLERS, events[:begun], NOW)
        await open_cases(database, who)
        rest = data.draw(st.permutations(events[begun:])) if shuffle else events[begun:]
        ends.append(await end_of(database, who, list(rest), [1] * len(rest)))
    expected, found = ends
    cases = expected.pop("cases")
    pending = {subject: home for subject, _, status, _, home in cases if status != "withdrawn"}
    assert pending == PENDING[story]
    assert still(found.pop("cases")) == still(cases)
    assert found == expected


def still(cases: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Subject, scheme and status, and of what is under way the household."""
    return [
        (subject, scheme, status, home if status != "withdrawn" else "") for subject, scheme, status, _, home in cases
    ]


async def open_cases(database: Database, kin: Kin) -> None:
    async with database.transaction(NOW) as tx:
        for label in "ab":
            application = Application(Scheme.RESIDENT_PENSION, kin.person(label), None, Channel.AGENCY)
            await apply_for(tx, CLERK, application)
        await apply_for(tx, CLERK, Application(Scheme.DIBAO, None, kin.household(), Channel.AGENCY))


@pytest.mark.parametrize("seed", range(6))
async def test_several_workers_at_once_come_to_the_same(database: Database, seed: int) -> None:
    """Each event in a transaction of its own, all at the same time."""
    kin, again = Kin(), Kin()
    expected = await end_of(database, kin, settles_anew(kin), [])
    events = settles_anew(again)
    random.Random(seed).shuffle(events)
    await asyncio.gather(*(until_applied(database, event) for event in events))
    assert await picture(database, again) == expected


async def until_applied(database: Database, event: Received) -> None:
    """As the consumer does: what fails for a fault of the moment (a deadlock) is tried again."""
    for _ in range(20):
        try:
            await apply(database, HANDLERS, [event], NOW)
            return
        except Exception as error:
            if not is_transient(error):
                raise
    raise AssertionError("never applied")


async def test_no_event_was_put_aside_and_versions_only_grow(database: Database) -> None:
    assert not await database.pool.fetchval("select exists (select from dead_letters)")
    rows = await database.pool.fetch("select key, version from outbox order by id")
    newest: dict[str, int] = {}
    for row in rows:
        assert row["version"] > newest.get(row["key"], 0)
        newest[row["key"]] = row["version"]
    assert rows
