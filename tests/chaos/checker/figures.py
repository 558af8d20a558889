"""The statistics of four services, compared with a recount of the rows. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from tests.chaos.checker.there import Row, There
from tests.chaos.checker.violations import FIGURES, Violation

Figures = Mapping[str, Mapping[str, int]]
"""By community, by name."""
_SETTLED, _RESIDENT = "settled", "resident"
_LABOUR = {"SKILLED", "ORDINARY", "WEAK_HALF"}


def faults_of_figures(answered: Mapping[str, Mapping[str, Any]], there: There) -> list[Violation]:
    """`answered`: what each service's statistics say."""
    return [
        Violation(FIGURES, f"{name} of {community} in {service}", f"{told.get(name, 0)}", f"{counted.get(name, 0)}")
        for service, recount, shown in (
            ("registry", _registry(there), _shown(answered["registry"])),
            ("grid", _grid(there), {code: _with_visits(item) for code, item in _items(answered["grid"])}),
            ("jobs", _jobs(there), _shown(answered["jobs"])),
            ("benefits", _benefits(there), {code: _told(item) for code, item in _items(answered["benefits"])}),
        )
        for community in sorted(recount.keys() | shown.keys())
        for told, counted in ((shown.get(community, {}), recount.get(community, {})),)
        for name in _NAMES[service]
        if told.get(name, 0) != counted.get(name, 0)
    ]


_NAMES = {
    "registry": (
        "households",
        "people",
        "men",
        "women",
        "registered_poor_households",
        "moved_hukou",
        "flats",
        "occupied",
    ),
    "grid": ("households", "households_without_cell", "cells", "requested", "overdue", "done", "cancelled"),
    "jobs": ("households", "labour", "employed", "households_without_work", "seekers"),
    "benefits": ("households", "170", "390", "110", "dibao"),
}


def _items(answer: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    return ((item["community"], item) for item in answer["items"])


def _shown(answer: Mapping[str, Any]) -> Figures:
    return dict(_items(answer))


def _with_visits(item: Mapping[str, Any]) -> dict[str, int]:
    return {**item, **item["visits"]}


def _told(item: Mapping[str, Any]) -> dict[str, int]:
    schemes = {name: sum(o["assessed"] for o in outcomes.values()) for name, outcomes in item["schemes"].items()}
    return {"households": item["households"], **schemes}


def _add(found: dict[str, Counter[str]], community: str, **counts: int) -> None:
    found.setdefault(community, Counter()).update(counts)


def _registry(there: There) -> Figures:
    found: dict[str, Counter[str]] = {}
    for community, row in there.communities.items():
        _add(found, community, flats=row["flats"])
    for (community, *_), households in there.occupants.items():
        _add(found, community, occupied=len(households))
    for home in _settled(there.homes.values(), "status"):
        _add(found, home["community_code"], households=1, registered_poor_households=bool(home["poor"]))
    for person in there.people.values():
        home = there.homes.get(person["household_id"])
        if home and person["status"] == _RESIDENT and home["status"] == _SETTLED:
            man, moved = person["sex"] == "1", bool(person["moved_hukou"])
            _add(found, home["community_code"], people=1, men=man, women=not man, moved_hukou=moved)
    return found


def _settled(rows: Iterable[Row], column: str = "state") -> Iterable[Row]:
    return (row for row in rows if row[column] == _SETTLED)


def _grid(there: There) -> Figures:
    found: dict[str, Counter[str]] = {}
    for code, cells in there.grid_cells.items():
        _add(found, code, cells=cells)
    for home in _settled(there.grid_homes.values()):
        _add(found, home["community_code"], households=1, households_without_cell=home["cell_code"] is None)
    for household_id, visits in there.visits.items():
        if home := there.grid_homes.get(household_id):
            _add(found, home["community_code"], **Counter(visit["status"] for visit in visits))
    return found


def _jobs(there: There) -> Figures:
    found: dict[str, Counter[str]] = {}
    for home in _settled(there.jobs_homes.values()):
        without = home["standing"] == "without-work"
        _add(found, home["community_code"], households=1, households_without_work=without)
    for person_id, person in there.jobs_people.items():
        home = there.jobs_homes.get(person["household_id"])
        if home and person["state"] == _RESIDENT and home["state"] == _SETTLED:
            labour = person["labour_class"] in _LABOUR
            works = any(e["status"] == "standing" for e in there.employments.get(person_id, ()))
            counts = {"labour": labour, "employed": labour and works, "seekers": person["seeking"]}
            _add(found, home["community_code"], **counts)
    return found


def _benefits(there: There) -> Figures:
    found: dict[str, Counter[str]] = {}
    for household_id, home in there.benefits_homes.items():
        if home["state"] == _SETTLED:
            _add(found, home["community_code"], households=1, dibao=there.assessed.get((household_id, None), 0))
    for person_id, person in there.benefits_people.items():
        home = there.benefits_homes.get(person["household_id"])
        if home and home["state"] == _SETTLED and (person["household_id"], person_id) in there.assessed:
            _add(found, home["community_code"], **{"170": 1, "390": 1, "110": 1})
    return found
