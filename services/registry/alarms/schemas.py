"""How the registry shows alarms."""

from __future__ import annotations

from datetime import date, datetime

from services.registry.alarms.domain import AlarmKind, Ground
from shared.http import View
from shared.paging import Page


class AlarmView(View):
    """Somebody is in two households of which nobody can be in two."""

    kind: AlarmKind
    ground: Ground
    """member: is a member of both; duplicate: two records that may be of one person; merged: two records were merged, and the household
    of the one that went draws as before."""
    person_id: str
    name: str
    """Masked but to staff on duty for the place."""
    other_id: str | None
    """The other record, where there are two and it is of the caller's place."""
    households: list[str]
    """Of these, the ones of the caller's place."""
    households_elsewhere: int
    since: date
    """Since when it is so, as far as is told."""
    raised_at: datetime
    cleared_at: datetime | None
    """When it came to be so no more."""


class AlarmPage(Page[AlarmView]):
    """A page of alarms; `counts`: how many stand in the caller's place, by kind."""

    counts: dict[str, int]
