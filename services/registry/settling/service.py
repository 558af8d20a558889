"""A household moves in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry import store as history
from services.registry.duplicates.domain import look_again
from services.registry.duplicates.service import suggest, who_was_meant
from services.registry.dwellings.domain import doubts_of_area
from services.registry.dwellings.parameters import m2_a_person
from services.registry.dwellings.service import look_at_flat, refuse_flat
from services.registry.dwellings.store import take_reservation
from services.registry.households import store
from services.registry.households.domain import HEAD, HouseholdKind
from services.registry.life import store as life
from services.registry.life.domain import LifeEvent, LifeKind, Part
from services.registry.persons import store as persons
from services.registry.persons.domain import Entered, Known
from services.registry.service import person_row, say_registered, say_settled
from services.registry.settling.domain import Newcomer, NewMember, Settling, faults_of_head, faults_of_members
from shared.auth import Actor
from shared.db import Transaction, json_text
from shared.errors import Conflict, Fault, Invalid
from shared.identity import BadIdNumber, BadPhone, IdCheck, check_id_number, normalise_phone
from shared.ids import new_id
from shared.privacy import KeyRing

Row = Mapping[str, Any]


class CannotSettle(Invalid):
    slug = "cannot-settle"
    title_en, title_zh = "The household cannot be settled as stated", "无法按所填内容登记入住"


@dataclass(frozen=True, slots=True)
class Checked:
    """A member whose numbers are in order."""

    stated: NewMember
    id_check: IdCheck
    phone: str | None
    newcomer: Newcomer
    facts: dict[str, object]
    """As stated, and where the person lives from now on."""


@dataclass(frozen=True, slots=True)
class EnteredMember:
    """A member with the id and version it has in the registry."""

    person_id: str
    entered: Entered
    member: Checked

    def part(self, has_hukou: bool) -> Part:
        """Its part in the event by which it came."""
        stated = self.member.stated
        return Part(self.person_id, stated.relation, has_hukou and stated.in_hukou_household)


@dataclass(frozen=True, slots=True)
class Settled:
    """Id of the new household, and what to look at."""

    household_id: str
    warnings: tuple[Fault, ...]


async def settle_household(
    tx: Transaction, actor: Actor, keys: KeyRing, known_areas: frozenset[str], command: Settling
) -> Settled:
    """A household moves in: its co-living and flat households are made, and its hukou household where stated.

    All or nothing; every fault is told at once. Raises FlatUnknown (also for a community the actor does not see), FlatTaken,
    FlatReserved, CannotSettle.
    """
    flat, of_flat = await look_at_flat(
        tx, actor, command.address, None, command.settled_on, "/settled_on", command.reservation
    )
    members, faults = check_members(tx, keys, known_areas, command.members, command.address.community_code)
    known = await persons.load_known(tx, sorted({member.newcomer.lookup for member in members}), actor.place)
    faults += faults_of_members([m.newcomer for m in members], known, command.settled_on, tx.today)
    faults += await who_were_meant(tx, actor, keys, command.members, faults)
    if len(members) == len(command.members):  # the head may be one of those whose numbers are wrong
        faults += faults_of_head([m.stated.relation for m in members])
    if faults:
        raise CannotSettle(faults=[*of_flat, *faults])
    refuse_flat(of_flat)
    assert flat is not None  # or there would have been a fault
    household_id, people = await _write_settling(tx, actor, keys, command, flat, members, known)
    if flat["reservation_id"]:
        await take_reservation(tx, flat["dwelling_id"])
    standard = m2_a_person(command.address.community_code, command.settled_on)
    doubts = doubts_of_area(flat["area_m2"], len(members), standard)
    return Settled(household_id, (*warnings_of(members), *await entered_twice(tx, actor, people), *doubts))


def warnings_of(members: Sequence[Checked]) -> tuple[Fault, ...]:
    """What to look at again."""
    return tuple(
        Fault(
            f"/members/{i}/id_number",
            code,
            "look at it again: the area code is in no table",
            "请核对：行政区划码不在码表中",
        )
        for i, member in enumerate(members)
        for code in member.id_check.warnings
    )


async def who_were_meant(
    tx: Transaction, actor: Actor, keys: KeyRing, stated: Sequence[NewMember], faults: Sequence[Fault]
) -> list[Fault]:
    """Beside a check digit that does not fit: whose number may have been meant."""
    wrong = {fault.pointer for fault in faults if fault.code == "id-number-checksum"}
    return [
        meant
        for i, member in enumerate(stated)
        if (pointer := f"/members/{i}/id_number") in wrong
        for meant in await who_was_meant(tx, actor, keys, pointer, member.id_number)
    ]


async def entered_twice(tx: Transaction, actor: Actor, people: Sequence[EnteredMember]) -> list[Fault]:
    """Notes who may be somebody else of the registry; what to look at."""
    found = await suggest(tx, [each.person_id for each in people], actor.place)
    return [
        fault
        for each in people
        for fault in look_again(f"/members/{each.member.newcomer.position}", found.get(each.person_id, ()))
    ]


def check_members(
    tx: Transaction, keys: KeyRing, known_areas: frozenset[str], stated_members: Sequence[NewMember], community: str
) -> tuple[list[Checked], list[Fault]]:
    """Those whose numbers are in order, and what is wrong with the others."""
    members: list[Checked] = []
    faults: list[Fault] = []
    for i, stated in enumerate(stated_members):
        try:
            id_check = check_id_number(stated.id_number, tx.today, known_areas)
            phone = normalise_phone(stated.phone) if stated.phone else None
        except BadIdNumber as error:
            faults.append(Fault(f"/members/{i}/id_number", error.code, error.en, error.zh))
        except BadPhone as error:
            faults.append(Fault(f"/members/{i}/phone", error.code, error.en, error.zh))
        else:
            lookup = keys.lookup_hash("id_number", id_check.value)
            facts = {"residence": {"division": community}} | stated.facts
            newcomer = Newcomer(i, stated.name, lookup, id_check.birth_on, stated.corrects_death)
            members.append(Checked(stated, id_check, phone, newcomer, facts))
    return members, faults


async def _write_settling(
    tx: Transaction,
    actor: Actor,
    keys: KeyRing,
    command: Settling,
    flat: Row,
    members: list[Checked],
    known: dict[bytes, Known],
) -> tuple[str, list[EnteredMember]]:
    coliving_id, flat_id, hukou_id = new_id(), new_id(), new_id()
    people = await enter_people(tx, keys, coliving_id, members, known)
    head = next(each.person_id for each in people if each.member.stated.relation == HEAD)
    a = command.address
    place = (a.community_code, flat["dwelling_id"], a.estate, a.block, a.unit, a.flat)
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
    stated = [(coliving_id, name, value) for name, value in command.facts.items()]
    if command.hukou_division:
        stated.append((hukou_id, "hukou", {"division": command.hukou_division}))
    await history.add_facts(tx, "household", stated, since, source, by)
    present = [{"person_id": each.person_id, "relation": each.member.stated.relation} for each in people]
    say_settled(tx, coliving_id, a, flat["dwelling_id"], since, head, command.facts, present)
    say_people(tx, people, coliving_id, a.community_code)
    return coliving_id, people


async def enter_people(
    tx: Transaction, keys: KeyRing, household_id: str, members: Sequence[Checked], known: Mapping[bytes, Known]
) -> list[EnteredMember]:
    """Members come into the registry, or come back. Raises Conflict where another transaction registered one between our look at `known`
    and this."""
    rows = [_person_row(keys, member, known) for member in members]
    entered = await persons.add_persons(tx, household_id, rows)
    if len(entered) < len(rows):
        raise Conflict(
            "Someone else registered one of these people just now; read and try again.", "其中有人刚被登记，请重试。"
        )
    return [EnteredMember(row[0], entered[row[0]], member) for row, member in zip(rows, members, strict=True)]


async def note_facts(tx: Transaction, people: Sequence[EnteredMember], since: date, source: str, by: str) -> None:
    """The history of what was stated of them."""
    # Who is new has no facts to be looked for: planned while the tables were young, that look would read all of them.
    for new, record in ((True, history.add_facts), (False, history.record_facts)):
        facts = [
            (each.person_id, group, value)
            for each in people
            for group, value in each.member.facts.items()
            if (each.entered.version == 1) is new
        ]
        if facts:
            await record(tx, "person", facts, since, source, by)


def say_people(tx: Transaction, people: Sequence[EnteredMember], household_id: str, community_code: str) -> None:
    """Says that they came into the registry, or came back."""
    for each in people:
        check = each.member.id_check
        say_registered(
            tx, each.person_id, each.entered, household_id, community_code, check.sex, check.birth_on, each.member.facts
        )


def _person_row(keys: KeyRing, member: Checked, known: Mapping[bytes, Known]) -> tuple[Any, ...]:
    there = known.get(member.newcomer.lookup)
    person_id = there.person_id if there else new_id()
    return person_row(
        keys,
        person_id,
        name=member.stated.name,
        sex=member.id_check.sex,
        birth_on=member.id_check.birth_on,
        id_number=member.id_check.value,
        lookup=member.newcomer.lookup,
        phone=member.phone,
        phone_lookup=keys.lookup_hash("phone", member.phone) if member.phone else None,
        facts=json_text(member.facts),
    )
