"""Events of hukou households and of couples among those of who lives with whom, told in any order, some taken back: read at any pair of
day and instant, the registry answers what going naively through the events that were known then gives."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from shared.auth import Role
from tests.integration.registry.believed import believed
from tests.integration.registry.test_life_history import AFTER_ALL, FIRST, HOUSEHOLDS, PERSONS, Known, Teller, replay
from tests.support.clients import Service
from tests.support.people import household, member

_WED = ("20", "21", "22", "23")


@dataclass
class Registrar(Teller):
    """Tells of hukou households and couples more often than not."""

    registers: list[str] = field(default_factory=list)

    async def settle(self, flat: str, size: int) -> None:
        """Men and women by turns, the second married to the head as far as their relation tells."""
        others = [member("12" if n == 1 else "97", f"199{n}0110", female=n % 2 == 1) for n in range(1, size)]
        body = household(member(), *others, flat=flat, settled_on=FIRST.isoformat())
        await self.settle_these(body | {"hukou_household": {"division": "522328"}})
        self.registers.append(self.events[-1].view["hukou_id"])

    async def tell_something(self) -> None:
        draw = self.chance.random()
        if draw < 0.15:
            await self._tell_of_a_death()
        elif draw < 0.35:
            await super().tell_something()
        elif draw < 0.6:
            await self._tell_of_a_couple()
        else:
            await self._tell_of_a_register()
        if (last := self.events[-1].view)["kind"] == "hukou-split" and last["into_id"] not in self.registers:
            self.registers.append(last["into_id"])

    def _now(self, on: date) -> Registers:
        return entries([k.view for k in self.events if not k.retracted_at], on)

    async def _tell_of_a_death(self) -> None:
        person = self.chance.choice(self.people)
        died_on = (FIRST + timedelta(days=self.chance.randrange(40, 120))).isoformat()
        answer = await self.registry.post(f"{PERSONS}/{person}/death", {"died_on": died_on})
        await self._hear(f"{PERSONS}/{person}/life-events", answer)

    async def _tell_of_a_couple(self) -> None:
        on = FIRST + timedelta(days=self.chance.randrange(-20, 120))
        one, other = self.chance.sample(self.people, 2)
        kind = self.chance.choice(("married", "married", "divorced"))
        spouse = other if self.chance.random() < 0.8 else None
        married = {"spouse": spouse, "before": self.chance.choice(("10", "30", None))} if kind == "married" else {}
        path = f"{PERSONS}/{one}/life-events"
        await self._hear(path, await self.registry.post(path, {"kind": kind, "on": on.isoformat()} | married))

    async def _tell_of_a_register(self) -> None:
        on = FIRST + timedelta(days=self.chance.randrange(-20, 120))
        home = self.chance.choice(self.registers)
        members = list(self._now(on).get(home, {})) or [self.people[0]]
        some = self.chance.sample(members, min(len(members), self.chance.choice((1, 1, 2))))
        kinds = ["joined", "left", "head-changed", "relations-changed", "split", "merged", "moved", "joined"]
        kind = self.chance.choice(kinds)
        body: dict[str, Any] = {"kind": f"hukou-{kind}", "on": on.isoformat()}
        match kind:
            case "joined":
                body["people"] = [{"person_id": self.chance.choice(self.people), "relation": "97"}]
            case "left":
                body["people"] = some
            case "head-changed":
                body["people"] = [{"person_id": p, "relation": "02" if p == some[0] else "97"} for p in members]
            case "relations-changed":
                body["people"] = [{"person_id": some[-1], "relation": self.chance.choice(("20", "30", "97"))}]
            case "split":
                body["people"] = [{"person_id": p, "relation": "97" if n else "02"} for n, p in enumerate(some)]
            case "merged":
                body["into"] = self.chance.choice([r for r in self.registers if r != home])
                body["people"] = [{"person_id": p, "relation": "97"} for p in members]
            case _:
                body["division"] = self.chance.choice(("522328", "522731", "522731003012"))
        path = f"{HOUSEHOLDS}/{home}/life-events"
        await self._hear(path, await self.registry.post(path, body))


Registers = dict[str, dict[str, str]]


def entries(events: Iterable[dict[str, Any]], as_of: date) -> Registers:
    """Who is entered in which hukou household on a day, with which relation."""
    found: Registers = {}
    for event in sorted(events, key=lambda e: e["on"]):
        if date.fromisoformat(event["on"]) > as_of:
            continue
        home = event["household_id"]
        for part in event["people"]:
            person, relation = part["person_id"], part["relation"]
            match event["kind"]:
                case "settled" if event["hukou_id"]:
                    found.setdefault(event["hukou_id"], {})[person] = relation
                case "hukou-joined" | "hukou-head-changed" | "hukou-relations-changed":
                    found.setdefault(home, {})[person] = relation
                case "hukou-left":
                    found[home].pop(person)
                case "hukou-split" | "hukou-merged":
                    found[home].pop(person)
                    found.setdefault(event["into_id"], {})[person] = relation
                case "died":
                    for members in found.values():
                        members.pop(person, None)
    return found


def divisions(events: Iterable[dict[str, Any]], as_of: date) -> dict[str, str]:
    """Where each hukou household stands on a day."""
    found: dict[str, str] = {}
    for event in sorted(events, key=lambda e: e["on"]):
        if date.fromisoformat(event["on"]) > as_of:
            continue
        match event["kind"]:
            case "settled":
                found.setdefault(event["hukou_id"], event["division"])
            case "hukou-split":
                found[event["into_id"]] = event["division"] or found[event["household_id"]]
            case "hukou-moved":
                found[event["household_id"]] = event["division"]
    return found


def marital(events: Iterable[dict[str, Any]], as_of: date) -> dict[str, str]:
    """The marital status of each of whom any event tells, on a day."""
    code: dict[str, str] = {}
    spouse: dict[str, str | None] = {}
    former: set[frozenset[str]] = set()
    done: list[dict[str, Any]] = []
    for event in sorted(events, key=lambda e: e["on"]):
        if date.fromisoformat(event["on"]) > as_of:
            continue
        people = [part["person_id"] for part in event["people"]]
        if event["kind"] in ("married", "divorced"):
            for part in event["people"]:
                person = part["person_id"]
                other = next((p for p in people if p != person), None)
                if event["kind"] == "divorced":
                    code[person], spouse[person] = "40", other
                elif other and frozenset((person, other)) in former:
                    code[person], spouse[person] = "23", other
                else:
                    before = code.get(person, part["marital_before"])
                    code[person] = "21" if before == "10" else "22" if before in ("30", "40") else "20"
                    spouse[person] = other
            if event["kind"] == "divorced" and len(people) == 2:
                former.add(frozenset(people))
        elif event["kind"] == "died":
            (dead,) = people
            if dead in code:
                left = spouse[dead] if code[dead] in _WED else None
            else:
                lived = replay(done, as_of)
                at_home = {p: its for p, (home, its, _) in lived.items() if home == lived[dead][0]}
                pair = {"02": "12", "12": "02"}.get(at_home[dead] or "")
                left = next((p for p, its in at_home.items() if its == pair and p not in code), None) if pair else None
            if left:
                code[left], spouse[left] = "30", dead
        done.append(event)
    return code


@pytest.mark.parametrize("seed", range(2))
async def test_any_day_reads_as_it_was_known_at_any_instant(estate: Service, seed: int) -> None:
    await estate.said()
    teller = Registrar(estate, random.Random(300 + seed))
    for flat, size in (("101", 3), ("102", 2), ("201", 3)):
        await teller.settle(flat, size)
    while len(teller.events) < 14:
        await teller.tell_something()
    assert teller.refused
    days = sorted({date.fromisoformat(known.view["on"]) for known in teller.events})
    pairs = itertools.product(teller.instants, [FIRST - timedelta(days=1), *days, AFTER_ALL])
    for instant, day in teller.chance.sample(list(pairs), 40):
        told = [known.view for known in teller.events if known.known_at(instant)]
        at = {"as_of": day.isoformat(), "known_at": instant}
        wanted, stand = entries(told, day), divisions(told, day)
        for register in teller.registers:
            view = (await estate.get(f"{HOUSEHOLDS}/{register}/state", params=at)).json()
            members = {m["person_id"]: m["relation"] for m in view.get("members", [])}
            assert members == wanted.get(register, {}), (register, day, instant, told)
            if "facts" in view:
                assert view["facts"].get("hukou", {}).get("division") == stand.get(register), (register, day, told)
        statuses, lived = marital(told, day), replay(told, day)
        for person in teller.people:
            if person not in lived:
                continue
            view = (await estate.get(f"{PERSONS}/{person}/state", params=at)).json()
            assert view["facts"].get("profile", {}).get("marital") == statuses.get(person), (person, day, told)
            assert (view["household_id"], view["relation"], view["status"]) == lived[person]
            assert set(view["hukou_household_ids"]) == {k for k, there in wanted.items() if person in there}
    await _now_agrees(teller)


async def _now_agrees(teller: Registrar) -> None:
    """What stands now, alarms too; and each household's and person's word rises by one version."""
    told = [known.view for known in teller.events if not known.retracted_at]
    wanted, stand, statuses = entries(told, AFTER_ALL), divisions(told, AFTER_ALL), marital(told, AFTER_ALL)
    for register in teller.registers:
        view = (await teller.registry.get(f"{HOUSEHOLDS}/{register}")).json()
        members = wanted.get(register, {})
        assert {m["person_id"]: m["relation"] for m in view["members"]} == members
        assert (view["status"] == "settled") == bool(members)
        assert view["head_person_id"] == next((p for p, relation in members.items() if relation == "02"), None)
        if register in stand:
            assert view["hukou"]["division"] == stand[register]
    for person in teller.people:
        view = (await teller.registry.get(f"{PERSONS}/{person}")).json()
        assert view["facts"].get("profile", {}).get("marital") == statuses.get(person)
    alarms = (await teller.registry.get("/v1/registry/alarms")).json()
    twice = {p: {k for k, there in wanted.items() if p in there} for p in teller.people}
    assert {a["person_id"]: set(a["households"]) for a in alarms["items"]} == {
        p: homes for p, homes in twice.items() if len(homes) > 1
    }
    assert alarms["counts"] == {"two-hukou": len(alarms["items"]), "two-dibao": 0}
    versions: dict[str, int] = {}
    for event in await teller.registry.said():
        assert event.parse().version == versions.get(event.key, 0) + 1, event.type
        versions[event.key] = event.parse().version
        assert b"marital" not in event.data


@pytest.mark.parametrize("seed", range(2))
async def test_any_two_merged_and_parted_have_what_was_their_own(estate: Service, seed: int) -> None:
    """Whatever happened to them, where it can be true of one person; entries, marriages and alarms too."""
    teller = Registrar(estate, random.Random(400 + seed))
    for flat, size in (("101", 3), ("102", 2), ("201", 3)):
        await teller.settle(flat, size)
    while len(teller.events) < 14:
        await teller.tell_something()
    merged = 0
    for gone, kept in teller.chance.sample(list(itertools.permutations(teller.people, 2)), 8):
        before = await believed(estate)
        path = f"{PERSONS}/{gone}/merger"
        body = {"into": kept, "life": teller.chance.choice(("into", "both")), "reason": "重复登记"}
        asked = await estate.post(path, body, role=Role.COMMUNITY_CADRE)
        answer = await estate.post(f"{asked.headers['location']}/approval", {}, role=Role.COMMUNITY_SECRETARY)
        if answer.status_code == 200:
            assert (await estate.post(f"{path}/withdrawal", {"reason": "系同名两人"})).status_code == 200
            merged += 1
        else:
            assert answer.status_code == 409, answer.text
            refusal = f"{asked.headers['location']}/refusal"
            await estate.post(refusal, {"reason": "不是同一人"}, role=Role.COMMUNITY_SECRETARY)
        assert await believed(estate) == before
    assert merged


async def test_acts_at_one_time_come_to_what_they_would_one_after_the_other(estate: Service) -> None:
    """Nothing fails but by a reason, whichever households and people the acts lock."""
    await estate.said()
    teller = Registrar(estate, random.Random(5))
    for flat, size in (("101", 3), ("102", 2), ("201", 3)):
        await teller.settle(flat, size)
    settled = {known.view["event_id"]: known.view for known in teller.events}
    for _ in range(6):
        answers = await asyncio.gather(*(estate.post(*_anything(teller)) for _ in range(8)))
        assert {answer.status_code for answer in answers} <= {200, 201, 409, 422}, [a.text for a in answers]
        views = [answer.json() for answer in answers if answer.status_code == 201]
        teller.registers += [view["into_id"] for view in views if view["kind"] == "hukou-split"]
    events: dict[str, dict[str, Any]] = {}
    paths = [f"{PERSONS}/{each}" for each in teller.people] + [f"{HOUSEHOLDS}/{each}" for each in teller.registers]
    for path in paths:
        events |= {e["event_id"]: e for e in (await estate.get(f"{path}/life-events")).json()["items"]}
    told = await estate.database.pool.fetch("select event_id from life_events order by told")
    teller.events = [Known({**events[row["event_id"]], **settled.get(row["event_id"], {})}, 0) for row in told]
    assert len(teller.events) > 8
    await _now_agrees(teller)


def _anything(teller: Registrar) -> tuple[str, dict[str, Any]]:
    chance, on = teller.chance, (FIRST + timedelta(days=teller.chance.randrange(1, 120))).isoformat()
    one, other = chance.sample(teller.people, 2)
    entry, some = [{"person_id": one, "relation": "97"}], [one]
    of_register = f"{HOUSEHOLDS}/{chance.choice(teller.registers)}/life-events"
    of_home, of_person = f"{HOUSEHOLDS}/{chance.choice(teller.households)}/life-events", f"{PERSONS}/{one}/life-events"
    acts: list[tuple[str, dict[str, Any]]] = [
        (of_register, {"kind": "hukou-joined", "people": entry}),
        (of_register, {"kind": "hukou-left", "people": some}),
        (of_register, {"kind": "hukou-split", "people": [{"person_id": one, "relation": "02"}]}),
        (of_register, {"kind": "hukou-moved", "division": chance.choice(("522731", "520100"))}),
        (of_person, {"kind": "married", "spouse": other}),
        (of_person, {"kind": "divorced"}),
        (of_home, {"kind": "relations-changed", "people": entry}),
        (of_home, {"kind": "left", "people": some}),
    ]
    path, body = chance.choice([*acts, (f"{PERSONS}/{one}/death", {"died_on": on})])
    return path, body if "died_on" in body else body | {"on": on}
