"""Figures of work: equal to a recount by hand, moving with every act, and only of what the caller may see."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from services.jobs import examples
from services.jobs.employments.domain import Form
from services.jobs.statistics.domain import per_household
from shared.auth import Role
from shared.contracts.registry import Work
from shared.events import Received
from shared.figures import percent
from tests.integration.jobs.news import NONE, Family
from tests.support.clients import Service
from tests.support.people import COMMUNITY

STATISTICS = "/v1/jobs/statistics"
ELSEWHERE = "522731003099"
ABLE = ("SKILLED", "ORDINARY", "WEAK_HALF")


async def figures(jobs: Service, **params: Any) -> list[dict[str, Any]]:
    answer = await jobs.get(STATISTICS, params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def somebody(f: Family, label: str, home: str, chance: random.Random) -> list[Received]:
    """A person of random age, class and work, who may have died since."""
    facts: dict[str, Any] = {
        "household": home,
        "birth_on": date(chance.choice([1940, 1968, 1985, 2004, 2015]), 3, 15),
        "labour_class": chance.choice([*ABLE, "LOST", "NONE", None]),
        "work": chance.choice([NONE, None, *(Work(status="employed", form=form.value) for form in Form)]),
    }
    told = [f.registered(label, **facts)]
    return [*told, f.died(label, 2, **facts)] if chance.random() < 0.1 else told


def some_households(f: Family, n: int, chance: random.Random) -> list[Received]:
    """Households in two communities of two blocks, some of which were withdrawn or have ended."""
    told: list[Received] = []
    for home in map(str, range(n)):
        people = [f"{home}.{i}" for i in range(chance.randint(1, 4))]
        where: dict[str, Any] = {
            "household": home,
            "community_code": chance.choice([COMMUNITY, ELSEWHERE]),
            "block": chance.choice(["1", "2", "10"]),
            "registered_poor": chance.choice([True, False, None]),
        }
        told.append(f.settled(people, **where))
        for label in people:
            told += somebody(f, label, home, chance)
        if chance.random() < 0.2:
            told.append(f.changed([], 2, **where, state=chance.choice(["ended", "withdrawn"])))
    return told


async def recounted(jobs: Service, *place: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The figures, counted one by one in all rows, by place."""
    rows = {
        table: await jobs.database.pool.fetch(f"select * from {table}")
        for table in ("household_copies", "person_copies", "households", "employments", "seekers")
    }
    forms: dict[str, set[str]] = defaultdict(set)
    for employment in rows["employments"]:
        if employment["status"] == "standing":
            forms[employment["person_id"]].add(employment["form"])
    seeking = {seeker["person_id"] for seeker in rows["seekers"] if seeker["status"] == "seeking"}
    standing = {household["household_id"]: household["standing"] for household in rows["households"]}
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for home in rows["household_copies"]:
        people = [
            p
            for p in rows["person_copies"]
            if (p["household_id"], p["state"], home["state"]) == (home["household_id"], "resident", "settled")
        ]
        counts = found.setdefault(tuple(home[part] for part in place), defaultdict(int))
        counts["households"] += home["state"] == "settled"
        counts["households_without_work"] += standing[home["household_id"]] == "without-work"
        labour = [p["person_id"] for p in people if p["labour_class"] in ABLE]
        counts["households_with_labour"] += bool(labour)
        counts["households_with_someone_in_work"] += bool(labour) and standing[home["household_id"]] == "in-work"
        counts["labour"] += len(labour)
        counts["employed"] += sum(bool(forms[person_id]) for person_id in labour)
        counts["seekers"] += sum(p["person_id"] in seeking for p in people)
        for form in Form:
            counts[form] += sum(form in forms[p["person_id"]] for p in people)
        counts["workshop_registered_poor"] += bool(home["registered_poor"]) * sum(
            "workshop" in forms[p["person_id"]] for p in people
        )
    return found


def flat(item: Mapping[str, Any]) -> dict[str, int]:
    """The counts of an entry, forms beside the others."""
    return {name: value for name, value in item.items() if isinstance(value, int)} | dict(item["by_form"])


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_figures_equal_a_recount_of_random_households(jobs: Service, seed: int) -> None:
    f, chance = Family(), random.Random(seed)
    await jobs.hear(some_households(f, 60, chance))
    for label in chance.sample(sorted(f.people), 30):  # those whom the rules do not refuse
        body = {"person_id": f.person(label), "form": chance.choice(list(Form)), "started_on": "2026-03-02"}
        await jobs.post("/v1/jobs/employments", body)
    by_community = await figures(jobs)
    assert {(i["community"],): flat(i) for i in by_community} == await recounted(jobs, "community_code")
    by_block = await recounted(jobs, "community_code", "estate", "block")
    for community in (COMMUNITY, ELSEWHERE):
        items = await figures(jobs, community=community)
        assert [i["block"] for i in items] == ["1", "2", "10"]
        assert {(i["community"], i["estate"], i["block"]): flat(i) for i in items} == {
            place: counts for place, counts in by_block.items() if place[0] == community
        }
    for item in by_community:
        assert item["employment_rate"] == percent(item["employed"], item["labour"])
        assert item["employed_per_household"] == per_household(item["employed"], item["households_with_labour"])


