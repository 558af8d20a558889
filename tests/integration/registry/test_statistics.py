"""Figures of the registry: equal to a recount by hand, moving with every act, and only of what the caller may see."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registry import examples
from services.registry.statistics.schemas import StatisticsView
from shared import clock
from shared.auth import Role
from tests.integration.conftest import NewService
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, member, plan

STATISTICS = "/v1/registry/statistics"
HOUSEHOLDS = "/v1/registry/households"
ELSEWHERE = "522731003099"
TODAY = date(2026, 11, 24)
HIDDEN = (
    "registered_poor_households",
    "registered_poor_people",
    "party_members",
    "probationary_members",
    "moved_hukou",
)
RECOUNTED = (
    *("flats", "occupied", "households", "people", "men", "women", *HIDDEN),
    *("under_16", "from_16_to_60", "over_60"),
)
OF_WELFARE = ("monitored_households", "monitored_people", "tags")
OF_HUKOU = ("registered", "floating", "hukou_elsewhere", "hukou_unknown")


@pytest.fixture
async def registry(new_service: NewService, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Two communities of three blocks, on a fixed day."""
    monkeypatch.setattr(clock, "now", lambda: datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC))
    registry = await new_service("registry")
    for code in (COMMUNITY, ELSEWHERE):
        await registry.put(f"/v1/registry/communities/{code}", plan(blocks=3, units=1))
    return registry


async def figures(registry: Service, params: Mapping[str, str] | None = None, **caller: Any) -> list[dict[str, Any]]:
    answer = await registry.get(STATISTICS, params=params or {}, **caller)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def somebody(chance: random.Random, relation: str) -> dict[str, Any]:
    """Ages around 16, 60 and 61, to the day, among others."""
    ages = ("20101124", "20101125", "19651124", "19651125", "19660301", "19400101", "19850601")
    facts: dict[str, Any] = {
        "profile": chance.choice([None, {}, {"political": "01"}, {"political": "02"}, {"political": "13"}]),
        "hukou": chance.choice([None, {"moved": True, "division": "522731"}, {"moved": False}]),
    }
    birth = chance.choice(ages[2:] if relation == "02" else ages)
    return member(relation, birth, chance.random() < 0.5, **facts)


async def some_households(registry: Service, n: int, chance: random.Random) -> None:
    """In random flats; some die, some are withdrawn, some move."""
    flats = [
        (c, b, f) for c in (COMMUNITY, ELSEWHERE) for b in "123" for f in ("101", "102", "201", "202", "301", "302")
    ]
    for community, block, flat in chance.sample(flats, n):
        people = [somebody(chance, relation) for relation in ("02", "20", "53", "99")[: chance.randint(1, 4)]]
        poor = chance.choice([True, False, None])
        body = household(*people, block=block, flat=flat, registered_poor=poor) | {"community": community}
        settled = (await registry.post(HOUSEHOLDS, body)).json()
        if chance.random() < 0.3:
            victim = chance.choice(settled["members"])["person_id"]
            await registry.post(f"/v1/registry/persons/{victim}/death", {"died_on": "2026-10-01"})
        if chance.random() < 0.2:
            await registry.post(f"{HOUSEHOLDS}/{settled['household_id']}/withdrawal", {"reason": "录入错误"})


def age_of(birth_on: date) -> int:
    return TODAY.year - birth_on.year - ((TODAY.month, TODAY.day) < (birth_on.month, birth_on.day))


async def recounted(registry: Service, *place: str) -> dict[tuple[str, ...], Counter[str]]:
    """The figures, counted one by one in all rows, by place."""
    rows = {
        table: await registry.database.pool.fetch(f"select * from {table}")
        for table in ("dwellings", "households", "persons", "memberships", "occupancies")
    }
    lived_in = {o["dwelling_id"] for o in rows["occupancies"] if o["valid_to"] is None and o["retracted_at"] is None}
    people = {person["person_id"]: dict(person) for person in rows["persons"]}
    found: dict[tuple[str, ...], Counter[str]] = {}
    for flat in rows["dwellings"]:
        counts = found.setdefault(tuple(flat[part] for part in place), Counter())
        counts.update(flats=1, occupied=int(flat["dwelling_id"] in lived_in))
    for home in rows["households"]:
        if (home["kind"], home["status"]) != ("coliving", "settled"):
            continue
        counts, poor = found[tuple(home[part] for part in place)], home["facts"].get("registered_poor") is True
        counts.update(households=1, registered_poor_households=int(poor))
        for membership in rows["memberships"]:
            now = membership["valid_to"] is None and membership["retracted_at"] is None
            if now and membership["household_id"] == home["household_id"]:
                count_person(counts, people[membership["person_id"]], poor)
    return found


def count_person(counts: Counter[str], person: Mapping[str, Any], poor: bool) -> None:
    political = (person["facts"].get("profile") or {}).get("political")
    age = age_of(person["birth_on"])
    counts.update(people=1, registered_poor_people=int(poor))
    counts.update(men=int(person["sex"] == "1"), women=int(person["sex"] == "2"))
    counts.update(party_members=int(political == "01"), probationary_members=int(political == "02"))
    counts.update(moved_hukou=int((person["facts"].get("hukou") or {}).get("moved") is True))
    counts.update(under_16=int(age < 16), from_16_to_60=int(16 <= age <= 60), over_60=int(age > 60))


def flat(item: Mapping[str, Any]) -> Counter[str]:
    """The counts of an entry that are recounted, ages beside the others."""
    return Counter({name: value for name, value in (item | item["ages"]).items() if name in RECOUNTED})


