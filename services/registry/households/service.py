"""What can be done to a household that is settled: moved to another flat, its facts changed, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
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
from services.registry.life.domain import OF_COUPLES, LifeEvent, LifeKind
from services.registry.life.store import Said, Told
from services.registry.life.telling import ContradictsLater, Ground, retell, tell, withdraw_people
from services.registry.persons import store as persons
from services.registry.persons.domain import changed_groups, present_groups
from services.registry.service import household_state, later_known, refuse_future
from services.registry.statistics.store import count_again
from shared import outbox
from shared.auth import Actor
from shared.contracts.registry import (
    HouseholdChanged,
    HouseholdWithdrawn,
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
    by: str | None = None,
) -> list[Fault]:
    """Brings facts of a household that hold from a day on (today unless said). What to look at: facts of which a later value is known.
    `by`: who says so, where it is not who acts. Raises as `move_to_flat`."""
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
    await history.record_facts(tx, "household", rows, since, source, by or actor.subject)
    if not is_hukou:
        await count_again(tx, [household_id])
        members = (await store.list_present(tx, [household_id])).get(household_id, [])
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
    """A settling entered by mistake is taken back: the flat is free, its people are as if never settled (and may be settled anew). Who came
    back by it, or to it, is as before: moved out.

    What was thought stays readable in the history, as retracted; facts brought of who came back stay. Raises HouseholdNotFound,
    IllegalMove, Entwined.
    """
    await store.get_household(tx, household_id, actor.place)
    seen = await life.list_told(tx, [household_id], [])
    await life.lock_households(tx, seen.households)
    row = await store.get_household(tx, household_id, actor.place, lock=True)
    check(row["version"])
    status = move_household(HouseholdStatus(row["status"]), HouseholdAction.WITHDRAW)
    people_ever = await life.list_people_of(tx, [household_id])
    registers_ever = await life.list_homes_ever(tx, people_ever, ("hukou",))
    await life.lock_households(tx, registers_ever)
    told = await life.list_told(tx, [household_id], [])
    if told.households != seen.households:
        raise Conflict("Someone changed households just now: read and try again.", "有人员刚刚变更住户，请重试。")
    await life.lock_persons(tx, told.people)
    people = {person["person_id"]: person for person in await persons.load_persons_of(tx, household_id)}
    back, registers = await _forget_events(tx, actor, household_id, people.keys(), told, reason)
    companions = [c["household_id"] for c in await store.load_companions(tx, household_id, registers)]
    await store.retract_settling(tx, [household_id, *companions], [])
    await store.set_companion_status(tx, companions, HouseholdStatus.WITHDRAWN)
    await count_again(tx, [household_id], people)
    facts = row["facts"] | {"withdrawn_because": reason}
    version = row["version"] + 1
    await store.set_household(tx, household_id, status, version, row["head_person_id"], facts)
    outbox.emit(tx, household_state(HouseholdWithdrawn, {**row, "version": version, "status": status}, []))
    gone = [person for person_id, person in people.items() if person_id not in back]
    await withdraw_people(tx, gone, row["community_code"])
    if back:
        left = await life.list_told(tx, [], back)
        left = left._replace(households=left.households - {household_id})
        await retell(tx, actor, left, [], Said("staff", actor.subject), ContradictsLater)
    await alarms.look(tx, people)


async def _forget_events(
    tx: Transaction, actor: Actor, household_id: str, people: Set[str], told: Told, reason: str
) -> tuple[set[str], set[str]]:
    """Retracts what was told of the household. Who of its people (`people`: it is where they live, or lived last) lived elsewhere before;
    and the hukou households that go with it: those in which nobody but its people was ever entered, none of whom lived elsewhere. A death
    of who lived elsewhere is no part of the mistake. Raises Entwined where two households have part in one event, somebody lived elsewhere
    after, or who goes was entered or married with others."""
    lived = {part.person_id for event in told.events if household_id in event.households for part in event.people}
    together = [event for event in told.events if not event.is_hukou and event.kind not in OF_COUPLES]
    apart = [event for event in together if household_id not in event.households]
    back = {part.person_id for event in apart for part in event.people} & lived & people
    entered: dict[str, set[str]] = {}
    for event in told.events:
        for register in event.households if event.is_hukou else {event.hukou_id} - {None}:
            entered.setdefault(str(register), set()).update(part.person_id for part in event.people)
    gone = lived - back
    registers = {register for register, whose in entered.items() if whose and whose <= gone}
    own = {household_id, *registers}
    touched = own.union(register for register, whose in entered.items() if whose & gone)
    ours: list[LifeEvent] = []
    others: list[LifeEvent] = []
    for event in told.events:
        here = lived.intersection(part.person_id for part in event.people)
        if event.households & touched or here & gone:
            (ours if event.households <= own else others).append(event)
        elif event in apart and not here <= people:
            others.append(event)
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
    mistaken = [e.event_id for e in ours if e.kind is not LifeKind.DIED or e.people[0].person_id not in back]
    await life.retract_events(tx, mistaken, actor.subject, reason)
    return back, registers


async def keep_without_work(tx: Transaction, said: Sequence[tuple[str, int, bool, datetime | None]]) -> None:
    """Keeps jobs' word (household_id, version, without_work, since) on whether a household with labour has no one in work; an older
    word changes nothing."""
    await store.set_without_work(tx, said)
