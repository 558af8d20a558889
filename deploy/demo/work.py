"""Who of the large community works, where, and in which form: the figures of the article to the last one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from deploy.demo import calibration as figures
from deploy.demo.people import FEMALE, NO_WORK, Household, Person, Work

COUNTY, STREET = "522731", "522731003"
_ELSEWHERE = ("520103", "520102", "520115", "520111", "520181", "522701", "522730", "522729", "522702")
_OUTSIDE = (
    "441900", "440306", "440605", "442000", "440113", "330282", "330381", "330110", "350582", "320583", "310115", "450103",
)  # fmt: skip
_WITH_A_FIRM = 0.15
"""Of those who work outside the province, and thrice that share elsewhere in it; the others say that they went out to work."""


class _Worker(NamedTuple):
    person: Person
    household: Household

    @property
    def poor(self) -> bool:
        return self.household.registered_poor is True


def put_to_work(households: Sequence[Household], rng: Random) -> None:
    """Gives everybody work, or none. `registered_poor` of the households is known already."""
    idle = _idle(households, rng)
    workers = []
    for household in households:
        for person in household.members:
            person.work = NO_WORK
            if person.has_labour and id(person) not in idle:
                workers.append(_Worker(person, household))
    workers.sort(key=lambda worker: _leaning_away(worker.person, rng), reverse=True)
    outside, rest = workers[: figures.OUTSIDE_PROVINCE], workers[figures.OUTSIDE_PROVINCE :]
    elsewhere, here = rest[: figures.ELSEWHERE_IN_PROVINCE], rest[figures.ELSEWHERE_IN_PROVINCE :]
    _send(outside, _OUTSIDE, _WITH_A_FIRM, rng)
    _send(elsewhere, _ELSEWHERE, 3 * _WITH_A_FIRM, rng)
    _employ(here, rng)


def _idle(households: Sequence[Household], rng: Random) -> set[int]:
    """One each of as many households as there are people without work: each household keeps somebody in work."""
    able = [[p for p in household.members if p.has_labour] for household in households]
    chosen = rng.sample([people for people in able if len(people) > 1], figures.LABOUR - figures.EMPLOYED)
    return {id(rng.choice(people[1:])) for people in chosen}


def _leaning_away(person: Person, rng: Random) -> float:
    """The young go farther than the old, men farther than women, and chance has its say."""
    return (60 - person.age) / 60 + (0.0 if person.sex == FEMALE else 0.3) + 0.9 * rng.random()


def _send(workers: Sequence[_Worker], places: Sequence[str], firms: float, rng: Random) -> None:
    for worker in workers:
        form = "enterprise" if rng.random() < firms else "migrant"
        worker.person.work = Work(rng.choice(places), form, "enterprise")


def _employ(here: list[_Worker], rng: Random) -> None:
    """Those who work in the county, form by form."""
    rng.shuffle(here)
    waiting = list(here)

    def take(n: int, work: Work, fits: Callable[[_Worker], bool]) -> None:
        """Those who fit; where they are too few, others."""
        waiting.sort(key=fits, reverse=True)
        for worker in waiting[:n]:
            worker.person.work = work
        del waiting[:n]

    workshop = Work(STREET, "workshop", "enterprise")
    take(figures.WORKSHOP_POOR, workshop, lambda w: w.poor)
    take(figures.WORKSHOP - figures.WORKSHOP_POOR, workshop, lambda w: not w.poor)
    take(figures.PUBLIC_POSTS, Work(STREET, "public-post", "public"), lambda w: w.poor and w.person.age > 44)
    take(figures.SELF_EMPLOYED, Work(COUNTY, "self-employed", "other"), lambda w: w.person.age < 45)
    take(figures.DISPATCHED, Work(COUNTY, "dispatched", "enterprise"), lambda w: w.person.labour != "SKILLED")
    take(figures.FARMING, Work(COUNTY, "farming", "other"), lambda w: w.person.age > 48)
    take(figures.ODD_JOBS, Work(COUNTY, "other", "other"), lambda w: True)
    take(len(waiting), Work(COUNTY, "enterprise", "enterprise"), lambda w: True)
