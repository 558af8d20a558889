"""The people of a household that moves in, or who come to one: checked, and entered in the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.registry import store as history
from services.registry.duplicates.domain import look_again
from services.registry.duplicates.service import suggest, suggest_newborns, who_was_meant
from services.registry.life.domain import Part
from services.registry.newborns.domain import Newborn, doubts_of_newborn, faults_of_newborn
from services.registry.persons import store as persons
from services.registry.persons.domain import BIRTH_CERTIFICATE, ID_NUMBER, Entered, Known
from services.registry.service import own_key, person_row, say_registered
from services.registry.settling.domain import Newcomer, NewMember
from shared.auth import Actor
from shared.db import Transaction, json_text
from shared.errors import Conflict, Fault
from shared.identity import (
    BadBirthCertificate,
    BadIdNumber,
    BadPhone,
    check_id_number,
    normalise_birth_certificate,
    normalise_phone,
)
from shared.ids import new_id
from shared.privacy import KeyRing


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a member is: by a number of the `kind` id_number or birth_certificate, which is in order."""

    kind: str
    number: str = field(repr=False)
    sex: str
    newcomer: Newcomer
    doubts: tuple[Fault, ...]
    """What to look at again."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A member whose numbers are in order."""

    stated: NewMember
    identity: Identity
    phone: str | None = field(repr=False)
    facts: dict[str, object]
    """As stated, and where the person lives from now on."""

    @property
    def newcomer(self) -> Newcomer:
        return self.identity.newcomer

    @property
    def birth_on(self) -> date:
        return self.newcomer.birth_on

    @property
    def sex(self) -> str:
        return self.identity.sex


@dataclass(frozen=True, slots=True)
class EnteredMember:
    """A member with the id and version it has in the registry."""

    person_id: str
    entered: Entered
    member: Checked

    def part(self, has_hukou: bool) -> Part:
        """Its part in the event by which it came."""
        return part_of(self.person_id, self.member, has_hukou)


def part_of(person_id: str, member: Checked, has_hukou: bool) -> Part:
    """A member's part in the event by which it comes."""
    return Part(person_id, member.stated.relation, has_hukou and member.stated.in_hukou_household)


def warnings_of(members: Sequence[Checked]) -> tuple[Fault, ...]:
    """What to look at again."""
    return tuple(doubt for member in members for doubt in member.identity.doubts)


async def who_were_meant(
    tx: Transaction, actor: Actor, keys: KeyRing, stated: Sequence[NewMember], faults: Sequence[Fault]
) -> list[Fault]:
    """Beside a check digit that does not fit: whose number may have been meant."""
    wrong = {fault.pointer for fault in faults if fault.code == "id-number-checksum"}
    return [
        meant
        for i, member in enumerate(stated)
        if (pointer := f"/members/{i}/id_number") in wrong
        for meant in await who_was_meant(tx, actor, keys, pointer, member.id_number or "")
    ]


async def entered_twice(
    tx: Transaction, actor: Actor, people: Sequence[EnteredMember], to_others: bool = False
) -> list[Fault]:
    """Notes who may be somebody else of the registry; what to look at. `to_others`: they came to a household where others lived."""
    ids = [each.person_id for each in people]
    found = await suggest(tx, ids, actor.place)
    if to_others:
        for person_id, others in (await suggest_newborns(tx, ids, actor.place)).items():
            found[person_id] = sorted({*found.get(person_id, ()), *others})
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
        facts = {"residence": {"division": community}} | stated.facts
        try:
            if stated.newborn:
                by = _by_certificate(tx, keys, i, stated, stated.newborn, community)
                faults_of_this = faults_of_newborn(f"/members/{i}/newborn", by.newcomer.birth_on, tx.today)
            else:
                by, faults_of_this = _by_number(tx, keys, known_areas, i, stated), []
            phone = normalise_phone(stated.phone) if stated.phone else None
        except BadIdNumber as error:
            faults.append(Fault(f"/members/{i}/id_number", error.code, error.en, error.zh))
        except BadBirthCertificate as error:
            faults.append(Fault(f"/members/{i}/newborn/birth_certificate", error.code, error.en, error.zh))
        except BadPhone as error:
            faults.append(Fault(f"/members/{i}/phone", error.code, error.en, error.zh))
        else:
            faults += faults_of_this
            if not faults_of_this:
                members.append(Checked(stated, by, phone, facts))
    return members, faults


