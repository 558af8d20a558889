"""Life events told in any order, some taken back: read at every pair of day and instant, the registry answers what going naively through
the events that were known then gives."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from shared.auth import Role
from tests.integration.registry.believed import believed
from tests.support.clients import Service
from tests.support.people import household, member

HOUSEHOLDS = "/v1/registry/households"
PERSONS = "/v1/registry/persons"
FIRST = date(2026, 1, 1)
AFTER_ALL = FIRST + timedelta(days=200)


@dataclass
class Known:
    """An event that was taken: what it says of each person, when it was told, and when it was taken back."""

    view: dict[str, Any]
    told: int
    retracted_at: str | None = None

    def known_at(self, instant: str) -> bool:
        at = datetime.fromisoformat(instant)
        back = self.retracted_at and datetime.fromisoformat(self.retracted_at) <= at
        return datetime.fromisoformat(self.view["recorded_at"]) <= at and not back


@dataclass
class Teller:
    """Tells what comes to its mind of some households, and keeps what was taken."""

    registry: Service
    chance: random.Random
    households: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    events: list[Known] = field(default_factory=list)
    instants: list[str] = field(default_factory=list)
    flats: Iterable[tuple[str, str]] = field(
        default_factory=lambda: itertools.product("2", ("101", "102", "201", "202"))
    )
    refused: int = 0

    async def settle(self, flat: str, size: int) -> None:
        members = [member(), *(member("20", f"200{n}0110") for n in range(1, size))]
        await self.settle_these(household(*members, flat=flat, settled_on=FIRST.isoformat()))

    async def settle_these(self, body: dict[str, Any]) -> None:
        answer = await self.registry.post(HOUSEHOLDS, body)
        assert answer.status_code == 201, answer.text
        view = answer.json()
        self.households.append(view["household_id"])
        self.people += [m["person_id"] for m in view["members"]]
        (event,) = (await self.registry.get(f"{HOUSEHOLDS}/{view['household_id']}/life-events")).json()["items"]
        self._keep(event | {"hukou_id": view["hukou_household_id"]})

    def _keep(self, event: dict[str, Any]) -> None:
        self.events.append(Known(event, len(self.events)))
        self.instants.append(event["recorded_at"])

    async def tell_something(self) -> None:
        standing = [known for known in self.events if known.retracted_at is None]
        if self.chance.random() < 0.15:
            await self._take_back(self.chance.choice(standing))
            return
        home = self.chance.choice(self.households)
        body = self._something(home)
        path = f"{HOUSEHOLDS}/{home}/life-events"
        if body["kind"] == "died":
            person = body["people"][0]
            answer = await self.registry.post(f"{PERSONS}/{person}/death", {"died_on": body["on"]})
            path = f"{PERSONS}/{person}/life-events"
        else:
            answer = await self.registry.post(path, body)
        await self._hear(path, answer)

    async def _hear(self, path: str, answer: httpx.Response) -> None:
        """What was answered to something told; `path`: of the list in which it stands if it was taken."""
        assert answer.status_code in (200, 201, 409, 422), answer.text
        if answer.status_code >= 400:
            self.refused += 1
            return
        seen = {known.view["event_id"] for known in self.events}
        new = [e for e in (await self.registry.get(path)).json()["items"] if e["event_id"] not in seen]
        assert len(new) == 1
        self._keep(new[0])
        if new[0]["kind"] == "split":
            self.households.append(new[0]["into_id"])

    async def _take_back(self, known: Known) -> None:
        answer = await self.registry.post(
            f"/v1/registry/life-events/{known.view['event_id']}/withdrawal", {"reason": "误录"}
        )
        assert answer.status_code in (200, 409, 422), answer.text
        if answer.status_code == 200:
            known.retracted_at = answer.json()["retracted_at"]
            self.instants.append(answer.json()["retracted_at"])
        else:
            self.refused += 1

    def _something(self, home: str) -> dict[str, Any]:
        """Of people who live there by now more often than not, or nothing would ever be taken."""
        on = FIRST + timedelta(days=self.chance.randrange(1, 120))
        there = replay([k.view for k in self.events if not k.retracted_at], on)
        members = [person for person in self.people if there.get(person, (None,))[0] == home]
        some = self.chance.sample(members, min(len(members), self.chance.choice((1, 1, 2)))) or [self.people[0]]
        gone = [person for person in self.people if there.get(person, (None, None, ""))[2] == "moved-out"]
        kinds = ["left", "away", "returned", "joined", "split", "merged", "head-changed", "relations-changed", "died"]
        body: dict[str, Any] = {"kind": self.chance.choice(kinds), "on": on.isoformat()}
        match body["kind"]:
            case "joined":
                person = self.chance.choice(gone or self.people)
                body["people"] = [{"person_id": person, "relation": "20"}]
            case "split":
                block, flat = self.chance.choice(list(itertools.product("12", ("101", "102", "201", "202", "301"))))
                body |= {"block": block, "unit": "2", "flat": flat}
                body["people"] = [{"person_id": p, "relation": "20" if n else "02"} for n, p in enumerate(some)]
            case "merged":
                body["into"] = self.chance.choice([h for h in self.households if h != home])
                body["people"] = [{"person_id": p, "relation": "97"} for p in members or some]
            case "head-changed":
                body["people"] = [{"person_id": p, "relation": "02" if p == some[0] else "97"} for p in members or some]
            case "relations-changed":
                body["people"] = [{"person_id": some[-1], "relation": self.chance.choice(("20", "30", "97"))}]
            case "died":
                body["people"] = some[:1]
            case _:
                body["people"] = some
        return body


OF_LIVING = {
    "settled",
    "joined",
    "split",
    "merged",
    "left",
    "died",
    "away",
    "returned",
    "head-changed",
    "relations-changed",
}
Naive = dict[str, tuple[str | None, str | None, str]]


def replay(events: Iterable[dict[str, Any]], as_of: date) -> Naive:
    """Household, relation and status of each person on a day."""
    state: Naive = {}
    for event in sorted(events, key=lambda e: e["on"]):  # stable: of one day, as they were told
        if date.fromisoformat(event["on"]) > as_of or event["kind"] not in OF_LIVING:
            continue
        for part in event["people"]:
            person, relation = part["person_id"], part["relation"]
            home, before, status = state.get(person, (None, None, "resident"))
            state[person] = {
                "settled": (event["household_id"], relation, "resident"),
                "joined": (event["household_id"], relation, "resident"),
                "split": (event["into_id"], relation, status),
                "merged": (event["into_id"], relation, status),
                "left": (None, None, "moved-out"),
                "died": (None, None, "deceased"),
                "away": (home, before, "away"),
                "returned": (home, before, "resident"),
                "head-changed": (home, relation, status),
                "relations-changed": (home, relation, status),
            }[event["kind"]]
    return state


@pytest.mark.parametrize("seed", range(3))
async def test_every_day_reads_as_it_was_known_at_every_instant(estate: Service, seed: int) -> None:
    teller = Teller(estate, random.Random(seed))
    for flat, size in (("101", 3), ("102", 2), ("201", 2)):
        await teller.settle(flat, size)
    while len(teller.events) < 12:
        await teller.tell_something()
    assert teller.refused  # or nothing was tried that cannot have happened
    days = sorted({date.fromisoformat(known.view["on"]) for known in teller.events})
    for instant, day in itertools.product(teller.instants, [FIRST - timedelta(days=1), *days, AFTER_ALL]):
        told = [known.view for known in teller.events if known.known_at(instant)]
        wanted = replay(told, day)
        for person in teller.people:
            assert await _state(estate, person, day, instant) == wanted.get(person), (person, day, instant, told)


async def _state(registry: Service, person: str, day: date, instant: str) -> tuple[str | None, str | None, str] | None:
    at = {"as_of": day.isoformat(), "known_at": instant}
    answer = await registry.get(f"{PERSONS}/{person}/state", params=at)
    if answer.status_code == 404:
        assert answer.json()["type"] == "urn:anju:problem:not-known-then"
        return None
    view = answer.json()
    return view["household_id"], view["relation"], view["status"]


@pytest.mark.parametrize("seed", range(5))
async def test_what_stands_now_is_what_all_events_come_to(estate: Service, seed: int) -> None:
    """People, households, flats and their flat households; and each household's and person's word rises by one version."""
    await estate.said()
    teller = Teller(estate, random.Random(100 + seed))
    for flat, size in (("101", 3), ("102", 2), ("201", 2)):
        await teller.settle(flat, size)
    while len(teller.events) < 20:
        await teller.tell_something()
    now = replay([k.view for k in teller.events if not k.retracted_at], AFTER_ALL)
    for person in teller.people:
        view = (await estate.get(f"{PERSONS}/{person}")).json()
        assert view["status"] == now[person][2]
    for home in teller.households:
        answer = await estate.get(f"{HOUSEHOLDS}/{home}")
        view = answer.json()
        members = {person: relation for person, (there, relation, _) in now.items() if there == home}
        assert {m["person_id"]: m["relation"] for m in view["members"]} == members
        assert (view["status"] == "settled") == bool(members)
        heads = [person for person, relation in members.items() if relation == "02"]
        assert view["head_person_id"] == (heads[0] if heads else None)
    await _flats_agree(estate)
    await _versions_rise_by_one(estate)


@pytest.mark.parametrize("seed", range(3))
async def test_any_two_merged_and_parted_have_what_was_their_own(estate: Service, seed: int) -> None:
    """Whatever happened to them, where it can be true of one person."""
    await estate.said()
    teller = Teller(estate, random.Random(200 + seed))
    for flat, size in (("101", 3), ("102", 2), ("201", 2)):
        await teller.settle(flat, size)
    while len(teller.events) < 10:
        await teller.tell_something()
    merged = 0
    for gone, kept in teller.chance.sample(list(itertools.permutations(teller.people, 2)), 12):
        before = await believed(estate)
        path = f"{PERSONS}/{gone}/merger"
        body = {"into": kept, "life": teller.chance.choice(("into", "both")), "reason": "重复登记"}
        asked = await estate.post(path, body, role=Role.COMMUNITY_CADRE)
        assert asked.status_code == 201, asked.text
        answer = await estate.post(f"{asked.headers['location']}/approval", {}, role=Role.COMMUNITY_SECRETARY)
        if answer.status_code != 200:
            assert answer.json()["type"] in ("urn:anju:problem:cannot-be-one", "urn:anju:problem:flat-taken"), (
                answer.text
            )
            await estate.post(
                f"{asked.headers['location']}/refusal", {"reason": "不是同一人"}, role=Role.COMMUNITY_SECRETARY
            )
        else:
            await _flats_agree(estate)
            assert await believed(estate) != before
            assert (await estate.post(f"{path}/withdrawal", {"reason": "系同名两人"})).status_code == 200
            merged += 1
        assert await believed(estate) == before
    assert merged
    await _versions_rise_by_one(estate)


async def _versions_rise_by_one(registry: Service) -> None:
    """In what was said of each household and person since this was last looked at, which was from the first."""
    versions: dict[str, int] = {}
    for event in await registry.said():
        assert event.parse().version == versions.get(event.key, 0) + 1, event.type
        versions[event.key] = event.parse().version


async def _flats_agree(registry: Service) -> None:
    """Who lives in a flat is who belongs to the household that lives in it; a household of nobody lives in none."""
    rows = await registry.database.pool.fetch(
        """select h.household_id, h.status, o.dwelling_id = h.dwelling_id as same,
                  (select array_agg(person_id order by person_id) from memberships m where m.household_id = h.household_id
                      and m.valid_to is null and m.retracted_at is null) as members,
                  (select array_agg(m.person_id order by m.person_id) from memberships m join households f using (household_id)
                    where f.coliving_id = h.household_id and m.kind = 'flat' and m.valid_to is null and m.retracted_at is null) as flat
             from households h
             left join occupancies o on o.household_id = h.household_id and o.valid_to is null and o.retracted_at is null
            where h.kind = 'coliving'"""
    )
    for row in rows:
        assert row["members"] == row["flat"]
        assert (row["status"] == "settled") == (row["same"] is True) == bool(row["members"])
