"""The clock and the working-day calendar. `now` is the only place of the platform that reads the system clock."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

# Fixed, not zoneinfo: China has had no summer time since 1991, and slim machines have no tz database.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
HOLIDAYS = Path(__file__).parent / "data" / "holidays"

_DAY = timedelta(days=1)
_SATURDAY = 5


def now() -> datetime:
    """The present instant, aware UTC. Chaos tests let it jump while the process runs: `ANJU_CLOCK_OFFSETS` names a folder, and a file
    there that bears the process's id holds by how many seconds."""
    instant = datetime.now(UTC)
    folder = os.environ.get("ANJU_CLOCK_OFFSETS")
    return instant + _offset(folder) if folder else instant


def _offset(folder: str) -> timedelta:
    try:
        return timedelta(seconds=float(Path(folder, str(os.getpid())).read_text()))
    except (FileNotFoundError, ValueError):  # absent, or just being written
        return timedelta()


def today(now: datetime) -> date:
    """The date in Asia/Shanghai at that instant. ValueError for a naive datetime."""
    if now.tzinfo is None:
        raise ValueError("an aware datetime is needed")
    return now.astimezone(SHANGHAI).date()


def end_of_day(day: date) -> datetime:
    """24:00 of that day in Asia/Shanghai, as aware UTC: the first instant that is too late (民法典 art. 203)."""
    return datetime(day.year, day.month, day.day, 16, tzinfo=UTC)


def age_on(birth_on: date, day: date) -> int:
    """Full years (周岁). Who was born on 29 February has the birthday on 1 March in other years."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """Last day of a deadline. `provisional`: a year counted through has no State Council notice yet, so it may move."""

    on: date
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days by the yearly State Council notices: days `off`, make-up days `worked` (调休), years `noticed`.

    A listed day counts as listed whichever year it lies in (the notice for 2023 gives 31 December 2022); any other
    day of a year without a notice is a working day from Monday to Friday.
    """

    off: frozenset[date]
    worked: frozenset[date]
    noticed: frozenset[int]

    @classmethod
    def from_notices(cls, notices: Iterable[Mapping[str, Any]]) -> Calendar:
        """From documents `{"year", "days": [{"date", "isOffDay"}]}`; one without days is a year without a notice."""
        held = [notice for notice in notices if notice["days"]]
        days = {date.fromisoformat(day["date"]): bool(day["isOffDay"]) for notice in held for day in notice["days"]}
        return cls(
            off=frozenset(day for day, is_off in days.items() if is_off),
            worked=frozenset(day for day, is_off in days.items() if not is_off),
            noticed=frozenset(int(notice["year"]) for notice in held),
        )

    def is_provisional_year(self, year: int) -> bool:
        """No State Council notice for that year is loaded: only weekends are known."""
        return year not in self.noticed

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday and not off, or a weekend day made up for (调休)."""
        if day.weekday() >= _SATURDAY:
            return day in self.worked
        return day not in self.off

    def add_working_days(self, start: date, n: int) -> Due:
        """The n-th working day after `start`; the day of `start` is not counted (民法典 art. 201). n = 0 is `start`.

        Provisional when a day counted through lies in a year without a notice. ValueError for n < 0.
        """
        if n < 0:
            raise ValueError("a deadline cannot have fewer than 0 working days")
        day = start
        while n:
            day += _DAY
            n -= self.is_working_day(day)
        return Due(day, self._is_provisional(start, day))

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` comes first."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(start + _DAY * i) for i in range(1, (end - start).days + 1))

    def _is_provisional(self, start: date, due: date) -> bool:
        if due == start:
            return False
        return any(self.is_provisional_year(year) for year in range((start + _DAY).year, due.year + 1))


@cache
def load_calendar(directory: Path = HOLIDAYS) -> Calendar:
    """The calendar of all `<year>.json` in a directory (ours by default), read once per process."""
    files = sorted(directory.glob("[0-9][0-9][0-9][0-9].json"))
    return Calendar.from_notices(json.loads(file.read_text("utf-8")) for file in files)