def _by_number(tx: Transaction, keys: KeyRing, known_areas: frozenset[str], i: int, stated: NewMember) -> Identity:
    check = check_id_number(stated.id_number or "", tx.today, known_areas)
    lookup = keys.lookup_hash(ID_NUMBER, check.value)
    newcomer = Newcomer(i, stated.name, lookup, check.birth_on, stated.corrects_death)
    en, zh = "look at it again: the area code is in no table", "请核对：行政区划码不在码表中"
    doubts = tuple(Fault(newcomer.number_at, code, en, zh) for code in check.warnings)
    return Identity(ID_NUMBER, check.value, check.sex, newcomer, doubts)


def _by_certificate(
    tx: Transaction, keys: KeyRing, i: int, stated: NewMember, newborn: Newborn, community: str
) -> Identity:
    number = normalise_birth_certificate(newborn.birth_certificate)
    lookup = keys.lookup_hash(BIRTH_CERTIFICATE, number)
    newcomer = Newcomer(i, stated.name, lookup, newborn.birth_on, stated.corrects_death, is_newborn=True)
    doubts = doubts_of_newborn(f"/members/{i}/newborn", community, newborn.birth_on, tx.today)
    return Identity(BIRTH_CERTIFICATE, number, newborn.sex, newcomer, tuple(doubts))


async def load_known(tx: Transaction, members: Sequence[Checked], actor: Actor) -> dict[bytes, Known]:
    """Those of these people who are in the registry, locked; by the keyed hash of the number they are known by."""
    known: dict[bytes, Known] = {}
    for kind in (ID_NUMBER, BIRTH_CERTIFICATE):
        lookups = sorted({member.newcomer.lookup for member in members if member.identity.kind == kind})
        if lookups:
            known |= await persons.load_known(tx, lookups, actor.place, kind)
    return known


async def enter_people(
    tx: Transaction, keys: KeyRing, household_id: str, members: Sequence[Checked], known: Mapping[bytes, Known]
) -> list[EnteredMember]:
    """Members come into the registry, or are brought back from a settling that was withdrawn. Raises Conflict where another transaction
    registered one between our look at `known` and this."""
    there = [known[member.newcomer.lookup].person_id for member in members if member.newcomer.lookup in known]
    own = await persons.list_keys(tx, there) if there else {}
    rows = [_person_row(keys, member, known, own) for member in members]
    entered: dict[str, Entered] = {}
    for kind in (ID_NUMBER, BIRTH_CERTIFICATE):
        some = [row for row, member in zip(rows, members, strict=True) if member.identity.kind == kind]
        if some:
            entered |= await persons.add_persons(tx, household_id, some, kind)
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
        who = each.member
        say_registered(tx, each.person_id, each.entered, household_id, community_code, who.sex, who.birth_on, who.facts)


def _person_row(
    keys: KeyRing, member: Checked, known: Mapping[bytes, Known], own: Mapping[str, tuple[bytes, str]]
) -> tuple[Any, ...]:
    there = known.get(member.newcomer.lookup)
    person_id = there.person_id if there else new_id()
    return person_row(
        keys,
        person_id,
        name=member.stated.name,
        sex=member.sex,
        birth_on=member.birth_on,
        id_number=member.identity.number,
        lookup=member.newcomer.lookup,
        phone=member.phone,
        phone_lookup=keys.lookup_hash("phone", member.phone) if member.phone else None,
        facts=json_text(member.facts),
        kind=member.identity.kind,
        own=own_key(keys, own.get(person_id)),
    )
