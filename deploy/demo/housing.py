"""Blocks, units and flats of a community, who lives in which, and the cells of its grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from random import Random

from deploy.demo.people import Cell, Flat

_Block = tuple[tuple[int, ...], ...]
_FLOORS = 6
_BIG_LANDING = (120, 100, 80, 60)
_SMALL_LANDING = (100, 80, 80)
"""Areas in m² of the flats on a landing: four or three of them."""
_BLOCKS_OF_THREE, _BLOCKS_OF_TWO = 14, 21
"""Units of a block: three big ones, or a big and a small one; 84 units with 1,890 flats: 2.4 a block, 22.5 a unit."""
_PER_GRID = 7
"""Blocks of a grid: some 355 households, where 300 to 500 are usual."""


def large_plan() -> tuple[Flat, ...]:
    """The flats of the large community: 35 blocks of six floors."""
    big, small = _BIG_LANDING, _SMALL_LANDING
    blocks = _spread([(big, big, big)] * _BLOCKS_OF_THREE, [(big, small)] * _BLOCKS_OF_TWO)
    return tuple(
        Flat(str(block), str(unit), floor, f"{floor}{door:02d}", area)
        for block, units in enumerate(blocks, 1)
        for unit, landing in enumerate(units, 1)
        for floor in range(1, _FLOORS + 1)
        for door, area in enumerate(landing, 1)
    )


def _spread(first: list[_Block], second: list[_Block]) -> list[_Block]:
    """Both, mixed evenly."""
    places = [((i + 0.5) / len(part), each) for part in (first, second) for i, each in enumerate(part)]
    return [each for _, each in sorted(places, key=lambda place: place[0])]


def allot(sizes: Sequence[int], flats: Sequence[Flat], rng: Random) -> list[Flat]:
    """A flat for each household by its size: the larger the household the larger the flat, block and floor by lot."""
    by_area: defaultdict[int, list[Flat]] = defaultdict(list)
    for flat in rng.sample(flats, len(flats)):
        by_area[flat.area_m2].append(flat)
    largest_first = [flat for area in sorted(by_area, reverse=True) for flat in by_area[area]]
    empty = set(rng.sample(range(len(flats)), len(flats) - len(sizes)))
    taken = [flat for n, flat in enumerate(largest_first) if n not in empty]
    order = sorted(range(len(sizes)), key=lambda n: -sizes[n])
    given = dict(zip(order, taken, strict=True))
    return [given[n] for n in range(len(sizes))]


def grid(code: str, blocks: int, head: str) -> tuple[Cell, ...]:
    """A micro-grid for each block, in grids of several blocks. The head of the first is known; the others have not been named."""
    return tuple(
        Cell(
            f"{code}{(block - 1) // _PER_GRID + 1:03d}{(block - 1) % _PER_GRID + 1:02d}",
            f"第{(block - 1) // _PER_GRID + 1}网格{block}栋",
            (str(block),),
            head if block == 1 else None,
        )
        for block in range(1, blocks + 1)
    )
