"""What can be done to a household: settled, moved to another flat, its facts changed, taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.registry import store as history
from services.registry.households import store
from services.registry.households.domain import (
    HEAD,
    Address,
    HouseholdAction,
    HouseholdKind,
    HouseholdStatus,
    Newcomer,
    NewMember,
    Settling,
    faults_of_members,
    move_household,
)
from services.registry.persons import store as persons
from services.registry.persons.domain import Known, PersonAction, PersonStatus, changed_groups, move_person
from services.registry.service import household_state, person_state, refuse_future
from shared import outbox
from shared.auth import Actor
from shared.contracts.registry import (
    HouseholdChanged,
    HouseholdMoved,
    HouseholdSettled,
    HouseholdWithdrawn,
    PersonRegistered,
    PersonWithdrawn,
)
from shared.db import Transaction, json_text
from shared.errors import Conflict, Fault, Invalid
from shared.identity import BadIdNumber, BadPhone, IdCheck, check_id_number, normalise_phone
from shared.ids import new_id
from shared.privacy import KeyRing, field_context

Row = Mapping[str, Any]


class CannotSettle(Invalid):
    slug = "cannot-settle"
    title_en, title_zh = "The household cannot be settled as stated", "无法按所填内容登记入住"


class FlatTaken(Conflict):
    slug = "flat-taken"
    title_en, title_zh = "Another household lives in this flat", "该房屋已有住户"


class FlatUnknown(Invalid):
    slug = "flat-unknown"
    title_en, title_zh = "There is no such flat", "该房屋不存在"


@dataclass(frozen=True, slots=True)
class Checked:
    """A member whose numbers are in order."""

    stated: NewMember
    id_check: IdCheck
    phone: str | None
    lookup: bytes
    facts: dict[str, object]
    """As stated, and where the person lives from now on."""


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
    CannotSettle.
    """
    flat = await _free_flat(tx, actor, command.address, None)
    refuse_future(tx, command.settled_on, "/settled_on")
    members, faults = _check_members(tx, keys, known_areas, command)
    known = await persons.load_known(tx, sorted({member.lookup for member in members}))
    newcomers = [Newcomer(m.stated.name, m.lookup, m.id_check.birth_on, m.stated.relation) for m in members]
    if not faults:
        faults = faults_of_members(newcomers, known, command.settled_on)
    if faults:
        raise CannotSettle(faults=faults)
    household_id = await _write_settling(tx, actor, keys, command, flat, members, known)
    warnings = [
        Fault(
            f"/members/{i}/id_number",
            code,
            "look at it again: the area code is in no table",
            "请核对：行政区划码不在码表中",
        )
        for i, member in enumerate(members)
        for code in member.id_check.warnings
    ]
    return Settled(household_id, tuple(warnings))


async def _free_flat(tx: Transaction, actor: Actor, address: Address, mine: str | None) -> Row:
    """The flat, locked. Raises FlatUnknown, FlatTaken (unless it is `mine`)."""
    covered = actor.place.covers(address.community_code, address.estate, address.block)
    flat = await store.load_flat(tx, address) if covered else None
    if flat is None:
        raise FlatUnknown(
            "Put the community with its blocks, units and flats in first, or correct the address.",
            "请先登记社区及其楼栋、单元、房屋，或更正地址。",
            faults=[Fault("/flat", "flat-unknown", "no such flat in this community", "该社区没有此房屋")],
        )
    if flat["occupant"] not in (None, mine):
        raise FlatTaken(faults=[Fault("/flat", "flat-taken", "another household lives there", "该房屋已有住户")])
    return flat


