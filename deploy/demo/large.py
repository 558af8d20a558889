"""The large community: 1,774 households in 35 blocks, calibrated to the article."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from deploy.demo import calibration as figures
from deploy.demo import entitlements, housing, settlers, work
from deploy.demo.accounts import BLOCK_HEAD, COMMUNITY
from deploy.demo.people import Community, Flat, Household, Numbers, Person

NAME = "新民安置社区（演示）"
_FIRST_SEQUENCE = 100
_FIRST_KEYS = date(2016, 10, 15)
_BETWEEN_BLOCKS = timedelta(days=43)
"""From one block's handing over of keys to the next: the last moves in late in 2020."""
_TO_MOVE = 60
"""Days within which a household moves in once it has its keys."""


def build(seed: int = figures.SEED) -> Community:
    """The community; the same for the same seed."""
    rng, numbers = Random(seed), Numbers(_FIRST_SEQUENCE)
    templates = [template for template, n in figures.TEMPLATES.items() for _ in range(n)]
    rng.shuffle(templates)
    families = [settlers.household(template, numbers, rng) for template in templates]
    flats = housing.large_plan()
    households = _move_in(families, flats, rng)
    poor = entitlements.at_random(households, figures.POOR_SHARE, rng)
    for household in households:
        household.registered_poor = id(household) in poor
    work.put_to_work(households, rng)
    entitlements.entitle(households, rng)
    entitlements.join_party([p for h in households for p in h.members], rng)
    cells = housing.grid(COMMUNITY, len({flat.block for flat in flats}), BLOCK_HEAD)
    return Community(COMMUNITY, NAME, flats, cells, tuple(households))


def _move_in(families: Sequence[list[Person]], flats: Sequence[Flat], rng: Random) -> list[Household]:
    """Each in a flat of its size, in the order of the house numbers."""
    homes = housing.allot([len(members) for members in families], flats, rng)
    households = [
        Household(members, flat, _moved_in_on(flat, rng)) for members, flat in zip(families, homes, strict=True)
    ]
    order = {flat: n for n, flat in enumerate(flats)}
    return sorted(households, key=lambda household: order[household.flat])


def _moved_in_on(flat: Flat, rng: Random) -> date:
    return _FIRST_KEYS + (int(flat.block) - 1) * _BETWEEN_BLOCKS + timedelta(days=rng.randrange(_TO_MOVE))
