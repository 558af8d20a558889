"""What the figures (统计) of all services have in common: whose they are, and how shares are reckoned."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from fastapi import Query

from shared.shapes import CommunityCode

Community = Annotated[CommunityCode | None, Query(description="Only of this community.")]
By = Annotated[
    Literal["community", "block"] | None,
    Query(description="An entry per community or per block; where a community is given, per block unless said."),
]

_PERCENT = Decimal("0.01")


def wants_blocks(community: str | None, by: str | None) -> bool:
    """Whether an entry is asked for of each block, rather than of each community."""
    return by == "block" if by else community is not None


def percent(part: int, whole: int) -> str | None:
    """The share of a part in percent, two decimals, half up as counts published by hand are: `90.59`. None of nothing."""
    return str((Decimal(100 * part) / whole).quantize(_PERCENT, ROUND_HALF_UP)) if whole else None
