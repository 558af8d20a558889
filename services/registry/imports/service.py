"""A roster comes in: chunk by chunk, each household wholly or not at all."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

import polars as pl

from services.registry.dwellings import store as dwellings
from services.registry.households.domain import Address
from services.registry.imports import entry, store
from services.registry.imports.domain import (
    TEXTS,
    Against,
    Flat,
    Group,
    KnownPerson,
    Stated,
    Verdict,
    decide,
    held,
    joined,
)
from services.registry.imports.entry import Settled
from services.registry.imports.fields import ROSTER
from services.registry.imports.frames import Newcomer, NewHousehold
from services.registry.imports.roster import FACTS, CheckedRoster
from services.registry.imports.roster import check as check_roster
from services.registry.imports.values import id_number
from services.registry.persons import store as persons
from services.registry.persons.domain import Purpose
from shared.auth import Actor
from shared.db import Transaction
from shared.identity import BadIdNumber
from shared.ids import new_ids
from shared.imports.fields import CellFault, Severity, Table
from shared.imports.kinds import Act, ImportKind, Outcome
from shared.privacy import KeyRing, mask_id_number, mask_name


@dataclass(frozen=True, slots=True)
class Prepared:
    """A roster that was checked, cut into chunks of whole households: rows `bounds[n]` to `bounds[n + 1]` of the frame."""

    frame: pl.DataFrame
    faults: Sequence[CellFault]
    bounds: tuple[int, ...]

    @property
    def rows(self) -> int:
        return self.frame.height

    @property
    def chunks(self) -> Sequence[str]:
        first = self.frame.select(pl.format("{}:{}", "sheet", "row")).to_series()
        return [f"{first[start]}+{end - start}" for start, end in pairwise(self.bounds)]


def roster_kind(keys: KeyRing, known_areas: frozenset[str], chunk_people: int) -> ImportKind:
    """The roster as a kind of import, that comes in by chunks of so many people."""
    return ImportKind(
        "roster",
        ROSTER,
        partial(prepare, known_areas=known_areas, chunk_people=chunk_people),
        partial(apply_chunk, keys),
        partial(note_opened, keys),
        ("households", "persons", "person_keys", "memberships", "occupancies", "person_facts", "household_facts"),
    )


def prepare(table: Table, on: date, known_areas: frozenset[str], chunk_people: int) -> Prepared:
    """Checks the file, and cuts it."""
    checked: CheckedRoster = check_roster(table, on, known_areas)
    frame = checked.rows.sort("household", maintain_order=True)
    return Prepared(frame, checked.faults, _bounds(frame["household"], chunk_people))


def _bounds(households: pl.Series, most: int) -> tuple[int, ...]:
    sizes = households.rle().struct.field("len").to_list() if len(households) else []
    bounds, row = [0], 0
    for size in sizes:
        if row + size - bounds[-1] > most and row > bounds[-1]:
            bounds.append(row)
        row += size
    return (*bounds, row) if row else (0,)


# a chunk


async def apply_chunk(keys: KeyRing, tx: Transaction, act: Act, prepared: Prepared, n: int) -> Outcome:
    """Brings the households of chunk n in, or says what would come of it."""
    frame = prepared.frame[prepared.bounds[n] : prepared.bounds[n + 1]]
    communities = _by_name(await dwellings.list_names(tx, act.actor.place))
    groups, faults = _groups(frame, communities, keys, act.actor)
    addresses = [group.address for group in groups]
    lookups = [row.lookup for group in groups for row in group.rows]
    flats = await store.load_flats(tx, addresses, lookups)
    known = await store.load_known(tx, lookups, act.actor.place)
    faults += _against_flats(groups, await store.list_unknown_parts(tx, [a for a in addresses if a not in flats]))
    verdicts = [
        (group, flats[group.address], decide(group, flats[group.address], known, act.on))
        for group in groups
        if group.address in flats
    ]
    faults += [_fault(against) for _, _, verdict in verdicts for against in verdict.against]
    settled = _settled(tx, verdicts, known, act.on)
    if not act.dry_run:
        await entry.write(tx, act, keys, settled)
    changed = sum(verdict.rows_changed for _, verdict, _ in settled.joined)
    return Outcome(frame.height, len(settled.people), changed, tuple(faults))


def _groups(
    frame: pl.DataFrame, communities: Mapping[str, list[str]], keys: KeyRing, actor: Actor
) -> tuple[list[Group], list[CellFault]]:
    """The households whose community is known, with their rows that are in order: one a flat, by whatever names the file calls its
    community."""
    groups: dict[Address, Group] = {}
    faults: list[CellFault] = []
    in_order = frame.filter("ok").rows(named=True)
    for _, part in groupby(in_order, itemgetter("household")):
        rows = list(part)
        first = rows[0]
        stated = tuple(_stated(row, keys) for row in rows)
        codes = communities.get(_plain(first["community"]), [])
        covered = [code for code in codes if actor.place.covers(code, first["estate"], first["block"])]
        if len(covered) == 1:
            address = Address(covered[0], first["estate"], first["block"], first["unit"], first["flat"])
            head_name = next((name for row in rows if (name := row["head_name"])), None)
            group = Group(address, head_name, first["settled_on"], _household_facts(first), stated)
            there = groups.get(address)
            if there and there.head and group.head:
                faults += [_fault(against) for against in _against_all(stated, "flat", "flat-taken")]
            else:
                groups[address] = joined(there, group) if there else group
        else:
            code = "community-ambiguous" if covered else "community-unknown"
            faults += [_fault(against) for against in _against_all(stated, "community", code)]
    return list(groups.values()), faults


def _stated(row: Mapping[str, Any], keys: KeyRing) -> Stated:
    blank = frozenset(group for group in FACTS if row.get(f"{group}:blank"))
    texts = {group: text for group in FACTS if (text := row[group]) is not None and group not in blank}
    return Stated(
        sheet=row["sheet"],
        row=row["row"],
        name=row["name"],
        id_number=row["id_number"],
        lookup=keys.lookup_hash("id_number", row["id_number"]),
        sex=row["sex"],
        birth_on=row["birth_on"],
        phone=row["phone"],
        phone_lookup=keys.lookup_hash("phone", row["phone"]) if row["phone"] else None,
        relation=row["relation"],
        facts={group: _value(text) for group, text in texts.items()},
        texts=texts,
        blank=blank,
    )


@lru_cache(maxsize=8192)
def _value(text: str) -> Any:
    """What a group says; the same object for the same text, which nobody changes."""
    return json.loads(text)


def _household_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    stated = {
        "moved_from_division": row["moved_from_division"],
        "registered_poor": row["registered_poor"],
        "dibao": _value(row["dibao"]) if row["dibao"] else None,
    }
    return {fact: value for fact, value in stated.items() if value is not None}


def _by_name(communities: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Codes of communities by the ways of naming them: the name, or the code."""
    found: dict[str, list[str]] = {}
    for name, code in communities:
        for way in {_plain(name), code}:
            found.setdefault(way, []).append(code)
    return found