def _check_members(
    tx: Transaction, keys: KeyRing, known_areas: frozenset[str], command: Settling
) -> tuple[list[Checked], list[Fault]]:
    members: list[Checked] = []
    faults: list[Fault] = []
    for i, stated in enumerate(command.members):
        try:
            id_check = check_id_number(stated.id_number, tx.today, known_areas)
            phone = normalise_phone(stated.phone) if stated.phone else None
        except BadIdNumber as error:
            faults.append(Fault(f"/members/{i}/id_number", error.code, error.en, error.zh))
        except BadPhone as error:
            faults.append(Fault(f"/members/{i}/phone", error.code, error.en, error.zh))
        else:
            lookup = keys.lookup_hash("id_number", id_check.value)
            facts = {"residence": {"division": command.address.community_code}} | stated.facts
            members.append(Checked(stated, id_check, phone, lookup, facts))
    return members, faults


async def _write_settling(
    tx: Transaction,
    actor: Actor,
    keys: KeyRing,
    command: Settling,
    flat: Row,
    members: list[Checked],
    known: dict[bytes, Known],
) -> str:
    coliving_id, flat_id, hukou_id = new_id(), new_id(), new_id()
    rows = [_person_row(keys, member, known) for member in members]
    versions = await persons.add_persons(tx, coliving_id, rows)
    if len(versions) < len(rows):  # the same person was settled by another transaction between our look and our write
        raise Conflict(
            "Someone else registered one of these people just now; read and try again.", "其中有人刚被登记，请重试。"
        )
    head = next(row[0] for row, member in zip(rows, members, strict=True) if member.stated.relation == HEAD)
    a = command.address
    place = (a.community_code, flat["dwelling_id"], a.estate, a.block, a.unit, a.flat)
    households: list[tuple[Any, ...]] = [
        (coliving_id, HouseholdKind.COLIVING, *place, None, head, command.facts),
        (flat_id, HouseholdKind.FLAT, *place, None, head, {}),
    ]
    memberships = [
        (household_id, kind, row[0], member.stated.relation)
        for household_id, kind in ((coliving_id, HouseholdKind.COLIVING), (flat_id, HouseholdKind.FLAT))
        for row, member in zip(rows, members, strict=True)
    ]
    if command.hukou_division:
        households.append((hukou_id, HouseholdKind.HUKOU, *place, command.hukou_division, head, {}))
        memberships += [
            (hukou_id, HouseholdKind.HUKOU, row[0], member.stated.relation)
            for row, member in zip(rows, members, strict=True)
            if member.stated.in_hukou_household
        ]
    since, source, by = command.settled_on, command.source, actor.subject
    await store.add_households(tx, households, since, coliving_id)
    await store.add_memberships(tx, memberships, since, source, by)
    await store.add_occupancy(tx, flat["dwelling_id"], coliving_id, since, source, by)
    facts = [
        (row[0], group, value)
        for row, member in zip(rows, members, strict=True)
        for group, value in member.facts.items()
    ]
    await history.record_facts(tx, "person", facts, since, source, by)
    stated = [(coliving_id, name, value) for name, value in command.facts.items()]
    await history.record_facts(tx, "household", stated, since, source, by)
    _say_settled(tx, command, coliving_id, flat["dwelling_id"], head, rows, members, versions)
    return coliving_id


def _person_row(keys: KeyRing, member: Checked, known: dict[bytes, Known]) -> tuple[Any, ...]:
    there = known.get(member.lookup)
    person_id = there.person_id if there else new_id()
    key = keys.new_person_key()
    return (
        person_id,
        member.stated.name,
        member.id_check.sex,
        member.id_check.birth_on,
        key.key.encrypt(member.id_check.value, field_context(person_id, "id_number")),
        member.lookup,
        key.key.encrypt(member.phone, field_context(person_id, "phone")) if member.phone else None,
        keys.lookup_hash("phone", member.phone) if member.phone else None,
        json_text(member.facts),
        key.key_id,
        key.wrapped,
    )


