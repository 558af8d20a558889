"""What jobs does when the registry speaks or a birthday comes: it keeps the word and follows it.

Whoever changes something of a household, its people or their work locks that household first (`households.store.lock_near`) and ends
with `follow`, which brings employments, seekers and the household's standing in line with all that is known. It looks only at what is
known now, so that news may come in any order, twice, and as many at once as there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from services.jobs.employments import store as employments
from services.jobs.employments.domain import Employment, EmploymentStatus
from services.jobs.households import store as households
from services.jobs.households.domain import Standing, household_standing
from services.jobs.persons import store as persons
from services.jobs.persons.domain import Presence, Word, Worker, changes_of, grouped, told
from services.jobs.seekers import store as seekers
from services.jobs.seekers.domain import SpellChange, opens_spell, spell_changes
from shared import clock, outbox
from shared.contracts.jobs import (
    EmploymentEnded,
    EmploymentNow,
    EmploymentStarted,
    HouseholdWithoutWorkCleared,
    HouseholdWithoutWorkFound,
)
from shared.contracts.registry import HouseholdState, PersonErased, PersonState
from shared.db import Row, Transaction
from shared.events import Event
from shared.ids import new_id
from shared.labour import next_age_border
from shared.timers import cancel_timers, hold_timers, set_timers

E = TypeVar("E", bound=Event)

AGE_BORDER = "age-border"
"""Timer of a person (key: person_id): the day on which it comes of labour age, or leaves it."""
REGISTRY = "registry"
CLOCK = "clock"
_NOTHING: Mapping[str, Any] = {}
_NOBODY = "nobody"


async def keep_news(tx: Transaction, news: Sequence[PersonState | HouseholdState]) -> None:
    """Keeps the registry's word on people and households and follows it; an older word changes nothing."""
    if not news:
        return
    people = _newest(word for word in news if isinstance(word, PersonState))
    homes = _newest(word for word in news if isinstance(word, HouseholdState))
    await hold_timers(tx, AGE_BORDER, list(people))
    merged = [word.merged_into for word in people.values() if word.merged_into]
    if merged:
        await households.await_newcomers(tx)
    lived_in = [word.household_id for word in people.values()]
    near = await households.lock_near(tx, [households.NEWCOMERS, *homes, *lived_in], [*people, *merged])
    kept = await households.save_copies(tx, [_household_copy(word) for word in homes.values()])
    heard = await persons.save_copies(tx, [_person_copy(word) for word in people.values()])
    if not kept and not heard:
        return
    left = [row["was_into"] for row in heard if row["was_into"]]
    loaded = await persons.load_workers(tx, near, [*(row["person_id"] for row in heard), *merged, *left])
    workers = loaded.people
    await _watch_ages(tx, [workers[row["person_id"]] for row in heard])
    moved = {row["person_id"]: row["was_in"] for row in heard if row["was_in"] not in (None, row["is_in"])}
    before = grouped(loaded.workers, _owners_before(heard, loaded.owners))
    await follow(tx, near, workers, REGISTRY, moved=moved, before=before)


async def forget_people(tx: Transaction, erased: Sequence[PersonErased]) -> None:
    """The registry erased people (PIPL art. 47): what they stated, their class of labour, day of birth, and the names of their employers
    are forgotten. What stays, under an id that names nobody any more: which forms of work from when to when, and spells of seeking it,
    for the figures that 就业促进法 art. 43 (employment statistics and registration) has to be told from; contracts are the employers' to
    keep (劳动合同法 art. 50 [M])."""
    if not erased:
        return
    ids = sorted({event.person_id for event in erased})
    await hold_timers(tx, AGE_BORDER, ids)
    await persons.forget(tx, [(event.person_id, event.version) for event in erased])
    await cancel_timers(tx, AGE_BORDER, ids)


def _owners_before(heard: Sequence[Row], owners: Mapping[str, str]) -> Mapping[str, str]:
    """Whose the merged ids were before this was heard; what was of one whom jobs had not heard of yet was nobody's."""
    changed = {row["person_id"]: row["was_into"] for row in heard if row["was_into"] != row["is_into"]}
    unknown = {row["person_id"] for row in heard if row["was_in"] is None}
    before = {**owners, **changed}
    return {id_: _NOBODY if owner in unknown else owner for id_, owner in before.items() if owner}


