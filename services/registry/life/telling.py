"""Takes what happened to households and people, or takes it back; brings what follows from it up to date, and says it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.registry import store as history
from services.registry.alarms import store as alarms
from services.registry.dwellings.service import FlatTaken
from services.registry.households import store as households
from services.registry.households.domain import HEAD, HouseholdKind
from services.registry.hukou import store as hukou
from services.registry.hukou.domain import NO_PAPERS, Papers, facts_told
from services.registry.hukou.registers import bring_registers
from services.registry.life import align, store
from services.registry.life.afterwards import home_after, kind_of_household, kind_of_person, person_after
from services.registry.life.domain import OF_COUPLES, Illegal, LifeEvent, LifeKind, Story
from services.registry.life.replay import replay
from services.registry.life.spans import flat_stays, residences
from services.registry.life.store import Said, Told
from services.registry.merging.store import list_mergers
from services.registry.own import list_withheld
from services.registry.persons import store as persons
from services.registry.persons.domain import PersonAction, PersonStatus, Withheld, move_person
from services.registry.service import household_state, later_known, person_state, refuse_future
from services.registry.statistics.store import count_again
from services.registry.store import rows_by_id
from shared import outbox
from shared.auth import Actor
from shared.contracts.registry import (
    PersonWithdrawn,
)
from shared.db import Row, Transaction
from shared.errors import Conflict, Fault, Invalid
from shared.ids import new_id

_LAST = 2**62
"""Told after all others: the place of an event that is being told."""
MARITAL = "marital"
"""The marital status that marriages, divorces and deaths come to; what is stated otherwise stands in the profile."""
_OF_TIES = OF_COUPLES | {LifeKind.DIED}
_KINDS = (HouseholdKind.COLIVING, HouseholdKind.HUKOU, HouseholdKind.FLAT)


class CannotHaveHappened(Invalid):
    slug = "cannot-have-happened"
    title_en, title_zh = "This cannot have happened that day", "该变动在当日不可能发生"


class ContradictsLater(Conflict):
    slug = "contradicts-later"
    title_en, title_zh = "Something known to have happened later stands against it", "与其后已登记的变动相矛盾"


class ToldOfMerged(Conflict):
    slug = "told-of-merged"
    title_en, title_zh = "It was told of a person entered twice", "该变动登记于已合并的人员"


class InNoHousehold(Conflict):
    slug = "in-no-household"
    title_en, title_zh = "Someone is in the registry by this event alone", "有人员仅因该变动而登记"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the word of an event comes from. `evidence`: the paper or file it rests on, without personal data."""

    source: str
    evidence: str | None = None


async def tell(
    tx: Transaction,
    actor: Actor,
    event: LifeEvent,
    ground: Ground,
    pointers: Mapping[str, str] | None = None,
    papers: Papers = NO_PAPERS,
    stated: Mapping[str, object] | None = None,
) -> list[Fault]:
    """Takes an event of households that are locked already, and of people who are in the registry. `pointers`: where faults of the
    event (`/on`, `/people/0` …) stand in what the caller was sent. `papers`, `stated`: what is told beside. What to look at: facts told
    with it of which a later value is known, and goes on to hold.

    Raises DateInFuture, CannotHaveHappened, ContradictsLater (naming the later event), FlatTaken.
    """
    pointers = pointers or {}
    refuse_future(tx, event.on, pointers.get("/on", "/on"))
    told = await _told(tx, event)
    told.events.append(replace(event, told=_LAST))
    story = replay(told.events, told.people, told.households)
    if story.illegal:
        raise await _refusal(tx, actor, story.illegal, event, pointers)
    said = {"moved": papers.moved, "document": papers.document, **(stated or {})}
    await store.add_event(tx, event, ground.source, actor.subject, ground.evidence, said)
    people, by = _touched(event, story, told), Said(ground.source, actor.subject)
    facts, later = await _note(tx, event, papers, story, by) if event.is_hukou else ({}, [])
    await _bring_up(tx, event, set(event.households), people, told, story, by, facts=facts)
    return later


