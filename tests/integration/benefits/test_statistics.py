"""Figures of benefits: equal to a recount by hand, moving with the assessments, and only of what the caller may see."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from typing import Any

import pytest

from services.benefits import examples
from services.benefits.assessments.domain import Outcome, Scheme
from services.benefits.statistics.schemas import StatisticsView
from shared.auth import Role
from shared.figures import percent
from tests.integration.benefits.news import COMMUNITY, EVERYTHING, OLD, SCHEMES, Benefits, Kin

STATISTICS = "/v1/benefits/statistics"
ELSEWHERE = "522731003099"
STREET = "522731003"
Told = dict[tuple[Any, ...], tuple[int, int]]


async def figures(benefits: Benefits, params: dict[str, str] | None = None, **caller: Any) -> list[dict[str, Any]]:
    answer = await benefits.service.get(STATISTICS, params=params or {}, **caller)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def some_families(benefits: Benefits, n: int, chance: random.Random) -> None:
    """In two communities of three blocks; little or all is known of people, some died, some households are no more."""
    told = []
    for _ in range(n):
        kin, labels = Kin(), "abcd"[: chance.randint(1, 4)]
        where: dict[str, Any] = {
            "community_code": chance.choice([COMMUNITY, ELSEWHERE]),
            "block": chance.choice(["1", "2", "10"]),
            "dibao": chance.choice([None, {"receiving": False}, {"receiving": True, "division": OLD}]),
        }
        told.append(kin.settled(labels, **where))
        for label in labels:
            told.append(kin.registered(label, **chance.choice([{}, EVERYTHING, EVERYTHING | {"hukou_moved": False}])))
            if chance.random() < 0.1:
                told.append(kin.died(label, 2))
        if chance.random() < 0.1:
            told.append(kin.changed("", 2, **where, state=chance.choice(["ended", "withdrawn"])))
    chance.shuffle(told)
    await benefits.service.hear(told)


async def recounted(benefits: Benefits, *place: str) -> tuple[Counter[Any], Told]:
    """Households by place; and by place, scheme and outcome how many are told so, in how many households."""
    pool = benefits.service.database.pool
    homes = {
        row["household_id"]: tuple(row[part] for part in place)
        for row in await pool.fetch("select * from household_copies where state = 'settled'")
    }
    subjects: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for row in await pool.fetch("select * from assessments"):
        subjects[homes[row["household_id"]], row["scheme"], row["outcome"]].append(row["household_id"])
    return Counter(homes.values()), {key: (len(found), len(set(found))) for key, found in subjects.items()}


def told(items: list[dict[str, Any]], *place: str) -> Told:
    """What the figures say, without what nobody is told."""
    return {
        (tuple(item[part] for part in place), scheme, outcome): (counts["assessed"], counts["households"])
        for item in items
        for scheme, outcomes in item["schemes"].items()
        for outcome, counts in outcomes.items()
        if counts["assessed"]
    }


@pytest.mark.parametrize("seed", [1, 2])
async def test_figures_equal_a_recount_of_random_families(benefits: Benefits, seed: int) -> None:
    await some_families(benefits, 60, random.Random(seed))
    by_community = await figures(benefits)
    homes, counted = await recounted(benefits, "community_code")
    assert {(item["community"],): item["households"] for item in by_community} == homes
    assert told(by_community, "community") == counted
    homes, counted = await recounted(benefits, "community_code", "estate", "block")
    by_block = await figures(benefits, {"by": "block"})
    assert {(i["community"], i["estate"], i["block"]): i["households"] for i in by_block} == homes
    assert told(by_block, "community", "estate", "block") == counted
    assert [i["block"] for i in by_block] == ["1", "2", "10"] * 2
    assert await figures(benefits, {"community": COMMUNITY}) == by_block[:3]
    assert await figures(benefits, {"community": ELSEWHERE, "by": "community"}) == by_community[1:]
    for item in by_community:
        assert item["schemes"].keys() == {str(scheme) for scheme in Scheme}
        for counts in (counts for outcomes in item["schemes"].values() for counts in outcomes.values()):
            assert counts["share_of_households"] == percent(counts["households"], item["households"])


async def test_figures_move_with_the_assessments(benefits: Benefits) -> None:
    kin = Kin()
    await benefits.service.hear([kin.settled("ab"), *(kin.registered(label, **EVERYTHING) for label in "ab")])

    async def of(scheme: str, outcome: str) -> tuple[int, int, str]:
        (item,) = await figures(benefits)
        counts = item["schemes"][scheme][outcome]
        return counts["assessed"], counts["households"], counts["share_of_households"]

    assert await of("170", "transfer") == (2, 1, "100.00")
    await benefits.service.hear([kin.facts("a", 2, **EVERYTHING | {"hukou_moved": False})])
    assert (await of("170", "transfer"), await of("170", "keep")) == ((1, 1, "100.00"), (1, 1, "100.00"))
    await benefits.applied(kin, "b", "170")
    assert (await of("170", "transfer"), await of("170", "keep")) == ((0, 0, "0.00"), (2, 1, "100.00"))
    assert await of("dibao", "undetermined") == (1, 1, "100.00")
    await benefits.service.hear([kin.withdrawn(2)])
    assert await figures(benefits) == []


async def test_a_household_of_which_nothing_is_told_yet_counts_as_one(benefits: Benefits) -> None:
    await benefits.service.hear([Kin().settled("a")])
    (item,) = await figures(benefits)
    assert item["households"] == 1
    assert {str(counts) for told in item["schemes"].values() for counts in told.values()} == {
        "{'assessed': 0, 'households': 0, 'share_of_households': '0.00'}"
    }


@pytest.mark.parametrize(
    ("role", "place", "schemes"),
    [
        (Role.STREET_WELFARE_CLERK, STREET, {*SCHEMES, "dibao"}),
        (Role.COUNTY_CIVIL_AFFAIRS, "522731", {"dibao"}),
        (Role.INSURANCE_AGENCY, "522731", set(SCHEMES)),
    ],
)
async def test_agencies_see_their_schemes(benefits: Benefits, role: Role, place: str, schemes: set[str]) -> None:
    kin = Kin()
    await benefits.service.hear([kin.settled("a"), kin.registered("a")])
    (item,) = await figures(benefits, role=role, place=place)
    assert item["schemes"].keys() == schemes
    assert all(told.keys() == {str(outcome) for outcome in Outcome} for told in item["schemes"].values())


async def test_a_place_sees_its_own(benefits: Benefits) -> None:
    await benefits.service.hear([Kin().settled("a", block=block) for block in ("1", "1", "2")])
    (item,) = await figures(benefits, role=Role.APP_BACKEND, place=f"{COMMUNITY}/1/1")
    assert (item["community"], item["block"], item["households"]) == (COMMUNITY, None, 2)
    params = {"community": COMMUNITY}
    (item,) = await figures(benefits, params, role=Role.APP_BACKEND, place=f"{COMMUNITY}/1/1")
    assert (item["block"], item["households"]) == ("1", 2)
    assert await figures(benefits, role=Role.STREET_WELFARE_CLERK, place="522731004") == []


@pytest.mark.parametrize("role", [Role.BLOCK_HEAD, Role.COMMUNITY_SECRETARY, Role.EMPLOYMENT_SERVICE, Role.AUDITOR])
async def test_others_have_no_scope(benefits: Benefits, role: Role) -> None:
    answer = await benefits.service.get(STATISTICS, role=role)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:anju:problem:scope-missing")


def test_the_example_is_of_the_shape_that_is_shown() -> None:
    StatisticsView.model_validate(examples.STATISTICS)
