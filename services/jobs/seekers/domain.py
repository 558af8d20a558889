"""Who seeks work, and what ends a spell of seeking. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.jobs.domain import IllegalMove
from services.jobs.persons.domain import LABOUR, Presence, Work, Worker, work_of
from shared.labour import is_of_labour_age


class SeekerStatus(StrEnum):
    SEEKING = "seeking"
    ASIDE = "aside"
    """Set aside: the person was entered twice, and seeks work under the other id, or works by what was recorded under it."""
    PLACED = "placed"
    ENDED = "ended"


class SeekerAction(StrEnum):
    SET_ASIDE = "set-aside"
    RESUME = "resume"
    PLACE = "place"
    END = "end"


SEEKER_MOVES: dict[tuple[SeekerStatus, SeekerAction], SeekerStatus] = {
    (SeekerStatus.SEEKING, SeekerAction.SET_ASIDE): SeekerStatus.ASIDE,
    (SeekerStatus.ASIDE, SeekerAction.RESUME): SeekerStatus.SEEKING,
} | {
    (status, action): after
    for status in (SeekerStatus.SEEKING, SeekerStatus.ASIDE)
    for action, after in ((SeekerAction.PLACE, SeekerStatus.PLACED), (SeekerAction.END, SeekerStatus.ENDED))
}


def move_seeker(status: SeekerStatus, action: SeekerAction) -> SeekerStatus:
    """The status after the action. Raises IllegalMove."""
    after = SEEKER_MOVES.get((status, action))
    if after is None:
        raise IllegalMove(members={"state": status, "action": action})
    return after


class NotSeeking(StrEnum):
    """Why a person is no job seeker."""

    EMPLOYED = "employed"
    WORK_UNKNOWN = "work-unknown"
    DEATH = "death"
    MOVED_OUT = "moved-out"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    AGE = "age"
    RETIRED = "retired"
    LABOUR_CLASS = "labour-class"


_GONE = {
    Presence.DECEASED: NotSeeking.DEATH,
    Presence.MOVED_OUT: NotSeeking.MOVED_OUT,
    Presence.WITHDRAWN: NotSeeking.WITHDRAWN,
}


def why_not_seeking(worker: Worker, on: date) -> NotSeeking | None:
    """None: an able person of labour age, known to have no work, is a job seeker (求职者)."""
    if worker.merged_into:
        return NotSeeking.MERGED
    if gone := _GONE.get(worker.presence):
        return gone
    work = work_of(worker)
    if work is Work.EMPLOYED:
        return NotSeeking.EMPLOYED
    if worker.labour_class not in LABOUR:
        return NotSeeking.LABOUR_CLASS
    if worker.retired:
        return NotSeeking.RETIRED
    if not is_of_labour_age(worker.sex, worker.birth_on, on):
        return NotSeeking.AGE
    return NotSeeking.WORK_UNKNOWN if work is Work.UNKNOWN else None


def seeker_action(why: NotSeeking) -> SeekerAction:
    """What ends a spell of seeking: a job found, or anything else."""
    return SeekerAction.PLACE if why is NotSeeking.EMPLOYED else SeekerAction.END


@dataclass(frozen=True, slots=True)
class SpellChange:
    """A spell of seeking work after a change; `because`: why it is closed, None where it is not."""

    seeker_id: str
    status: SeekerStatus
    because: NotSeeking | None = None


def spell_changes(worker: Worker, on: date) -> list[SpellChange]:
    """What becomes of the open spells of a person, or of an id merged into one that jobs has not heard of yet.

    A person has one: where two ids have one each, the person's own goes on. A spell that only the merging keeps from going on is set
    aside, not closed: an unmerging gives it back.
    """
    if worker.merged_into:
        return list(_moved(worker, SeekerAction.SET_ASIDE))
    spells = [one for one in (worker, *worker.others) if one.seeker_id]
    if not spells:
        return []
    why_not = why_not_seeking(worker, on)
    if why_not is None:
        aside = (change for one in spells[1:] for change in _moved(one, SeekerAction.SET_ASIDE))
        return [*(change for one in spells[:1] for change in _moved(one, SeekerAction.RESUME)), *aside]
    changes: list[SpellChange] = []
    for one in spells:
        waits = one is not worker or (worker.others and why_not_seeking(replace(worker, others=()), on) is None)
        changes += _moved(one, SeekerAction.SET_ASIDE) if waits else _closed(one, why_not)
    return changes


def opens_spell(worker: Worker, on: date) -> bool:
    """Whether the person comes to seek work, under whatever id it did before."""
    seeks_already = any(one.seeker_id for one in (worker, *worker.others))
    return not seeks_already and why_not_seeking(worker, on) is None


def _moved(one: Worker, action: SeekerAction) -> Iterable[SpellChange]:
    if one.seeker_id and one.seeker_aside == (action is SeekerAction.RESUME):
        yield SpellChange(one.seeker_id, move_seeker(_status(one), action))


def _closed(one: Worker, why_not: NotSeeking) -> Iterable[SpellChange]:
    if one.seeker_id:
        yield SpellChange(one.seeker_id, move_seeker(_status(one), seeker_action(why_not)), why_not)


def _status(one: Worker) -> SeekerStatus:
    return SeekerStatus.ASIDE if one.seeker_aside else SeekerStatus.SEEKING