def _say_settled(
    tx: Transaction,
    command: Settling,
    household_id: str,
    dwelling_id: str,
    head: str,
    rows: list[tuple[Any, ...]],
    members: list[Checked],
    versions: dict[str, int],
) -> None:
    a = command.address
    household = {
        "version": 1,
        "household_id": household_id,
        "status": HouseholdStatus.SETTLED,
        "community_code": a.community_code,
        "estate": a.estate,
        "block": a.block,
        "unit": a.unit,
        "flat": a.flat,
        "dwelling_id": dwelling_id,
        "settled_on": command.settled_on,
        "head_person_id": head,
        "facts": command.facts,
    }
    present = [
        {"person_id": row[0], "relation": member.stated.relation} for row, member in zip(rows, members, strict=True)
    ]
    outbox.emit(tx, household_state(HouseholdSettled, household, present))
    for row, member in zip(rows, members, strict=True):
        person = {
            "version": versions[row[0]],
            "person_id": row[0],
            "status": PersonStatus.RESIDENT,
            "household_id": household_id,
            "community_code": a.community_code,
            "sex": member.id_check.sex,
            "birth_on": member.id_check.birth_on,
            "died_on": None,
            "facts": member.facts,
        }
        outbox.emit(tx, person_state(PersonRegistered, person))


async def move_to_flat(
    tx: Transaction,
    actor: Actor,
    household_id: str,
    check: Callable[[int], None],
    address: Address,
    moved_on: date | None,
) -> None:
    """The household moves to another flat. Nothing happens where it lives there already.

    Raises HouseholdNotFound, what `check` raises, IllegalMove, DateInFuture, FlatUnknown, FlatTaken.
    """
    row = await store.get_household(tx, household_id, actor.place, lock=True)
    check(row["version"])
    status = move_household(HouseholdStatus(row["status"]), HouseholdAction.MOVE)
    on = moved_on or tx.today
    refuse_future(tx, on, "/moved_on")
    if on < row["settled_on"]:
        raise Invalid(faults=[Fault("/moved_on", "before-settling", "before the household moved in", "早于入住日期")])
    flat = await _free_flat(tx, actor, address, household_id)
    if flat["dwelling_id"] == row["dwelling_id"]:
        return
    version = row["version"] + 1
    await store.end_occupancy(tx, household_id, on)
    await store.add_occupancy(tx, flat["dwelling_id"], household_id, on, "staff", actor.subject)
    await store.set_address(tx, household_id, address, flat["dwelling_id"], version)
    members = await store.list_members(tx, household_id)
    await _renew_flat_household(tx, actor, row, address, flat["dwelling_id"], members, on)
    after = {
        **row,
        "version": version,
        "status": status,
        "community_code": address.community_code,
        "estate": address.estate,
        "block": address.block,
        "unit": address.unit,
        "flat": address.flat,
        "dwelling_id": flat["dwelling_id"],
    }
    outbox.emit(tx, household_state(HouseholdMoved, after, members))


async def _renew_flat_household(
    tx: Transaction, actor: Actor, row: Row, address: Address, dwelling_id: str, members: list[Row], on: date
) -> None:
    """Who lives in a flat together (同住户) is another household after a move."""
    old = [c["household_id"] for c in await store.load_companions(tx, row["household_id"]) if c["kind"] == "flat"]
    await store.set_companion_status(tx, old, HouseholdStatus.ENDED)
    await store.end_memberships(tx, on, old)
    flat_id = new_id()
    a = address
    place = (a.community_code, dwelling_id, a.estate, a.block, a.unit, a.flat)
    await store.add_households(
        tx, [(flat_id, HouseholdKind.FLAT, *place, None, row["head_person_id"], {})], on, row["household_id"]
    )
    rows = [(flat_id, HouseholdKind.FLAT, m["person_id"], m["relation"]) for m in members]
    await store.add_memberships(tx, rows, on, "staff", actor.subject)


