"""People who were entered twice: taken for one, and taken apart again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from services.registry import store as history
from services.registry.alarms import store as alarms
from services.registry.changes.making import columns_of, make, recorded
from services.registry.life import store as life
from services.registry.life.store import Said, Told
from services.registry.life.telling import ContradictsLater, retell
from services.registry.merging import store
from services.registry.merging.domain import Merger, faults_of_taking, parted, what_differs
from services.registry.persons import store as persons
from services.registry.persons.domain import ID_NUMBER, PersonAction, PersonStatus, move_person
from services.registry.service import person_state
from services.registry.sight import Sealed
from shared import outbox
from shared.auth import Actor
from shared.contracts.registry import PersonMerged, PersonUnmerged
from shared.db import Row, Transaction
from shared.errors import Conflict, Fault
from shared.ids import new_id
from shared.privacy import KeyRing


class CannotBeOne(Conflict):
    slug = "cannot-be-one"
    title_en, title_zh = "What is told of the two cannot be true of one person", "两份记录的变动不可能属于同一人"


class NotMerged(Conflict):
    slug = "not-merged"
    title_en, title_zh = "This person is not merged into another", "该人员未被合并"


@dataclass(frozen=True, slots=True)
class Proposal:
    """That a person is the one of id `into`. `take`: fields that are right with the one who goes; `both_lived`: what is told of either is
    true (one after the other), else only what is told of the one who stays."""

    into: str
    take: Sequence[str]
    both_lived: bool


@dataclass(frozen=True, slots=True)
class Parted:
    """What was recorded while two were one, and stays with `kept_id`: fields, and life events."""

    kept_id: str
    fields: Sequence[str]
    events: Sequence[Row]


async def lock_both(tx: Transaction, person_ids: Collection[str]) -> Told:
    """All households in which these people ever lived, then all who ever lived there, in the one order; what is told of them.
    Raises Conflict where somebody moved meanwhile."""
    before = await life.list_told(tx, [], person_ids)
    await life.lock_households(tx, before.households)
    await life.lock_persons(tx, before.core.union(person_ids))
    told = await life.list_told(tx, [], person_ids)
    if (told.households, told.core) != (before.households, before.core):
        raise life.ChangedMeanwhile
    return told


async def look_at(tx: Transaction, actor: Actor, keys: KeyRing, gone: Row, proposal: Proposal) -> list[Fault]:
    """Everything that stands against a merger, but for what is told of the two. Raises PersonNotFound for `into`."""
    if proposal.into == gone["person_id"]:
        return [Fault("/into", "same-person", "is this very person", "即为该人员本身")]
    move_person(PersonStatus(gone["status"]), PersonAction.MERGE)
    kept = await persons.get_person(tx, proposal.into, actor.place)
    faults = faults_of_taking(proposal.take, recorded(Sealed(keys, gone), gone, proposal.take))
    if kept["status"] in (PersonStatus.WITHDRAWN, PersonStatus.MERGED):
        faults.append(Fault("/into", "not-registered", "is itself merged or withdrawn", "该人员已被合并或撤销"))
    if any(merger.kept_id == gone["person_id"] for merger in await store.list_mergers(tx, [gone["person_id"]])):
        faults.append(Fault("", "others-merged-into-it", "others are merged into this one", "已有其他人员并入该人员"))
    return faults


async def merge(
    tx: Transaction,
    actor: Actor,
    keys: KeyRing,
    gone_id: str,
    proposal: Proposal,
    source: str,
    evidence: str | None,
    by: str,
) -> list[Fault]:
    """One record goes on as the other; what to look at. Both are locked already (`lock_both`), and nothing stands against it (`look_at`).

    Raises PersonNotFound, CannotBeOne (naming the event that stands against it), FlatTaken.
    """
    gone = await persons.get_person(tx, gone_id, actor.place)
    kept = await persons.get_person(tx, proposal.into, actor.place)
    sealed, sealed_gone = Sealed(keys, kept), Sealed(keys, gone)
    there = recorded(sealed_gone, gone, proposal.take)
    before = recorded(sealed, kept, proposal.take)
    households = (await life.list_told(tx, [], [gone_id, proposal.into])).households
    merger_id = new_id()
    taken = sealed.seal(
        to_json({field: [before.get(field), there[field]] for field in proposal.take}).decode(), _place_of(merger_id)
    )
    merger = Merger(gone_id, proposal.into, proposal.both_lived)
    await store.add_merger(tx, merger_id, merger, taken, source, evidence, by)
    if there:
        since = await history.held_since(tx, "person", gone_id)
        if ID_NUMBER in there:
            await store.release_number(tx, gone_id)
        await make(tx, keys, sealed, kept, there, None, source, by, since)
    told = await life.list_told(tx, households, [gone_id, proposal.into])
    await retell(tx, actor, told, [gone_id], Said(source, by), CannotBeOne)
    state = {**gone, "version": gone["version"] + 1, "status": PersonStatus.MERGED, "merged_into": proposal.into}
    await store.set_merged(tx, gone_id, state["version"], state["status"], proposal.into)
    if ID_NUMBER in there:  # that of the one who stays, who may have had none
        await store.set_number(tx, gone_id, columns_of(keys, sealed_gone, ID_NUMBER, before.get(ID_NUMBER)))
    outbox.emit(tx, person_state(PersonMerged, state))
    await alarms.look(tx, [gone_id, proposal.into])
    return what_differs(gone, kept)


async def unmerge(
    tx: Transaction, actor: Actor, keys: KeyRing, gone_id: str, check: Callable[[int], None], because: str
) -> Parted:
    """Two are two again: each has what was its own before, but for fields changed since. What was recorded since stays with the one.

    Raises PersonNotFound, what `check` raises, NotMerged, ContradictsLater, FlatTaken.
    """
    merger = await _standing(tx, await persons.get_person(tx, gone_id, actor.place))
    kept_id = merger["kept_id"]
    told = await lock_both(tx, [gone_id, kept_id])
    gone = await persons.get_person(tx, gone_id, actor.place)
    check(gone["version"])
    merger = await _standing(tx, gone)
    kept = await persons.get_person(tx, kept_id, actor.place)
    sealed = Sealed(keys, kept)
    taken = taken_of(sealed, merger)
    back, staying = parted(taken, recorded(sealed, kept, list(taken)))
    fields, events = await store.list_added(tx, kept_id, merger["merged_at"])
    await store.end_merger(tx, merger["merger_id"], actor.subject, because)
    if ID_NUMBER in taken:
        await store.release_number(tx, gone_id)
    if back:
        await make(tx, keys, sealed, kept, back, None, "staff", actor.subject, {})
    if ID_NUMBER in taken:
        await store.set_number(tx, gone_id, columns_of(keys, Sealed(keys, gone), ID_NUMBER, taken[ID_NUMBER][1]))
    told = await life.list_told(tx, told.households, [gone_id, kept_id])
    await retell(tx, actor, told, [], Said("staff", actor.subject), ContradictsLater)
    if not any(part.person_id == gone_id for event in told.events for part in event.people):  # it was withdrawn before
        state = {**gone, "version": gone["version"] + 1, "status": PersonStatus.WITHDRAWN, "merged_into": None}
        await store.set_merged(tx, gone_id, state["version"], state["status"], None)
        outbox.emit(tx, person_state(PersonUnmerged, state))
    await alarms.look(tx, [gone_id, kept_id])
    return Parted(kept_id, sorted({*staying, *fields}), events)


def taken_of(sealed: Sealed, merger: Row) -> dict[str, tuple[Any, Any]]:
    """Fields that came from the one who went, before and after. `sealed`: of the one who stayed."""
    found = from_json(sealed.unseal(merger["taken_sealed"], _place_of(merger["merger_id"])))
    return {field: (before, after) for field, (before, after) in found.items()}


async def _standing(tx: Transaction, gone: Row) -> Row:
    merger = await store.find_standing(tx, gone["person_id"])
    if merger is None:
        raise NotMerged
    return merger


def _place_of(merger_id: str) -> str:
    return f"merger/{merger_id}"
