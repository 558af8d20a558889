"""How a household stands to work. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from services.jobs.persons.domain import LABOUR, Presence, Work, Worker, work_of
from shared.clock import age_on
from shared.labour import is_of_labour_age, minimum_age


class HouseholdState(StrEnum):
    """State of a household in the registry."""

    SETTLED = "settled"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """How a household stands to work."""

    WITHOUT_WORK = "without-work"
    """With labour, and known to have no one in work: zero-employment family (零就业家庭)."""
    IN_WORK = "in-work"
    NO_LABOUR = "no-labour"
    UNDETERMINED = "undetermined"
    """Not enough is known: a member, or the work or labour class of one who may be labour."""


def household_standing(members: Sequence[Worker | None], on: date) -> Standing:
    """How a household of these members stands to work; a member of whom jobs has heard nothing yet is None.

    Employment Promotion Law (就业促进法) art. 56: a family all of whose members of labour age are without work is to be helped to at
    least one job. Weak and half labour counts; so does any form of work of any member, farming too, but not a child's: Labour Law
    art. 15. Only what is known counts: a household is without work when no work is unknown among those who may be labour.
    """
    present = [m for m in members if m is None or m.presence not in (Presence.DECEASED, Presence.MOVED_OUT)]
    if any(m and m.standing and age_on(m.birth_on, on) >= minimum_age(on) for m in present):
        return Standing.IN_WORK
    may_work = [m for m in present if m and _may_be_labour(m, on)]
    if any(m is None or m.presence is Presence.WITHDRAWN for m in present):
        return Standing.UNDETERMINED
    if any(work_of(m) is Work.UNKNOWN for m in may_work):
        return Standing.UNDETERMINED
    if any(m.labour_class for m in may_work):
        return Standing.WITHOUT_WORK
    return Standing.UNDETERMINED if may_work else Standing.NO_LABOUR


def _may_be_labour(worker: Worker, on: date) -> bool:
    able = worker.labour_class is None or worker.labour_class in LABOUR
    return able and not worker.retired and is_of_labour_age(worker.sex, worker.birth_on, on)
