"""Brings the demo's files in through the public import, as staff would, and waits until every service has applied them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from deploy.demo import files
from deploy.demo.expected import Expected
from deploy.demo.gateway import Gateway, Refused
from deploy.demo.small import Later

_EVERY = 0.25
"""Seconds between two looks."""
_LIMIT = 120
"""Seconds without progress after which a file or a service is given up."""
_SHOWN = 3
"""Errors of a file that are told."""
_COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
_WIDTH = 34
ROUTES = {
    files.DWELLINGS: "/v1/registry/dwellings/imports",
    files.CELLS: "/v1/grid/cells/imports",
    files.ROSTER_LARGE: "/v1/registry/imports",
    files.ROSTER_SMALL: "/v1/registry/imports",
}
Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Goal:
    """A service has applied all of a kind once its figures of every community `reached` what is `wanted`."""

    service: str
    what: str
    reached: Callable[[Figures], int]
    wanted: Callable[[Expected], int]


def _first_visits(figures: Figures) -> int:
    return sum(figures["visits_by_reason"]["first-visit"].values())


def _assessed(figures: Figures) -> int:
    """People who are told something of resident pension; of every scheme in the same transaction."""
    return sum(outcome["assessed"] for outcome in figures["schemes"]["170"].values())


GOALS = (
    Goal("registry", "people", lambda f: f["people"], lambda e: e.people),
    Goal("jobs", "labour", lambda f: f["labour"], lambda e: e.labour),
    Goal("jobs", "people in work", lambda f: f["employed"], lambda e: e.employed),
    Goal("grid", "households", lambda f: f["households"], lambda e: e.households),
    Goal("grid", "first visits", _first_visits, lambda e: e.households),
    Goal("benefits", "people assessed", _assessed, lambda e: e.people),
)
_UNITS = Goal("grid", "stair units", lambda f: f["units"], lambda e: e.units)
"""Cells can be drawn once the grid has heard of the communities."""


def load(
    gateway: Gateway,
    contents: Mapping[str, bytes],
    later: Iterable[tuple[str, Later]],
    expected: Sequence[Expected],
    console: Console,
) -> int:
    """Brings the files in, then `later` (with the community of each), then waits until all is as expected. Answers how many rows were
    new.

    Raises Refused where a file or a row of it is not taken, or a service does not come to the end; httpx.HTTPError.
    """
    created = 0
    with Progress(*_COLUMNS, console=console, transient=not console.is_terminal) as progress:
        for name, data in contents.items():
            if name == files.CELLS:
                _await(gateway, progress, (_UNITS,), expected)
            created += _bring_in(gateway, progress, name, data)
        for community, each in later:
            _bring_later(gateway, community, each)
        _await(gateway, progress, GOALS, expected)
    return created


def _bring_in(gateway: Gateway, progress: Progress, name: str, data: bytes) -> int:
    """Uploads a file and follows it until its last row is in; how many rows were new. Raises Refused."""
    task = progress.add_task(name.ljust(_WIDTH), total=None)
    location, replayed = gateway.upload(ROUTES[name], data)
    watch = _Watch(f"{name} was not brought in")
    while (view := gateway.get(location))["status"] in ("queued", "running"):
        progress.update(task, total=view["rows"] or None, completed=view["rows_settled"])
        watch.look((view["status"], view["rows_read"], view["rows_checked"], view["rows_settled"]))
    if view["status"] != "done" or view["rejected"]:
        raise Refused(f"{name}: {_why(view)}")
    progress.update(task, total=view["rows"], completed=view["rows"])
    return 0 if replayed else int(view["created"])


def _why(view: Figures) -> str:
    """What an import that did not go well says, in a line."""
    if view["status"] != "done":
        problem = view.get("problem") or {}
        return f"{view['status']}: {problem.get('detail') or problem.get('title') or 'no reason given'}"
    errors = [error for error in view["errors"] if error["severity"] == "error"]
    told = "; ".join(f"row {e['row']}, {e['column']}: {e['detail']} ({e['code']})" for e in errors[:_SHOWN])
    return f"{view['rejected']} of {view['rows']} rows were not taken: {told}"


def _bring_later(gateway: Gateway, community: str, later: Later) -> None:
    """Finds the person by flat and relation to the head. Raises Refused."""
    place = {"block": later.block, "unit": later.unit, "flat": later.flat}
    rows = gateway.items("/v1/registry/households", community=community, block=later.block)
    household_id = next((row["household_id"] for row in rows if place.items() <= row.items()), None)
    if household_id is None:
        raise Refused(f"nobody lives in {'-'.join(place.values())} of {community}")
    members = gateway.get(f"/v1/registry/households/{household_id}")["members"]
    person_id = next(member["person_id"] for member in members if member["relation"] == later.relation)
    gateway.bring(f"/v1/registry/persons/{person_id}/facts", later.facts)


def _await(gateway: Gateway, progress: Progress, goals: Sequence[Goal], expected: Sequence[Expected]) -> None:
    """Waits until every goal is reached in every community. Raises Refused."""
    tasks: dict[Goal, TaskID] = {}
    for goal in goals:
        total = sum(map(goal.wanted, expected))
        tasks[goal] = progress.add_task(f"{goal.service}: {goal.what}".ljust(_WIDTH), total=total)
    watch = _Watch("not every service has applied all; their logs say why")
    while short := _short(gateway, progress, tasks, expected):
        watch.look(tuple(short), "; ".join(short))


def _short(
    gateway: Gateway, progress: Progress, tasks: Mapping[Goal, TaskID], expected: Sequence[Expected]
) -> list[str]:
    """What each goal still lacks, in words; the bars move with it."""
    told = {service: _figures(gateway, service) for service in {goal.service for goal in tasks}}
    short = []
    for goal, task in tasks.items():
        counts = [
            goal.reached(told[goal.service][e.community]) if e.community in told[goal.service] else 0 for e in expected
        ]
        progress.update(task, completed=sum(counts))
        for each, count in zip(expected, counts, strict=True):
            if count != goal.wanted(each):
                short.append(f"{goal.service} has {count} of {goal.wanted(each)} {goal.what} in {each.community}")
    return short


def _figures(gateway: Gateway, service: str) -> dict[str, Figures]:
    """A service's figures by community."""
    return {each["community"]: each for each in gateway.get(f"/v1/{service}/statistics")["items"]}


class _Watch:
    """Looks again after a while, and gives up where nothing has moved for long. Raises Refused."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._seen: object = None
        self._since = time.monotonic()

    def look(self, state: object, where: str = "") -> None:
        now = time.monotonic()
        if state != self._seen:
            self._seen, self._since = state, now
        elif now - self._since > _LIMIT:
            raise Refused(f"{self._what}: nothing has moved for {_LIMIT} s{f' ({where})' if where else ''}")
        time.sleep(_EVERY)
