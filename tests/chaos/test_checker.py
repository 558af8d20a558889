"""The checker catches what it is for: each fault, made in a small world that is otherwise in order. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.checker.there import Service, There
from tests.chaos.checker.topics import Record
from tests.chaos.checker.verdict import judge
from tests.chaos.checker.violations import FIGURES, IN_ORDER, NO_MORE, ONCE, SAME_ANSWER, STILL, TAKES_EFFECT
from tests.chaos.load.ledger import Act, Answer, Told

AT = ("522731100001", "1", "1", "101")
OTHER = ("522731100001", "1", "1", "102")
HOME, PERSON = "home-1", "person-1"
LISTENERS = ("registry", "grid", "jobs", "benefits", "witness")
_STATED = {"name": "王一", "sex": "1", "birth_on": "1978-01-01", "labour": True, "work": "none"}


def told(kind: str, key: str, answer: dict[str, Any] | None, status: int = 200, **about: Any) -> Told:
    """An act and its answer; None: there never was one."""
    one = Told("client-1", Act(kind, key, "POST", "/", about), 1.0, ended=2.0)
    one.answers = [Answer(status, json.dumps(answer), {})] if answer is not None else []
    return one


def put_community() -> list[Told]:
    return [told(kind, f"k-{kind}", {}, community=AT[0], units=1) for kind in ("community", "cells")]


def settle() -> list[Told]:
    view = {"household_id": HOME, "members": [{"person_id": PERSON}]}
    return [*put_community(), told("settle", "k-settle", view, 201, at=AT, people=[_STATED])]


def record(topic: str, key: str, version: int, offset: int = 0, event_id: str = "", **data: Any) -> Record:
    event_id = event_id or f"{topic}/{key}/{version}"
    return Record(topic, 0, offset, key, event_id, f"{topic}-changed.v1", version, f"digest {event_id}", data)


def settled() -> There:
    """One household of one able person without work, and everything that four services make of it."""
    place = dict(zip(("community_code", "block", "unit", "flat"), AT, strict=True))
    there = There(services={name: Service() for name in LISTENERS})
    there.communities = {AT[0]: {"version": 1, "flats": 2}}
    there.grid_communities = {AT[0]: {"version": 1}}
    there.grid_cells = {AT[0]: 1}
    row = {"household_id": HOME, "version": 1, **place}
    there.homes = {HOME: row | {"status": "settled", "without_work": True, "poor": False}}
    person = {"person_id": PERSON, "version": 1, "household_id": HOME}
    known = {"name": "王一", "sex": "1", "status": "resident", "marital": None, "work_copy": None, "moved_hukou": False}
    there.people = {PERSON: person | known}
    there.names = {"王一": [PERSON]}
    there.members = {HOME: [PERSON]}
    there.occupants = {AT: [HOME]}
    there.grid_homes = {HOME: row | {"copy_version": 1, "state": "settled", "cell_code": "c1", "without_work": True}}
    there.visits = {HOME: [visit("v1", "first-visit"), visit("v2", "without-work")]}
    there.jobs_homes = {
        HOME: row | {"copy_version": 1, "state": "settled", "members": [PERSON], "standing": "without-work"}
    }
    jobs = {"copy_version": 1, "state": "resident", "labour_class": "ORDINARY", "seeking": 1}
    there.jobs_people = {PERSON: person | jobs}
    there.benefits_homes = {HOME: row | {"state": "settled", "members": [PERSON]}}
    there.benefits_people = {PERSON: person | {"state": "resident", "work": None}}
    there.assessed = {(HOME, PERSON): 7, (HOME, None): 1}
    say(
        there,
        record("registry.community", AT[0], 1),
        record("registry.household", HOME, 1),
        record("registry.person", PERSON, 1),
        record("grid.household", HOME, 1),
        record("grid.visit", "v1", 1),
        record("grid.visit", "v2", 1),
        record("jobs.household", HOME, 1, without_work=True),
    )
    return there


def visit(visit_id: str, reason: str, status: str = "requested") -> dict[str, Any]:
    return {"visit_id": visit_id, "household_id": HOME, "version": 1, "reason": reason, "status": status}


def say(there: There, *records: Record) -> None:
    """The records stand in the topics, and all who listen have noted them."""
    hears = {
        "registry": {"jobs.person", "jobs.household"},
        "grid": {"registry.community", "registry.household", "jobs.household"},
        "jobs": {"registry.household", "registry.person"},
        "benefits": {"registry.household", "registry.person", "jobs.person"},
    }
    there.records = [*there.records, *records]
    for one in records:
        for name, service in there.services.items():
            if name not in hears or one.topic in hears[name]:
                service.inbox.add(one.event_id)
        effect = (one.topic, one.key, one.type, one.version)
        there.effects[effect] = there.effects.get(effect, 0) + 1


def statistics() -> dict[str, dict[str, Any]]:
    people = {"people": 1, "men": 1, "women": 0, "registered_poor_households": 0, "moved_hukou": 0}
    visits = {"requested": 2, "overdue": 0, "done": 0, "cancelled": 0}
    schemes = {name: {"keep": {"assessed": 1}} for name in ("170", "390", "110", "dibao")}
    shown: dict[str, dict[str, Any]] = {
        "registry": people | {"flats": 2, "occupied": 1},
        "grid": {"households_without_cell": 0, "cells": 1, "visits": visits},
        "jobs": {"labour": 1, "employed": 0, "households_without_work": 1, "seekers": 1},
        "benefits": {"schemes": schemes},
    }
    return {name: {"items": [{"community": AT[0], "households": 1, **item}]} for name, item in shown.items()}


def promises(ledger: Iterable[Told], there: There, shown: dict[str, dict[str, Any]] | None = None) -> set[str]:
    return {violation.promise for violation in judge(list(ledger), there, shown or statistics(), [])}


def test_a_world_in_order_is_found_so() -> None:
    assert promises(settle(), settled()) == set()


def _set(rows: str, key: str, column: str, value: Any) -> Callable[[There], None]:
    def change(there: There) -> None:
        getattr(there, rows)[key][column] = value

    return change


def _lose(rows: str, key: Any) -> Callable[[There], None]:
    return lambda there: getattr(there, rows).pop(key)


def _another_visit(there: There) -> None:
    there.visits[HOME].append(visit("v3", "first-visit", "cancelled"))
    say(there, record("grid.visit", "v3", 1))


def _another_consent(there: There) -> None:
    there.consents[PERSON] = [{"consent_id": "consent-1", "status": "standing"}]
    say(there, record("registry.consent", "consent-1", 1))


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(_lose("homes", HOME), id="no household"),
        pytest.param(_set("homes", HOME, "flat", "102"), id="another flat"),
        pytest.param(_set("homes", HOME, "version", 2), id="changed twice"),
        pytest.param(_lose("grid_homes", HOME), id="the grid has not heard"),
        pytest.param(_set("jobs_homes", HOME, "copy_version", 0), id="jobs has not heard the last"),
        pytest.param(_set("benefits_people", PERSON, "version", 0), id="benefits has not heard the last of a person"),
        pytest.param(_set("homes", HOME, "without_work", False), id="the registry has not heard jobs"),
        pytest.param(_set("grid_homes", HOME, "cell_code", None), id="in no cell"),
        pytest.param(_set("jobs_people", PERSON, "seeking", 2), id="seeks twice"),
        pytest.param(_set("jobs_homes", HOME, "standing", "in-work"), id="jobs reckons otherwise"),
        pytest.param(_lose("members", HOME), id="no member"),
        pytest.param(_lose("occupants", AT), id="nobody in the flat"),
        pytest.param(_lose("assessed", (HOME, PERSON)), id="not assessed"),
        pytest.param(_another_visit, id="asked for twice"),
        pytest.param(_set("people", PERSON, "marital", "21"), id="married, and nobody told it"),
        pytest.param(_another_consent, id="a consent that nobody gave"),
    ],
)
def test_catches_an_effect_that_is_not_there_or_twice(fault: Callable[[There], None]) -> None:
    there = settled()
    fault(there)
    assert TAKES_EFFECT in promises(settle(), there)


def test_catches_an_effect_that_nobody_asked_for() -> None:
    assert NO_MORE in promises(put_community(), settled())


def test_catches_two_households_in_one_flat() -> None:
    there = settled()
    there.occupants[AT].append("home-2")
    assert NO_MORE in promises(settle(), there)


def test_catches_an_effect_of_what_was_refused() -> None:
    refused = told("start-work", "k-work", {}, 422, home="k-settle", person="王一")
    there = settled()
    there.employments[PERSON] = [employment("e1")]
    assert TAKES_EFFECT in promises([*settle(), refused], there)


def test_catches_work_that_went_with_a_settling_taken_back_before_it_was_recorded() -> None:
    """Jobs had not heard of the withdrawal yet: all the same the client was told that the work is recorded."""
    again = {"household_id": "home-2", "members": [{"person_id": PERSON}]}
    ledger = [
        *settle(),
        told("withdraw", "k-withdraw", {}, home="k-settle"),
        told("settle", "k-again", again, 201, at=OTHER, people=[_STATED]),
        told("start-work", "k-work", {"employment_id": "e1"}, 201, home="k-again", person="王一"),
    ]
    work = {}
    for status in ("standing", "withdrawn"):
        there = settled()
        there.employments[PERSON] = [employment("e1", status)]
        found = judge(ledger, there, statistics(), [])
        work[status] = [violation.about for violation in found if violation.about.startswith("recorded work")]
    assert work == {"standing": [], "withdrawn": ["recorded work of person 王一"]}


def employment(employment_id: str, status: str = "standing") -> dict[str, Any]:
    return {"employment_id": employment_id, "person_id": PERSON, "source": "recorded", "status": status}


def moved() -> There:
    there = settled()
    for rows in (there.homes, there.grid_homes, there.jobs_homes, there.benefits_homes):
        rows[HOME] = rows[HOME] | {"flat": OTHER[3], "version": 2, "copy_version": 2}
    there.grid_homes[HOME]["version"] = 1
    there.jobs_homes[HOME]["version"] = 1
    there.occupants = {OTHER: [HOME]}
    say(there, record("registry.household", HOME, 2))
    return there


def test_what_was_never_answered_may_be_there_or_not_but_whole() -> None:
    unanswered = told("move", "k-move", None, home="k-settle", at=OTHER)
    assert promises([*settle(), unanswered], settled()) == set()
    assert promises([*settle(), unanswered], moved()) == set()
    half = moved()
    half.grid_homes[HOME]["flat"] = AT[3]
    assert promises([*settle(), unanswered], half) == {TAKES_EFFECT}


def test_a_settling_that_was_never_answered_may_be_there_or_not() -> None:
    unanswered = told("settle", "k-settle", None, at=AT, people=[_STATED])
    nothing = There(services={name: Service() for name in LISTENERS})
    nothing.communities = {AT[0]: {"version": 1, "flats": 2}}
    nothing.grid_communities, nothing.grid_cells = {AT[0]: {"version": 1}}, {AT[0]: 1}
    say(nothing, record("registry.community", AT[0], 1))
    empty = statistics()
    for answer in empty.values():
        answer["items"] = []
    empty["registry"]["items"] = [{"community": AT[0], "flats": 2}]
    empty["grid"]["items"] = [{"community": AT[0], "cells": 1, "visits": {}}]
    assert promises([*put_community(), unanswered], nothing, empty) == set()
    assert promises([*put_community(), unanswered], settled()) == set()


def test_catches_versions_that_leap_or_go_back() -> None:
    there = settled()
    say(there, record("registry.person", PERSON, 3))
    assert IN_ORDER in promises(settle(), there)
    swapped = moved()
    swapped.records = [
        record("registry.household", HOME, 3 - r.version) if r.topic == "registry.household" else r
        for r in swapped.records
    ]
    assert IN_ORDER in promises([*settle(), told("move", "k", {}, home="k-settle", at=OTHER)], swapped)


def test_catches_an_event_of_something_that_is_not_there() -> None:
    there = settled()
    say(there, record("registry.household", "home-2", 1))
    assert NO_MORE in promises(settle(), there)


def test_the_same_event_may_stand_twice_in_a_topic_but_not_two_under_one_id() -> None:
    again, forged = settled(), settled()
    again.records = [*again.records, *(replace(one, offset=9) for one in again.records)]
    assert promises(settle(), again) == set()
    forged.records = [*forged.records, replace(forged.records[0], offset=9, digest="another")]
    assert ONCE in promises(settle(), forged)


def test_catches_an_event_that_a_listener_missed_or_made_up() -> None:
    missed, made_up = settled(), settled()
    missed.services["benefits"].inbox.discard(f"registry.person/{PERSON}/1")
    assert promises(settle(), missed) == {TAKES_EFFECT}
    made_up.services["benefits"].inbox.add("never said")
    assert promises(settle(), made_up) == {NO_MORE}


def test_catches_an_event_that_took_effect_twice_or_never() -> None:
    for times in (0, 2):
        there = settled()
        there.effects[next(iter(there.effects))] = times
        assert promises(settle(), there) == {ONCE}


def test_catches_what_waits_and_what_was_put_aside() -> None:
    waiting, dead = settled(), settled()
    waiting.services["jobs"].outbox = 1
    assert promises(settle(), waiting) == {STILL}
    dead.services["jobs"].dead_letters = [{"type": "t", "event_id": "e", "reason": "r", "status": "open"}]
    assert promises(settle(), dead) == {STILL}
    assert {v.promise for v in judge(settle(), settled(), statistics(), ["a outbox"])} == {STILL}


def test_catches_an_import_that_is_not_wholly_in() -> None:
    there = settled()
    there.imports = [{"import_id": "i", "status": "done", "rows": 3, "accepted": 2}]
    assert promises(settle(), there) == {TAKES_EFFECT}


def test_catches_another_answer_to_the_same_key() -> None:
    for status, text in ((201, "{}"), (409, "{}")):
        ledger = settle()
        ledger[-1].answers.append(Answer(status, text, {}))
        assert promises(ledger, settled()) == {SAME_ANSWER}
    same = settle()
    same[-1].answers.append(same[-1].answers[0])
    assert promises(same, settled()) == set()


@pytest.mark.parametrize(
    ("service", "name"), [("registry", "people"), ("grid", "cells"), ("jobs", "seekers"), ("benefits", "households")]
)
def test_catches_figures_that_are_no_recount(service: str, name: str) -> None:
    shown = statistics()
    shown[service]["items"][0][name] += 1
    assert promises(settle(), settled(), shown) == {FIGURES}
