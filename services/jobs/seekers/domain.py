"""Who seeks work, and what ends a spell of seeking. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from services.jobs.domain import IllegalMove
from services.jobs.parameters import is_of_labour_age
from services.jobs.persons.domain import LABOUR, Presence, Work, Worker, work_of


class SeekerStatus(StrEnum):
    SEEKING = "seeking"
    PLACED = "placed"
    ENDED = "ended"


class SeekerAction(StrEnum):
    PLACE = "place"
    END = "end"


SEEKER_MOVES: dict[tuple[SeekerStatus, SeekerAction], SeekerStatus] = {
    (SeekerStatus.SEEKING, SeekerAction.PLACE): SeekerStatus.PLACED,
    (SeekerStatus.SEEKING, SeekerAction.END): SeekerStatus.ENDED,
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