def _newest(news: Iterable[E]) -> dict[str, E]:
    """The last word on each aggregate, by its id."""
    return {word.key_value: word for word in sorted(news, key=lambda word: word.version)}


def _person_copy(word: PersonState) -> persons.PersonCopy:
    return (
        word.person_id,
        word.version,
        Presence.MOVED_OUT if word.presence == "moved-out" and not word.merged_into else Presence(word.state),
        word.household_id,
        word.sex,
        word.birth_on,
        word.died_on,
        word.withdrawn_at,
        word.labour_class,
        word.merged_into,
        word.work.model_dump(mode="json") if word.work else None,
    )


def _household_copy(word: HouseholdState) -> households.HouseholdCopy:
    return (
        word.household_id,
        word.version,
        word.state,
        word.community_code,
        word.estate,
        word.block,
        word.unit,
        word.flat,
        [member.person_id for member in word.members],
        word.registered_poor,
    )


async def check_age(tx: Transaction, person_id: str) -> None:
    """The person comes of labour age today, or leaves it."""
    near = await households.lock_near(tx, [], [person_id])
    workers = (await persons.load_workers(tx, near, [person_id])).people
    if person_id in workers:
        await _watch_ages(tx, [workers[person_id]])
        await follow(tx, near, workers, CLOCK)


async def _watch_ages(tx: Transaction, people: Sequence[Worker]) -> None:
    """Sets the timers of the days on which these people come to a border of labour age; takes the timers of all others away."""
    today = tx.today
    borders = {w.person_id: next_age_border(w.sex, w.birth_on, today) if _is_watched(w) else None for w in people}
    due = [(person_id, clock.end_of_day(on - timedelta(days=1))) for person_id, on in borders.items() if on]
    await set_timers(tx, AGE_BORDER, due)
    await cancel_timers(tx, AGE_BORDER, [person_id for person_id, on in borders.items() if on is None])


def _is_watched(worker: Worker) -> bool:
    return worker.presence is Presence.RESIDENT and not worker.merged_into


# in line with all that is known


@dataclass(frozen=True, slots=True)
class _Turn:
    """A person before and after. `changes`: the ids under which employments are recorded, each with one after a change, in order; `said`:
    what others hear of; `spells` of seeking work that change, and whether one `opens`."""

    before: Worker
    after: Worker
    changes: Sequence[tuple[str, Employment]]
    said: Sequence[Word]
    spells: Sequence[SpellChange]
    opens: bool

    @property
    def is_change(self) -> bool:
        return bool(self.changes or self.said or self.spells or self.opens)


async def follow(
    tx: Transaction,
    near: Sequence[str],
    workers: Mapping[str, Worker],
    by: str,
    acts: Mapping[str, Employment] = _NOTHING,
    moved: Mapping[str, str] = _NOTHING,
    before: Mapping[str, Worker] = _NOTHING,
) -> None:
    """Brings employments, seekers and standing in line in the locked households `near`, whose people `workers` are. `acts`: what is done
    to whom beforehand; `moved`: who came to another household, and which they left (both show other people than before); `before`: the
    same people, grouped as others know them by now."""
    turns = []
    for person_id, worker in workers.items():
        was, is_moved = before.get(person_id, worker), person_id in moved
        if worker.merged_into in workers:  # what is recorded under this id goes along with the person whose it is
            turns.append(_Turn(was, worker, [], told(was, worker, is_moved), [], opens=False))
        else:
            turns.append(_turn(was, worker, acts.get(person_id), is_moved, tx.today))
    await _follow_employments(tx, turns, by)
    await _follow_seekers(tx, turns)
    under = {under for turn in turns for under, _ in turn.changes}
    changed = [turn for turn in turns if turn.is_change or turn.before.person_id in under]
    versions = [(turn.before.person_id, turn.before.version + max(len(turn.said), 1)) for turn in changed]
    if versions:
        await persons.save_workers(tx, versions)
    for turn in changed:
        _say_work(tx, turn)
    joined = (workers[person_id].household_id for person_id in moved)
    touched = {*moved.values(), *joined, *(turn.before.household_id for turn in changed)}
    await _follow_households(tx, near, {turn.after.person_id: turn.after for turn in turns}, touched)


