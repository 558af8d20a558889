"""What each list is of: who or what meets what was asked, and their rows as the caller sees them."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from services.registry.consents.bases import Basis
from services.registry.consents.service import grounds_of_some
from services.registry.dwellings import store as dwellings
from services.registry.dwellings.domain import meant_for
from services.registry.dwellings.parameters import m2_a_person
from services.registry.exports import store
from services.registry.exports.columns import COLUMNS, Cell, Column, Shown, cell
from services.registry.exports.domain import FlatsAsked, HouseholdsAsked, ListName, decimal_or_none, packed
from services.registry.persons.domain import PersonStatus, Purpose
from services.registry.search import service as search
from services.registry.search.domain import Asked, DoorOf, Wanted
from services.registry.search.store import planned_by_values
from services.registry.sight import Sealed, facts_for
from shared.auth import Actor, Place
from shared.db import Read, Row, Transaction
from shared.errors import Fault, Invalid
from shared.privacy import KeyRing


class NothingPersonal(Invalid):
    slug = "purpose-not-needed"
    title_en, title_zh = "This list shows nothing personal", "该列表不含个人信息，无须填写用途"


@dataclass(frozen=True, slots=True)
class Reading:
    """An export under way: who reads, for what, which columns."""

    actor: Actor
    keys: KeyRing
    purpose: Purpose | None
    columns: Sequence[Column]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that go into the file, and who is in them (id, and the consent it rests on), where something of them is shown in full."""

    rows: list[list[Cell]]
    without_consent: int
    people: Mapping[str, str | None]
    basis: Basis | None


class ExportList(ABC):
    """What was asked of one list."""

    name: ListName

    @abstractmethod
    def as_json(self) -> dict[str, Any]:
        """As it is kept."""

    @abstractmethod
    async def check(self, read: Read, reading: Reading) -> None:
        """Raises what stands against it."""

    @abstractmethod
    async def ids(self, tx: Transaction, reading: Reading, most: int) -> bytes:
        """Ids of what it is of now, 16 bytes each, in order; of more than `most`, one more."""

    @abstractmethod
    async def rows(self, tx: Transaction, reading: Reading, ids: Sequence[str]) -> list[Row]:
        """Of these, what it is still of."""

    async def chunk(self, tx: Transaction, reading: Reading, ids: Sequence[str]) -> Chunk:
        """Rows of these. With a purpose that rests on consent, only of those whose consent stands now."""
        rows = await self.rows(tx, reading, ids)
        if reading.purpose is None:
            return Chunk(await asyncio.to_thread(_cells, reading, rows), 0, {}, None)
        named = [row["person_id"] for row in rows if row["person_id"]]
        basis, people = await grounds_of_some(tx, named, reading.purpose)
        shown = [row for row in rows if row["person_id"] is None or row["person_id"] in people]
        return Chunk(await asyncio.to_thread(_cells, reading, shown), len(rows) - len(shown), people, basis)


def _cells(reading: Reading, rows: Sequence[Row]) -> list[list[Cell]]:
    return [[cell(column, shown) for column in reading.columns] for shown in (_shown(reading, row) for row in rows)]


def _shown(reading: Reading, row: Row) -> Shown:
    actor, purpose = reading.actor, reading.purpose
    opened = any(column.digits for column in reading.columns) and row.get("wrapped") is not None
    return Shown(
        row,
        actor,
        purpose is not None,
        facts_for(actor, row.get("facts") or {}, purpose),
        facts_for(actor, row.get("home_facts") or {}, purpose),
        Sealed(reading.keys, row) if opened else None,
    )


@dataclass(frozen=True, slots=True)
class People(ExportList):
    """Those that a search finds, of a whole division if one is named."""

    asked: Asked
    name = ListName.PERSONS

    def as_json(self) -> dict[str, Any]:
        return asdict(self.asked)

    async def check(self, read: Read, reading: Reading) -> None:
        await self._wanted(read, reading)

    async def _wanted(self, read: Read, reading: Reading) -> tuple[Place, Wanted]:
        return await search.wanted_of(
            read, reading.actor, reading.keys, self.asked, within="/filters", by_division=True
        )

    async def ids(self, tx: Transaction, reading: Reading, most: int) -> bytes:
        place, wanted = await self._wanted(tx, reading)
        async with planned_by_values(tx):
            return await store.person_ids(tx, place, wanted, most)

    async def rows(self, tx: Transaction, reading: Reading, ids: Sequence[str]) -> list[Row]:
        place, wanted = await self._wanted(tx, reading)
        return await store.list_people(tx, place, wanted, ids)


