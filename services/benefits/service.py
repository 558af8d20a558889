"""What benefits does on hearing of others, and when time comes: it keeps their word, ends cases that lost their subject, and assesses
households again.

It looks only at what is known now, so that news may come in any order and twice. Locks: households, then persons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from services.benefits import store
from services.benefits.assessments.copies import PERSON_FACTS, person_facts
from services.benefits.assessments.dates import next_change_on
from services.benefits.assessments.domain import Parameters
from services.benefits.assessments.service import assess_households
from services.benefits.cases.domain import CaseAction
from services.benefits.cases.service import end_cases, end_recorded, give_cases, move_cases, reopen_cases
from shared.clock import end_of_day
from shared.contracts.jobs import WorkerState
from shared.contracts.registry import HouseholdState, PersonErased, PersonState
from shared.db import Transaction
from shared.timers import cancel_timers, hold_timers, set_timers

ASSESS_AGAIN = "assess-again"
"""Timer of a person (key: person_id): the day from which time alone may change what the person or the household is told."""
REGISTRY = "registry"
"""By whom a case was ended, where the registry's word ended it."""

Word = PersonState | HouseholdState | WorkerState
W = TypeVar("W", bound=Word)

_OF_HOUSEHOLD = {"ended": CaseAction.END_HOUSEHOLD, "withdrawn": CaseAction.WITHDRAW_HOUSEHOLD}


async def keep_words(tx: Transaction, words: Sequence[Word]) -> None:
    """Keeps the registry's word on people and households, and jobs' on who works, which from then on counts before what a person
    stated; an older word changes nothing. Of who died or was entered by mistake, and of households that are no more, cases end;
    those of who lives elsewhere now go along. Every household that is concerned is assessed once."""
    people = {word.person_id for word in words if not isinstance(word, HouseholdState)}
    await hold_timers(tx, ASSESS_AGAIN, sorted(people))
    people.update(word.merged_into for word in _of(PersonState, words) if word.merged_into)
    locked = await store.lock_with_homes(tx, {word.household_id for word in words}, people)
    known = await store.load_known(tx, locked.homes, locked.people)
    news = _news(words, known.versions)
    await _follow_cases(tx, news, known)
    newest = list({(word.topic, word.key_value): word for word in news}.values())
    copies = [
        (w.person_id, w.version, w.state, w.household_id, _facts(w), w.merged_into) for w in _of(PersonState, newest)
    ]
    await store.save_person_copies(tx, copies)
    await store.save_household_copies(tx, list(map(_home, _of(HouseholdState, newest))))
    await store.save_work_copies(tx, [(w.person_id, w.version, _work(w)) for w in _of(WorkerState, newest)])
    concerned = _concerned(news, known.homes)
    if merged := _merged(_of(PersonState, news), known.owners):
        for home, person_id in await give_cases(tx, merged, REGISTRY):
            everybody = concerned.get(home, ()) is None
            concerned[home] = None if everybody else {*(concerned.get(home) or ()), person_id}
    if concerned:
        await store.lock(tx, *sorted(concerned.keys() - locked.homes))
        parameters = await assess_households(tx, concerned)
        await _watch(tx, [(person_id, state, facts) for person_id, _, state, _, facts, _ in copies], parameters)


async def forget_people(tx: Transaction, erased: Sequence[PersonErased]) -> None:
    """The registry erased people (PIPL art. 47): what it and jobs had said of them, and what benefits concluded from that, is forgotten.
    Cases stay, under an id that names nobody any more: who was granted or refused what is what 社会保险法 art. 74 wants recorded, and what
    is reviewed by 社会救助暂行办法 art. 65 (for how long: 社会保险业务档案管理规定 [M], 10 years and more). What they rested on and notes
    go."""
    if not erased:
        return
    ids = sorted({event.person_id for event in erased})
    await hold_timers(tx, ASSESS_AGAIN, ids)
    await store.lock_with_homes(tx, (), ids)
    await store.forget(tx, [(event.person_id, event.version) for event in erased])
    await cancel_timers(tx, ASSESS_AGAIN, ids)


def _merged(news: Iterable[PersonState], owners: Mapping[str, str]) -> set[str]:
    """Of the people that the news are about, who is or was merged into another, and into whom; and into whom others are."""
    found: set[str] = set()
    for word in news:
        of = {word.merged_into, owners.get(word.person_id)} - {None}
        if of or word.person_id in owners.values():
            found.update({word.person_id, *(person_id for person_id in of if person_id)})
    return found


def _of(kind: type[W], words: Iterable[Word]) -> list[W]:
    return [word for word in words if isinstance(word, kind)]


