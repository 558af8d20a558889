"""What can be done to a household that is settled: moved to another flat, its facts changed, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from services.registry import store as history
from services.registry.alarms import store as alarms
from services.registry.dwellings.service import look_at_flat, refuse_flat
from services.registry.dwellings.store import take_reservation
from services.registry.households import store
from services.registry.households.domain import (
    Address,
    HouseholdAction,
    HouseholdKind,
    HouseholdStatus,
    move_household,
)
from services.registry.hukou import store as hukou
from services.registry.life import store as life
from services.registry.life.domain import LifeEvent, LifeKind
from services.registry.life.telling import Ground, tell
from services.registry.persons import store as persons
from services.registry.persons.domain import PersonAction, PersonStatus, changed_groups, move_person, present_groups
from services.registry.service import household_state, later_known, person_state, refuse_future
from shared import outbox
from shared.auth import Actor
from shared.contracts.registry import (
    HouseholdChanged,
    HouseholdWithdrawn,
    PersonWithdrawn,
)
from shared.db import Row, Transaction
from shared.errors import Conflict, Fault, Invalid
from shared.ids import new_id


class Entwined(Conflict):
    slug = "other-households-involved"
    title_en, title_zh = "Its people lived in other households too", "本户人员还涉及其他住户"


async def move_to_flat(
    tx: Transaction,
    actor: Actor,
    household_id: str,
    check: Callable[[int], None],
    address: Address,
    moved_on: date | None,
) -> None:
    """The household moves to another flat. Nothing happens where it lives there already.

    Raises HouseholdNotFound, what `check` raises, IllegalMove, DateInFuture, FlatUnknown, FlatTaken, FlatReserved.
    """
    row = await store.get_household(tx, household_id, actor.place, lock=True)
    check(row["version"])
    move_household(HouseholdStatus(row["status"]), HouseholdAction.MOVE)
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
    moved = LifeEvent(new_id(), LifeKind.MOVED, on, 0, household_id, dwelling_id=flat["dwelling_id"])
    await tell(tx, actor, moved, Ground("staff"))
    if flat["reservation_id"]:
        await take_reservation(tx, flat["dwelling_id"])


async def change_facts(
    tx: Transaction,
    actor: Actor,
    household_id: str,
    check: Callable[[int], None],
    given: dict[str, object],
    valid_from: date | None,
    source: str,
) -> list[Fault]:
    """Brings facts of a household that hold from a day on (today unless said). What to look at: facts of which a later value is known.
    Raises as `move_to_flat`."""
    row = await _load_of_any_kind(tx, actor, household_id)
    is_hukou = row["kind"] == HouseholdKind.HUKOU
    check(row["version"])
    status = move_household(HouseholdStatus(row["status"]), HouseholdAction.CHANGE)
    _refuse_of_other_kind(given, is_hukou)
    since = valid_from or tx.today
    refuse_future(tx, since, "/valid_from")
    held = await history.held_since(tx, "household", household_id) if valid_from else {}
    changes = changed_groups(row["facts"], given, held, since)
    if not changes:
        return []
    present, later = present_groups(row["facts"], changes, held, since)
    facts = {**row["facts"], **present}
    version = row["version"] + 1
    await store.set_household(tx, household_id, status, version, row["head_person_id"], facts)
    rows = [(household_id, name, value) for name, value in changes.items()]
    await history.record_facts(tx, "household", rows, since, source, actor.subject)
    if not is_hukou:
        members = await store.list_members(tx, household_id)
        outbox.emit(tx, household_state(HouseholdChanged, {**row, "facts": facts, "version": version}, members))
    if "dibao" in changes:
        await alarms.look_at_households(tx, [household_id])
    return later_known(later, held)


async def _load_of_any_kind(tx: Transaction, actor: Actor, household_id: str) -> Row:
    """A co-living or hukou household, locked. Raises HouseholdNotFound."""
    try:
        return await store.get_household(tx, household_id, actor.place, lock=True)
    except store.HouseholdNotFound:
        return await hukou.get_household(tx, household_id, actor.place)


_OF_HUKOU = frozenset({"dibao", "hukou_book"})


def _refuse_of_other_kind(given: Iterable[str], is_hukou: bool) -> None:
    wrong = [fact for fact in given if (fact not in _OF_HUKOU if is_hukou else fact == "hukou_book")]
    if wrong:
        en, zh = "is no fact of a household of this kind", "此类住户没有该项信息"
        raise Invalid(faults=[Fault(f"/{fact}", "of-another-kind", en, zh) for fact in wrong])


async def withdraw_household(
    tx: Transaction, actor: Actor, household_id: str, check: Callable[[int], None], reason: str
) -> None:
    """A settling entered by mistake is taken back: the flat is free, its people are as if never settled (and may be settled anew).

    What was thought stays readable in the history, as retracted. Raises HouseholdNotFound, IllegalMove, Entwined.
    """
    row = await store.get_household(tx, household_id, actor.place, lock=True)
    check(row["version"])
    status = move_household(HouseholdStatus(row["status"]), HouseholdAction.WITHDRAW)
    people_ever = await life.list_people_of(tx, [household_id])
    await life.lock_households(tx, await life.list_homes_ever(tx, people_ever, ("hukou",)))
    registers = await _forget_events(tx, actor, household_id, reason)
    companions = [c["household_id"] for c in await store.load_companions(tx, household_id, registers)]
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
    await alarms.look(tx, [person["person_id"] for person in people])


async def _forget_events(tx: Transaction, actor: Actor, household_id: str, reason: str) -> set[str]:
    """The hukou households that go with it: those in which nobody but its people was ever entered. Raises Entwined where its people lived
    in other households too, or were entered or married with others."""
    told = await life.list_told(tx, [household_id], [])
    people = {part.person_id for e in told.events if household_id in e.households for part in e.people}
    entered: dict[str, set[str]] = {}
    for event in told.events:
        for register in event.households if event.is_hukou else {event.hukou_id} - {None}:
            entered.setdefault(str(register), set()).update(part.person_id for part in event.people)
    registers = {register for register, whose in entered.items() if whose and whose <= people}
    touched = {household_id, *(register for register, whose in entered.items() if whose & people)}
    ours = [e for e in told.events if e.households & touched or people & {part.person_id for part in e.people}]
    others = [event for event in ours if not event.households <= {household_id, *registers}]
    if others:
        covered = await store.list_covered(tx, {each for event in others for each in event.households}, actor.place)
        raise Entwined(
            "Take these events back first.",
            "请先撤销以下变动。",
            members={
                "events": [
                    {"event_id": e.event_id, "kind": e.kind, "happened_on": str(e.on)}
                    for e in others
                    if e.households & covered
                ]
            },
        )
    await life.retract_events(tx, [event.event_id for event in ours], actor.subject, reason)
    return registers


async def keep_without_work(tx: Transaction, said: Sequence[tuple[str, int, bool, datetime | None]]) -> None:
    """Keeps jobs' word (household_id, version, without_work, since) on whether a household with labour has no one in work; an older
    word changes nothing."""
    await store.set_without_work(tx, said)
