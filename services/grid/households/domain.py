"""What the grid knows of a household. Pure."""

from __future__ import annotations

from enum import StrEnum


class HouseholdState(StrEnum):
    """What the registry says of a household."""

    SETTLED = "settled"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
