"""Which rows of a roster are one household, and who its head is: the rows of one flat, those below a head that leave the flat blank
taken with it. Pure.

A file with faults is read so that nothing wrong comes in: who stands with a head that is in error is held back, whichever way the rows
show that they belong together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

NOBODY = -1
_FIRST_ESTATE = "1"


class Place(NamedTuple):
    """A flat of a community; None: not said, or not to be read."""

    community: str | None = None
    estate: str | None = None
    block: str | None = None
    unit: str | None = None
    flat: str | None = None

    def contradicts(self, other: Place) -> bool:
        return any(a != b for a, b in zip(self, other, strict=True) if a is not None and b is not None)

    def filled(self, other: Place) -> Place:
        """With the other's parts where this has none."""
        return Place(*(b if a is None else a for a, b in zip(self, other, strict=True)))


PLACE = Place._fields


@dataclass(frozen=True, slots=True)
class Families:
    """By row: its `places` (with what is taken from above), the ordinal of its `households`, the row (from 0) of its head in `owners`
    (NOBODY: the file has none). `second`: heads of flats that have a head already, with that head's row."""

    places: list[Place]
    households: list[int]
    owners: list[int]
    second: Mapping[int, int]

    def lacks_place(self, row: int) -> bool:
        """Does the row not tell its flat, and none of its own head's fault?"""
        owner = self.owners[row]
        return None in self.places[row] and (owner in (NOBODY, row) or None not in self.places[owner])


def gather(said: pl.DataFrame, repeated: frozenset[int]) -> Families:
    """Finds the households. `said`: sheet, head, relation, name, head_name, the parts of `Place`, estate_failed; by row. `repeated`: rows
    whose person stands in a row above."""
    places, segments = _places(said)
    lasts = _last_places(places, segments)
    keys = [(*last,) if None not in (last := lasts[segment]) else segment for segment in segments]
    ordinals: dict[object, int] = {}
    households = [ordinals.setdefault(key, len(ordinals)) for key in keys]
    rows = _Rows(said, repeated)
    members: dict[int, list[int]] = defaultdict(list)
    for row, household in enumerate(households):
        members[household].append(row)
    owners, second = [NOBODY] * len(households), dict[int, int]()
    for own in members.values():
        heads = rows.heads(own)
        second.update((head, heads[0]) for head in heads[1:] if head not in repeated)
        for row in own:
            owners[row] = rows.owner(row, heads)
    _join_lost(rows, places, members, owners)
    return Families(places, households, owners, second)


def _places(said: pl.DataFrame) -> tuple[list[Place], list[int]]:
    """Places by row, and runs of rows that are one household by standing below one another: a row that is no head takes what it leaves
    blank from above, unless it says that it lives elsewhere."""
    places, segments = [], []
    current, segment, sheet = Place(), -1, None
    for own_sheet, head, failed, *parts in said.select("sheet", "head", "estate_failed", *PLACE).iter_rows():
        own = Place(*parts)
        if head or own_sheet != sheet or own.contradicts(current):
            segment, sheet = segment + 1, own_sheet
            current = own if failed or own.estate else own._replace(estate=_FIRST_ESTATE)
            places.append(current)
        else:
            current = own.filled(current)
            places.append(current)
        segments.append(segment)
    return places, segments


def _last_places(places: Sequence[Place], segments: Sequence[int]) -> list[Place]:
    """All that a run says of its place."""
    return list(dict(zip(segments, places, strict=True)).values())


class _Rows:
    """What tells heads and who belongs to them."""

    def __init__(self, said: pl.DataFrame, repeated: frozenset[int]) -> None:
        self.names: list[str | None] = said["name"].to_list()
        self.head_names: list[str | None] = said["head_name"].to_list()
        self._heads: list[bool] = said["head"].to_list()
        self._relations: list[str | None] = said["relation"].to_list()
        self._repeated = repeated

    def heads(self, own: Sequence[int]) -> list[int]:
        """Heads of a household in the order of the file. A person who stands above already is one only where nobody else is; where
        nobody is marked as head, who may be the head is a row whose relation cannot be read."""
        marked = [row for row in own if self._heads[row]]
        return [row for row in marked if row not in self._repeated] or marked or self._presumed(own)

    def _presumed(self, own: Sequence[int]) -> list[int]:
        unread = [row for row in own if self._relations[row] is None]
        named = {name for row in own if (name := self.head_names[row])}
        if named:
            return [row for row in unread if self.names[row] in named][:1]
        return unread[:1] if unread[:1] == own[:1] else []

    def owner(self, row: int, heads: Sequence[int]) -> int:
        """Of several heads of a flat: whom the row names, otherwise the last above it."""
        if len(heads) <= 1:
            return heads[0] if heads else NOBODY
        if self._heads[row] and row in heads:
            return row
        named = [head for head in heads if self.names[head] and self.names[head] == self.head_names[row]]
        above = [head for head in heads if head <= row]
        return (named or above[-1:] or heads)[0]


def _join_lost(rows: _Rows, places: Sequence[Place], members: dict[int, list[int]], owners: list[int]) -> None:
    """A head whose flat is not told may have its household elsewhere in the file: rows without a head that name it."""
    lost = {rows.names[head]: head for head in _lost_heads(places, owners) if rows.names[head]}
    if not lost:
        return
    for own in members.values():
        named = {rows.head_names[row] for row in own if owners[row] == NOBODY}
        heads = {lost[name] for name in named if name in lost}
        if len(heads) == 1 and not places[own[0]].contradicts(places[min(heads)]):
            for row in own:
                owners[row] = min(heads)


def _lost_heads(places: Sequence[Place], owners: Sequence[int]) -> Iterator[int]:
    return (row for row, owner in enumerate(owners) if owner == row and None in places[row])
