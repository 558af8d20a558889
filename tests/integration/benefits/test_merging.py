"""Who was entered twice: whatever the order of the news, cases recorded under the one id are the other's, and an unmerging gives them
back as they were."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.benefits.assessments.domain import Scheme
from services.benefits.cases.domain import Channel
from services.benefits.cases.service import Application
from services.benefits.cases.service import apply as apply_for
from services.benefits.handlers import HANDLERS
from shared.db import Database
from shared.events import Received
from shared.inbox import apply
from tests.integration.benefits.news import EVERYTHING, LATER, NOW, OLD, Benefits, Kin, picture
from tests.integration.benefits.test_order import CLERK, DIBAO, Story, until_applied
from tests.integration.conftest import NewService
from tests.support.clients import Service
from tests.support.databases import fresh

HOME: dict[str, Any] = {"household": "other", "block": "2"}


def twice(k: Kin) -> list[Received]:
    """One lives with `c`; entered once more alone, in a flat of its own."""
    return [
        k.settled("ac", dibao=DIBAO),
        k.registered("a", **EVERYTHING),
        k.registered("c"),
        k.settled("b", **HOME, dibao=DIBAO),
        k.registered("b", household="other", **EVERYTHING),
    ]


def under(k: Kin) -> list[Received]:
    return [
        *twice(k),
        k.goes_under("b", 2, "a", household="other", **EVERYTHING),
        k.changed("", 2, **HOME, dibao=DIBAO, state="ended"),
    ]


def back(k: Kin) -> list[Received]:
    return [
        *under(k),
        k.comes_back("b", 3, household="other", **EVERYTHING),
        k.changed("b", 3, **HOME, dibao=DIBAO),
    ]


def takes_the_place(k: Kin) -> list[Received]:
    """The one who stays comes to live where the other was entered."""
    return [
        *twice(k),
        k.goes_under("b", 2, "a", household="other", **EVERYTHING),
        k.changed("a", 2, **HOME, dibao=DIBAO),
        k.went("a", 2, household="other", **EVERYTHING),
        k.changed("c", 2, dibao=DIBAO),
    ]


def dies_once(k: Kin) -> list[Received]:
    return [*under(k), k.died("a", 2, **EVERYTHING), k.changed("c", 2, dibao=DIBAO)]


def back_alive(k: Kin) -> list[Received]:
    """The one died while the other was held to be the same, and is not."""
    return [*back(k), k.died("a", 2, **EVERYTHING), k.changed("c", 2, dibao=DIBAO)]


def back_and_taken_back(k: Kin) -> list[Received]:
    """Unmerged; then the settling of the one who had stayed is taken back."""
    return [*back(k), k.withdrawn(2), k.undone("a", 2, **EVERYTHING), k.undone("c", 2)]


def under_another(k: Kin) -> list[Received]:
    return [
        *back(k),
        k.goes_under("b", 4, "c", household="other", **EVERYTHING),
        k.changed("", 4, **HOME, dibao=DIBAO, state="ended"),
    ]


def taken_back_before(k: Kin) -> list[Received]:
    """The settling of the id that goes under had been taken back by then."""
    facts = EVERYTHING | {"withdrawn_at": LATER}
    return [
        *twice(k),
        k.withdrawn(2, household="other"),
        k.undone("b", 2, household="other", **facts),
        k.goes_under("b", 3, "a", household="other", **facts),
    ]


ENDS: dict[Story, dict[tuple[str, str], tuple[str, str, str | None, str]]] = {
    under: {
        ("a", "170"): ("a", "open", None, "home"),
        ("b", "170"): ("a", "open", "a", "home"),
        ("b", "110"): ("a", "open", None, "home"),
        ("other", "dibao"): ("other", "withdrawn", None, "other"),
    },
    back: {
        ("a", "170"): ("a", "open", None, "home"),
        ("b", "170"): ("b", "open", None, "other"),
        ("b", "110"): ("b", "open", None, "other"),
        ("other", "dibao"): ("other", "open", None, "other"),
    },
    takes_the_place: {
        ("a", "170"): ("a", "open", None, "other"),
        ("b", "170"): ("a", "open", "a", "other"),
        ("b", "110"): ("a", "open", None, "other"),
        ("other", "dibao"): ("other", "open", None, "other"),
    },
    dies_once: {
        ("a", "170"): ("a", "withdrawn", None, "home"),
        ("b", "170"): ("a", "withdrawn", None, "home"),
        ("b", "110"): ("a", "withdrawn", None, "home"),
        ("other", "dibao"): ("other", "withdrawn", None, "other"),
    },
    back_alive: {
        ("a", "170"): ("a", "withdrawn", None, "home"),
        ("b", "170"): ("b", "open", None, "other"),
        ("b", "110"): ("b", "open", None, "other"),
        ("other", "dibao"): ("other", "open", None, "other"),
    },
    back_and_taken_back: {
        ("a", "170"): ("a", "withdrawn", None, "home"),
        ("b", "170"): ("b", "open", None, "other"),
        ("b", "110"): ("b", "open", None, "other"),
        ("other", "dibao"): ("other", "open", None, "other"),
    },
    taken_back_before: {
        ("a", "170"): ("a", "open", None, "home"),
        ("b", "170"): ("a", "withdrawn", None, "other"),
        ("b", "110"): ("a", "withdrawn", None, "other"),
        ("other", "dibao"): ("other", "withdrawn", None, "other"),
    },
    under_another: {
        ("a", "170"): ("a", "open", None, "home"),
        ("b", "170"): ("c", "open", None, "home"),
        ("b", "110"): ("c", "open", None, "home"),
        ("other", "dibao"): ("other", "withdrawn", None, "other"),
    },
}
"""Of cases that were opened before benefits heard of the merging, by the id they were recorded under and scheme: whose they are, their
status, the id whose case counts instead, and in which household."""


@pytest.fixture(scope="module")
async def database() -> AsyncIterator[Database]:
    async with fresh("benefits") as (_, database):
        yield database


async def begin(database: Database, kin: Kin, events: list[Received]) -> list[Received]:
    """Benefits hears of both ids, and cases open under each. The other events."""
    await apply(database, HANDLERS, events[:5], NOW)
    async with database.transaction(NOW) as tx:
        for label, scheme in (("b", "170"), ("a", "170"), ("b", "110")):
            await apply_for(tx, CLERK, Application(Scheme(scheme), kin.person(label), None, Channel.AGENCY))
        await apply_for(tx, CLERK, Application(Scheme.DIBAO, None, kin.household("other"), Channel.AGENCY))
    return events[5:]


async def cases(database: Database, kin: Kin) -> dict[tuple[str, str], tuple[str, str, str | None, str]]:
    names = {v: k for k, v in (kin.people | kin.households).items()}
    rows = await database.pool.fetch(
        """select c.*, d.person_id as counts from cases c left join cases d on d.case_id = c.duplicate_of
            where c.household_id = any($1::uuid[])""",
        list(kin.households.values()),
    )
    return {
        (names[r["person_id"] or r["subject_id"]], r["scheme"]): (
            names[r["subject_id"]],
            r["status"],
            names.get(r["counts"]),
            names[r["household_id"]],
        )
        for r in rows
    }


async def told(database: Database, kin: Kin) -> dict[tuple[str, str | None], str]:
    """What listeners believe who heard all: subject and scheme of the transfers that are open, and their households."""
    names = {v: k for k, v in (kin.people | kin.households).items()}
    rows = await database.pool.fetch(
        """select distinct on (key) data::jsonb from outbox
            where topic = 'benefits.case' and data::jsonb->>'household_id' = any($1::text[]) order by key, version desc""",
        list(kin.households.values()),
    )
    found = [row["data"] for row in rows if row["data"]["status"] == "open"]
    return {(names[d["person_id"] or d["household_id"]], d["scheme"]): names[d["household_id"]] for d in found}


async def ended(database: Database, kin: Kin, events: list[Received], batches: list[int]) -> dict[str, Any]:
    rest, sizes = events, iter(batches)
    while rest:
        size = next(sizes, len(rest))
        await apply(database, HANDLERS, rest[:size], NOW)
        rest = rest[size:]
    found = await picture(database, kin)
    return found | {"cases": await cases(database, kin), "told": await told(database, kin)}


@pytest.mark.parametrize("story", ENDS, ids=lambda story: story.__name__)
async def test_cases_go_along_and_come_back(database: Database, story: Story) -> None:
    kin = Kin()
    found = await ended(database, kin, await begin(database, kin, story(kin)), [1] * 20)
    assert found["cases"] == ENDS[story]
    counted = {
        (whose, scheme): home
        for (_, scheme), (whose, status, aside, home) in ENDS[story].items()
        if status == "open" and not aside
    }
    assert found["told"] == counted


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_any_order_comes_to_the_same(database: Database, data: st.DataObject) -> None:
    story = data.draw(st.sampled_from(sorted(ENDS, key=lambda story: story.__name__)))
    ends = []
    for shuffled in (False, True):
        kin = Kin()
        rest = await begin(database, kin, story(kin))
        played = list(data.draw(st.permutations(rest))) if shuffled else rest
        batches = data.draw(st.lists(st.integers(1, 4), max_size=8)) if shuffled else []
        ends.append(await ended(database, kin, played, batches))
    assert ends[1] == ends[0]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_any_order_from_the_first_word_on(database: Database, data: st.DataObject) -> None:
    story = data.draw(st.sampled_from([under, back, dies_once]))
    kin, again = Kin(), Kin()
    expected = await ended(database, kin, story(kin), [])
    played = list(data.draw(st.permutations(story(again))))
    assert await ended(database, again, played, data.draw(st.lists(st.integers(1, 4), max_size=8))) == expected


@pytest.mark.parametrize("seed", range(4))
async def test_several_workers_at_once_come_to_the_same(database: Database, seed: int) -> None:
    """Each event in a transaction of its own, all at the same time."""
    ends = []
    for at_once in (False, True):
        kin = Kin()
        rest = await begin(database, kin, under(kin))
        random.Random(seed).shuffle(rest)
        if at_once:
            await asyncio.gather(*(until_applied(database, event) for event in rest))
        ends.append(await ended(database, kin, [] if at_once else rest, [1] * 20))
    assert ends[1] == ends[0]


_ROWS = {
    "cases": "select to_jsonb(c) - array['version'] as row from cases c order by case_id",
    "assessments": "select to_jsonb(a) - array['assessed_at', 'based_on'] as row from assessments a order by subject_id, scheme",
    "person_copies": "select to_jsonb(p) - array['version'] as row from person_copies p order by person_id",
    "household_copies": "select to_jsonb(h) - array['version', 'assessed_version'] as row from household_copies h order by household_id",
    "timers": "select to_jsonb(t) as row from timers t order by kind, key",
}


async def rows_of(database: Database) -> dict[str, list[Any]]:
    return {table: [r["row"] for r in await database.pool.fetch(query)] for table, query in _ROWS.items()}


async def test_unmerged_all_is_as_it_was_and_what_came_in_between_stays() -> None:
    async with fresh("benefits") as (_, database):
        kin = Kin()
        events = back(kin)
        rest = await begin(database, kin, events)
        before = await rows_of(database)
        for event in rest:
            await apply(database, HANDLERS, [event], NOW)
        assert await rows_of(database) == before
        again = [
            kin.goes_under("b", 4, "a", household="other", **EVERYTHING),
            kin.changed("", 4, **HOME, dibao=DIBAO, state="ended"),
        ]
        await apply(database, HANDLERS, again, NOW)
        async with database.transaction(NOW) as tx:
            between = await apply_for(
                tx, CLERK, Application(Scheme.UNEMPLOYMENT, kin.person("a"), None, Channel.AGENCY)
            )
        after = [
            kin.comes_back("b", 5, household="other", **EVERYTHING),
            kin.changed("b", 5, **HOME, dibao=DIBAO),
        ]
        await apply(database, HANDLERS, after, NOW)
        found = await rows_of(database)
        added = [row for row in found["cases"] if row["case_id"] == between]
        assert [(row["person_id"], row["subject_id"]) for row in added] == [(kin.person("a"), kin.person("a"))]
        found["cases"] = [row for row in found["cases"] if row["case_id"] != between]
        told_otherwise = [row for row in found["assessments"] if row not in before["assessments"]]
        assert [(row["subject_id"], row["scheme"]) for row in told_otherwise] == [(kin.person("a"), "210")]
        del found["assessments"], before["assessments"]
        assert found == before


@pytest.fixture
async def benefits(new_service: NewService) -> Benefits:
    return Benefits(await new_service("benefits"))


async def test_the_old_id_shows_the_person_and_is_not_acted_on(benefits: Benefits) -> None:
    kin = Kin()
    service: Service = benefits.service
    await service.hear(twice(kin))
    case = await benefits.applied(kin, "b", "170")
    own = await benefits.applied(kin, "a", "170")
    await service.hear(under(kin)[5:])
    shown = (await service.get(f"/v1/benefits/persons/{kin.person('b')}/assessments")).json()
    direct = (await service.get(f"/v1/benefits/persons/{kin.person('a')}/assessments")).json()
    assert (shown["person_id"], shown["merged_into"]) == (kin.person("b"), kin.person("a"))
    assert shown | {"person_id": kin.person("a"), "merged_into": None} == direct
    assert {a["case_id"] for a in shown["assessments"] if a["scheme"] == "170"} == {own["case_id"]}
    refused = await benefits.apply(kin, "b", "110")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:anju:problem:person-merged")
    assert refused.json()["merged_into"] == kin.person("a")
    aside = await benefits.case(case["case_id"])
    assert (aside["person_id"], aside["recorded_under"]) == (kin.person("a"), kin.person("b"))
    assert (aside["status"], aside["duplicate_of"]) == ("open", own["case_id"])
    (merged,) = (await service.get("/v1/benefits/merged-persons")).json()["items"]
    assert (merged["merged_id"], merged["person_id"]) == (kin.person("b"), kin.person("a"))
    raised = {alarm["slug"]: (alarm["divisions"], alarm["cases"]) for alarm in merged["alarms"]}
    assert raised == {
        "case-set-aside": ([], {case["case_id"]: own["case_id"]}),
        "dibao-of-two-households": ([OLD], {}),
    }
    answer = await benefits.act(case["case_id"], "withdrawal", {})
    assert (answer.status_code, answer.json()["duplicate_of"]) == (409, own["case_id"])
    assert (await benefits.act(own["case_id"], "withdrawal", {})).status_code == 200
    assert (await benefits.case(case["case_id"]))["duplicate_of"] is None
    assert (await benefits.act(case["case_id"], "withdrawal", {})).status_code == 200