@dataclass(frozen=True, slots=True)
class Households(ExportList):
    """Settled households, each with its head."""

    asked: HouseholdsAsked
    name = ListName.HOUSEHOLDS

    def as_json(self) -> dict[str, Any]:
        return asdict(self.asked)

    async def check(self, read: Read, reading: Reading) -> None:
        """Of another place's community there are no households, as there are none in its list."""

    async def ids(self, tx: Transaction, reading: Reading, most: int) -> bytes:
        return await store.household_ids(tx, reading.actor.place.within(self.asked.community), self.asked, most)

    async def rows(self, tx: Transaction, reading: Reading, ids: Sequence[str]) -> list[Row]:
        return await store.list_households(tx, reading.actor.place.within(self.asked.community), self.asked, ids)


@dataclass(frozen=True, slots=True)
class Vacancies(ExportList):
    """Flats of a community in which nobody lives and that are kept for nobody."""

    asked: FlatsAsked
    name = ListName.VACANCIES

    def as_json(self) -> dict[str, Any]:
        return asdict(self.asked)

    async def check(self, read: Read, reading: Reading) -> None:
        """Raises NothingPersonal, CommunityNotFound."""
        if reading.purpose is not None:
            raise NothingPersonal(faults=[Fault("/purpose", "not-needed", "leave it out", "请勿填写")])
        code = self.asked.community
        there = await dwellings.find_community(read, code)
        if there is None or not code.startswith(reading.actor.place.division):
            raise dwellings.CommunityNotFound

    async def ids(self, tx: Transaction, reading: Reading, most: int) -> bytes:
        return packed([row["dwelling_id"] for row in await self._vacant(tx, reading, most + 1)])

    async def rows(self, tx: Transaction, reading: Reading, ids: Sequence[str]) -> list[Row]:
        standard = m2_a_person(self.asked.community, tx.today)
        vacant = {row["dwelling_id"]: row for row in await self._vacant(tx, reading, None)}
        found = (vacant[each] for each in ids if each in vacant)
        return [
            {**row, "meant_for": None if row["area_m2"] is None else meant_for(row["area_m2"], standard)}
            for row in found
        ]

    async def _vacant(self, read: Read, reading: Reading, most: int | None) -> list[Row]:
        asked = self.asked
        standard = m2_a_person(asked.community, read.today)
        largest = min((a for a in (asked.area_to, asked.people and asked.people * standard) if a), default=None)
        wanted = dwellings.Wanted(asked.estate, asked.block, asked.area_from, largest)
        rows = await dwellings.list_vacancies(read, asked.community, reading.actor.place, wanted, None, most)
        return sorted(
            rows, key=lambda row: [(len(row[part]), row[part]) for part in ("estate", "block", "unit", "flat")]
        )


def kept(name: str, asked: Mapping[str, Any]) -> ExportList:
    """What `as_json` gave, back."""
    match ListName(name):
        case ListName.PERSONS:
            door, statuses = DoorOf(**asked["door"]), tuple(map(PersonStatus, asked["statuses"]))
            return People(Asked(**{**asked, "door": door, "statuses": statuses}))
        case ListName.HOUSEHOLDS:
            return Households(HouseholdsAsked(**asked))
        case ListName.VACANCIES:
            areas = {part: decimal_or_none(asked[part]) for part in ("area_from", "area_to")}
            return Vacancies(FlatsAsked(**{**asked, **areas}))


def columns_of(name: ListName, fields: Sequence[str]) -> list[Column]:
    """Columns by their names. Raises KeyError for one that the list does not have (any more)."""
    return [COLUMNS[name][each] for each in fields]
