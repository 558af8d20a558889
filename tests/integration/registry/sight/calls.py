"""Calls of every route, as the application itself describes it, and what an answer gave away."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import pytest

from shared.auth import Place, Role
from shared.db import Database, Read, Transaction
from tests.integration.registry.sight import matrix
from tests.integration.registry.sight.homes import COMMON, OWN, Home, World
from tests.support.clients import Service

_OWN = {"x-request-id", "instance", "trace_id", "as_of", "counted_to"}
_AROUND = {"BEGIN;", "COMMIT;", "ROLLBACK;"}
_FILE = {"file": ("名册", "姓名\n".encode())}


@dataclass
class Asker:
    """A role, asking in its place."""

    service: Service
    name: str
    resident: str
    """Id of the person that a resident is."""

    async def ask(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        role, place = matrix.ACTORS[self.name]
        subject = self.resident if role is Role.RESIDENT else self.name
        return await self.service.request(method, path, role=role, place=place, subject=subject, **kwargs)


@dataclass(frozen=True)
class Call:
    """A route, asked for a home."""

    method: str
    path: str
    operation: dict[str, Any] = field(repr=False)

    @property
    def names_a_place(self) -> bool:
        return bool({*matrix.parameters_of(self.path)} - {"name"}) or self.key in matrix.BODIES

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"

    def takes(self, parameter: str) -> bool:
        return any(each["name"] == parameter for each in self.operation.get("parameters", []))

    def url(self, home: Home, query: str = "") -> str:
        names = iter(matrix.parameters_of(self.path))
        return re.sub(r"\{\w+\}", lambda _: home.ids[next(names)], self.path) + query

    async def ask(
        self, who: Asker, home: Home, query: str = "", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        given: dict[str, Any] = {"headers": {"if-match": "*"} | (headers or {})}
        content = self.operation.get("requestBody", {}).get("content", {})
        if self.key in matrix.BODIES:
            given["json"] = matrix.BODIES[self.key](home)
        elif "application/json" in content:
            given["json"] = content["application/json"]["example"]
        elif content:
            given["files"] = _FILE
        return await who.ask(self.method, self.url(home, query), **given)


def calls(service: Service) -> Iterator[Call]:
    """Every route of the application but what all may ask (health, metrics)."""
    for path, operations in service.app.openapi()["paths"].items():
        for method, operation in operations.items():
            if path.startswith("/v1/"):
                yield Call(method.upper(), path, operation)


def plain(answer: httpx.Response) -> tuple[int, dict[str, str], Any]:
    """Status, headers and body, less what is new with each request."""
    headers = {name: value for name, value in answer.headers.items() if name not in _OWN}
    if "json" not in answer.headers.get("content-type", ""):
        return answer.status_code, headers, answer.content
    if "application/problem+json" in answer.headers["content-type"]:
        headers.pop("content-length")
    return answer.status_code, headers, _without(answer.json())


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without(part) for name, part in value.items() if name not in _OWN}
    return [_without(part) for part in value] if isinstance(value, list) else value


def shown(answer: httpx.Response) -> str:
    """All that an answer tells: its body, as text whatever it is written in, and its headers."""
    body = answer.text
    with contextlib.suppress(ValueError):
        body = json.dumps(answer.json(), ensure_ascii=False)
    return body + json.dumps(dict(answer.headers), ensure_ascii=False)


def given_away(answer: httpx.Response, forbidden: Iterable[tuple[str, str]]) -> list[str]:
    """Of what may not be shown (group, value), what was; not what the asker said itself."""
    text, asked = shown(answer), str(answer.request.url)
    return [f"{group}: {value}" for group, value in forbidden if value in text and value not in asked]


def forbidden_of(world: World, name: str, own_letter: str, in_full: bool) -> list[tuple[str, str]]:
    """What a role may not see in any answer of a route: all of the homes that its place does not cover, and of the others the groups of
    fields that are not for it."""
    place = place_of(world, name)
    found: list[tuple[str, str]] = []
    for home in world.homes.values():
        if own_letter == "s" and home.label == "own":
            found += of_others(home)
            continue
        covered = own_letter in "rfwunlqa" and place.covers(home.community, "1", home.block)
        here = world.homes["own"].community if place.person else place.division or "-"
        marks = home.marks(community_too=not home.community.startswith(here))
        hidden = _hidden(name, own_letter, in_full) if covered else set(marks)
        found += [
            (group, value) for group in hidden & set(marks) for value in marks[group] if covered or value not in COMMON
        ]
    return found


def place_of(world: World, name: str) -> Place:
    role, place = matrix.ACTORS[name]
    return Place.of_person(world.resident) if role is Role.RESIDENT else Place.parse(place)


def of_others(home: Home) -> list[tuple[str, str]]:
    """What a resident may not see of the adults with whom it lives: all but that they do."""
    adults = (person for n, person in enumerate(home.people) if n not in OWN)
    common = COMMON | {person.person_id for person in home.people}
    return [("case", home.case)] + [
        (group, value)
        for person in adults
        for group, values in person.marks().items()
        for value in values
        if value not in common
    ]


FACT_GROUPS = {
    *("insurance", "hukou", "collective", "work", "labour_class", "tags", "moved_from_division", "dibao"),
    *("schooling", "medical_care", "land"),
}


def _hidden(name: str, letter: str, in_full: bool) -> set[str]:
    """Groups of marks of a home of the own place that are not for the role."""
    shown = {g.partition(":")[0] for g, how in matrix.facts(name).items() if how == "x" or (how == "p" and in_full)}
    if matrix.routes()["GET", "/v1/registry/land/parcels"][name] == "r":
        shown.add("land")
    hidden = FACT_GROUPS - shown
    if letter == "l":
        return hidden | {"name", "id_number", "phone", "birth", "home"}
    if in_full:
        return hidden
    return hidden | {"id_number", "phone", "birth"} | (set() if name in matrix.NAMES_IN_FULL else {"name"})


@contextlib.asynccontextmanager
async def _undone(self: Database, now: datetime, traceparent: str | None = None) -> AsyncIterator[Transaction]:
    async with self.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            yield Transaction(connection, now, traceparent)
        finally:
            await transaction.rollback()


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Whatever is done meanwhile is answered as ever, and then as if it had never been."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "transaction", _undone)
        yield


class Work:
    """The statements that the database was asked, between looks."""

    def __init__(self) -> None:
        self._asked: list[str] = []

    async def look(self) -> list[str]:
        await asyncio.sleep(0)  # asyncpg tells its loggers a little later
        asked, self._asked = self._asked, []
        return asked

    def watch(self, connection: Any) -> None:
        def note(record: Any) -> None:
            if record.query not in _AROUND:
                self._asked.append(record.query)

        connection.add_query_logger(note)


@contextlib.contextmanager
def watched() -> Iterator[Work]:
    """Notes each statement of each request of the process."""
    work, begin = Work(), Read.__init__
    known: set[int] = set()

    def noting(self: Read, connection: Any, now: Any) -> None:
        if id(connection) not in known:
            known.add(id(connection))
            work.watch(connection)
        begin(self, connection, now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Read, "__init__", noting)
        yield work
