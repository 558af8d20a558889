"""Takes what happened to couples: marriage, divorce, and widowhood where the one who died was never in the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.registry.history import store as history
from services.registry.life import store
from services.registry.life.couples import NEVER, SPOUSE_OF_HEAD, WED
from services.registry.life.domain import LifeEvent, LifeKind, Part
from services.registry.life.kin import Closeness, MarriageLaw, Party, closeness, faults_of_couple
from services.registry.life.replay import replay
from services.registry.life.service import BeyondPlace, Taken
from services.registry.life.telling import MARITAL, CannotHaveHappened, Ground, tell
from services.registry.persons import store as persons
from services.registry.persons.service import refuse_if_merged
from services.registry.service import refuse_future
from shared.auth import Actor
from shared.db import Row, Transaction
from shared.errors import Fault
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class CoupleWord:
    """An event of a couple as a caller tells it. `spouse`: of the registry; None: somebody else, or (of a divorce) whom the registry has as
    the spouse. `before`, `spouse_before`: the marital status before a marriage (10, 30 or 40), as the application for it says. `again`:
    they marry each other once more. `court`: the divorce is by judgment or mediation of a court."""

    kind: LifeKind
    on: date
    ground: Ground
    spouse: str | None = None
    law: MarriageLaw = MarriageLaw.CIVIL_CODE
    before: str | None = None
    spouse_before: str | None = None
    again: bool = False
    court: bool = False


async def take_couple_word(
    tx: Transaction, actor: Actor, person_id: str, check: Callable[[int], None], word: CoupleWord
) -> Taken:
    """Marital status follows, on every day; who lives with whom, and in which hukou household who is entered, stays.

    Raises PersonNotFound (also for the spouse), IsMerged, what `check` raises, DateInFuture, BeyondPlace, CannotHaveHappened,
    ContradictsLater.
    """
    first = await persons.get_person(tx, person_id, actor.place)
    spouse_id = word.spouse or await _spouse_then(tx, person_id, word)
    there = [first, *([await _spouse(tx, actor, spouse_id, word)] if spouse_id else [])]
    await store.lock_households(tx, {row["household_id"] for row in there})
    people = [await persons.get_person(tx, row["person_id"], actor.place) for row in there]
    if [row["household_id"] for row in people] != [row["household_id"] for row in there]:
        raise store.ChangedMeanwhile
    check(people[0]["version"])
    refuse_future(tx, word.on, "/on")
    for row in people:
        refuse_if_merged(row)
    warnings = await _look(tx, people, word) if word.kind is LifeKind.MARRIED else []
    if word.kind is LifeKind.DIVORCED and not spouse_id and not await _was_married(tx, first, word.on):
        en, zh = "look at it again: no marriage is known of this person", "请核对：未登记该人员的婚姻"
        warnings = [Fault("/on", "marriage-not-known", en, zh)]
    parts = tuple([Part(row["person_id"], await _before(tx, row, n, word)) for n, row in enumerate(people)])
    home, *others = (row["household_id"] for row in people)
    event = LifeEvent(new_id(), word.kind, word.on, 0, home, parts, outside=not others, again=word.again)
    if others != [home]:
        event = replace(event, into_id=next(iter(others), None))
    law = word.law if word.law is not MarriageLaw.CIVIL_CODE else None
    pointers = {"/people/0": "/on", "/people/1": "/spouse"}
    await tell(tx, actor, event, word.ground, pointers, stated={"law": law, "court": word.court})
    return Taken(event.event_id, tuple(warnings))


async def _spouse_then(tx: Transaction, person_id: str, word: CoupleWord) -> str | None:
    """Of a divorce: whom the registry has as the spouse on that day."""
    if word.kind is not LifeKind.DIVORCED:
        return None
    told = await store.list_told(tx, [], [person_id])
    events = [event for event in told.events if event.on <= word.on]
    return replay(events, told.people, told.households).married.get(person_id)


async def _spouse(tx: Transaction, actor: Actor, spouse_id: str, word: CoupleWord) -> Row:
    """Raises PersonNotFound for whom the caller names; BeyondPlace for whom only the registry does."""
    try:
        return await persons.get_person(tx, spouse_id, actor.place)
    except persons.PersonNotFound:
        if word.spouse:
            raise
        raise BeyondPlace(
            "The spouse lives elsewhere: ask the county.", "配偶在管辖范围以外，请联系县级部门。"
        ) from None


async def _look(tx: Transaction, people: list[Row], word: CoupleWord) -> list[Fault]:
    """What to look at. Raises CannotHaveHappened with everything that stands against a marriage."""
    pointers = ("/on", "/spouse")
    parties = tuple(Party(p["sex"], p["birth_on"], at) for p, at in zip(people, pointers, strict=False))
    faults, warnings = faults_of_couple(parties, word.law, word.on, tx.today)
    ids = [row["person_id"] for row in people]
    if len(set(ids)) < len(ids):
        faults = [Fault("/spouse", "same-person", "is this very person", "即为该人员本身")]
    elif len(ids) > 1:
        near = closeness(await store.list_relations(tx, *ids))
        en, zh = (
            "are close kin by their relations to the head (Civil Code art. 1048)",
            "按与户主关系属近亲（民法典第1048条）",
        )
        if near is Closeness.CLOSE:
            faults.append(Fault("/spouse", "close-kin", en, zh))
        elif near is Closeness.MAYBE:
            warnings.append(
                Fault("/spouse", "close-kin-maybe", f"look at it again: may be that they {en}", f"请核对是否{zh}")
            )
    if faults:
        raise CannotHaveHappened(faults=faults)
    for row, pointer in zip(people, pointers, strict=False):
        if await store.has_other_spouse(tx, row["person_id"], ids, list(SPOUSE_OF_HEAD)):
            en, zh = "lives with another as husband or wife, by relation", "按与户主关系另有配偶"
            warnings.append(Fault(pointer, "spouse-at-home", en, zh))
        if await _stated(tx, row, word.on) in WED:
            en, zh = "is stated to have been married then", "当时登记的婚姻状况为已婚"
            warnings.append(Fault(pointer, "stated-married", en, zh))
    return warnings


async def _before(tx: Transaction, row: Mapping[str, Any], n: int, word: CoupleWord) -> str | None:
    """The marital status before a marriage: as told, else as it is stated in the profile on that day."""
    if word.kind is not LifeKind.MARRIED:
        return None
    told = (word.before, word.spouse_before)[n]
    stated = None if told else await _stated(tx, row, word.on)
    return told or (stated if stated not in WED and stated != _NOT_STATED else None)


_NOT_STATED = "90"


async def _was_married(tx: Transaction, row: Mapping[str, Any], on: date) -> bool:
    """Is a marriage told of the person, or stated on that day?"""
    return row["facts"].get(MARITAL) is not None or await _stated(tx, row, on) in WED


async def _stated(tx: Transaction, row: Mapping[str, Any], on: date) -> str | None:
    facts = await history.list_facts(tx, "person", row["person_id"], on, None)
    stated: str | None = (facts.get("profile") or {}).get("marital")
    if stated is None:  # who had never married by a later day had not before
        now = (row["facts"].get("profile") or {}).get("marital")
        return NEVER if now == NEVER else None
    return stated
