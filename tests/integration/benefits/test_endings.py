"""A death, the end of a household, a settling taken back: what each undoes, and what stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.auth import Role
from tests.integration.benefits.news import EARLIER, EVERYTHING, OLD, Benefits, Kin
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, member, plan

APPLICATIONS, HOUSEHOLDS = "/v1/benefits/applications", "/v1/registry/households"
DIBAO = {"receiving": True, "division": OLD, "household_class": "rural"}


@pytest.fixture
async def kin(benefits: Benefits) -> Kin:
    """Two people with a case each, and one of the household."""
    kin = Kin()
    people = [kin.registered(label, **EVERYTHING) for label in "ab"]
    await benefits.service.hear([kin.settled("ab", dibao=DIBAO), *people])
    for label, scheme in (("a", "170"), ("b", "170"), ("b", "210"), ("-", "dibao")):
        await benefits.applied(kin, label, scheme)
    await benefits.service.said()
    return kin


async def ended(benefits: Benefits) -> list[tuple[str, str | None, str]]:
    events = [(event.type, json.loads(event.data)) for event in await benefits.service.said()]
    assert {kind for kind, _ in events} <= {"benefits.transfer-withdrawn.v1"}
    return sorted((e["scheme"], e["person_id"], e["ended_because"]) for _, e in events)


async def statuses(benefits: Benefits) -> set[str]:
    items = (await benefits.service.get("/v1/benefits/cases")).json()["items"]
    return {item["status"] for item in items}


async def timers(benefits: Benefits) -> set[str]:
    return {row["key"] for row in await benefits.service.database.pool.fetch("select key from timers")}


async def test_a_death_ends_what_hangs_on_the_person(benefits: Benefits, kin: Kin) -> None:
    assert kin.person("a") in await timers(benefits)
    await benefits.service.hear([kin.died("a", 2, **EVERYTHING)])
    assert await ended(benefits) == [("170", kin.person("a"), "person-died")]
    assert {label for label, _ in await benefits.told(kin)} == {"b", "-"}
    assert kin.person("a") not in await timers(benefits)
    person = await benefits.service.get(f"/v1/benefits/persons/{kin.person('a')}/assessments")
    assert person.json()["assessments"] == []
    refused = await benefits.apply(kin, "a", "170")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:anju:problem:not-present")
    await benefits.service.hear([kin.changed("b", 2, dibao=DIBAO)])
    assert {label for label, _ in await benefits.told(kin)} == {"b", "-"}


async def test_dibao_is_assessed_again_with_the_others(benefits: Benefits) -> None:
    kin = Kin()
    moved = kin.registered("a", **EVERYTHING)
    stays = kin.registered("b", **(EVERYTHING | {"hukou_moved": False}))
    await benefits.service.hear([kin.settled("ab", dibao=DIBAO), moved, stays])
    assert await benefits.outcome(kin, "-", "dibao") == ("transfer", ["certify-out-enrol-in"])
    await benefits.service.hear([kin.died("a", 2, **EVERYTHING)])
    assert await benefits.outcome(kin, "-", "dibao") == ("keep", ["hukou-not-moved"])


async def test_the_last_death_ends_the_household(benefits: Benefits, kin: Kin) -> None:
    end = kin.changed("", 3, state="ended")
    deaths: list[Any] = [kin.died("a", 2), kin.changed("b", 2, dibao=DIBAO), kin.died("b", 2), end]
    await benefits.service.hear(deaths)
    assert await ended(benefits) == sorted(
        [
            ("170", kin.person("a"), "person-died"),
            ("170", kin.person("b"), "person-died"),
            ("210", kin.person("b"), "person-died"),
            ("dibao", None, "household-ended"),
        ],
        key=lambda e: (e[0], e[1] or "", e[2]),
    )
    assert await benefits.told(kin) == {}
    assert await statuses(benefits) == {"withdrawn"}
    assert await timers(benefits) == set()


async def test_a_withdrawn_settling_undoes_all_of_it(benefits: Benefits, kin: Kin) -> None:
    await benefits.service.hear([kin.withdrawn(2)])
    assert await benefits.told(kin) == {}
    assert await ended(benefits) == [("dibao", None, "household-withdrawn")]
    await benefits.service.hear([kin.undone("a", 2), kin.undone("b", 2)])
    assert await ended(benefits) == [
        ("170", kin.person("a"), "household-withdrawn"),
        *((scheme, kin.person("b"), "household-withdrawn") for scheme in ("170", "210")),
    ]
    assert await statuses(benefits) == {"withdrawn"}
    assert await timers(benefits) == set()
    refused = await benefits.apply(kin, "-", "dibao")
    assert refused.status_code == 409


async def test_people_settled_anew_are_assessed_in_their_new_household(benefits: Benefits, kin: Kin) -> None:
    await benefits.service.hear([kin.withdrawn(2), kin.undone("a", 2), kin.undone("b", 2)])
    again = [kin.registered(label, 3, household="other", **EVERYTHING) for label in "ab"]
    await benefits.service.hear([*again, kin.settled("ab", household="other", dibao=DIBAO)])
    told = await benefits.told(kin, "other")
    assert len(told) == 15
    assert told["a", "170"]["outcome"] == "transfer"
    assert await benefits.told(kin) == {}
    assert (await benefits.applied(kin, "a", "170"))["household_id"] == kin.household("other")


async def test_a_withdrawal_heard_late_leaves_what_was_applied_for_after_it(
    benefits: Benefits, registry: Service
) -> None:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    one = member()
    first = (await registry.post(HOUSEHOLDS, household(one))).json()
    await benefits.service.hear(await registry.said())
    subject = {"person_id": first["members"][0]["person_id"]}
    before = await benefits.service.post(APPLICATIONS, subject | {"scheme": "170"})
    await registry.post(f"{HOUSEHOLDS}/{first['household_id']}/withdrawal", {"reason": "录入错误"})
    second = (await registry.post(HOUSEHOLDS, household(one))).json()
    after = await benefits.service.post(APPLICATIONS, subject | {"scheme": "210"})
    assert (before.status_code, after.status_code) == (201, 201)
    await benefits.service.hear((await registry.said())[::-1])
    gone, stays = [await benefits.case(answer.json()["case_id"]) for answer in (before, after)]
    assert (gone["status"], gone["end"]["because"]) == ("withdrawn", "household-withdrawn")
    assert (stays["status"], stays["household_id"]) == (after.json()["status"], second["household_id"])
    assert stays["version"] == after.json()["version"] + 1
    told = (await benefits.service.get(f"/v1/benefits/households/{second['household_id']}/assessments")).json()
    assert {a["scheme"]: a["case_id"] for a in told["assessments"]}["210"] == stays["case_id"]
    decision = {"decision": "confirm", "note": "材料不全"}
    decided = await benefits.act(
        stays["case_id"], "refusal", decision, role=Role.STREET_WELFARE_CLERK, subject="clerk-2"
    )
    assert decided.json()["status"] == "refused"


async def test_an_open_case_that_came_along_is_said_again(benefits: Benefits, kin: Kin) -> None:
    back = {"withdrawn_at": EARLIER, **EVERYTHING}
    await benefits.service.hear([kin.registered("a", 3, household="other", **back)])
    (said,) = [json.loads(event.data) for event in await benefits.service.said()]
    assert (said["person_id"], said["household_id"], said["status"]) == (
        kin.person("a"),
        kin.household("other"),
        "open",
    )


async def test_a_member_who_is_in_another_household_now_is_told_there(benefits: Benefits, kin: Kin) -> None:
    await benefits.service.hear([kin.settled("a", household="other")])
    await benefits.service.hear([kin.facts("a", 2, household="other", **EVERYTHING)])
    assert {label for label, _ in await benefits.told(kin, "other")} == {"a", "-"}
    assert {label for label, _ in await benefits.told(kin)} == {"b"}  # its dibao waits for the household's own word
    await benefits.service.hear([kin.changed("b", 2, dibao=DIBAO)])
    assert {label for label, _ in await benefits.told(kin)} == {"b", "-"}
