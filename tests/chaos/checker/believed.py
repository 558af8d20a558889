"""What must be there, reckoned from the ledger alone: every act that was answered with a success took effect once, no other did. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.load.ledger import DONE, REFUSED, UNKNOWN, Told

Flat = tuple[str, str, str, str]
"""Community, block, unit, flat."""
SETTLED, ENDED, WITHDRAWN = "settled", "ended", "withdrawn"
RESIDENT, DECEASED = "resident", "deceased"
STANDING = "standing"
PENDING = "pending"


@dataclass(slots=True)
class Employment:
    """One that was recorded at jobs. `employment_id` None: its start may or may not have been recorded, nobody was told."""

    employment_id: str | None
    status: str = STANDING


@dataclass(slots=True)
class Case:
    """An application at benefits. `ending`: why it ended; None while it is pending."""

    case_id: str | None
    scheme: str
    ending: str | None = None


@dataclass(slots=True)
class Person:
    """A person; nobody else has the name. `work`: as stated at settling ("employed", "none"), None where nothing was."""

    name: str
    sex: str
    birth_on: str
    labour: bool
    work: str | None
    home: str = ""
    """Ref of the household."""
    person_id: str | None = None
    status: str = RESIDENT
    version: int = 1
    married: bool = False
    """Told as a life event, and taken back with the settling; nobody's marriage is stated."""
    consents: int = 0
    """Taken; the last stands."""
    stated_work_ended: str | None = None
    """How the employment ended that was stated."""
    employments: list[Employment] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    @property
    def in_work(self) -> bool:
        stated = self.work == "employed" and self.stated_work_ended is None
        return self.status == RESIDENT and (stated or any(e.status == STANDING for e in self.employments))

    @property
    def seeks(self) -> bool:
        """Able, and known to have no work."""
        return self.status == RESIDENT and self.labour and not self.in_work


@dataclass(slots=True)
class Home:
    """A household. `ref`: the key of the act that settled it (and the place in the file, for one of a roster). `doubtful`: an act on it
    was never answered, so that it may stand as it is here or as it was before. `told_by`: all acts on it."""

    ref: str
    at: Flat
    people: list[Person]
    household_id: str | None = None
    state: str = SETTLED
    version: int = 1
    doubtful: bool = False
    told_by: list[str] = field(default_factory=list)

    @property
    def present(self) -> list[Person]:
        """Who lives there now."""
        return [p for p in self.people if p.status == RESIDENT] if self.state == SETTLED else []

    @property
    def standing(self) -> str:
        """How it stands to work, in jobs' words (就业促进法 art. 56; here everybody's work is known)."""
        if any(person.in_work for person in self.present):
            return "in-work"
        return "without-work" if any(person.labour for person in self.present) else "no-labour"


@dataclass(slots=True)
class World:
    """Everything. `communities`: their stair units, by code. `people` by name, as they are now."""

    homes: dict[str, Home] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    communities: dict[str, int] = field(default_factory=dict)
    cells: dict[str, int] = field(default_factory=dict)


def believe(told: Iterable[Told], unanswered_done: bool) -> World:
    """The world after these acts, those of each client in order. `unanswered_done`: were those that were never answered done?"""
    world = World()
    for one in told:
        outcome = one.outcome
        if outcome == UNKNOWN:
            _doubt(world, one)
            outcome = DONE if unanswered_done else REFUSED
        if outcome == DONE:
            _EFFECTS[one.act.kind](world, one)
    return world


def _doubt(world: World, told: Told) -> None:
    if home := world.homes.get(told.act.about.get("home", "")):
        home.doubtful = True


def _answer(told: Told) -> Mapping[str, Any]:
    """What was answered; empty where nothing was."""
    view: Mapping[str, Any] = told.answers[0].json() if told.answers else {}
    return view


def _settle(world: World, told: Told) -> None:
    view = _answer(told)
    home = _move_in(world, told.act.key, tuple(told.act.about["at"]), told.act.about["people"])
    home.household_id = view.get("household_id")
    home.doubtful = not view
    for person, shown in zip(home.people, view.get("members", ()), strict=False):
        person.person_id = shown["person_id"]