def _news(words: Iterable[Word], versions: Mapping[tuple[str, str], int]) -> list[Word]:
    """Those that say more than was known of the same thing before them, in order."""
    known, found = dict(versions), []
    for word in words:
        about = word.topic, word.key_value
        if word.version > known.get(about, 0):
            known[about] = word.version
            found.append(word)
    return found


def _concerned(news: Sequence[Word], homes: Mapping[str, str]) -> dict[str, set[str] | None]:
    """The households that the news are about, with the people whose own assessments may differ: all where the news are the household's.
    A person's: the former one too. (Work of one whom the registry has not told of yet waits.)"""
    now, found = dict(homes), defaultdict[str, set[str]](set)
    for word in _of(PersonState, news):
        for home in (now.get(word.person_id, word.household_id), word.household_id):
            found[home].add(word.person_id)
        now[word.person_id] = word.household_id
    for work in _of(WorkerState, news):
        if work.person_id in now:
            found[now[work.person_id]].add(work.person_id)
    return {**found, **dict.fromkeys(word.household_id for word in _of(HouseholdState, news))}


async def _follow_cases(tx: Transaction, news: Iterable[Word], known: store.Known) -> None:
    """Ends what is under way of who died or was entered by mistake (Order 765 art. 25: the end of an entitlement is to be reported within
    20 working days; here it takes effect at once), and of households where nobody lives any more or that were entered by mistake. (What
    their members applied for ends by the members' own news.) What ended with a household goes on where that is settled again."""
    now, ended = dict(known.homes), set(known.ended)
    for word in news:
        if isinstance(word, PersonState):
            await _follow_cases_of(tx, word, now.get(word.person_id, word.household_id))
            now[word.person_id] = word.household_id
        elif isinstance(word, HouseholdState) and (action := _OF_HOUSEHOLD.get(word.state)):
            await end_cases(tx, word.household_id, action, REGISTRY)
            ended.add(word.household_id)
        elif isinstance(word, HouseholdState) and word.household_id in ended:
            await reopen_cases(tx, word.household_id)


async def _follow_cases_of(tx: Transaction, word: PersonState, was_in: str) -> None:
    """What was applied for before a settling was taken back goes with it. What was applied for after that, before benefits had heard of
    it, is of the household where the person is now. Of an id that is merged into another nothing else ends."""
    moved = word.household_id != was_in
    if (word.withdrawn_at and (moved or word.merged_into)) or (word.state == "withdrawn" and not word.merged_into):
        await end_recorded(tx, word.person_id, CaseAction.WITHDRAW_HOUSEHOLD, REGISTRY, word.withdrawn_at)
    if word.state == "deceased":
        await end_cases(tx, word.person_id, CaseAction.PERSON_DIED, REGISTRY)
    if moved:
        await move_cases(tx, word.person_id, word.household_id)


def _home(word: HouseholdState) -> tuple[Any, ...]:
    address = word.community_code, word.estate, word.block, word.unit, word.flat
    members = [member.person_id for member in word.members]
    dibao = word.dibao.model_dump(mode="json") if word.dibao else None
    return word.household_id, word.version, word.state, *address, members, dibao


def _facts(word: PersonState) -> dict[str, Any]:
    return word.model_dump(mode="json", include=set(PERSON_FACTS))


def _work(word: WorkerState) -> dict[str, Any] | None:
    """None: jobs took its word back."""
    return None if word.takes_word_back else word.model_dump(mode="json", include={"work", "employments"})


async def assess_again(tx: Transaction, person_id: str) -> None:
    """A birthday, the start of an insurance year, the edge of a window, or a parameter that comes into force."""
    locked = (await store.lock_with_homes(tx, (), {person_id})).homes
    person = await store.find_person_copy(tx, person_id)
    if person is None:
        return
    await store.lock(tx, *({person["household_id"]} - locked))
    parameters = await assess_households(tx, {person["household_id"]: {person_id}})
    await _watch(tx, [(person_id, person["state"], person["facts"])], parameters)


async def _watch(tx: Transaction, people: Sequence[tuple[str, str, Mapping[str, Any]]], parameters: Parameters) -> None:
    """Sets the timers of people (id, state, facts) to the next day on which time changes something; takes away those of who is not a
    resident."""
    days = {
        person_id: next_change_on(person_facts(said, None), parameters, tx.today) if state == "resident" else None
        for person_id, state, said in people
    }
    await cancel_timers(tx, ASSESS_AGAIN, [person_id for person_id, day in days.items() if day is None])
    due = [(person_id, end_of_day(day - timedelta(days=1))) for person_id, day in days.items() if day]
    await set_timers(tx, ASSESS_AGAIN, due)
