"""Whatever happens to people, is told late, corrected, merged or taken back: the figures of every day are what a recount of that day in all
rows of the history gives, before the worker has counted, while it counts and after."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.registry.statistics.recount import lines, recount
from services.registry.statistics.service import count_some
from shared import clock
from tests.integration.conftest import NewService
from tests.integration.registry.naive_figures import flattened, history_of
from tests.integration.registry.test_life_history import FIRST, Teller
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, id_number, member, plan

ELSEWHERE = "522731003099"
TODAY = date(2026, 11, 24)
HOUSEHOLDS, PERSONS = "/v1/registry/households", "/v1/registry/persons"
_BIRTHS = (
    *("19460301", "19610210", "19650415", "19660228", "19640229", "19800315", "20080120", "20100501"),
    *("20120229", "20120301", "20200402", "20251231"),
)
"""Many reach another age in 2026."""


@dataclass
class Life(Teller):
    """What staff tell of some households, in any order."""

    taken: int = 0
    flats_left: list[tuple[str, str, str]] = field(
        default_factory=lambda: list(
            itertools.product((COMMUNITY, ELSEWHERE), "12", ("101", "102", "201", "202", "301", "302"))
        )
    )

    def facts(self) -> dict[str, Any]:
        choose = self.chance.choice
        some = {
            "hukou": choose(
                [
                    {"moved": True},
                    {"moved": True, "moved_on": self.day(), "division": choose([COMMUNITY, "522731", "522328"])},
                    {"moved": False, "division": "522328"},
                    {"division": choose([COMMUNITY, ELSEWHERE, "522731"])},
                    None,
                ]
            ),
            "labour_class": choose(["SKILLED", "ORDINARY", "NONE", None]),
            "profile": choose([{"political": "01"}, {"political": "02"}, {"political": "13"}, {}, None]),
            "disability": choose([{"disabled": True, "grade": "2"}, {"disabled": False}, None]),
            "tags": choose(
                [["elder-alone"], ["left-behind-child", "minor-in-hardship", "left-behind-child"], [], None]
            ),
        }
        return {name: some[name] for name in self.chance.sample(sorted(some), 2)}

    def home_facts(self) -> dict[str, Any]:
        watched = {"kind": self.chance.choice(["unstable", "sudden"]), "since": self.day(), "reason": "illness"}
        over = {"until": "2026-06-30", "ended": "risk-removed"}
        return {
            "registered_poor": self.chance.choice([True, False, None]),
            "monitored": self.chance.choice([watched, watched | over, None]),
        }

    def day(self) -> str:
        return (FIRST + timedelta(days=self.chance.randrange(1, 150))).isoformat()

    def somebody(self, relation: str, birth: str | None = None) -> dict[str, Any]:
        born = birth or self.chance.choice(_BIRTHS)
        return member(relation, born, self.chance.random() < 0.5, **self.facts())

    async def move_in(self) -> None:
        self.chance.shuffle(self.flats_left)
        community, block, flat = self.flats_left.pop()
        people = [self.somebody("02", "19800315"), *(self.somebody("20") for _ in range(self.chance.randrange(3)))]
        body = household(*people, block=block, flat=flat, settled_on=FIRST.isoformat(), **self.home_facts())
        if self.chance.random() < 0.6:
            body["hukou_household"] = {"division": "522328100200"}
        answer = await self.registry.post(HOUSEHOLDS, body | {"community": community})
        if answer.status_code == 409:  # somebody lives there by now
            return
        assert answer.status_code == 201, answer.text
        view = answer.json()
        self.households.append(view["household_id"])
        self.people += [m["person_id"] for m in view["members"]]
        (event,) = (await self.registry.get(f"{HOUSEHOLDS}/{view['household_id']}/life-events")).json()["items"]
        self._keep(event)

    async def tell_something(self) -> None:
        if self.chance.random() < 0.15:
            await self._take_back(self.chance.choice([known for known in self.events if known.retracted_at is None]))
            return
        home = self.chance.choice(self.households)
        body = self._something(home)
        if body["kind"] == "died":
            await self._try("POST", f"{PERSONS}/{body['people'][0]}/death", {"died_on": body["on"]})
        else:
            await self._try("POST", f"{HOUSEHOLDS}/{home}/life-events", body)
        seen = {known.view["event_id"] for known in self.events}
        for event in (await self.registry.get(f"{HOUSEHOLDS}/{home}/life-events")).json()["items"]:
            if event["event_id"] not in seen and event["kind"] not in ("born", "moved"):
                self._keep(event)
                self.households += [event["into_id"]] if event["kind"] == "split" else []

    async def do_something(self) -> None:
        acts: list[Callable[[], Coroutine[Any, Any, None]]] = [
            *[self.tell_something] * 5,
            *[self._change_person] * 3,
            *(
                self._change_household,
                self._correct_birth,
                self._born,
                self._move,
                self._withdraw,
                self._merge,
                self.move_in,
            ),
        ]
        await self.chance.choice(acts)()

    async def _try(self, method: str, path: str, body: Any) -> bool:
        answer = await self.registry.request(method, path, json=body, headers={"if-match": "*"})
        assert answer.status_code in (200, 201, 409, 422), answer.text
        self.taken += answer.status_code < 400
        return answer.status_code < 400

    async def _change_person(self) -> None:
        since = {"valid_from": self.day()} if self.chance.random() < 0.6 else {}
        await self._try("PATCH", f"{PERSONS}/{self.chance.choice(self.people)}/facts", self.facts() | since)

    async def _change_household(self) -> None:
        since = {"valid_from": self.day()} if self.chance.random() < 0.6 else {}
        await self._try("PATCH", f"{HOUSEHOLDS}/{self.chance.choice(self.households)}/facts", self.home_facts() | since)

    async def _correct_birth(self) -> None:
        """Another ID number: of another day, or another sex; wrong all along, or changed on a day."""
        number = id_number(self.chance.choice(_BIRTHS[:8]), self.chance.random() < 0.5)
        since = {"valid_from": self.day()} if self.chance.random() < 0.3 else {}
        path = f"{PERSONS}/{self.chance.choice(self.people)}/change-requests"
        answer = await self.registry.post(path, {"id_number": number, "reason": "登记有误"} | since, subject="one")
        assert answer.status_code in (201, 409, 422), answer.text
        if answer.status_code == 201:
            approved = await self.registry.post(
                f"{answer.headers['location']}/approval", {"id_number": number}, subject="another"
            )
            assert approved.status_code == 200, approved.text
            self.taken += 1

    async def _born(self) -> None:
        on = self.day()
        child = self.somebody("20", on.replace("-", ""))
        await self._try(
            "POST",
            f"{HOUSEHOLDS}/{self.chance.choice(self.households)}/life-events",
            {"kind": "born", "on": on, "members": [child]},
        )

    async def _move(self) -> None:
        """Also into another community, also before what is known."""
        community, block, flat = self.chance.choice(self.flats_left)
        body = {"kind": "moved", "on": self.day(), "community": community, "block": block, "unit": "1", "flat": flat}
        await self._try("POST", f"{HOUSEHOLDS}/{self.chance.choice(self.households)}/life-events", body)

    async def _withdraw(self) -> None:
        if self.chance.random() < 0.4:
            await self._try(
                "POST", f"{HOUSEHOLDS}/{self.chance.choice(self.households)}/withdrawal", {"reason": "录入错误"}
            )

    async def _merge(self) -> None:
        gone, kept = self.chance.sample(self.people, 2)
        body = {"into": kept, "life": self.chance.choice(("into", "both")), "reason": "重复登记"}
        asked = await self.registry.post(f"{PERSONS}/{gone}/merger", body, subject="one")
        if asked.status_code == 201:
            path = asked.headers["location"]
            if not await self._try("POST", f"{path}/approval", {}):
                await self._try("POST", f"{path}/refusal", {"reason": "不是同一人"})
            elif self.chance.random() < 0.6:
                await self._try("POST", f"{PERSONS}/{gone}/merger/withdrawal", {"reason": "系同名两人"})


@pytest.fixture
async def registry(new_service: NewService, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(clock, "now", lambda: datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC))
    registry = await new_service("registry")
    for code in (COMMUNITY, ELSEWHERE):
        await registry.put(f"/v1/registry/communities/{code}", plan())
    return registry


async def agree(registry: Service, chance: random.Random) -> None:
    """On the days on which something changes, the days before, and some others."""
    history = await history_of(registry)
    turns = {day for day in history.days if date(2025, 12, 1) < day <= TODAY}
    days = {
        TODAY,
        *turns,
        *(day - timedelta(days=1) for day in turns),
        *(FIRST + timedelta(days=chance.randrange(327)) for _ in range(9)),
    }
    for day, kind in itertools.product(chance.sample(sorted(days), min(len(days), 14)), ("coliving", "flat", "hukou")):
        query = {"by": "block", "kind": kind, "as_of": day.isoformat(), "purpose": "dibao-review"}
        answer = await registry.get("/v1/registry/statistics", params=query)
        assert answer.status_code == 200, answer.text
        shown = {(i["community"], i["estate"], i["block"]): flattened(i) for i in answer.json()["items"]}
        assert {block: counts for block, counts in shown.items() if counts} == history.figures(kind, day), (kind, day)


@pytest.mark.parametrize("seed", range(2))
async def test_figures_of_every_day_equal_a_recount_of_the_history(registry: Service, seed: int) -> None:
    life = Life(registry, random.Random(seed))
    for _ in range(5):
        await life.move_in()
    for _ in range(40):
        await life.do_something()
        if life.chance.random() < 0.5:  # or what forgets to say so is counted with what comes later
            await counted(registry, most=life.chance.choice((2, 1000)))
    assert life.taken > 8
    await agree(registry, life.chance)
    while await counted(registry, most=3):
        pass
    await agree(registry, life.chance)
    async with registry.database.transaction(clock.now()) as tx:
        found = await recount(tx)
    assert (lines(found), found.waiting) == ([], 0)


async def counted(registry: Service, most: int) -> int:
    async with registry.database.transaction(clock.now()) as tx:
        return await count_some(tx, most)
