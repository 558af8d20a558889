"""Writes what a chunk of a roster brings in: what is new by columns, what differs set by set, each change said in an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.registry import store as history
from services.registry.alarms import store as alarms
from services.registry.households import store as households
from services.registry.imports import frames, store
from services.registry.imports.domain import Change, Flat, Verdict
from services.registry.imports.frames import Newcomer, NewHousehold, Recorded
from services.registry.persons import store as persons
from services.registry.persons.domain import Entered
from services.registry.service import household_state, person_state, say_registered, say_settled
from services.registry.sight import kept
from shared import outbox
from shared.contracts.registry import HouseholdChanged, PersonFactsChanged
from shared.db import Transaction
from shared.imports.kinds import Act
from shared.privacy import KeyRing, field_context

SOURCE = "roster"


@dataclass(frozen=True, slots=True)
class Settled:
    """What a chunk brings in."""

    households: list[NewHousehold]
    people: list[Newcomer]
    returning: set[str]
    """Ids of those of the people whom a withdrawn settling had left."""
    joined: list[tuple[Flat, Verdict, list[Newcomer]]]
    """Households that stand and change: with what differs, and who joins them."""


async def write(tx: Transaction, act: Act, keys: KeyRing, settled: Settled) -> None:
    """Writes it, and says it."""
    recorded = Recorded(tx.now, SOURCE, act.actor.subject)
    fresh = [person for person in settled.people if person.person_id not in settled.returning]
    person_rows, key_rows = frames.persons(fresh, keys, tx.now)
    await store.copy_in(tx, "households", frames.households(settled.households, tx.now))
    await store.copy_in(tx, "persons", person_rows)
    await store.copy_in(tx, "person_keys", key_rows)
    entered = {person.person_id: Entered(1) for person in fresh}
    for person in settled.people:
        if person.person_id in settled.returning:
            entered |= await persons.add_persons(tx, person.household_id, [person.row(keys)])
    await store.copy_in(tx, "memberships", frames.memberships(settled.people, recorded))
    await store.copy_in(tx, "life_events", frames.life_events(settled.households, settled.people, recorded))
    await store.copy_in(tx, "occupancies", frames.occupancies(settled.households, recorded))
    await store.copy_in(tx, "person_facts", frames.person_facts(settled.people, recorded))
    await store.copy_in(tx, "household_facts", frames.household_facts(settled.households, recorded))
    _say_settled(tx, settled, entered)
    if settled.joined:
        await _write_changes(tx, act, keys, settled, recorded)


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
        community, stated = person.facts["residence"]["division"], person.stated
        say_registered(
            tx,
            person.person_id,
            entered[person.person_id],
            person.household_id,
            community,
            stated.sex,
            stated.birth_on,
            person.facts,
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
    found = await store.list_keys(tx, ids)
    rows = []
    for change in changes:
        person_id, stated = change.known.person_id, change.stated
        key = keys.unwrap(*found[person_id])
        if stated.phone and stated.phone_lookup:
            rows.append((person_id, key.encrypt(stated.phone, field_context(person_id, "phone")), stated.phone_lookup))
    await store.set_phones(tx, rows)
    new = [(person_id, "phone", kept(sealed)) for person_id, sealed, _ in rows]
    await history.record_facts(tx, "person", new, tx.today, SOURCE, act.actor.subject)
