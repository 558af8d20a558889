"""What the grid knows of a household. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class HouseholdState(StrEnum):
    """What the registry says of a household."""

    SETTLED = "settled"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


def rounds(news: Iterable[T], about: Callable[[T], str]) -> list[list[T]]:
    """News in rounds that speak of each household at most once; what is said of one household keeps its order. Round by round a batch
    leaves the same record as its news one by one: a settling that was taken back in between is not lost."""
    found: list[list[T]] = []
    heard: Counter[str] = Counter()
    for word in news:
        household_id = about(word)
        if heard[household_id] == len(found):
            found.append([])
        found[heard[household_id]].append(word)
        heard[household_id] += 1
    return found
