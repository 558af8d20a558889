"""Writes what a chunk of a roster brings in: what is new by columns, what differs set by set, each change said in an event."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.registry import store as history
from services.registry.alarms import store as alarms
from services.registry.households import store as households
from services.registry.households.domain import HouseholdKind, HouseholdStatus
from services.registry.imports import frames, store
from services.registry.imports.domain import Change, Flat, Verdict
from services.registry.imports.frames import Newcomer, NewHousehold, Recorded
from services.registry.imports.store import Rows
from services.registry.life import store as life
from services.registry.life.domain import LifeEvent, Part
from services.registry.life.telling import Ground, tell
from services.registry.persons import store as persons
from services.registry.persons.domain import Entered
from services.registry.service import household_state, own_key, person_state, say_registered, say_settled
from services.registry.sight import kept
from services.registry.statistics.store import count_again
from shared import outbox
from shared.contracts.registry import HouseholdChanged, PersonFactsChanged
from shared.db import Transaction
from shared.ids import new_id
from shared.imports.kinds import Act
from shared.privacy import KeyRing, field_context

SOURCE = "roster"


@dataclass(frozen=True, slots=True)
class Told:
    """A household with people who had moved out and come back: of these something is told already, so what follows is found by going
    through all of it. `household`: it is a new one; `people`: who comes to it (to one that stands: only those who come back);
    `back`: what differs of those."""

    household: NewHousehold | None
    people: list[Newcomer]
    back: Sequence[Change]

    @property
    def back_ids(self) -> frozenset[str]:
        return frozenset(change.known.person_id for change in self.back)

    @property
    def new(self) -> list[Newcomer]:
        return [person for person in self.people if person.person_id not in self.back_ids]


@dataclass(frozen=True, slots=True)
class Settled:
    """What a chunk brings in."""

    households: list[NewHousehold]
    people: list[Newcomer]
    returning: set[str]
    """Ids of those of the people whom a withdrawn settling had left."""
    joined: list[tuple[Flat, Verdict, list[Newcomer]]]
    """Households that stand and change: with what differs, and who joins them."""
    told: list[Told]

    @property
    def new(self) -> list[Newcomer]:
        """All who were not in the registry before, but for a withdrawn settling."""
        return [*self.people, *(person for told in self.told for person in told.new)]


async def write(tx: Transaction, act: Act, keys: KeyRing, settled: Settled) -> None:
    """Writes it, and says it."""
    recorded = Recorded(tx.now, SOURCE, act.actor.subject)
    fresh = [person for person in settled.people if person.person_id not in settled.returning]
    beside = asyncio.to_thread
    for table, rows in await beside(_entered_rows, settled.households, fresh, keys, tx.now):
        await store.copy_in(tx, table, rows)
    entered = {person.person_id: Entered(1) for person in fresh}
    entered |= await _enter_again(tx, keys, [p for p in settled.people if p.person_id in settled.returning])
    for table, rows in await beside(_history_rows, settled, recorded):
        await store.copy_in(tx, table, rows)
    await beside(_say_settled, tx, settled, entered)
    if settled.joined:
        await _write_changes(tx, act, keys, settled, recorded)
    changed = [c.known.person_id for _, verdict, _ in settled.joined for c in verdict.changes]
    standing = [flat.home.household_id for flat, _, _ in settled.joined if flat.home]
    await count_again(tx, [*(h.household_id for h in settled.households), *standing], changed)
    for told in settled.told:
        await _tell(tx, act, keys, told, recorded)


async def _enter_again(tx: Transaction, keys: KeyRing, people: Sequence[Newcomer]) -> dict[str, Entered]:
    """People one by one: new ones, and those whom a withdrawn settling had left. Raises MovedMeanwhile, which is transient, where another
    transaction registered one."""
    own = await persons.list_keys(tx, [person.person_id for person in people]) if people else {}
    entered: dict[str, Entered] = {}
    for person in people:
        row = person.row(keys, own_key(keys, own.get(person.person_id)))
        entered |= await persons.add_persons(tx, person.household_id, [row])
    if len(entered) < len(people):
        raise store.MovedMeanwhile
    return entered


async def _tell(tx: Transaction, act: Act, keys: KeyRing, told: Told, recorded: Recorded) -> None:
    """Nothing that was told stands against it (`imports.domain.decide`)."""
    new = [told.household] if told.household else []
    entered = await _enter_again(tx, keys, told.new)
    await store.copy_in(tx, "person_facts", frames.person_facts(told.new, recorded))
    await _write_people(tx, act, keys, told.back, recorded)
    for home in new:
        a = home.address
        place = (a.community_code, home.dwelling_id, a.estate, a.block, a.unit, a.flat)
        row = (home.household_id, HouseholdKind.COLIVING, *place, None, home.head, home.facts)
        await households.add_households(tx, [row], home.settled_on, home.household_id)
        await life.begin(tx, home.household_id, HouseholdStatus.ENDED)
        await store.copy_in(tx, "household_facts", frames.household_facts(new, recorded))
    for (on, household_id, kind, dwelling_id), people in frames.told_together(new, told.people, told.back_ids):
        parts = tuple(Part(person.person_id, person.stated.relation) for person in people)
        event = LifeEvent(new_id(), kind, on, 0, household_id, parts, dwelling_id=dwelling_id)
        await tell(tx, act.actor, event, Ground(SOURCE))
    for person in told.new:
        _say_registered(tx, person, entered[person.person_id])


def _entered_rows(
    new: Sequence[NewHousehold], fresh: Sequence[Newcomer], keys: KeyRing, at: datetime
) -> list[tuple[str, Rows]]:
    person_rows, key_rows = frames.persons(fresh, keys, at)
    return [("households", frames.households(new, at)), ("persons", person_rows), ("person_keys", key_rows)]


def _history_rows(settled: Settled, recorded: Recorded) -> list[tuple[str, Rows]]:
    new, people = settled.households, settled.people
    return [
        ("memberships", frames.memberships(people, recorded)),
        ("life_events", frames.life_events(new, people, recorded)),
        ("occupancies", frames.occupancies(new, recorded)),
        ("person_facts", frames.person_facts(people, recorded)),
        ("household_facts", frames.household_facts(new, recorded)),
    ]


def _say_settled(tx: Transaction, settled: Settled, entered: Mapping[str, Entered]) -> None:
    people: dict[str, list[Newcomer]] = {}
    for person in settled.people:
        people.setdefault(person.household_id, []).append(person)
    for household in settled.households:
        members = [{"person_id": p.person_id, "relation": p.stated.relation} for p in people[household.household_id]]
        say_settled(
            tx,
            household.household_id,
            household.address,
            household.dwelling_id,
            household.settled_on,
            household.head,
            household.facts,
            members,
        )
    for person in settled.people:
        _say_registered(tx, person, entered[person.person_id])


def _say_registered(tx: Transaction, person: Newcomer, entered: Entered) -> None:
    community, stated = person.facts["residence"]["division"], person.stated
    say_registered(
        tx, person.person_id, entered, person.household_id, community, stated.sex, stated.birth_on, person.facts
    )


async def _write_changes(tx: Transaction, act: Act, keys: KeyRing, settled: Settled, recorded: Recorded) -> None:
    """What differs of households that stand, and of their people; said with their next version."""
    changes = [change for _, verdict, _ in settled.joined for change in verdict.changes]
    await _write_people(tx, act, keys, changes, recorded)
    touched: list[tuple[str, str | None, Mapping[str, Any]]] = []
    facts: list[tuple[str, str, object]] = []
    for flat, verdict, people in settled.joined:
        home = flat.home
        relations = [c for c in verdict.changes if c.relation]
        if home is None or not (people or relations or verdict.household_facts):
            continue
        head = next((c.known.person_id for c in relations if c.stated.head), home.head_person_id)
        touched.append((home.household_id, head, {**home.facts, **verdict.household_facts}))
        facts += [(home.household_id, fact, value) for fact, value in verdict.household_facts.items()]
    await store.set_households(tx, touched)
    await history.record_facts(tx, "household", facts, tx.today, SOURCE, act.actor.subject)
    household_ids = [household_id for household_id, _, _ in touched]
    if drawing := [household_id for household_id, fact, _ in facts if fact == "dibao"]:
        await alarms.look_at_households(tx, drawing)
    members = await households.list_present(tx, household_ids)
    for household_id, row in (await history.rows_by_id(tx, "households", household_ids)).items():
        outbox.emit(tx, household_state(HouseholdChanged, row, members.get(household_id, [])))


async def _write_people(
    tx: Transaction, act: Act, keys: KeyRing, changes: Sequence[Change], recorded: Recorded
) -> None:
    said = [change for change in changes if change.facts or change.phone]
    ids = [change.known.person_id for change in said]
    await store.set_facts(tx, [(c.known.person_id, {**c.known.facts, **c.facts}) for c in said])
    facts = [(c.known.person_id, group, value) for c in said for group, value in c.facts.items()]
    await history.record_facts(tx, "person", facts, tx.today, SOURCE, act.actor.subject)
    await _write_phones(tx, act, keys, [change for change in changes if change.phone])
    relations = [(c.known.household_id, c.known.person_id, c.relation) for c in changes if c.relation]
    await store.set_relations(tx, relations, tx.today, SOURCE, act.actor.subject)
    await store.copy_in(tx, "life_events", frames.relations_told(relations, tx.today, recorded))
    communities = {c.known.person_id: c.known.facts["residence"]["division"] for c in said}
    for person_id, row in (await history.rows_by_id(tx, "persons", ids)).items():
        state = {**row, "community_code": communities[person_id]}
        outbox.emit(tx, person_state(PersonFactsChanged, state))


async def _write_phones(tx: Transaction, act: Act, keys: KeyRing, changes: Sequence[Change]) -> None:
    if not changes:
        return
    ids = [change.known.person_id for change in changes]
    before = await history.rows_by_id(tx, "persons", ids)
    await history.keep_first(tx, [(person_id, "phone", kept(row["phone_sealed"])) for person_id, row in before.items()])
    found = await persons.list_keys(tx, ids)
    rows = []
    for change in changes:
        person_id, stated = change.known.person_id, change.stated
        key = keys.unwrap(*found[person_id])
        if stated.phone and stated.phone_lookup:
            rows.append((person_id, key.encrypt(stated.phone, field_context(person_id, "phone")), stated.phone_lookup))
    await store.set_phones(tx, rows)
    new = [(person_id, "phone", kept(sealed)) for person_id, sealed, _ in rows]
    await history.record_facts(tx, "person", new, tx.today, SOURCE, act.actor.subject)