async def test_one_community_as_one_entry_and_all_by_block(jobs: Service) -> None:
    await jobs.hear(some_households(Family(), 60, random.Random(4)))
    both = await figures(jobs)
    assert [(i["community"], i["estate"], i["block"]) for i in both] == [
        (COMMUNITY, None, None),
        (ELSEWHERE, None, None),
    ]
    assert await figures(jobs, community=COMMUNITY, by="community") == both[:1]
    blocks = [await figures(jobs, community=community) for community in (COMMUNITY, ELSEWHERE)]
    assert await figures(jobs, by="block") == blocks[0] + blocks[1]


async def only(jobs: Service, *names: str) -> tuple[Any, ...]:
    """These figures of the only community."""
    (item,) = await figures(jobs)
    return tuple(item[name] for name in names)


async def test_figures_move_with_every_act(jobs: Service) -> None:
    """a starts and ends work, b dies, and all of it was entered by mistake."""
    f = Family()
    shown = ("labour", "employed", "employment_rate", "households_without_work", "household_cover", "seekers")
    await jobs.hear([f.settled("ab", registered_poor=True), f.registered("a", work=NONE), f.registered("b", work=NONE)])
    assert await only(jobs, *shown) == (2, 0, "0.00", 1, "0.00", 2)
    body = {"person_id": f.person("a"), "form": "workshop", "started_on": "2026-03-02"}
    started = (await jobs.post("/v1/jobs/employments", body)).json()
    assert await only(jobs, *shown) == (2, 1, "50.00", 0, "100.00", 1)
    assert await only(jobs, "workshop_registered_poor", "employed_per_household") == (1, "1.0")
    await jobs.hear([f.died("b", 2, work=NONE), f.changed("a", 2, registered_poor=False)])
    assert await only(jobs, *shown) == (1, 1, "100.00", 0, "100.00", 0)
    assert await only(jobs, "workshop_registered_poor") == (0,)
    end = {"ended_on": "2026-09-30", "reason": "left"}
    await jobs.post(f"/v1/jobs/employments/{started['employment_id']}/end", end)
    assert await only(jobs, *shown) == (1, 0, "0.00", 1, "0.00", 1)
    await jobs.hear([f.withdrawn(3), f.undone("a", 2, work=NONE)])
    assert await only(jobs, *shown) == (0, 0, None, 0, None, 0)
    assert await only(jobs, "households", "employed_per_household") == (0, None)


async def test_a_household_whose_work_is_not_known_is_neither_in_work_nor_without(jobs: Service) -> None:
    f = Family()
    await jobs.hear([f.settled("a"), f.registered("a")])
    shown = ("households_with_labour", "households_with_someone_in_work", "households_without_work")
    assert await only(jobs, *shown) == (1, 0, 0)


async def test_what_is_stated_counts_whatever_the_age_today(jobs: Service) -> None:
    f = Family()
    old = f.registered("a", birth_on=date(1950, 1, 1), labour_class="WEAK_HALF", work=NONE)
    await jobs.hear([f.settled("a"), old])
    assert await only(jobs, "labour", "households_with_labour", "seekers") == (1, 1, 0)


@pytest.mark.parametrize(
    ("role", "place", "households"),
    [
        (Role.DEVELOPER, None, {COMMUNITY: 2, ELSEWHERE: 1}),
        (Role.EMPLOYMENT_SERVICE, "522731", {COMMUNITY: 2, ELSEWHERE: 1}),
        (Role.COMMUNITY_CADRE, COMMUNITY, {COMMUNITY: 2}),
        (Role.COMMUNITY_SECRETARY, ELSEWHERE, {ELSEWHERE: 1}),
        (Role.APP_BACKEND, "4403", {}),
        (Role.EMPLOYMENT_SERVICE, f"{COMMUNITY}/1/2", {COMMUNITY: 1}),
        (Role.BLOCK_HEAD, f"{COMMUNITY}/1/1", None),
        (Role.AUDITOR, None, None),
    ],
)
async def test_figures_are_of_what_the_caller_may_see(
    jobs: Service, role: Role, place: str | None, households: dict[str, int] | None
) -> None:
    f = Family()
    await jobs.hear(
        [
            f.settled("a", household="one", block="1"),
            f.settled("b", household="two", block="2"),
            f.settled("c", household="far", community_code=ELSEWHERE),
        ]
    )
    answer = await jobs.get(STATISTICS, role=role, place=place)
    if households is None:
        assert answer.status_code == 403
        return
    assert {item["community"]: item["households"] for item in answer.json()["items"]} == households
    blocks = await jobs.get(STATISTICS, params={"community": COMMUNITY}, role=role, place=place)
    assert sum(item["households"] for item in blocks.json()["items"]) == households.get(COMMUNITY, 0)


async def test_the_example_and_bad_filters(jobs: Service) -> None:
    schemas = (await jobs.get("/openapi.json")).json()["components"]["schemas"]
    (shown,) = schemas["StatisticsView"]["examples"]
    assert shown["as_of"] == examples.STATISTICS["as_of"]
    assert (await jobs.get(STATISTICS, params={"community": "5227"})).status_code == 422
    assert (await jobs.get(STATISTICS, params={"by": "flat"})).status_code == 422
    assert (await jobs.get(STATISTICS, params={"colour": "red"})).status_code == 400
