"""How a reservation stands. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.registry.households.domain import Address

DAYS, MOST_DAYS = 30, 180
"""How long a flat is kept unless said, and at most: empty flats help nobody."""


class EndedBecause(StrEnum):
    SETTLED = "settled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    HOUSEHOLD_GONE = "household-gone"
    """The household ended, was merged into another or withdrawn."""


@dataclass(frozen=True, slots=True)
class Wish:
    """For whom a flat is kept: a household of the registry, or one that comes by an agreement; how many people, for how many days."""

    address: Address
    household_id: str | None
    agreement_no: str | None
    people: int
    days: int


OPEN = "open"


def standing(ended_because: str | None, expires_at: datetime, is_household_gone: bool, now: datetime) -> str:
    """`open`, or why it keeps the flat no more, whether or not that was written down yet."""
    if ended_because:
        return ended_because
    if is_household_gone:
        return EndedBecause.HOUSEHOLD_GONE
    return EndedBecause.EXPIRED if expires_at <= now else OPEN