def _plain(name: str) -> str:
    """A name as it is compared: width, case and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _against_flats(groups: Sequence[Group], unknown: Mapping[Address, str]) -> list[CellFault]:
    return [
        _fault(against)
        for group in groups
        if (part := unknown.get(group.address))
        for against in _against_all(group.rows, part, f"{part}-unknown")
    ]


def _against_all(rows: Sequence[Stated], column: str, code: str) -> list[Against]:
    """A fault of the place: said of the head's row, which holds the others back; of every row where the file has no head."""
    head = next((row for row in rows if row.head), None)
    if head is None:
        return [Against(row, column, code) for row in rows]
    return [Against(head, column, code), *held([row for row in rows if row is not head])]


_MASKS = {"id_number": lambda row: mask_id_number(row.id_number), "name": lambda row: mask_name(row.name)}


def _fault(against: Against) -> CellFault:
    row, (en, zh) = against.stated, TEXTS[against.code]
    value = _MASKS[against.column](row) if against.column in _MASKS else None
    return CellFault(row.sheet, row.row, against.column, against.code, Severity.ERROR, en, zh, value)


def _settled(
    tx: Transaction, verdicts: Sequence[tuple[Group, Flat, Verdict]], known: Mapping[bytes, KnownPerson], on: date
) -> Settled:
    """Gives ids and days to what comes in."""
    settled = Settled([], [], set(), [])
    household_ids = iter(new_ids(2 * len(verdicts)))
    person_ids = iter(new_ids(sum(len(verdict.joining) for _, _, verdict in verdicts)))
    for group, flat, verdict in verdicts:
        household_id, flat_household_id = next(household_ids), next(household_ids)
        since = group.settled_on or on
        if flat.home:
            household_id, flat_household_id = flat.home.household_id, flat.home.flat_household_id
            since = flat.home.settled_on
        people = []
        for row in verdict.joining:
            there, fresh = known.get(row.lookup), next(person_ids)
            community = group.address.community_code
            facts = {"residence": {"division": community}, **row.facts} | {group: [] for group in row.blank}
            texts = {"residence": f'{{"division":"{community}"}}', **row.texts, **dict.fromkeys(row.blank, "[]")}
            person = Newcomer(
                there.person_id if there else fresh,
                row,
                household_id,
                flat_household_id,
                max(since, row.birth_on),
                facts,
                texts,
            )
            people.append(person)
            if there:
                settled.returning.add(person.person_id)
        settled.people.extend(people)
        if flat.home and (people or verdict.changes or verdict.household_facts):
            settled.joined.append((flat, verdict, people))
        elif people and not flat.home:
            head = next(p.person_id for p in people if p.stated.head)
            settled.households.append(
                NewHousehold(
                    household_id, flat_household_id, group.address, flat.dwelling_id, since, head, dict(group.facts)
                )
            )
    return settled


async def note_opened(keys: KeyRing, tx: Transaction, actor: Actor, table: Table, request_id: str | None) -> None:
    """The uploader reads the file back with full values: recorded for everybody in it whom the registry holds."""
    lookups = []
    for text in table.frame["id_number"].drop_nulls().unique():
        try:
            value = id_number(text, tx.today, frozenset()).value
        except BadIdNumber:
            continue
        lookups.append(keys.lookup_hash("id_number", value))
    ids = await store.find_person_ids(tx, lookups)
    fields = ["name", "id_number", "phone"]
    await persons.record_access(tx, ids, actor.subject, str(actor.role), Purpose.CORRECTION, None, fields, request_id)