def _turn(before: Worker, now: Worker, act: Employment | None, moved: bool, on: date) -> _Turn:
    changes: list[tuple[str, Employment]] = []
    after = now
    if act:
        changes.append((now.keeper(act.employment_id), act))
        after = now.with_(act, changes[0][0])
    following = [] if now.merged_into else changes_of(after, new_id)
    for under, change in following:
        after = after.with_(change, under)
    spells, opens = spell_changes(after, on), opens_spell(after, on)
    return _Turn(before, after, [*changes, *following], told(before, after, moved), spells, opens)


async def _follow_employments(tx: Transaction, turns: Sequence[_Turn], by: str) -> None:
    newest = {change.employment_id: (under, change) for turn in turns for under, change in turn.changes}
    if newest:
        await employments.save_employments(tx, list(newest.values()), by)


async def _follow_seekers(tx: Transaction, turns: Sequence[_Turn]) -> None:
    opened = [(new_id(), turn.after.person_id) for turn in turns if turn.opens]
    changed = [(spell.seeker_id, spell.status, spell.because) for turn in turns for spell in turn.spells]
    if opened or changed:
        await seekers.save_seekers(tx, opened, changed)


def _say_work(tx: Transaction, turn: _Turn) -> None:
    for version, (change, standing) in enumerate(turn.said, turn.before.version + 1):
        state = _worker_state(turn.after, standing, version)
        if change.stands:
            outbox.emit(tx, EmploymentStarted(**state, employment_id=change.employment_id))
        else:
            reason = "withdrawn" if change.status is EmploymentStatus.WITHDRAWN else change.end_reason
            outbox.emit(tx, EmploymentEnded(**state, employment_id=change.employment_id, reason=reason))


def _worker_state(worker: Worker, standing: Sequence[Employment], version: int) -> dict[str, Any]:
    """What every event of a person's work carries (`WorkerState`)."""
    employments = tuple(
        EmploymentNow(
            employment_id=e.employment_id,
            form=e.terms.form,
            division=e.terms.division,
            employer_kind=e.terms.employer_kind.value if e.terms.employer_kind else None,
            started_on=e.terms.started_on,
        )
        for e in standing
    )
    return {
        "version": version,
        "person_id": worker.person_id,
        "household_id": worker.household_id,
        "work": "employed" if employments else "none",
        "employments": employments,
        "has_worked": bool(worker.counted),
    }


async def _follow_households(
    tx: Transaction, near: Sequence[str], workers: Mapping[str, Worker], touched: set[str]
) -> None:
    rows: list[tuple[Any, ...]] = []
    for row in await households.load_households(tx, near):
        household_id, before = row["household_id"], row["standing"]
        standing = _standing(tx, row, workers)
        if standing == before and household_id not in touched:
            continue
        version = row["version"] + 1
        without = standing is Standing.WITHOUT_WORK
        since = (row["without_work_since"] or tx.now) if without else None
        rows.append((household_id, version, standing, since))
        if without != (before == Standing.WITHOUT_WORK):
            kind = HouseholdWithoutWorkFound if without else HouseholdWithoutWorkCleared
            state = {"household_id": household_id, "community_code": row["community_code"], "without_work": without}
            outbox.emit(tx, kind(version=version, since=since, **state))
    if rows:
        await households.save_households(tx, rows)


def _standing(tx: Transaction, household: Row, workers: Mapping[str, Worker]) -> Standing:
    """A member whose own news does not say (yet) that it lives here counts as not heard of; an id that is merged is no member."""
    if not household["settled"]:
        return Standing.NO_LABOUR
    members = [workers.get(person_id) for person_id in household["members"]]
    here = [
        m if m and m.household_id == household["household_id"] else None for m in members if not (m and m.merged_into)
    ]
    return household_standing(here, tx.today)
