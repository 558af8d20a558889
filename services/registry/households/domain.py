"""What the registry decides about a household: its kinds, and which acts a status allows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.registry.persons.domain import IllegalMove

HEAD = "02"
"""Head of household (户主), GB/T 4761. Editions of 1983 and 2008 write 01 or 02: both are taken, 02 is kept."""


class HouseholdKind(StrEnum):
    """Three kinds of household, kept apart: 户籍户, 共同生活家庭, 同住户."""

    HUKOU = "hukou"
    COLIVING = "coliving"
    FLAT = "flat"


class HouseholdStatus(StrEnum):
    SETTLED = "settled"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class HouseholdAction(StrEnum):
    MOVE = "move"
    CHANGE = "change"
    WITHDRAW = "withdraw"


HOUSEHOLD_MOVES: dict[tuple[HouseholdStatus, HouseholdAction], HouseholdStatus] = {
    (HouseholdStatus.SETTLED, HouseholdAction.MOVE): HouseholdStatus.SETTLED,
    (HouseholdStatus.SETTLED, HouseholdAction.CHANGE): HouseholdStatus.SETTLED,
    (HouseholdStatus.SETTLED, HouseholdAction.WITHDRAW): HouseholdStatus.WITHDRAWN,
    (HouseholdStatus.ENDED, HouseholdAction.WITHDRAW): HouseholdStatus.WITHDRAWN,
}


def move_household(status: HouseholdStatus, action: HouseholdAction) -> HouseholdStatus:
    """The status after the action. Raises IllegalMove."""
    after = HOUSEHOLD_MOVES.get((status, action))
    if after is None:
        raise IllegalMove(members={"state": status, "action": action})
    return after


@dataclass(frozen=True, slots=True)
class Address:
    """A flat: community (12-digit division code) → estate → block (栋) → unit (单元) → flat (室)."""

    community_code: str
    estate: str
    block: str
    unit: str
    flat: str