async def change_facts(
    tx: Transaction,
    actor: Actor,
    household_id: str,
    check: Callable[[int], None],
    given: dict[str, object],
    valid_from: date | None,
    source: str,
) -> None:
    """Brings facts of a household that hold from a day on (today unless said). Raises as `move_to_flat`."""
    row = await store.get_household(tx, household_id, actor.place, lock=True)
    check(row["version"])
    status = move_household(HouseholdStatus(row["status"]), HouseholdAction.CHANGE)
    since = valid_from or tx.today
    refuse_future(tx, since, "/valid_from")
    changes = changed_groups(row["facts"], given)
    if not changes:
        return
    facts = {**row["facts"], **changes}
    version = row["version"] + 1
    await store.set_household(tx, household_id, status, version, row["head_person_id"], facts)
    rows = [(household_id, name, value) for name, value in changes.items()]
    await history.record_facts(tx, "household", rows, since, source, actor.subject)
    members = await store.list_members(tx, household_id)
    outbox.emit(tx, household_state(HouseholdChanged, {**row, "facts": facts, "version": version}, members))


async def member_gone(tx: Transaction, actor: Actor, household_id: str, person_id: str, on: date, source: str) -> None:
    """A member died: its memberships end; a household where nobody is left ends, and its flat is free. The household is locked."""
    row = await store.get_household(tx, household_id, actor.place, lock=True)
    await store.end_all_memberships_of(tx, person_id, on)
    if row["status"] != HouseholdStatus.SETTLED:
        return
    members = await store.list_members(tx, household_id)
    head = None if row["head_person_id"] == person_id else row["head_person_id"]
    action = HouseholdAction.CHANGE if members else HouseholdAction.LAST_MEMBER_GONE
    status = move_household(HouseholdStatus(row["status"]), action)
    version = row["version"] + 1
    await store.set_household(tx, household_id, status, version, head, row["facts"])
    if not members:
        companions = await store.load_companions(tx, household_id)
        await store.set_companion_status(tx, [c["household_id"] for c in companions], HouseholdStatus.ENDED)
        await store.end_occupancy(tx, household_id, on)
    after = {**row, "version": version, "status": status, "head_person_id": head}
    outbox.emit(tx, household_state(HouseholdChanged, after, members))


async def withdraw_household(
    tx: Transaction, actor: Actor, household_id: str, check: Callable[[int], None], reason: str
) -> None:
    """A settling entered by mistake is taken back: the flat is free, its people are as if never settled (and may be settled anew).

    What was thought stays readable in the history, as retracted. Raises HouseholdNotFound, IllegalMove.
    """
    row = await store.get_household(tx, household_id, actor.place, lock=True)
    check(row["version"])
    status = move_household(HouseholdStatus(row["status"]), HouseholdAction.WITHDRAW)
    companions = [c["household_id"] for c in await store.load_companions(tx, household_id)]
    people = await persons.load_persons_of(tx, household_id)
    await store.retract_settling(tx, [household_id, *companions], [p["person_id"] for p in people])
    await store.set_companion_status(tx, companions, HouseholdStatus.WITHDRAWN)
    facts = row["facts"] | {"withdrawn_because": reason}
    version = row["version"] + 1
    await store.set_household(tx, household_id, status, version, row["head_person_id"], facts)
    outbox.emit(tx, household_state(HouseholdWithdrawn, {**row, "version": version, "status": status}, []))
    for person in people:
        after = move_person(PersonStatus(person["status"]), PersonAction.WITHDRAW)
        changed = {**person, "status": after, "version": person["version"] + 1, "community_code": row["community_code"]}
        await persons.set_person(tx, person["person_id"], changed["version"], after, person["died_on"], person["facts"])
        outbox.emit(tx, person_state(PersonWithdrawn, changed))


async def keep_without_work(
    tx: Transaction, household_id: str, version: int, without_work: bool, since: datetime | None
) -> None:
    """Keeps jobs' word on whether a household with labour has no one in work; an older word changes nothing."""
    await store.set_without_work(tx, household_id, version, without_work, since)
