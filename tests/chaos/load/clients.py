"""What clients do all day: settle households, move them, report deaths and marriages, take settlings back, take consents, apply, start
and end work.

A client acts on households of its own, one act after the other; a household of which an act was not answered for sure it leaves alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random
from threading import Event
from typing import Any
from uuid import UUID

from services.registry.examples import CONSENT
from tests.chaos.load.caller import Caller, Confirm
from tests.chaos.load.ledger import Act, Answer
from tests.chaos.load.people import Kind, Member, body_of, family, person
from tests.chaos.load.places import Flat, Places

_REPEATS = 0.05
"""Of the acts: how often a client asks again for what it was told just now."""
_SCHEMES = ("170", "390")


@dataclass(slots=True)
class Household:
    """A household as its client knows it. `ref`: the key of the act that settled it."""

    ref: str
    household_id: str
    at: Flat
    members: list[Member] = field(default_factory=list)

    def living(self) -> list[Member]:
        return [member for member in self.members if member.alive]


class Client:
    """The n-th of `of` clients. `day`: when everything happens, a day that lies behind."""

    def __init__(self, n: int, of: int, caller: Caller, drawn: Random, pause: float, day: date) -> None:
        self._caller = caller
        self._drawn = drawn
        self._pause = pause
        self._day = day
        self._numbers = _numbers(n, of)
        self._places = Places(n, caller)
        self._homes: list[Household] = []
        self._withdrawn: list[list[Member]] = []
        self._acts: list[tuple[Callable[[], None], int]] = [
            (self._settle, 36),
            (self._move, 12),
            (self._report_death, 7),
            (self._report_marriage, 6),
            (self._take_consent, 6),
            (self._withdraw, 7),
            (self._settle_again, 4),
            (self._apply, 14),
            (self._take_application_back, 5),
            (self._start_work, 14),
            (self._end_work, 8),
        ]

    def run(self, stop: Event) -> None:
        """Acts until stopped, `pause` seconds apart on the average; the act under way is brought to its end."""
        acts, weights = zip(*self._acts, strict=True)
        due = time.monotonic()
        while not stop.is_set():
            self._drawn.choices(acts, weights)[0]()
            due = max(due + self._drawn.expovariate(1 / self._pause), time.monotonic() - self._pause)
            stop.wait(max(0.0, due - time.monotonic()))
        self._caller.close()

    # settling

    def _settle(self) -> None:
        self._settle_members([self._newcomer(kind) for kind in family(self._drawn)])

    def _newcomer(self, kind: Kind) -> Member:
        return person(next(self._numbers), kind)

    def _settle_again(self) -> None:
        """Those whose settling was taken back move in elsewhere."""
        if self._withdrawn:
            self._settle_members(self._withdrawn.pop(0))

    def _settle_members(self, members: list[Member]) -> None:
        at = self._places.take()
        if at is None:
            return
        about = {"at": at, "people": [member.about() for member in members]}
        body = body_of(members, at, self._day, self._drawn)
        act = Act("settle", self._key(), "POST", "/v1/registry/households", about, body)
        answer = self._ask(act)
        if answer is None or not answer.done:
            return
        view = answer.json()
        for member, shown in zip(members, view["members"], strict=True):
            member.person_id, member.alive = shown["person_id"], True
            member.employments, member.cases, member.married = [], {}, False
        self._homes.append(Household(act.key, view["household_id"], at, members))

    # the household

    def _move(self) -> None:
        home = self._some_home()
        at = self._places.take() if home else None
        if home is None or at is None:
            return
        path = f"/v1/registry/households/{home.household_id}"
        read = self._caller.read(path)
        if read is None or read.status_code != 200:
            return
        community, block, unit, flat = at
        body = {"community": community, "block": block, "unit": unit, "flat": flat, "moved_on": self._day.isoformat()}
        about = {"home": home.ref, "at": at}
        act = Act("move", self._key(), "PUT", f"{path}/flat", about, body, if_match=read.headers["etag"])
        answer = self._ask(act, home, _lives_at(at))
        if answer and answer.done:
            self._places.give_back(home.at)
            home.at = at

    def _withdraw(self) -> None:
        if not (home := self._some_home()):
            return
        path = f"/v1/registry/households/{home.household_id}/withdrawal"
        answer = self._post("withdraw", path, home, {}, {"reason": "录入错误"})
        if answer and answer.done:
            self._forget(home)
            self._places.give_back(home.at)
            if living := home.living():
                self._withdrawn.append(living)

    def _report_death(self) -> None:
        if not (home := self._some_home()):
            return
        member = self._drawn.choice(home.living())
        path = f"/v1/registry/persons/{member.person_id}/death"
        body = {"died_on": self._day.isoformat()}
        answer = self._post("death", path, home, {"person": member.name}, body)
        if answer and answer.done:
            member.alive = False
            if not home.living():
                self._forget(home)
                self._places.give_back(home.at)

    def _report_marriage(self) -> None:
        if not (found := self._somebody(lambda member: not member.married)):
            return
        home, member = found
        body = {"kind": "married", "on": self._day.isoformat()}
        path = f"/v1/registry/persons/{member.person_id}/life-events"
        answer = self._post("marry", path, home, {"person": member.name}, body)
        if answer and answer.done:
            member.married = True

    def _take_consent(self) -> None:
        if not (found := self._somebody()):
            return
        home, member = found
        body = CONSENT | {"given_on": self._day.isoformat()}
        path = f"/v1/registry/persons/{member.person_id}/consents"
        self._post("consent", path, home, {"person": member.name}, body)

    # benefits

    def _apply(self) -> None:
        scheme = self._drawn.choice(_SCHEMES)
        if not (found := self._somebody(lambda member: scheme not in member.cases)):
            return
        home, member = found
        about = {"person": member.name, "scheme": scheme}
        body = {"scheme": scheme, "person_id": member.person_id}
        answer = self._post("apply", "/v1/benefits/applications", home, about, body)
        if answer and answer.done:
            member.cases[scheme] = answer.json()["case_id"]

    def _take_application_back(self) -> None:
        found = [(home, m, s) for home in self._homes for m in home.living() for s in m.cases]
        if not found:
            return
        home, member, scheme = self._drawn.choice(found)
        case = member.cases[scheme]
        about = {"person": member.name, "case": case}
        answer = self._post("take-back", f"/v1/benefits/cases/{case}/withdrawal", home, about, {})
        if answer and answer.done:
            del member.cases[scheme]

    # jobs

    def _start_work(self) -> None:
        if not (found := self._somebody()):
            return
        home, member = found
        body = {"person_id": member.person_id, "form": "workshop", "started_on": self._day.isoformat()}
        answer = self._post("start-work", "/v1/jobs/employments", home, {"person": member.name}, body)
        if answer and answer.done:
            member.employments.append(answer.json()["employment_id"])

    def _end_work(self) -> None:
        found = [(home, m, e) for home in self._homes for m in home.living() for e in m.employments]
        if not found:
            return
        home, member, employment = self._drawn.choice(found)
        about = {"person": member.name, "employment": employment}
        body = {"ended_on": self._day.isoformat(), "reason": "left"}
        answer = self._post("end-work", f"/v1/jobs/employments/{employment}/end", home, about, body)
        if answer and answer.done:
            member.employments.remove(employment)

    # asking

    def _some_home(self) -> Household | None:
        """Rather one of the last: what was told of it may still be under way."""
        if not self._homes:
            return None
        recent = self._homes[-8:] if self._drawn.random() < 0.6 else self._homes
        return self._drawn.choice(recent)

    def _somebody(self, fits: Callable[[Member], bool] = lambda _: True) -> tuple[Household, Member] | None:
        """Of some household, one of those who are able and fit."""
        home = self._some_home()
        able = [member for member in home.living() if member.able and fits(member)] if home else []
        return (home, self._drawn.choice(able)) if home and able else None

    def _forget(self, home: Household) -> None:
        if home in self._homes:
            self._homes.remove(home)

    def _post(
        self, kind: str, path: str, home: Household, about: Mapping[str, Any], body: Mapping[str, Any]
    ) -> Answer | None:
        return self._ask(Act(kind, self._key(), "POST", path, {"home": home.ref, **about}, body), home)

    def _ask(self, act: Act, home: Household | None = None, confirm: Confirm | None = None) -> Answer | None:
        """The definite answer. A household of which there was none is left alone from then on."""
        answer = self._caller.do(act, confirm)
        if answer is None and home:
            self._forget(home)
        if answer and answer.done and act.method == "POST" and self._drawn.random() < _REPEATS:
            self._caller.repeat(act)
        return answer

    def _key(self) -> str:
        return str(UUID(int=self._drawn.getrandbits(128), version=4))


def _lives_at(at: Flat) -> Confirm:
    def there(view: dict[str, dict[str, str]]) -> bool:
        address = view["address"]
        return (address["community"], address["block"], address["unit"], address["flat"]) == at

    return there


def _numbers(n: int, of: int) -> Iterator[int]:
    """Of people: every client counts its own."""
    number = n
    while True:
        yield number
        number += of
