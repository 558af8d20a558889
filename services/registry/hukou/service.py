"""What can be told of a hukou household, as it stands in the register of the police (公安户籍): set up, entered, left, moved, split,
merged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from services.registry import store as history
from services.registry.households import store as households
from services.registry.households.domain import HouseholdKind, HouseholdStatus
from services.registry.hukou import store
from services.registry.hukou.domain import NO_PAPERS, Papers
from services.registry.life import store as life
from services.registry.life.domain import LifeEvent, LifeKind, Part
from services.registry.life.telling import Ground, tell
from services.registry.persons import store as persons
from services.registry.persons.service import refuse_if_merged
from services.registry.store import rows_by_id
from shared.auth import Actor
from shared.db import Row, Transaction
from shared.errors import Fault
from shared.ids import new_id

BOOK = "hukou_book"
"""The fact that holds the number of a household's book (户口簿户号)."""


@dataclass(frozen=True, slots=True)
class HukouWord:
    """An event of a hukou household as a caller tells it. `division`: where it stands from then on; of who leaves, where the hukou goes to.
    `book`: number of the book of the household that the event makes."""

    kind: LifeKind
    on: date
    ground: Ground
    people: tuple[Part, ...] = ()
    into_id: str | None = None
    division: str | None = None
    book: str | None = None
    papers: Papers = NO_PAPERS


@dataclass(frozen=True, slots=True)
class Written:
    """The id of the event that was taken, the household it made or is about, and what to look at."""

    event_id: str
    household_id: str
    warnings: tuple[Fault, ...]


async def set_up(tx: Transaction, actor: Actor, word: HukouWord) -> Written:
    """A hukou household is known (立户): people of the registry are entered in it from that day on, which may lie before they came here.

    Raises PersonNotFound, IsMerged, DateInFuture, CannotHaveHappened, ContradictsLater.
    """
    people = [part.person_id for part in word.people]
    await lock_for(tx, [], people)
    await _look_up(tx, actor, people)
    home = (await rows_by_id(tx, "persons", people[:1]))[people[0]]["household_id"]
    household_id = await _make(
        tx, (await rows_by_id(tx, "households", [home]))[home], word.division, word.on, word.book
    )
    return await _tell(tx, actor, LifeEvent(new_id(), word.kind, word.on, 0, household_id, word.people), word)


async def take_hukou_word(
    tx: Transaction, actor: Actor, household_id: str, check: Callable[[int], None], word: HukouWord
) -> Written:
    """Something happened to a hukou household; who is entered where follows, and what is told of people's hukou with it. Who lives with
    whom stays.

    Raises HouseholdNotFound (also for `into_id`), PersonNotFound, IsMerged, what `check` raises, DateInFuture, CannotHaveHappened,
    ContradictsLater.
    """
    people = [part.person_id for part in word.people]
    await lock_for(tx, [household_id, *([word.into_id] if word.into_id else [])], people)
    row = await store.get_household(tx, household_id, actor.place)
    if word.into_id:
        await store.get_household(tx, word.into_id, actor.place)
    check(row["version"])
    await _look_up(tx, actor, people)
    event = LifeEvent(new_id(), word.kind, word.on, 0, household_id, word.people, word.into_id)
    if word.kind is LifeKind.HUKOU_SPLIT:
        division = word.division or row["hukou_division"]
        event = replace(event, into_id=await _make(tx, row, division, word.on, word.book))
    return await _tell(tx, actor, event, word)


async def lock_for(tx: Transaction, household_ids: Collection[str], person_ids: Collection[str]) -> None:
    """These households, and the hukou households of all who were ever in them and of these people; in the one order. Raises
    ChangedMeanwhile where somebody was entered in another before they were locked: to lock that one too would be out of order."""
    found = await _around(tx, household_ids, person_ids)
    await life.lock_households(tx, found)
    if await _around(tx, household_ids, person_ids) != found:
        raise life.ChangedMeanwhile


async def _around(tx: Transaction, household_ids: Collection[str], person_ids: Collection[str]) -> set[str]:
    people = await life.list_people_of(tx, household_ids) | {*person_ids}
    return {*household_ids, *await life.list_homes_ever(tx, people, ("hukou",))}


async def _look_up(tx: Transaction, actor: Actor, person_ids: Collection[str]) -> None:
    for person_id in person_ids:
        refuse_if_merged(await persons.get_person(tx, person_id, actor.place))


async def _make(tx: Transaction, beside: Row, division: str | None, on: date, book: str | None) -> str:
    """A hukou household of which nothing was told yet, to be found for now where `beside` is."""
    household_id = new_id()
    place = tuple(beside[name] for name in ("community_code", "dwelling_id", "estate", "block", "unit", "flat"))
    facts: Mapping[str, object] = {BOOK: book} if book else {}
    row = (household_id, HouseholdKind.HUKOU, *place, division, None, facts)
    await households.add_households(tx, [row], on, beside["coliving_id"])
    await life.begin(tx, household_id, HouseholdStatus.ENDED)
    return household_id


async def _tell(tx: Transaction, actor: Actor, event: LifeEvent, word: HukouWord) -> Written:
    event = replace(event, division=word.division)
    later = await tell(tx, actor, event, word.ground, papers=word.papers)
    household_id = event.into_id or event.household_id
    if word.book:
        await history.add_facts(
            tx, "household", [(household_id, BOOK, word.book)], event.on, word.ground.source, actor.subject
        )
    return Written(event.event_id, household_id, (*later, *await headless(tx, event.households)))


async def headless(tx: Transaction, household_ids: Collection[str]) -> list[Fault]:
    """A household whose head died or left has none until another is told."""
    rows = await rows_by_id(tx, "households", household_ids)
    return [
        Fault(
            "/people",
            "head-missing",
            "the household has no head now: tell who is",
            "本户现无户主，请登记户主变更",
        )
        for row in rows.values()
        if row["status"] == HouseholdStatus.SETTLED and row["head_person_id"] is None
    ]
