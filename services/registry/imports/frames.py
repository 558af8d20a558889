"""A chunk's new rows, table by table, ready for COPY. What identifies people is sealed before it is in one."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from services.registry.households.domain import Address, HouseholdKind, HouseholdStatus
from services.registry.imports.domain import Stated
from services.registry.imports.store import Rows
from services.registry.life.domain import LifeKind
from services.registry.persons.domain import PersonStatus
from services.registry.service import person_row
from shared.db import json_text
from shared.ids import new_ids
from shared.privacy import KeyRing, NewKey

_NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Someone who is settled: in which household (co-living and flat), since when, with which facts (all of them). `texts`: the facts
    as JSON."""

    person_id: str
    stated: Stated
    household_id: str
    flat_household_id: str
    since: date
    facts: dict[str, Any]
    texts: dict[str, str]

    def row(self, keys: KeyRing, own: NewKey | None = None) -> tuple[Any, ...]:
        """As `persons.store.add_persons` takes it, sealed under a new key, or the person's `own`."""
        return person_row(
            keys,
            self.person_id,
            name=self.stated.name,
            sex=self.stated.sex,
            birth_on=self.stated.birth_on,
            id_number=self.stated.id_number,
            lookup=self.stated.lookup,
            phone=self.stated.phone,
            phone_lookup=self.stated.phone_lookup,
            facts="{" + ",".join(f'"{group}":{text}' for group, text in self.texts.items()) + "}",
            own=own,
        )


@dataclass(frozen=True, slots=True)
class NewHousehold:
    """A household that is settled. `head`: id of the head."""

    household_id: str
    flat_household_id: str
    address: Address
    dwelling_id: str
    settled_on: date
    head: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """When and by whom history is written."""

    at: datetime
    source: str
    by: str

    def columns(self) -> dict[str, str]:
        return {"recorded_at": self.at.isoformat(), "source": self.source, "recorded_by": self.by}


def persons(people: Sequence[Newcomer], keys: KeyRing, at: datetime) -> tuple[Rows, Rows]:
    """Rows of `persons` and of `person_keys`."""
    rows, wrapped = [], []
    for person in people:
        row = person.row(keys)
        rows.append((*(_hex(value) if isinstance(value, bytes) else value for value in row[:-2]), person.household_id))
        wrapped.append((person.person_id, row[-2], _hex(row[-1])))
    names = [
        "person_id",
        "name",
        "name_keys",
        "sex",
        "birth_on",
        "id_number_sealed",
        "id_number_lookup",
        "phone_sealed",
    ]
    same = {
        "version": 1,
        "status": PersonStatus.RESIDENT.value,
        "registered_at": at.isoformat(),
        "changed_at": at.isoformat(),
    }
    new = _rows(rows, [*names, "phone_lookup", "facts", "household_id"], same)
    return new, _rows(wrapped, ["person_id", "key_id", "wrapped"])


def households(new: Sequence[NewHousehold], at: datetime) -> Rows:
    """Rows of `households`: the co-living one and its flat household."""
    rows = [
        (
            own_id,
            kind.value,
            h.household_id,
            h.address.community_code,
            h.dwelling_id,
            h.address.estate,
            h.address.block,
            h.address.unit,
            h.address.flat,
            h.settled_on,
            h.head,
            json_text(h.facts if kind is HouseholdKind.COLIVING else {}),
        )
        for h in new
        for own_id, kind in ((h.household_id, HouseholdKind.COLIVING), (h.flat_household_id, HouseholdKind.FLAT))
    ]
    names = ["household_id", "kind", "coliving_id", "community_code", "dwelling_id", "estate", "block", "unit", "flat"]
    same = {"status": HouseholdStatus.SETTLED.value, "version": 1, "changed_at": at.isoformat()}
    return _rows(rows, [*names, "settled_on", "head_person_id", "facts"], same)


def memberships(people: Sequence[Newcomer], recorded: Recorded) -> Rows:
    """Rows of `memberships`: of the co-living and of the flat household."""
    rows = [
        (household_id, kind.value, p.person_id, p.stated.relation, p.since)
        for p in people
        for household_id, kind in ((p.household_id, HouseholdKind.COLIVING), (p.flat_household_id, HouseholdKind.FLAT))
    ]
    names = ["household_id", "kind", "person_id", "relation", "valid_from"]
    return _rows(rows, names, recorded.columns())


