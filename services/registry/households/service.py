"""What can be done to a household that is settled: moved to another flat, its facts changed, taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.registry import store as history
from services.registry.households import store
from services.registry.households.domain import (
    Address,
    HouseholdAction,
    HouseholdKind,
    HouseholdStatus,
    move_household,
)
from services.registry.persons import store as persons
from services.registry.persons.domain import PersonAction, PersonStatus, changed_groups, move_person
from services.registry.service import household_state, person_state, refuse_future
from shared import outbox
from shared.auth import Actor
from shared.contracts.registry import (
    HouseholdChanged,
    HouseholdMoved,
    HouseholdWithdrawn,
    PersonFactsChanged,
    PersonWithdrawn,
)
from shared.db import Transaction
from shared.errors import Conflict, Fault, Invalid
from shared.ids import new_id

Row = Mapping[str, Any]


class FlatTaken(Conflict):
    slug = "flat-taken"
    title_en, title_zh = "Another household lives in this flat", "该房屋已有住户"


class FlatUnknown(Invalid):
    slug = "flat-unknown"
    title_en, title_zh = "There is no such flat", "该房屋不存在"


async def look_at_flat(
    tx: Transaction, actor: Actor, address: Address, mine: str | None, on: date, pointer: str
) -> tuple[Row | None, list[Fault]]:
    """The flat, locked (None where there is none that the actor sees), and what stands against living there from that day: no such
    flat, another household (unless it is `mine`), or one that still lived there then."""
    if not actor.place.covers(address.community_code, address.estate, address.block):
        return None, [Fault("/community", "community-unknown", "no such community or block", "没有此社区或楼栋")]
    flat = await store.load_flat(tx, address)
    if flat is None:
        part = await store.find_unknown_part(tx, address)
        return None, [Fault(f"/{part}", f"{part}-unknown", f"no such {part} in the plan", "社区房屋名册中没有此项")]
    if flat["occupant"] not in (None, mine):
        return flat, [Fault("/flat", "flat-taken", "another household lives there", "该房屋已有住户")]
    if flat["free_from"] and on < flat["free_from"] and flat["occupant"] is None:
        return flat, [Fault(pointer, "flat-taken-then", "another household lived there that day", "当日该房屋仍有住户")]
    return flat, []


def refuse_flat(faults: list[Fault]) -> None:
    """Raises FlatUnknown or FlatTaken where anything stands against a flat."""
    if any(fault.code.endswith("-unknown") for fault in faults):
        raise FlatUnknown(
            "Put the community with its blocks, units and flats in first, or correct the address.",
            "请先登记社区及其楼栋、单元、房屋，或更正地址。",
            faults=faults,
        )
    if faults:
        raise FlatTaken(faults=faults)


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
    if on < row["occupied_from"]:
        fault = Fault(
            "/moved_on", "before-moving-in", "before the household moved into its present flat", "早于现住房入住日期"
        )
        raise Invalid(faults=[fault])
    flat, faults = await look_at_flat(tx, actor, address, household_id, on, "/moved_on")
    refuse_flat(faults)
    assert flat is not None  # or there would have been a fault
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
    if address.community_code != row["community_code"]:
        await _change_residence(tx, actor, household_id, address.community_code, on)


async def _change_residence(tx: Transaction, actor: Actor, household_id: str, community: str, on: date) -> None:
    """The people of a household that moved to another community live in another division from that day on."""
    residence = {"division": community}
    people = [p for p in await persons.load_persons_of(tx, household_id) if p["status"] == PersonStatus.RESIDENT]
    rows = [(p["person_id"], "residence", residence) for p in people]
    await history.record_facts(tx, "person", rows, on, "staff", actor.subject)
    for person in people:
        changed = {
            **person,
            "version": person["version"] + 1,
            "facts": person["facts"] | {"residence": residence},
            "community_code": community,
        }
        await persons.set_person(
            tx, person["person_id"], changed["version"], person["status"], person["died_on"], changed["facts"]
        )
        outbox.emit(tx, person_state(PersonFactsChanged, changed))


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
    held = await history.held_since(tx, "household", household_id) if valid_from else {}
    changes = changed_groups(row["facts"], given, held, since)
    if not changes:
        return
    facts = {**row["facts"], **changes}
    version = row["version"] + 1
    await store.set_household(tx, household_id, status, version, row["head_person_id"], facts)
    rows = [(household_id, name, value) for name, value in changes.items()]
    await history.record_facts(tx, "household", rows, since, source, actor.subject)
    members = await store.list_members(tx, household_id)
    outbox.emit(tx, household_state(HouseholdChanged, {**row, "facts": facts, "version": version}, members))


async def member_gone(tx: Transaction, actor: Actor, household_id: str, person_id: str, on: date) -> None:
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
        changed["withdrawn_at"] = await persons.set_person(
            tx, person["person_id"], changed["version"], after, person["died_on"], person["facts"]
        )
        outbox.emit(tx, person_state(PersonWithdrawn, changed))


async def keep_without_work(tx: Transaction, said: Sequence[tuple[str, int, bool, datetime | None]]) -> None:
    """Keeps jobs' word (household_id, version, without_work, since) on whether a household with labour has no one in work; an older
    word changes nothing."""
    await store.set_without_work(tx, said)