@pytest.mark.parametrize("seed", [1, 2])
async def test_figures_equal_a_recount_of_random_households(registry: Service, seed: int) -> None:
    await some_households(registry, 30, random.Random(seed))
    by_community = await figures(registry)
    assert {(i["community"],): flat(i) for i in by_community} == await recounted(registry, "community_code")
    assert all(sum(item[part] for item in by_community) for part in (*HIDDEN, "people", "men", "women", "occupied"))
    by_block = await recounted(registry, "community_code", "estate", "block")
    every = await figures(registry, {"by": "block"})
    assert {(i["community"], i["estate"], i["block"]): flat(i) for i in every} == by_block
    assert await figures(registry, {"community": COMMUNITY}) == [i for i in every if i["community"] == COMMUNITY]
    assert await figures(registry, {"community": COMMUNITY, "by": "community"}) == by_community[:1]


async def only(registry: Service, *names: str, **query: str) -> tuple[Any, ...]:
    (item,) = await figures(registry, {"community": COMMUNITY, "by": "community"} | query)
    return tuple((item | item["ages"])[name] for name in names)


async def test_figures_move_with_every_act(registry: Service) -> None:
    shown = ("households", "people", "over_60", "party_members", "registered_poor_people", "occupied")
    assert await only(registry, *shown, "flats") == (0, 0, 0, 0, 0, 0, 18)
    body = household(member(profile={"political": "01"}), member("53", "19400101"), registered_poor=True)
    settled = (await registry.post(HOUSEHOLDS, body)).json()
    assert await only(registry, *shown) == (1, 2, 1, 1, 2, 1)
    head, old = (person["person_id"] for person in settled["members"])
    path = f"/v1/registry/persons/{head}"
    match = {"if-match": (await registry.get(path)).headers["etag"]}
    await registry.patch(f"{path}/facts", {"profile": {"political": "02"}}, headers=match)
    assert await only(registry, "party_members", "probationary_members") == (0, 1)
    await registry.post(f"/v1/registry/persons/{old}/death", {"died_on": "2026-10-01"})
    assert await only(registry, *shown) == (1, 1, 0, 0, 1, 1)
    await registry.post(f"{HOUSEHOLDS}/{settled['household_id']}/withdrawal", {"reason": "录入错误"})
    assert await only(registry, *shown) == (0, 0, 0, 0, 0, 0)


async def test_a_birthday_on_a_leap_day_comes_on_the_28th(registry: Service) -> None:
    await registry.post(HOUSEHOLDS, household(member(birth="19640229"), settled_on="2024-06-01"))
    for day, old in (("2025-02-27", 0), ("2025-02-28", 1)):
        assert await only(registry, "from_16_to_60", "over_60", as_of=day) == (1 - old, old)


async def test_a_place_sees_its_own(registry: Service) -> None:
    for block in "12":
        await registry.post(HOUSEHOLDS, household(block=block))
    head: dict[str, Any] = {"role": Role.BLOCK_HEAD, "place": f"{COMMUNITY}/1/2"}
    (own,) = await figures(registry, **head)
    assert (own["community"], own["block"], own["households"], own["flats"]) == (COMMUNITY, None, 1, 6)
    assert [item["block"] for item in await figures(registry, {"community": COMMUNITY}, **head)] == ["2"]
    assert await figures(registry, {"community": ELSEWHERE}, **head) == []
    assert await figures(registry, role=Role.COMMUNITY_CADRE, place="522732") == []
    street = await figures(registry, role=Role.STREET_WELFARE_CLERK, place="522731003")
    assert [item["community"] for item in street] == [COMMUNITY, ELSEWHERE]


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        (Role.COMMUNITY_SECRETARY, ()),
        (Role.STREET_WELFARE_CLERK, ()),
        (Role.BLOCK_HEAD, (*HIDDEN, *OF_WELFARE, "labour_classes", *OF_HUKOU)),
        (Role.EMPLOYMENT_SERVICE, (*HIDDEN[2:], *OF_WELFARE, *OF_HUKOU)),
        (Role.PARTNER_AGENCY, (*HIDDEN[:4], *OF_WELFARE)),
    ],
)
async def test_figures_show_what_the_caller_may_see_of_people(
    registry: Service, role: Role, hidden: tuple[str, ...]
) -> None:
    await registry.post(HOUSEHOLDS, household(registered_poor=True))
    (item, _) = await figures(registry, role=role)
    found = {name for name, value in (item | item["head_counts"]).items() if value is None}
    assert found == {"estate", "block", "disability", *hidden}  # disability: without a purpose


async def test_programs_cannot_tell_birthdays_by_the_ages(registry: Service) -> None:
    """They see births masked: no ages of blocks, nor of one day after the other."""
    await registry.post(HOUSEHOLDS, household())
    program: dict[str, Any] = {"role": Role.PARTNER_AGENCY}
    queries: tuple[dict[str, str], ...] = ({}, {"by": "block"}, {"as_of": "2026-11-23"})
    shown = [(await figures(registry, query, **program))[0] for query in queries]
    assert [item["ages"] is None for item in shown] == [False, True, True]
    assert (await figures(registry, queries[2], role=Role.BLOCK_HEAD, place=f"{COMMUNITY}/1/1"))[0]["ages"]


async def test_others_have_no_scope(registry: Service) -> None:
    answer = await registry.get(STATISTICS, role=Role.GRID_CENTRE)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:anju:problem:scope-missing")


def test_the_example_is_of_the_shape_that_is_shown() -> None:
    StatisticsView.model_validate(examples.STATISTICS)
