"""Who was entered twice: whatever the order of the news, what is recorded under the one id is the other's, and an unmerging gives it
back as it was."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.jobs.employments.domain import EndReason, Form, Terms
from services.jobs.employments.service import end_employment, start_employment
from services.jobs.handlers import HANDLERS
from shared.contracts.registry import Work
from shared.db import Database, is_transient
from shared.events import Received
from shared.ids import new_id
from shared.inbox import apply
from tests.integration.jobs.news import EARLIER, EMPLOYED, NONE, NOW, Family
from tests.integration.jobs.test_order import OFFICER, Story, end_of
from tests.support.clients import Service
from tests.support.databases import fresh

FARMING = Work(status="employed", form="farming", started_on=date(2025, 3, 1))


def twice(f: Family, one: Work | None = NONE, other: Work | None = EMPLOYED) -> list[Received]:
    """One lives with `c`; entered once more alone, in a flat of its own."""
    return [
        f.settled("ac"),
        f.registered("a", work=one),
        f.registered("c", work=NONE),
        f.settled("b", household="other", block="2"),
        f.registered("b", household="other", work=other),
    ]


def under(f: Family, one: Work | None = NONE, other: Work | None = EMPLOYED) -> list[Received]:
    return [
        *twice(f, one, other),
        f.goes_under("b", 2, "a", household="other", work=other),
        f.changed("", 2, household="other", block="2", state="ended"),
    ]


def back(f: Family, one: Work | None = NONE, other: Work | None = EMPLOYED) -> list[Received]:
    return [
        *under(f, one, other),
        f.comes_back("b", 3, household="other", work=other),
        f.changed("b", 3, household="other", block="2"),
    ]


def under_without_work(f: Family) -> list[Received]:
    return under(f, NONE, NONE)


def under_with_work(f: Family) -> list[Received]:
    return under(f, EMPLOYED, NONE)


def under_in_the_same_work(f: Family) -> list[Received]:
    return under(f, EMPLOYED, EMPLOYED)


def under_in_other_work(f: Family) -> list[Received]:
    return under(f, FARMING, EMPLOYED)


def under_with_nothing_known(f: Family) -> list[Received]:
    """Of the one who stays; the other was known to have no work, which is for the registry to say of the one now."""
    return under(f, None, NONE)


def back_without_work(f: Family) -> list[Received]:
    return back(f, NONE, NONE)


def back_in_the_same_work(f: Family) -> list[Received]:
    return back(f, EMPLOYED, EMPLOYED)


def twice_in_one_home(f: Family) -> list[Received]:
    """Both in one household, which then has one of them."""
    return [
        f.settled("abc"),
        *(f.registered(label, work=NONE) for label in "abc"),
        f.goes_under("b", 2, "a", work=NONE),
        f.changed("ac", 2),
    ]


def takes_the_place(f: Family) -> list[Received]:
    """The one who stays comes to live where the other was entered."""
    return [
        *twice(f),
        f.goes_under("b", 2, "a", household="other", work=EMPLOYED),
        f.changed("a", 2, household="other", block="2"),
        f.went("a", 2, household="other", work=NONE),
        f.changed("c", 2),
    ]


def dies_once(f: Family) -> list[Received]:
    return [*under(f), f.died("a", 2, work=NONE), f.changed("c", 2)]


def back_alive(f: Family) -> list[Received]:
    """The one died while the other was held to be the same, and is not."""
    return [*back(f, EMPLOYED, EMPLOYED), f.died("a", 2, work=EMPLOYED), f.changed("c", 2)]


def under_another(f: Family) -> list[Received]:
    """Unmerged, and the same as somebody else."""
    return [
        *back(f),
        f.goes_under("b", 4, "c", household="other", work=EMPLOYED),
        f.changed("", 4, household="other", block="2", state="ended"),
    ]


def two_under_one(f: Family) -> list[Received]:
    return [
        *under(f, EMPLOYED, EMPLOYED),
        f.settled("d", household="third", block="3"),
        f.registered("d", household="third", work=EMPLOYED),
        f.goes_under("d", 2, "a", household="third", work=EMPLOYED),
        f.changed("", 2, household="third", block="3", state="ended"),
    ]


def corrected_under(f: Family) -> list[Received]:
    """The statement of the id that went under had been corrected before."""
    corrected = f.goes_under("b", 3, "a", household="other", work=FARMING)
    return [*under(f)[:5], f.facts("b", 2, household="other", work=FARMING), corrected, under(f)[6]]


def taken_back_before(f: Family) -> list[Received]:
    """The settling of the id that goes under had been taken back by then."""
    facts: dict[str, Any] = {"household": "other", "work": EMPLOYED, "withdrawn_at": EARLIER}
    return [
        *twice(f),
        f.withdrawn(2, household="other"),
        f.undone("b", 2, **facts),
        f.goes_under("b", 3, "a", **facts),
    ]


def back_and_taken_back_before(f: Family) -> list[Received]:
    facts: dict[str, Any] = {"household": "other", "work": EMPLOYED, "withdrawn_at": EARLIER}
    return [*taken_back_before(f), f.comes_back("b", 4, state="withdrawn", **facts)]


ENDS: dict[Story, dict[str, Any]] = {
    under: {
        "seekers": ["c"],
        "standing": {"home": "in-work", "other": "no-labour"},
        "told work": {"a": ["migrant"]},
        "told of": {"a": "home"},
        "told without work": [],
    },
    under_without_work: {"seekers": ["a", "c"], "standing": {"home": "without-work", "other": "no-labour"}},
    under_with_work: {"seekers": ["c"], "standing": {"home": "in-work", "other": "no-labour"}},
    under_in_the_same_work: {"told work": {"a": ["migrant"]}},
    under_in_other_work: {"told work": {"a": ["farming", "migrant"]}},
    under_with_nothing_known: {"seekers": ["c"], "standing": {"home": "undetermined", "other": "no-labour"}},
    back: {
        "seekers": ["a", "c"],
        "standing": {"home": "without-work", "other": "in-work"},
        "told work": {"b": ["migrant"]},
        "told of": {"b": "other"},
        "told without work": ["home"],
    },
    back_without_work: {
        "seekers": ["a", "b", "c"],
        "standing": {"home": "without-work", "other": "without-work"},
        "told without work": ["home", "other"],
    },
    back_in_the_same_work: {"told work": {"a": ["migrant"], "b": ["migrant"]}},
    twice_in_one_home: {"seekers": ["a", "c"], "standing": {"home": "without-work"}},
    takes_the_place: {"told of": {"a": "other"}, "standing": {"home": "without-work", "other": "in-work"}},
    dies_once: {"told work": {}, "seekers": ["c"], "standing": {"home": "without-work", "other": "no-labour"}},
    back_alive: {"told work": {"b": ["migrant"]}, "standing": {"home": "without-work", "other": "in-work"}},
    under_another: {"told work": {"c": ["migrant"]}, "told of": {"c": "home"}, "seekers": ["a"]},
    two_under_one: {
        "told work": {"a": ["migrant"]},
        "standing": {"home": "in-work", "other": "no-labour", "third": "no-labour"},
    },
    taken_back_before: {
        "told work": {},
        "seekers": ["a", "c"],
        "standing": {"home": "without-work", "other": "no-labour"},
    },
    back_and_taken_back_before: {"told work": {}, "employments": [], "seekers": ["a", "c"]},
    corrected_under: {"told work": {"a": ["farming"]}, "standing": {"home": "in-work", "other": "no-labour"}},
}


@pytest.fixture(scope="module")
async def database() -> AsyncIterator[Database]:
    async with fresh("jobs") as (_, database):
        yield database


async def outcome(database: Database, family: Family, events: list[Received], batches: list[int]) -> dict[str, Any]:
    """Of employments told together the order is that in which jobs came to them."""
    found = await end_of(database, family, events, batches)
    found["told work"] = {label: sorted(forms) for label, forms in found["told work"].items()}
    return found


@pytest.mark.parametrize("story", ENDS, ids=lambda story: story.__name__)
async def test_the_story_told_in_order(database: Database, story: Story) -> None:
    for batches in ([1] * 20, []):
        family = Family()
        found = await outcome(database, family, story(family), batches)
        assert {key: found[key] for key in ENDS[story]} == ENDS[story]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_any_order_and_repeats_come_to_the_same(database: Database, data: st.DataObject) -> None:
    story = data.draw(st.sampled_from(sorted(ENDS, key=lambda story: story.__name__)))
    family, again = Family(), Family()
    expected = await outcome(database, family, story(family), [])
    events = story(again)
    played = list(data.draw(st.permutations(events)))
    for event, place in data.draw(st.lists(st.tuples(st.sampled_from(events), st.integers(0, 12)), max_size=4)):
        played.insert(place, replace(event, id=new_id()))
    batches = data.draw(st.lists(st.integers(1, 12), max_size=12))
    assert await outcome(database, again, played, batches) == expected


@pytest.mark.parametrize("seed", range(4))
async def test_several_workers_at_once_come_to_the_same(database: Database, seed: int) -> None:
    """Each event in a transaction of its own, all at the same time."""
    for story in (under, takes_the_place):
        family, again = Family(), Family()
        expected = await outcome(database, family, story(family), [])
        events = story(again)
        random.Random(seed).shuffle(events)
        await asyncio.gather(*(until_applied(database, event) for event in events))
        assert await outcome(database, again, [], []) == expected


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


_ROWS = {
    "employments": "select to_jsonb(e) - array['version'] as row from employments e order by employment_id",
    "seekers": "select to_jsonb(s) as row from seekers s order by seeker_id",
    "person_copies": "select to_jsonb(p) - array['version'] as row from person_copies p order by person_id",
    "household_copies": "select to_jsonb(h) - array['version'] as row from household_copies h order by household_id",
    "households": "select to_jsonb(h) - array['version', 'changed_at'] as row from households h order by household_id",
    "timers": "select to_jsonb(t) as row from timers t order by kind, key",
}
"""(`workers` has versions only.)"""


async def rows_of(database: Database) -> dict[str, list[Any]]:
    return {table: [r["row"] for r in await database.pool.fetch(query)] for table, query in _ROWS.items()}


async def test_unmerged_all_is_as_it_was() -> None:
    kinds = [(NONE, NONE), (NONE, EMPLOYED), (EMPLOYED, NONE), (EMPLOYED, EMPLOYED), (FARMING, EMPLOYED), (None, NONE)]
    async with fresh("jobs") as (_, database):
        stories = [back(Family(), one, other) for one, other in kinds]
        await apply(database, HANDLERS, [event for events in stories for event in events[:5]], NOW)
        before = await rows_of(database)
        for step in range(5, 9):
            await apply(database, HANDLERS, [events[step] for events in stories], NOW)
            assert (await rows_of(database) == before) is (step == 8)


async def test_what_was_recorded_in_between_stays_with_whom_it_was_recorded_under() -> None:
    async with fresh("jobs") as (_, database):
        family = Family()
        events = back(family, NONE, EMPLOYED)
        await apply(database, HANDLERS, events[:7], NOW)
        ids = await database.pool.fetch("select employment_id from employments")
        terms = Terms(Form.WORKSHOP, started_on=date(2026, 3, 2))
        async with database.transaction(NOW) as tx:
            await start_employment(tx, OFFICER, family.person("a"), terms)
            await end_employment(tx, OFFICER, ids[0]["employment_id"], lambda _: None, date(2026, 5, 1), EndReason.LEFT)
        await apply(database, HANDLERS, events[7:], NOW)
        found = await outcome(database, family, [], [])
        assert [(e["person_id"], e["form"], e["status"]) for e in found["employments"]] == [
            ("a", "workshop", "standing"),
            ("b", "migrant", "ended"),
        ]
        assert found["told work"] == {"a": ["workshop"]}
        assert found["standing"] == {"home": "in-work", "other": "without-work"}
        assert found["seekers"] == ["b", "c"]


async def test_an_end_that_was_recorded_of_one_holds_for_the_same_employment_under_the_other_id(
    database: Database,
) -> None:
    """Until they are two people again."""
    for label in "ab":
        family = Family()
        events = back(family, EMPLOYED, EMPLOYED)
        await apply(database, HANDLERS, events[:7], NOW)
        id_ = await database.pool.fetchval(
            "select employment_id from employments where person_id = $1", family.person(label)
        )
        async with database.transaction(NOW) as tx:
            await end_employment(tx, OFFICER, id_, lambda _: None, date(2026, 5, 1), EndReason.LEFT)
        found = await outcome(database, family, [], [])
        assert (found["seekers"], found["told work"], found["standing"]["home"]) == (["a", "c"], {}, "without-work")
        assert {e["person_id"]: (e["status"], e["aside"]) for e in found["employments"]} == {
            label: ("ended", False),
            "ab".replace(label, ""): ("standing", True),
        }
        found = await outcome(database, family, events[7:], [])
        assert sorted(found["told work"]) == ["ab".replace(label, "")]


async def test_the_old_id_shows_the_person_and_is_not_acted_on(jobs: Service) -> None:
    f = Family()
    await jobs.hear(under(f, EMPLOYED, EMPLOYED))
    a, b = f.person("a"), f.person("b")
    shown = (await jobs.get(f"/v1/jobs/persons/{b}")).json()
    assert (shown["person_id"], shown["merged_into"]) == (b, a)
    assert shown | {"person_id": a, "merged_into": None} == (await jobs.get(f"/v1/jobs/persons/{a}")).json()
    own, aside = sorted(shown["employments"], key=lambda e: e["recorded_under"] is not None)
    assert (own["person_id"], own["recorded_under"], own["duplicate_of"]) == (a, None, None)
    assert (aside["person_id"], aside["recorded_under"], aside["duplicate_of"]) == (a, b, own["employment_id"])
    one = (await jobs.get(f"/v1/jobs/employments/{aside['employment_id']}")).json()
    assert (one["person_id"], one["recorded_under"], one["duplicate_of"]) == (a, b, own["employment_id"])
    household = (await jobs.get(f"/v1/jobs/households/{f.household()}")).json()
    assert household["employments"] == shown["employments"]
    assert [seeker["person_id"] for seeker in household["seekers"]] == [f.person("c")]
    assert (await jobs.get(f"/v1/jobs/households/{f.household('other')}")).json()["employments"] == []
    start = {"person_id": b, "form": "enterprise", "division": "522731", "started_on": "2026-03-02"}
    refused = await jobs.post("/v1/jobs/employments", start)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:anju:problem:person-merged")
    assert refused.json()["merged_into"] == a
    (figures,) = (await jobs.get("/v1/jobs/statistics")).json()["items"]
    assert (figures["labour"], figures["employed"], figures["by_form"]["migrant"], figures["seekers"]) == (2, 1, 1, 1)


async def test_who_seeks_work_is_listed_once_as_the_person(jobs: Service) -> None:
    f = Family()
    await jobs.hear([*under(f, NONE, NONE)[3:], f.settled("ac")])  # of the other id first: its spell goes on
    await jobs.hear([f.registered("a", work=NONE), f.registered("c", work=NONE)])
    listed = (await jobs.get("/v1/jobs/seekers")).json()["items"]
    assert sorted(seeker["person_id"] for seeker in listed) == sorted([f.person("a"), f.person("c")])
    assert {seeker["household_id"] for seeker in listed} == {f.household()}