async def untell(tx: Transaction, actor: Actor, event: LifeEvent, homes: Collection[str], because: str) -> None:
    """All is as if the event had never been told, though what was thought stays readable. Its households are locked already, and those in
    which its people live now (`homes`): a death is one of the household that is known now, not of that which was known when it was told.
    Who is in the registry by a birth alone had been entered by mistake, and is withdrawn.

    Raises ContradictsLater, ToldOfMerged, InNoHousehold, FlatTaken.
    """
    told = await _told(tx, event)
    there = next((each for each in told.events if each.event_id == event.event_id), None)
    if there is None:
        raise ToldOfMerged("Take the merger back first.", "请先撤销人员合并。")
    event, before = there, replay(told.events, told.people, told.households)
    left = told._replace(events=[each for each in told.events if each is not there])
    story = replay(left.events, left.people, left.households)
    if story.illegal:
        raise await _refusal(tx, actor, story.illegal, event, {})
    orphans = {part.person_id: n for n, part in enumerate(event.people) if part.person_id not in story.persons}
    if orphans and event.kind is not LifeKind.BORN:
        fault = "in-no-household", "would be in none", "将不属于任何住户"
        raise InNoHousehold(faults=[Fault(f"/people/{n}", *fault) for n in orphans.values()])
    if any(merger.kept_id in orphans for merger in await list_mergers(tx, orphans)):
        raise ToldOfMerged("Take the merger back first.", "请先撤销人员合并。")
    await store.retract_events(tx, [event.event_id], actor.subject, because)
    facts = await _forget(tx, event, before) if event.is_hukou else {}
    named = event.households if event.is_hukou else {*event.households, *homes}
    people = _touched(event, story, told) - orphans.keys()
    await _bring_up(tx, event, set(named), people, left, story, Said("staff", actor.subject), orphans, facts)
    if not orphans:
        return
    home = (await rows_by_id(tx, "households", [event.household_id]))[event.household_id]
    await withdraw_people(tx, list((await rows_by_id(tx, "persons", orphans)).values()), home["community_code"])


async def withdraw_people(tx: Transaction, people: Sequence[Row], community_code: str) -> None:
    """People (their rows, locked) who had been entered by mistake: nothing is known of them any more, and nothing told. What was thought
    stays readable. Raises IllegalMove."""
    await households.retract_settling(tx, [], [person["person_id"] for person in people])
    for person in people:
        after = move_person(PersonStatus(person["status"]), PersonAction.WITHDRAW)
        changed = {**person, "status": after, "version": person["version"] + 1, "community_code": community_code}
        changed["withdrawn_at"] = await persons.set_person(
            tx, person["person_id"], changed["version"], after, person["died_on"], person["facts"]
        )
        outbox.emit(tx, person_state(PersonWithdrawn, changed))


async def retell(
    tx: Transaction, actor: Actor, told: Told, gone: Collection[str], said: Said, refusal: type[Conflict]
) -> None:
    """Brings all of whom everything is told, and known what follows from it, up to what it comes to. They are locked already. `gone`:
    people of whom nothing is told any more.

    Raises `refusal` (naming the first event that stands against it), FlatTaken.
    """
    story = replay(told.events, told.people, told.households)
    if story.illegal:
        raise refusal(
            "Take this event back first.",
            "请先撤销该变动。",
            faults=story.illegal.faults,
            members=await _named(tx, actor, story.illegal.event),
        )
    people = set(told.core & story.persons.keys())
    await _bring_up(tx, None, set(told.households), people, told, story, said, gone)


async def _told(tx: Transaction, event: LifeEvent) -> Told:
    """What is known of all whom the event touches; they are locked, and the hukou households in which they are entered before them."""
    named = [part.person_id for part in event.people]
    people = await store.list_people_of(tx, event.households) | {*named}
    if event.kind in _OF_TIES:
        homes = await store.list_homes_ever(tx, named, ("coliving",))
        people |= await store.list_people_of(tx, homes) | await store.list_partners(tx, named)
    registers = await store.list_homes_ever(tx, people, ("hukou",))
    if registers:
        await store.lock_households(tx, registers)
    await store.lock_persons(tx, people)
    if registers != await store.list_homes_ever(tx, people, ("hukou",)):
        raise store.ChangedMeanwhile
    return await store.list_told(tx, event.households, named)