def _roster(world: World, told: Told) -> None:
    """A file that was sent twice brings everybody in once."""
    for stated in told.act.about["homes"]:
        at: Flat = tuple(stated["at"])
        ref = "/".join(("roster", *at))
        if ref not in world.homes:
            home = _move_in(world, ref, at, stated["people"])
            home.doubtful = told.outcome == UNKNOWN
        elif told.outcome == DONE:
            world.homes[ref].doubtful = False


def _move_in(world: World, ref: str, at: Any, people: Iterable[Mapping[str, Any]]) -> Home:
    members = []
    for stated in people:
        before = world.people.get(stated["name"])
        person = Person(**stated, home=ref)
        if before:  # whose settling was taken back
            person.version, person.person_id = before.version + 1, before.person_id
            person.employments, person.cases = before.employments, before.cases
            person.consents = before.consents
        world.people[person.name] = person
        members.append(person)
    home = world.homes[ref] = Home(ref, at, members, told_by=[ref])
    return home


def _home(world: World, told: Told) -> Home:
    home = world.homes[told.act.about["home"]]
    home.told_by.append(told.act.key)
    return home


def _person(world: World, told: Told) -> Person:
    home = _home(world, told)
    return next(person for person in home.people if person.name == told.act.about["person"])


def _move(world: World, told: Told) -> None:
    home = _home(world, told)
    at: Flat = tuple(told.act.about["at"])
    if home.at[0] != at[0]:  # its people live in another division now
        for person in home.present:
            person.version += 1
    home.at = at
    home.version += 1


def _death(world: World, told: Told) -> None:
    home, person = world.homes[told.act.about["home"]], _person(world, told)
    person.status = DECEASED
    person.version += 1
    home.version += 1
    _end_work(person, "ended")
    _end_cases(person, "person-died")
    if not home.present:
        home.state = ENDED


def _marry(world: World, told: Told) -> None:
    person = _person(world, told)
    person.married = True
    person.version += 1


def _consent(world: World, told: Told) -> None:
    _person(world, told).consents += 1


def _withdraw(world: World, told: Told) -> None:
    home = _home(world, told)
    home.state = WITHDRAWN
    home.version += 1
    for person in home.people:
        person.status = WITHDRAWN
        person.version += 1
        _end_work(person, WITHDRAWN)
        _end_cases(person, "household-withdrawn")


def _end_work(person: Person, how: str) -> None:
    for employment in person.employments:
        if employment.status == STANDING or how == WITHDRAWN:
            employment.status = how
    if person.work == "employed":
        person.stated_work_ended = how


def _end_cases(person: Person, why: str) -> None:
    for case in person.cases:
        case.ending = case.ending or why


def _apply(world: World, told: Told) -> None:
    case = Case(_answer(told).get("case_id"), told.act.about["scheme"])
    _person(world, told).cases.append(case)


def _take_back(world: World, told: Told) -> None:
    person = _person(world, told)
    next(case for case in person.cases if case.case_id == told.act.about["case"]).ending = "withdraw"


def _start_work(world: World, told: Told) -> None:
    _person(world, told).employments.append(Employment(_answer(told).get("employment_id")))


def _stop_work(world: World, told: Told) -> None:
    person = _person(world, told)
    wanted = told.act.about["employment"]
    next(e for e in person.employments if e.employment_id == wanted).status = "ended"


def _community(world: World, told: Told) -> None:
    world.communities[told.act.about["community"]] = told.act.about["units"]


def _cells(world: World, told: Told) -> None:
    world.cells[told.act.about["community"]] = told.act.about["units"]


_EFFECTS: dict[str, Callable[[World, Told], None]] = {
    "settle": _settle,
    "roster": _roster,
    "move": _move,
    "death": _death,
    "marry": _marry,
    "consent": _consent,
    "withdraw": _withdraw,
    "apply": _apply,
    "take-back": _take_back,
    "start-work": _start_work,
    "end-work": _stop_work,
    "community": _community,
    "cells": _cells,
}
