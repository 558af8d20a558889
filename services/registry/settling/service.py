"""A household moves in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.registry import store as history
from services.registry.dwellings.domain import doubts_of_area
from services.registry.dwellings.parameters import m2_a_person
from services.registry.dwellings.service import look_at_flat, refuse_flat
from services.registry.dwellings.store import take_reservation
from services.registry.households import store
from services.registry.households.domain import HEAD, HouseholdKind, HouseholdStatus
from services.registry.life import store as life
from services.registry.life.domain import LifeEvent, LifeKind
from services.registry.life.telling import Ground, tell
from services.registry.persons.domain import Known
from services.registry.service import say_settled
from services.registry.settling.domain import Settling, faults_of_head, faults_of_members
from services.registry.settling.members import (
    Checked,
    EnteredMember,
    check_members,
    enter_people,
    entered_twice,
    load_known,
    note_facts,
    part_of,
    say_people,
    warnings_of,
    who_were_meant,
)
from services.registry.settling.returning import come_in, faults_of_returning, is_back
from shared.auth import Actor
from shared.db import Transaction
from shared.errors import Fault, Invalid
from shared.ids import new_id
from shared.privacy import KeyRing

Row = Mapping[str, Any]


class CannotSettle(Invalid):
    slug = "cannot-settle"
    title_en, title_zh = "The household cannot be settled as stated", "无法按所填内容登记入住"


@dataclass(frozen=True, slots=True)
class Settled:
    """Id of the new household, and what to look at."""

    household_id: str
    warnings: tuple[Fault, ...]


async def settle_household(
    tx: Transaction, actor: Actor, keys: KeyRing, known_areas: frozenset[str], command: Settling
) -> Settled:
    """A household moves in: its co-living and flat households are made, and its hukou household where stated. Who had moved out comes back
    as the same person.

    All or nothing; every fault is told at once. Raises FlatUnknown (also for a community the actor does not see), FlatTaken,
    FlatReserved, CannotSettle; where somebody comes back CannotHaveHappened too, as on a day on which that person still lived elsewhere.
    """
    flat, of_flat = await look_at_flat(
        tx, actor, command.address, None, command.settled_on, "/settled_on", command.reservation
    )
    members, faults = check_members(tx, keys, known_areas, command.members, command.address.community_code)
    known = await load_known(tx, members, actor)
    faults += faults_of_members([m.newcomer for m in members], known, command.settled_on, tx.today)
    faults += await who_were_meant(tx, actor, keys, command.members, faults)
    returns = any(is_back(member, known) for member in members)
    if returns:
        faults += await faults_of_returning(tx, members, known)
    if len(members) == len(command.members):  # the head may be one of those whose numbers are wrong
        faults += faults_of_head([m.stated.relation for m in members])
    if faults:
        raise CannotSettle(faults=[*of_flat, *faults])
    refuse_flat(of_flat)
    assert flat is not None  # or there would have been a fault
    doubts: Sequence[Fault] = ()
    if returns:
        household_id, people, doubts = await _tell_settling(tx, actor, keys, command, flat, members, known)
    else:
        household_id, people = await _write_settling(tx, actor, keys, command, flat, members, known)
    if flat["reservation_id"]:
        await take_reservation(tx, flat["dwelling_id"])
    standard = m2_a_person(command.address.community_code, command.settled_on)
    crowded = doubts_of_area(flat["area_m2"], len(members), standard)
    twice = await entered_twice(tx, actor, people)
    return Settled(household_id, (*warnings_of(members), *doubts, *twice, *crowded))


def _place(command: Settling, flat: Row) -> tuple[Any, ...]:
    a = command.address
    return a.community_code, flat["dwelling_id"], a.estate, a.block, a.unit, a.flat


async def _tell_settling(
    tx: Transaction,
    actor: Actor,
    keys: KeyRing,
    command: Settling,
    flat: Row,
    members: list[Checked],
    known: Mapping[bytes, Known],
) -> tuple[str, Sequence[EnteredMember], Sequence[Fault]]:
    """A settling of people of whom something is told already: told as any event that may stand against another."""
    coliving_id, since = new_id(), command.settled_on
    hukou_id = new_id() if command.hukou_division else None
    arrived = await come_in(tx, keys, coliving_id, members, known, since, command.source, actor.subject)
    by_member = list(zip(arrived.person_ids, members, strict=True))
    head = next(person_id for person_id, member in by_member if member.stated.relation == HEAD)
    place = _place(command, flat)
    households: list[tuple[Any, ...]] = [(coliving_id, HouseholdKind.COLIVING, *place, None, head, command.facts)]
    if hukou_id:
        households.append((hukou_id, HouseholdKind.HUKOU, *place, command.hukou_division, head, {}))
    await store.add_households(tx, households, since, coliving_id)
    await life.begin(tx, coliving_id, HouseholdStatus.ENDED)
    await _note_household(tx, command, coliving_id, hukou_id, actor.subject)
    parts = tuple(part_of(person_id, member, hukou_id is not None) for person_id, member in by_member)
    event = LifeEvent(
        new_id(),
        LifeKind.SETTLED,
        since,
        0,
        coliving_id,
        parts,
        dwelling_id=flat["dwelling_id"],
        hukou_id=hukou_id,
        division=command.hukou_division,
    )
    pointers = {f"/people/{n}": member.newcomer.number_at for n, member in enumerate(members)}
    await tell(tx, actor, event, Ground(command.source), pointers | {"/on": "/settled_on"})
    say_people(tx, arrived.new, coliving_id, command.address.community_code)
    return coliving_id, arrived.new, arrived.warnings


async def _write_settling(
    tx: Transaction,
    actor: Actor,
    keys: KeyRing,
    command: Settling,
    flat: Row,
    members: list[Checked],
    known: Mapping[bytes, Known],
) -> tuple[str, list[EnteredMember]]:
    """A settling of people of whom nothing is told yet: what follows from it stands to reason."""
    coliving_id, flat_id, hukou_id = new_id(), new_id(), new_id()
    people = await enter_people(tx, keys, coliving_id, members, known)
    head = next(each.person_id for each in people if each.member.stated.relation == HEAD)
    place = _place(command, flat)
    households: list[tuple[Any, ...]] = [
        (coliving_id, HouseholdKind.COLIVING, *place, None, head, command.facts),
        (flat_id, HouseholdKind.FLAT, *place, None, head, {}),
    ]
    memberships = [
        (household_id, kind, each.person_id, each.member.stated.relation)
        for household_id, kind in ((coliving_id, HouseholdKind.COLIVING), (flat_id, HouseholdKind.FLAT))
        for each in people
    ]
    if command.hukou_division:
        households.append((hukou_id, HouseholdKind.HUKOU, *place, command.hukou_division, head, {}))
        memberships += [
            (hukou_id, HouseholdKind.HUKOU, each.person_id, each.member.stated.relation)
            for each in people
            if each.member.stated.in_hukou_household
        ]
    since, source, by = command.settled_on, command.source, actor.subject
    await store.add_households(tx, households, since, coliving_id)
    await store.add_memberships(tx, memberships, since, source, by)
    settled = LifeEvent(
        new_id(),
        LifeKind.SETTLED,
        since,
        0,
        coliving_id,
        tuple(each.part(bool(command.hukou_division)) for each in people),
        dwelling_id=flat["dwelling_id"],
        hukou_id=hukou_id if command.hukou_division else None,
        division=command.hukou_division,
    )
    await life.add_event(tx, settled, source, by)
    await store.add_occupancy(tx, flat["dwelling_id"], coliving_id, since, source, by)
    await note_facts(tx, people, since, source, by)
    await _note_household(tx, command, coliving_id, hukou_id if command.hukou_division else None, by)
    present = [{"person_id": each.person_id, "relation": each.member.stated.relation} for each in people]
    a = command.address
    say_settled(tx, coliving_id, a, flat["dwelling_id"], since, head, command.facts, present)
    say_people(tx, people, coliving_id, a.community_code)
    return coliving_id, people


async def _note_household(tx: Transaction, command: Settling, household_id: str, hukou_id: str | None, by: str) -> None:
    stated: list[tuple[str, str, object]] = [(household_id, name, value) for name, value in command.facts.items()]
    if hukou_id:
        stated.append((hukou_id, "hukou", {"division": command.hukou_division}))
    await history.add_facts(tx, "household", stated, command.settled_on, command.source, by)
