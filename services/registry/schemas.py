"""Shapes that all topics of the registry take and show."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.http import View
from shared.shapes import Plain
from shared.validation import Wrong

Scheme = Literal["110", "170", "210", "310", "390", "410", "510"]
SourceOf = Annotated[str, Field(min_length=1, max_length=60), Plain]
"""Where a fact comes from: staff, police feed, family."""


def in_order(first: date | None, last: date | None) -> None:
    """Raises Wrong where the last day lies before the first."""
    if first and last and last < first:
        raise Wrong("ends-before-it-begins", "ends before it begins", "结束日期早于开始日期")


class AddressView(View):
    community: str
    community_name: str
    estate: str
    block: str
    unit: str
    floor: int | None
    flat: str
