"""Who moved out and settles again, by desk or by roster, is the same person: found by number, told by the same events."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from shared.auth import Role
from tests.integration.registry.believed import believed
from tests.integration.registry.test_life_history import (
    AFTER_ALL,
    FIRST,
    Teller,
    _flats_agree,
    _state,
    _versions_rise_by_one,
    replay,
)
from tests.support.clients import Service
from tests.support.estate import row as usual_row
from tests.support.imports import bring_in, csv_of
from tests.support.people import COMMUNITY, household, id_number, member, plan

HOUSEHOLDS = "/v1/registry/households"
PERSONS = "/v1/registry/persons"
NEXT = "522731003013"
LEFT, BACK = "2026-07-10", "2026-08-01"


@dataclass
class Movers:
    """A man, his wife and their son, who lived in flat 101 from 1 June to 10 July 2026."""

    registry: Service
    stated: list[dict[str, Any]]
    home: str
    ids: list[str]

    async def settle(self, *members: dict[str, Any], flat: str = "201", **more: Any) -> httpx.Response:
        body = household(*(members or self.stated), flat=flat, settled_on=more.pop("on", BACK))
        return await self.registry.post(HOUSEHOLDS, body | more.pop("body", {}), **more)

    async def person(self, n: int = 0) -> dict[str, Any]:
        view: dict[str, Any] = (
            await self.registry.get(f"{PERSONS}/{self.ids[n]}", params={"purpose": "correction"})
        ).json()
        return view

    async def on(self, day: str, n: int = 0) -> dict[str, Any]:
        state: dict[str, Any] = (
            await self.registry.get(f"{PERSONS}/{self.ids[n]}/state", params={"as_of": day})
        ).json()
        return state


@pytest.fixture
async def movers(estate: Service) -> Movers:
    man = member(labour_class="ORDINARY") | {"name": "王小明", "phone": "13812345678"}
    stated = [man, member("12", "19820722", female=True), member("20", "20100508")]
    answer = await estate.post(HOUSEHOLDS, household(*stated))
    assert answer.status_code == 201, answer.text
    view = answer.json()
    ids = [each["person_id"] for each in view["members"]]
    path = f"{HOUSEHOLDS}/{view['household_id']}/life-events"
    assert (await estate.post(path, {"kind": "left", "on": LEFT, "people": ids})).status_code == 201
    await estate.said()
    return Movers(estate, stated, view["household_id"], ids)


def row(name: str, number: str, relation: str, flat: str = "101") -> dict[str, str]:
    """A row of a roster that tells no day."""
    return usual_row(relation, flat, 姓名=name, 身份证号=number, 入住日期="")


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_a_family_that_moved_out_settles_again_as_the_same_people(movers: Movers) -> None:
    child = member("30", "20260720", female=True)
    answer = await movers.settle(*movers.stated, child, body={"hukou_household": {"division": "522328"}})
    assert answer.status_code == 201, answer.text
    view = answer.json()
    assert [each["person_id"] for each in view["members"]][:3] == movers.ids
    assert (view["version"], view["status"], view["household_id"] != movers.home) == (1, "settled", True)
    assert view["flat_household_id"]
    assert view["hukou_household_id"]
    said = await movers.registry.said()
    assert [e.type for e in said] == [
        "registry.household-settled.v1",
        *["registry.person-moved.v1"] * 3,
        "registry.person-registered.v1",
    ]
    person = await movers.person()
    assert (person["status"], person["phone"], person["facts"]["labour_class"]) == (
        "resident",
        "13812345678",
        "ORDINARY",
    )
    states = [await movers.on(day) for day in ("2026-07-01", "2026-07-20", "2026-08-02")]
    assert [(s["status"], s["household_id"]) for s in states] == [
        ("resident", movers.home),
        ("moved-out", None),
        ("resident", view["household_id"]),
    ]
    assert states[2]["hukou_household_id"] == view["hukou_household_id"]
    await _flats_agree(movers.registry)


async def test_what_is_stated_holds_from_that_day_and_all_else_stays(movers: Movers) -> None:
    man = movers.stated[0] | {"phone": "13900001234", "facts": {"organised_transfer": True, "work": {"status": "none"}}}
    assert (await movers.settle(man)).status_code == 201
    person = await movers.person()
    assert (person["phone"], person["facts"]["labour_class"], person["facts"]["organised_transfer"]) == (
        "13900001234",
        "ORDINARY",
        True,
    )
    assert "organised_transfer" not in (await movers.on("2026-07-01"))["facts"]
    await movers.registry.database.pool.execute(
        "update persons set work_copy = '{}' where person_id = $1", movers.ids[1]
    )
    wife = movers.stated[1] | {"facts": {"work": {"status": "none"}}}
    refused = await movers.settle(wife | {"relation": "02"}, flat="202")
    assert codes(refused) == [("/members/0/facts/work", "work-belongs-to-jobs")]


async def test_a_day_on_which_somebody_lived_elsewhere_still_is_refused(movers: Movers) -> None:
    before = await believed(movers.registry)
    refused = await movers.settle(on="2026-07-09")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:anju:problem:cannot-have-happened")
    assert codes(refused) == [(f"/members/{n}/id_number", "lives-here") for n in range(3)]
    assert await believed(movers.registry) == before
    assert (await movers.settle(on=LEFT)).status_code == 201  # on the very day, after having left


async def test_by_another_name_nobody_comes_back(movers: Movers) -> None:
    refused = await movers.settle(movers.stated[0] | {"name": "王大明"})
    assert codes(refused) == [("/members/0/name", "name-differs")]


async def test_another_place_takes_in_whom_it_can_name(movers: Movers) -> None:
    await movers.registry.put(f"/v1/registry/communities/{NEXT}", plan("另一社区"))
    there: dict[str, Any] = {"body": {"community": NEXT}, "role": Role.COMMUNITY_CADRE, "place": NEXT}
    refused = await movers.settle(movers.stated[0] | {"name": "王大明"}, **there)
    assert codes(refused) == [("/members/0/id_number", "registered-elsewhere")]
    there["body"] = {"community": NEXT}
    assert (await movers.settle(movers.stated[0], **there)).status_code == 201
    assert (await movers.person())["address"]["community"] == NEXT
    assert (await movers.on("2026-07-01"))["address"]["community"] == COMMUNITY


async def test_who_moved_out_joins_by_number(movers: Movers) -> None:
    other = (await movers.registry.post(HOUSEHOLDS, household(flat="102"))).json()["household_id"]
    path = f"{HOUSEHOLDS}/{other}/life-events"
    son = movers.stated[2] | {"relation": "94"}
    body = {"kind": "joined", "on": BACK, "members": [member("20", "20150101"), son]}
    twice = await movers.registry.post(path, body | {"people": [{"person_id": movers.ids[2], "relation": "94"}]})
    assert codes(twice) == [("/members/1/id_number", "person-repeated")]
    told = await movers.registry.post(path, body)
    assert told.status_code == 201, told.text
    assert [part["person_id"] for part in told.json()["people"]][1] == movers.ids[2]
    early = await movers.registry.post(path, {"kind": "born", "on": "2010-05-08", "members": [son]})
    assert early.status_code == 422


async def test_a_settling_taken_back_leaves_them_moved_out_as_before(movers: Movers) -> None:
    before = await believed(movers.registry)
    settled = await movers.settle(*movers.stated, member("30", "20260720", female=True))
    home = settled.json()["household_id"]
    assert (
        await movers.registry.post(f"{PERSONS}/{movers.ids[1]}/death", {"died_on": "2026-08-20"})
    ).status_code == 200
    await movers.registry.said()
    answer = await movers.registry.post(f"{HOUSEHOLDS}/{home}/withdrawal", {"reason": "误录"})
    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
    assert [(await movers.person(n))["status"] for n in range(3)] == ["moved-out", "deceased", "moved-out"]
    kinds = [e.type.split(".")[1] for e in await movers.registry.said()]
    assert (
        sorted(kinds)
        == sorted(["household-withdrawn", "person-withdrawn", "person-moved", "person-moved", "person-moved"])
        or kinds.count("person-withdrawn") == 1
    )
    death = (await movers.registry.get(f"{PERSONS}/{movers.ids[1]}/life-events")).json()["items"][-1]
    back = await movers.registry.post(f"/v1/registry/life-events/{death['event_id']}/withdrawal", {"reason": "误报"})
    assert back.status_code == 200, back.text
    after = await believed(movers.registry)
    assert after["memberships"] == before["memberships"]
    assert after["occupancies"] == before["occupancies"]
    assert [each for each in after["persons"] if each[0] in movers.ids] == before["persons"]
    assert (await movers.settle()).status_code == 201


async def test_leaving_cannot_be_taken_back_under_a_later_settling(movers: Movers) -> None:
    left = (await movers.registry.get(f"{PERSONS}/{movers.ids[0]}/life-events")).json()["items"][-1]
    assert (await movers.settle()).status_code == 201
    refused = await movers.registry.post(f"/v1/registry/life-events/{left['event_id']}/withdrawal", {"reason": "误录"})
    assert (refused.status_code, refused.json()["kind"]) == (409, "settled")


# rosters


def rows_of(movers: Movers, flat: str, settled: str = "", **more: str) -> list[dict[str, str]]:
    named = zip(movers.stated, ("户主", "妻", "子"), strict=True)
    return [
        row(each["name"], each["id_number"], relation, flat=flat) | ({"入住日期": settled} if settled else {}) | more
        for each, relation in named
    ]


async def test_a_roster_brings_back_who_moved_out(movers: Movers) -> None:
    born = id_number("20260720")
    rows = [*rows_of(movers, "201", "2026-08-01"), row("测有名", born, "子", flat="201") | {"入住日期": "2026-08-01"}]
    dry = await bring_in(movers.registry, csv_of(rows), dry_run=True)
    report = await bring_in(movers.registry, csv_of(rows))
    for each in (dry, report):
        assert (each["created"], each["changed"], each["rejected"]) == (4, 0, 0), each
    persons = [await movers.person(n) for n in range(3)]
    assert {(p["status"], p["address"]["flat"]) for p in persons} == {("resident", "201")}
    home = (await movers.registry.get(f"{HOUSEHOLDS}/{persons[0]['household_id']}")).json()
    assert (home["head_person_id"], len(home["members"]), home["version"]) == (movers.ids[0], 4, 1)
    kinds = [e.type.split(".")[1] for e in await movers.registry.said()]
    assert kinds.count("household-settled") == 1
    assert (kinds.count("person-moved"), kinds.count("person-registered")) == (3, 1)
    assert [(await movers.on(day))["status"] for day in ("2026-07-20", "2026-08-02")] == ["moved-out", "resident"]
    again = await bring_in(movers.registry, csv_of(rows))
    assert (again["created"], again["changed"], again["rejected"]) == (0, 0, 0)
    assert await movers.registry.said() == []
    await _flats_agree(movers.registry)


async def test_an_old_roster_brings_nobody_back(movers: Movers) -> None:
    report = await bring_in(movers.registry, csv_of(rows_of(movers, "201", "2026-06-15")))
    assert (report["created"], report["rejected"]) == (0, 3)
    assert report["errors"][0]["code"] == "moved-out"


async def test_a_roster_lets_who_had_left_before_join_a_household_that_stands(movers: Movers) -> None:
    head = member() | {"name": "测户主"}
    await movers.registry.post(HOUSEHOLDS, household(head, flat="301", settled_on=BACK))
    await movers.registry.post(HOUSEHOLDS, household(member() | {"name": "测早来"}, flat="302"))
    early = (await movers.registry.get(HOUSEHOLDS)).json()["items"]
    assert len(early) == 2
    await movers.registry.said()
    rows = [
        row("测户主", head["id_number"], "户主", flat="301"),
        row(movers.stated[2]["name"], movers.stated[2]["id_number"], "子", flat="301") | {"文化程度": "初中"},
        row("测新来", id_number("20150101"), "子", flat="301"),
    ]
    report = await bring_in(movers.registry, csv_of(rows))
    assert (report["created"], report["changed"], report["rejected"]) == (2, 0, 0), report
    son = await movers.person(2)
    assert (son["status"], son["facts"]["profile"]) == ("resident", {"education": "70"})
    assert (await movers.on("2026-08-01", 2))["household_id"] == son["household_id"]
    stale = row(movers.stated[0]["name"], movers.stated[0]["id_number"], "兄", flat="302")
    refused = await bring_in(movers.registry, csv_of([stale]))
    assert [error["code"] for error in refused["errors"]] == ["moved-out"]
    await _versions_rise_by_one_from_here(movers.registry)


async def _versions_rise_by_one_from_here(registry: Service) -> None:
    last: dict[str, int] = {}
    for event in await registry.said():
        assert event.parse().version == last.get(event.key, event.parse().version - 1) + 1
        last[event.key] = event.parse().version


# in any order


@dataclass
class Settler(Teller):
    """One who also settles people who left, by their numbers, on some day or other; and takes such a settling back."""

    numbers: dict[str, dict[str, Any]] = field(default_factory=dict)
    again: int = 0

    async def settle(self, flat: str, size: int) -> None:
        stated = [member(), *(member("20", f"200{n}0110") for n in range(1, size))]
        body = household(*stated, flat=flat, settled_on=FIRST.isoformat())
        self._settled(await self.registry.post(HOUSEHOLDS, body), stated)
        await self._keep_last()

    async def tell_something(self) -> None:
        if self.chance.random() < 0.3:
            await super().tell_something()
            return
        there = replay([k.view for k in self.events if not k.retracted_at], AFTER_ALL)
        gone = [person for person in self.people if there[person][2] == "moved-out"]
        if not gone:
            await super().tell_something()
            return
        on = FIRST + timedelta(days=self.chance.randrange(60, 150))
        some = self.chance.sample(gone, 1)
        stated = [self.numbers[some[0]] | {"relation": "02"}]
        flat = self.chance.choice(("201", "202", "301", "302"))
        answer = await self.registry.post(
            HOUSEHOLDS, household(*stated, flat=flat, block="2", settled_on=on.isoformat())
        )
        assert answer.status_code in (201, 409, 422), answer.text
        if answer.status_code != 201:
            self.refused += 1
            return
        self.again += 1
        assert [m["person_id"] for m in answer.json()["members"]] == some
        self._settled(answer, stated)
        await self._keep_last()

    def _settled(self, answer: httpx.Response, stated: list[dict[str, Any]]) -> None:
        assert answer.status_code == 201, answer.text
        view = answer.json()
        self.households.append(view["household_id"])
        for each, body in zip(view["members"], stated, strict=True):
            if each["person_id"] not in self.numbers:
                self.people.append(each["person_id"])
                self.numbers[each["person_id"]] = body

    async def _keep_last(self) -> None:
        path = f"{HOUSEHOLDS}/{self.households[-1]}/life-events"
        self._keep((await self.registry.get(path)).json()["items"][0])


@pytest.mark.parametrize("seed", [12, 13])
async def test_every_day_reads_as_it_was_known_at_every_instant_with_people_who_come_back(
    estate: Service, seed: int
) -> None:
    await estate.said()
    teller = Settler(estate, random.Random(300 + seed))
    for flat, size in (("101", 3), ("102", 2)):
        await teller.settle(flat, size)
    while len(teller.events) < 9 and teller.refused < 60:  # all may be dead by then
        await teller.tell_something()
    assert teller.again
    days = sorted({date.fromisoformat(known.view["on"]) for known in teller.events})
    for instant, day in itertools.product(teller.instants, [FIRST - timedelta(days=1), *days, AFTER_ALL]):
        wanted = replay([known.view for known in teller.events if known.known_at(instant)], day)
        for person in teller.people:
            assert await _state(estate, person, day, instant) == wanted.get(person), (person, day, instant)
    await _flats_agree(estate)
    await _versions_rise_by_one(estate)
