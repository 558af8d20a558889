"""Who moved out (迁出) and comes to live in a household again: the same person, with what was known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.changes.domain import PHONE
from services.registry.changes.making import make, recorded
from services.registry.persons import store as persons
from services.registry.persons.domain import Known, PersonStatus
from services.registry.settling.members import Checked, EnteredMember, enter_people, note_facts
from services.registry.sight import Sealed
from shared.auth import Place
from shared.db import Row, Transaction
from shared.errors import Fault
from shared.privacy import KeyRing


@dataclass(frozen=True, slots=True)
class Arrived:
    """Ids of all, in order; those of them who were not in the registry before; what to look at."""

    person_ids: tuple[str, ...]
    new: Sequence[EnteredMember]
    warnings: Sequence[Fault]


def is_back(member: Checked, known: Mapping[bytes, Known]) -> bool:
    """Is it somebody who moved out?"""
    there = known.get(member.newcomer.lookup)
    return there is not None and there.status is PersonStatus.MOVED_OUT


async def faults_of_returning(tx: Transaction, members: Sequence[Checked], known: Mapping[bytes, Known]) -> list[Fault]:
    """What is stated of those who come back, and others answer for, or stands otherwise in the registry."""
    faults = []
    for member in members:
        if not is_back(member, known):
            continue
        row = await _row(tx, member, known)
        pointer = f"/members/{member.newcomer.position}"
        work = member.stated.facts.get("work", row["facts"].get("work"))
        if row["work_copy"] is not None and work != row["facts"].get("work"):
            faults.append(
                Fault(
                    f"{pointer}/facts/work",
                    "work-belongs-to-jobs",
                    "jobs keeps this person's employments: leave it out",
                    "该人员的就业记录由就业服务维护，请勿填写",
                )
            )
        if (member.sex, member.birth_on) != (row["sex"], row["birth_on"]):
            faults.append(
                Fault(
                    f"{pointer}/newborn",
                    "differs-from-record",
                    "the registry knows this child by another sex or day of birth",
                    "登记库中该儿童的性别或出生日期与此不同",
                )
            )
    return faults


async def come_in(
    tx: Transaction,
    keys: KeyRing,
    household_id: str,
    members: Sequence[Checked],
    known: Mapping[bytes, Known],
    since: date,
    source: str,
    by: str,
) -> Arrived:
    """People come to a household: new ones are entered; of those who moved out, what is stated holds from that day on, and all else stays
    as it was known. The event by which they come is still to be told. Nothing stands against it (`faults_of_members`,
    `faults_of_returning`)."""
    new = [member for member in members if not is_back(member, known)]
    entered = await enter_people(tx, keys, household_id, new, known)
    await note_facts(tx, entered, since, source, by)
    ids = {each.member.newcomer.position: each.person_id for each in entered}
    warnings: list[Fault] = []
    for member in members:
        if is_back(member, known):
            row = await _row(tx, member, known)
            ids[member.newcomer.position] = row["person_id"]
            warnings += await _bring_facts(tx, keys, member, row, since, source, by)
    return Arrived(tuple(ids[member.newcomer.position] for member in members), entered, warnings)


async def _row(tx: Transaction, member: Checked, known: Mapping[bytes, Known]) -> Row:
    return await persons.get_person(tx, known[member.newcomer.lookup].person_id, Place())


async def _bring_facts(
    tx: Transaction, keys: KeyRing, member: Checked, row: Row, since: date, source: str, by: str
) -> list[Fault]:
    sealed = Sealed(keys, row)
    stated = dict(member.stated.facts) | ({PHONE: member.phone} if member.phone else {})
    before = recorded(sealed, row, list(stated))
    after = {field: value for field, value in stated.items() if before.get(field) != value}
    if not after:
        return []
    later = await make(tx, keys, sealed, row, after, since, source, by)
    base = f"/members/{member.newcomer.position}"
    return [Fault(base + _place_of(fault.pointer), fault.code, fault.en, fault.zh) for fault in later]


def _place_of(pointer: str) -> str:
    """Where a field stands in a member's body."""
    field = pointer.removeprefix("/")
    if field == PHONE:
        return pointer
    group, _, scheme = field.partition(":")
    return f"/facts/insurances/{scheme}" if scheme else f"/facts/{group}"