def life_events(new: Sequence[NewHousehold], people: Sequence[Newcomer], recorded: Recorded) -> Rows:
    """Rows of `life_events`: each new household's settling, and who was born into it later or joined one that stands."""
    told = told_together(new, people)
    return _events([(*key, [(p.person_id, p.stated.relation) for p in some]) for key, some in told], recorded)


Together = tuple[date, str, LifeKind, str | None]
"""Day, household, kind and dwelling of what is told of several people."""


def told_together(
    new: Sequence[NewHousehold], people: Sequence[Newcomer], back: Set[str] = frozenset()
) -> list[tuple[Together, list[Newcomer]]]:
    """By which events people come, in order. `back`: those who were in the registry before, and so are not born then."""
    dwellings = {h.household_id: (h.settled_on, h.dwelling_id) for h in new}
    together: dict[Together, list[Newcomer]] = defaultdict(list)
    for person in people:
        settled_on, dwelling_id = dwellings.get(person.household_id, (None, None))
        is_settling = settled_on == person.since
        is_birth = person.since == person.stated.birth_on and person.person_id not in back
        kind = LifeKind.SETTLED if is_settling else LifeKind.BORN if is_birth else LifeKind.JOINED
        together[person.since, person.household_id, kind, dwelling_id if is_settling else None].append(person)
    return sorted(together.items(), key=lambda each: each[0])


def relations_told(changed: Sequence[tuple[str, str, str]], on: date, recorded: Recorded) -> Rows:
    """Rows of `life_events`: other relations to the head (household_id, person_id, relation) from that day on."""
    together: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for household_id, person_id, relation in changed:
        together[household_id].append((person_id, relation))
    return _events([(on, h, LifeKind.RELATED, None, some) for h, some in together.items()], recorded)


def _events(
    rows: Sequence[tuple[date, str, LifeKind, str | None, Sequence[tuple[str, str]]]], recorded: Recorded
) -> Rows:
    """Of day, household, kind, dwelling, and the people with their relations."""
    cells = [
        (
            event_id,
            kind.value,
            on,
            household_id,
            dwelling_id,
            f"{{{','.join(person for person, _ in people)}}}",
            f"{{{','.join(relation for _, relation in people)}}}",
            f"{{{','.join('f' for _ in people)}}}",
        )
        for event_id, (on, household_id, kind, dwelling_id, people) in zip(new_ids(len(rows)), rows, strict=True)
    ]
    names = ["event_id", "kind", "happened_on", "household_id", "dwelling_id", "people", "relations", "in_hukou"]
    return _rows(cells, names, recorded.columns())


def occupancies(new: Sequence[NewHousehold], recorded: Recorded) -> Rows:
    rows = [(h.dwelling_id, h.household_id, h.settled_on) for h in new]
    return _rows(rows, ["dwelling_id", "household_id", "valid_from"], recorded.columns())


def person_facts(people: Sequence[Newcomer], recorded: Recorded) -> Rows:
    rows = [(p.person_id, fact, text, p.since) for p in people for fact, text in p.texts.items()]
    return _rows(rows, ["person_id", "fact", "value", "valid_from"], recorded.columns())


def household_facts(new: Sequence[NewHousehold], recorded: Recorded) -> Rows:
    rows = [(h.household_id, fact, json_text(value), h.settled_on) for h in new for fact, value in h.facts.items()]
    return _rows(rows, ["household_id", "fact", "value", "valid_from"], recorded.columns())


def _rows(rows: Sequence[tuple[Any, ...]], names: Sequence[str], same: Mapping[str, object] = _NOTHING) -> Rows:
    """`same`: columns that say the same in all rows."""
    if not rows:
        return Rows((), b"")
    frame = pl.DataFrame([pl.Series(name, column) for name, column in zip(names, zip(*rows, strict=True), strict=True)])
    text = io.BytesIO()
    frame.with_columns(**{name: pl.lit(value) for name, value in same.items()}).write_csv(text, include_header=False)
    return Rows((*names, *same), text.getvalue())


def _hex(data: bytes) -> str:
    return f"\\x{data.hex()}"