async def _note(
    tx: Transaction, event: LifeEvent, papers: Papers, story: Story, said: Said
) -> tuple[dict[str, dict[str, object]], list[Fault]]:
    """Records the facts that are told with an event of a hukou household. Those that hold now, by person; and what to look at."""
    told = facts_told(event, papers, story, await _communities(tx, story))
    held = await hukou.held_since(tx, told)
    rows = [(person_id, fact, value) for person_id, facts in told.items() for fact, value in facts.items()]
    await history.record_facts(tx, "person", rows, event.on, said.source, said.by)
    later = {fact: held[p, fact] for p, fact, _ in rows if held.get((p, fact), event.on) > event.on}
    present: dict[str, dict[str, object]] = {}
    for person_id, fact, value in rows:
        if held.get((person_id, fact), event.on) <= event.on:
            present.setdefault(person_id, {})[fact] = value
    return present, later_known(sorted(later), later)


async def _forget(tx: Transaction, event: LifeEvent, before: Story) -> dict[str, dict[str, object]]:
    """Facts that were told with an event are true no more; what holds now, by person. `before`: the story with the event."""
    row = await store.get_told(tx, event.event_id)
    details = row["details"] or {}
    papers = Papers(details.get("moved"), details.get("document"))
    told = facts_told(event, papers, before, await _communities(tx, before))
    return await hukou.take_back_facts(tx, told, event.on, row["recorded_at"])


async def _communities(tx: Transaction, story: Story) -> dict[str, str]:
    """In which community people live, or lived last."""
    homes = await rows_by_id(tx, "households", {standing.household_id for standing in story.persons.values()})
    return {person: homes[standing.household_id]["community_code"] for person, standing in story.persons.items()}


async def _refusal(
    tx: Transaction, actor: Actor, illegal: Illegal, event: LifeEvent, pointers: Mapping[str, str]
) -> Exception:
    """Of the event that is being told, or because of one that happened later."""
    if illegal.event.event_id == event.event_id:
        return CannotHaveHappened(
            faults=[replace(f, pointer=pointers.get(f.pointer, f.pointer)) for f in illegal.faults]
        )
    return ContradictsLater(
        "Take the later event back first, or correct the day.",
        "请先撤销其后的变动，或更正日期。",
        faults=[replace(fault, pointer=pointers.get("/on", "/on")) for fault in illegal.faults],
        members=await _named(tx, actor, illegal.event),
    )


async def _named(tx: Transaction, actor: Actor, event: LifeEvent) -> dict[str, str]:
    """Which event it is; nothing of one of another place, or of people whose records are withheld."""
    if not await households.list_covered(tx, event.households, actor.place):
        return {}
    people = {part.person_id for part in event.people}
    if people and await list_withheld(tx, people) == people:
        return {}
    return {"event_id": event.event_id, "kind": event.kind, "happened_on": event.on.isoformat()}


async def _bring_up(
    tx: Transaction,
    event: LifeEvent | None,
    named: set[str],
    people: set[str],
    told: Told,
    story: Story,
    said: Said,
    gone: Collection[str] = (),
    facts: Mapping[str, Mapping[str, object]] | None = None,
) -> None:
    """Rows, households (`named`) and `people` that may stand otherwise now as the story has them; what does is said. `event`: the one that
    was told or taken back. `gone`: people without a story. `facts`: what was told beside, or taken back, by person."""
    # Of who was erased nothing is left to be changed or said.
    people = people - await list_withheld(tx, people, [Withheld.ERASED])
    homes = await rows_by_id(tx, "households", {*named, *(story.persons[p].household_id for p in people)})
    registers = {h for h in named if homes[h]["kind"] == HouseholdKind.HUKOU} | await hukou.list_now(
        tx, people.union(gone)
    )
    named = named - registers
    before = await households.list_present(tx, named | registers)
    dwellings = await rows_by_id(tx, "dwellings", {living.dwelling_id for living in story.livings})
    lived = await _bring_rows(tx, named, people.union(gone), story, dwellings, said)
    known = {household for each in told.events for household in (*each.households, each.hukou_id)}
    after = {h: home_after(story, homes[h], before.get(h, []), dwellings, h in known) for h in named}
    changed = {h: row for h, row in after.items() if row["version"] != homes[h]["version"]}
    await store.set_households(tx, list(changed.values()))
    await store.set_flat_statuses(tx, named)
    is_told = event is not None and any(each.event_id == event.event_id for each in told.events)
    for household_id, row in sorted(changed.items()):
        members = [{"person_id": p, "relation": r} for p, r in _in_order(story.members[household_id])]
        kind = kind_of_household(event if is_told else None, homes[household_id], row)
        outbox.emit(tx, household_state(kind, row, members))
    communities = {h: row["community_code"] for h, row in {**homes, **after}.items()}
    registers |= {s.household_id for s in story.stays if s.kind is HouseholdKind.HUKOU and s.person_id in people}
    registers &= told.households  # of others not everything is told here, and nothing of them changes
    await bring_registers(tx, registers, before, story, known, said)
    now = {person_id: code for person_id, code, _, until in lived if until is None}
    await _write_people(tx, story, people, communities, now, facts or {})
    await alarms.look(tx, people.union(gone))


