"""What can be told of a household and its people, and taken back when told by mistake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from services.registry import store as history
from services.registry.dwellings.service import look_at_flat, refuse_flat
from services.registry.dwellings.store import take_reservation
from services.registry.households import store as households
from services.registry.households.domain import Address, HouseholdKind, HouseholdStatus
from services.registry.hukou import store as hukou
from services.registry.hukou.service import headless, lock_for
from services.registry.life import store
from services.registry.life.domain import LifeEvent, LifeKind, Part
from services.registry.life.telling import CannotHaveHappened, Ground, tell, untell
from services.registry.persons import store as persons
from services.registry.persons.domain import Known
from services.registry.persons.service import refuse_if_merged
from services.registry.settling.domain import NewMember, faults_of_members
from services.registry.settling.members import (
    Checked,
    check_members,
    entered_twice,
    load_known,
    part_of,
    say_people,
    warnings_of,
    who_were_meant,
)
from services.registry.settling.returning import come_in, faults_of_returning
from shared.auth import Actor
from shared.db import Row, Transaction
from shared.errors import Conflict, Fault, Forbidden
from shared.ids import new_id
from shared.privacy import KeyRing


class EventTakenBack(Conflict):
    slug = "life-event-taken-back"
    title_en, title_zh = "This event was taken back already", "该变动已撤销"


class WithdrawSettling(Conflict):
    slug = "withdraw-settling"
    title_en, title_zh = "A settling is taken back as a whole household", "入住登记须整户撤销"


class BeyondPlace(Forbidden):
    slug = "beyond-your-place"
    title_en, title_zh = "A household of another place took part in this", "该变动涉及管辖范围以外的住户"


@dataclass(frozen=True, slots=True)
class Word:
    """An event as a caller tells it. `people`: of the registry; `newcomers`: people who are not in it yet. `address`: of the flat that a
    move or split leads to; `into_id`: the household of a merger."""

    kind: LifeKind
    on: date
    ground: Ground
    people: tuple[Part, ...] = ()
    newcomers: tuple[NewMember, ...] = ()
    address: Address | None = None
    into_id: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The id of the event that was taken, and what to look at."""

    event_id: str
    warnings: tuple[Fault, ...]


async def take_word(
    tx: Transaction,
    actor: Actor,
    keys: KeyRing,
    known_areas: frozenset[str],
    household_id: str,
    check: Callable[[int], None],
    word: Word,
) -> Taken:
    """Something happened to a household or its members: memberships, flats and what other services know follow.

    Raises HouseholdNotFound (also for `into_id`), PersonNotFound, IsMerged, what `check` raises, DateInFuture, CannotHaveHappened,
    ContradictsLater, FlatUnknown, FlatTaken, FlatReserved.
    """
    row = await _locked(tx, actor, household_id, word.into_id)
    check(row["version"])
    for part in word.people:
        refuse_if_merged(await persons.get_person(tx, part.person_id, actor.place))
    event = LifeEvent(new_id(), word.kind, word.on, 0, household_id, word.people, word.into_id)
    if word.address:
        event = await _into_flat(tx, actor, row, event, word.address, word.ground.source)
    members = await _check_newcomers(tx, actor, keys, known_areas, row, word)
    ground = word.ground
    arrived = await come_in(tx, keys, household_id, *members, word.on, ground.source, actor.subject)
    parts = (
        part_of(person_id, member, False) for person_id, member in zip(arrived.person_ids, members[0], strict=True)
    )
    event = replace(event, people=(*event.people, *parts))
    pointers = {f"/people/{len(word.people) + n}": f"/members/{n}" for n in range(len(members[0]))}
    await tell(tx, actor, event, ground, pointers)
    if event.dwelling_id:
        await take_reservation(tx, event.dwelling_id)
    say_people(tx, arrived.new, household_id, row["community_code"])
    warnings = (
        *warnings_of(members[0]),
        *arrived.warnings,
        *await headless(tx, event.households),
        *await entered_twice(tx, actor, arrived.new, to_others=True),
    )
    return Taken(event.event_id, warnings)


