"""A roster comes in: chunk by chunk, each household wholly or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise

import polars as pl

from services.registry.access.service import note_access
from services.registry.duplicates.service import suggest, suggest_newborns
from services.registry.dwellings import store as dwellings
from services.registry.households.domain import Address
from services.registry.imports import entry, store
from services.registry.imports.domain import Flat, Group, KnownPerson, Verdict, decide
from services.registry.imports.entry import Settled, Told
from services.registry.imports.fields import ROSTER
from services.registry.imports.frames import Newcomer, NewHousehold
from services.registry.imports.placing import against_place, fault_of, groups_of, maybe_twice, placed
from services.registry.imports.roster import CheckedRoster
from services.registry.imports.roster import check as check_roster
from services.registry.imports.values import id_number
from services.registry.persons.domain import Purpose
from shared.auth import Actor
from shared.db import Transaction
from shared.identity import BadIdNumber
from shared.ids import new_ids
from shared.imports.fields import CellFault, Table
from shared.imports.kinds import Act, ImportKind, Outcome
from shared.imports.values import codes_by_key
from shared.privacy import KeyRing


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
        "a roster of residents (花名册)",
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
    communities = codes_by_key(await dwellings.list_names(tx, act.actor.place))
    households, faults = placed(frame, communities, act.actor.place)
    unknown = await store.list_unknown_parts(tx, list({address for address, _ in households}))
    faults += [f for address, rows in households if address in unknown for f in against_place(rows, unknown[address])]
    there = [(address, rows) for address, rows in households if address not in unknown]
    groups, repeated = await asyncio.to_thread(groups_of, there, keys)
    lookups = [row.lookup for group in groups for row in group.rows]
    if not act.dry_run and await store.find_person_ids(tx, lookups):
        # Who waits below must not hold people whom the one it waits for may have to look at.
        await store.await_others(tx)
    flats = await store.load_flats(tx, [group.address for group in groups], lookups)
    known = await store.load_known(tx, lookups, act.actor.place)
    verdicts, settled = await asyncio.to_thread(_decided, groups, flats, known, act.on)
    against = [*repeated, *(each for _, _, verdict in verdicts for each in verdict.against)]
    if not act.dry_run:
        await entry.write(tx, act, keys, settled)
        await store.await_others(tx)
        twice = await _entered_twice(tx, act, settled)
        faults += [maybe_twice(person.stated) for person in settled.new if person.person_id in twice]
    changed = sum(verdict.rows_changed for _, verdict, _ in settled.joined)
    kept_out = frame.height - int(frame["ok"].sum())
    entered = len(settled.people) + sum(len(told.people) for told in settled.told)
    return Outcome(frame.height, entered, changed, (*faults, *map(fault_of, against)), kept_out)


async def _entered_twice(tx: Transaction, act: Act, settled: Settled) -> set[str]:
    """Ids of those who came in and may have been in the registry already."""
    found = await suggest(tx, [person.person_id for person in settled.new], act.actor.place)
    came_to = [person.person_id for _, _, people in settled.joined for person in people]
    newborns = await suggest_newborns(tx, came_to, act.actor.place)
    return {*found, *newborns}


_Verdicts = Sequence[tuple[Group, Flat, Verdict]]


def _decided(
    groups: Sequence[Group], flats: Mapping[Address, Flat], known: Mapping[bytes, KnownPerson], on: date
) -> tuple[_Verdicts, Settled]:
    verdicts = [
        (group, flats[group.address], decide(group, flats[group.address], known, on))
        for group in groups
        if group.address in flats
    ]
    return verdicts, _settled(verdicts, known, on)


def _settled(verdicts: _Verdicts, known: Mapping[bytes, KnownPerson], on: date) -> Settled:
    """Gives ids and days to what comes in."""
    settled = Settled([], [], set(), [], [])
    household_ids = iter(new_ids(2 * len(verdicts)))
    person_ids = iter(new_ids(sum(len(verdict.joining) + len(verdict.back) for _, _, verdict in verdicts)))
    for group, flat, verdict in verdicts:
        household_id, flat_household_id = next(household_ids), next(household_ids)
        since = group.settled_on or on
        if flat.home:
            household_id, flat_household_id = flat.home.household_id, flat.home.flat_household_id
            since = flat.home.settled_on
        people = []
        for row in (*verdict.joining, *(change.stated for change in verdict.back)):
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
            if there and there.gone:
                settled.returning.add(person.person_id)
        _take(settled, group, flat, verdict, people, since)
    return settled


def _take(
    settled: Settled, group: Group, flat: Flat, verdict: Verdict, people: list[Newcomer], settled_on: date
) -> None:
    """What comes in of a household: written as it is, or (where somebody comes back) told."""
    back = {change.known.person_id for change in verdict.back}
    new = None
    if people and not flat.home:
        first = people[0]
        new = NewHousehold(
            first.household_id,
            first.flat_household_id,
            group.address,
            flat.dwelling_id,
            settled_on,
            next(person.person_id for person in people if person.stated.head),
            dict(group.facts),
        )
    if back:
        settled.told.append(Told(new, [p for p in people if new or p.person_id in back], verdict.back))
        people = [person for person in people if not new and person.person_id not in back]
        new = None
    settled.people.extend(people)
    if flat.home and (people or verdict.changes or verdict.household_facts):
        settled.joined.append((flat, verdict, people))
    elif new:
        settled.households.append(new)


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
    await note_access(tx, actor, ids, Purpose.CORRECTION, None, request_id, ("name", "id_number", "phone"))