async def _bring_rows(
    tx: Transaction, named: set[str], people: set[str], story: Story, dwellings: Mapping[str, Row], said: Said
) -> list[tuple[str, str, date, date | None]]:
    """Occupancies, memberships, and the facts that follow from them, as the story has them; in which communities people lived. Raises
    FlatTaken."""
    livings = [living for living in story.livings if living.household_id in named]
    if taken := await store.list_taken(tx, livings):
        raise FlatTaken(faults=[_taken_on(row["day"]) for row in taken])
    await align.align_livings(tx, named, livings, said)
    flats = await store.flat_households(tx, {(each.household_id, each.dwelling_id): new_id() for each in story.livings})
    stays = [stay for stay in story.stays if stay.person_id in people]
    await align.align_stays(tx, people, _KINDS, [*stays, *flat_stays(stays, story.livings, flats)], said)
    await align.align_facts(tx, people, "status", [phase for phase in story.phases if phase.person_id in people], said)
    maritals = [marital for marital in story.maritals if marital.person_id in people]
    await align.align_facts(tx, people, MARITAL, maritals, said)
    codes = {dwelling_id: row["community_code"] for dwelling_id, row in dwellings.items()}
    lived = residences(stays, story.livings, codes)
    await align.align_facts(tx, people, "residence", [(p, {"division": c}, *span) for p, c, *span in lived], said)
    await count_again(tx, named, people)
    return lived


def _taken_on(day: date) -> Fault:
    return Fault("/flat", "flat-taken-then", f"another household lived there on {day}", f"{day}该房屋有住户")


def _touched(event: LifeEvent, story: Story, told: Told) -> set[str]:
    """Whom the event names, and all who were ever in its households; where it ties or parts a couple, also whom these named ones married or
    lived with."""
    named, homes = _named_in(event), set(event.households)
    if event.kind in _OF_TIES:
        homes |= {s.household_id for s in story.stays if s.person_id in named and s.kind is HouseholdKind.COLIVING}
        couples = [_named_in(each) for each in told.events if each.kind in OF_COUPLES]
        named = named.union(*(couple for couple in couples if couple & named))
    return named | {stay.person_id for stay in story.stays if stay.household_id in homes}


def _named_in(event: LifeEvent) -> set[str]:
    return {part.person_id for part in event.people}


def _in_order(members: Mapping[str, str]) -> list[tuple[str, str]]:
    """The head first."""
    return sorted(members.items(), key=lambda member: member[1] != HEAD)


async def _write_people(
    tx: Transaction,
    story: Story,
    people: Collection[str],
    communities: Mapping[str, str],
    residence: Mapping[str, str],
    facts: Mapping[str, Mapping[str, object]],
) -> None:
    """People who stand otherwise than before, with their next version. `facts`: those that are to be changed; None: not known."""
    rows = await rows_by_id(tx, "persons", people)
    marital = {each.person_id: each.code for each in story.maritals if each.until is None}
    changed = []
    for person_id in sorted(people):
        row, standing = rows[person_id], story.persons[person_id]
        derived = {MARITAL: marital.get(person_id), **facts.get(person_id, {})}
        if person_id in residence:
            derived["residence"] = {"division": residence[person_id]}
        after = person_after(row, standing, derived)
        if after != dict(row):
            changed.append((row, after | {"version": row["version"] + 1}))
    await store.set_persons(tx, [after for _, after in changed])
    for row, after in changed:
        state = after | {"community_code": communities[after["household_id"]]}
        outbox.emit(tx, person_state(kind_of_person(row, after), state))