async def take_back(tx: Transaction, actor: Actor, event_id: str, check: Callable[[int], None], because: str) -> None:
    """An event was told by mistake: all is as if it had never been told, though what was thought stays readable.

    Raises EventNotFound, EventTakenBack, WithdrawSettling, BeyondPlace, what `check` raises, ContradictsLater, InNoHousehold, FlatTaken.
    """
    event = store.event_of(await store.get_event(tx, event_id, actor.place))
    people = [part.person_id for part in event.people]
    homes = await store.list_homes(tx, people)
    if event.is_hukou:
        await lock_for(tx, event.households, people)
    else:
        await store.lock_households(tx, event.households | homes)
    row = await store.get_event(tx, event_id, actor.place)
    if row["retracted_at"] is not None:
        raise EventTakenBack
    if event.kind is LifeKind.SETTLED:
        raise WithdrawSettling("Use the household's withdrawal.", "请使用住户的撤销功能。")
    if await households.list_covered(tx, event.households, actor.place) < event.households:
        raise BeyondPlace("Ask the county.", "请联系县级部门。")
    get_household = (hukou if event.is_hukou else households).get_household
    check((await get_household(tx, event.household_id, actor.place))["version"])
    if homes != await store.list_homes(tx, [part.person_id for part in event.people]):
        raise store.ChangedMeanwhile
    await untell(tx, actor, event, homes, because)


async def _locked(tx: Transaction, actor: Actor, household_id: str, into_id: str | None) -> Row:
    """The household's row; it and the other one are locked, in one order. Raises HouseholdNotFound for either."""
    ids = [household_id, *([into_id] if into_id else [])]
    await store.lock_households(tx, ids)
    rows = [await households.get_household(tx, each, actor.place) for each in ids]
    return rows[0]


async def _into_flat(
    tx: Transaction, actor: Actor, row: Row, event: LifeEvent, address: Address, source: str
) -> LifeEvent:
    """The event with the flat it leads to; of a split, with the new household too, which has the facts of the other. Whether the flat was
    free on those days is found out when all of them are known."""
    flat, faults = await look_at_flat(tx, actor, address, row["household_id"], event.on, "/on")
    refuse_flat([fault for fault in faults if fault.code.endswith("-unknown") or fault.code == "flat-reserved"])
    assert flat is not None  # or there would have been a fault
    event = replace(event, dwelling_id=flat["dwelling_id"])
    if event.kind is not LifeKind.SPLIT:
        return event
    new = new_id()
    a = address
    place = (a.community_code, flat["dwelling_id"], a.estate, a.block, a.unit, a.flat)
    await households.add_households(
        tx, [(new, HouseholdKind.COLIVING, *place, None, None, row["facts"])], event.on, new
    )
    await store.begin(tx, new, HouseholdStatus.ENDED)
    facts = [(new, name, value) for name, value in row["facts"].items()]
    await history.add_facts(tx, "household", facts, event.on, source, actor.subject)
    return replace(event, into_id=new)


async def _check_newcomers(
    tx: Transaction,
    actor: Actor,
    keys: KeyRing,
    known_areas: frozenset[str],
    row: Row,
    word: Word,
) -> tuple[list[Checked], dict[bytes, Known]]:
    """Raises CannotHaveHappened with everything that is wrong with them."""
    if not word.newcomers:
        return [], {}
    members, faults = check_members(tx, keys, known_areas, word.newcomers, row["community_code"])
    faults += await who_were_meant(tx, actor, keys, word.newcomers, faults)
    known = await load_known(tx, members, actor)
    faults += faults_of_members([m.newcomer for m in members], known, word.on, tx.today)
    faults += await faults_of_returning(tx, members, known)
    named = {part.person_id for part in word.people}
    faults += [
        Fault(
            m.newcomer.number_at,
            "person-repeated",
            "this person is named in people already",
            "该人员已在 people 中填写",
        )
        for m in members
        if (there := known.get(m.newcomer.lookup)) and there.person_id in named
    ]
    if word.kind is LifeKind.BORN:
        faults += [
            Fault(m.newcomer.birth_at, "born-another-day", "was born another day", "出生日期不符")
            for m in members
            if m.birth_on != word.on
        ]
    if faults:
        raise CannotHaveHappened(faults=faults)
    return members, known
