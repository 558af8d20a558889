"""The harm of a seed, and what is made of samples of memory. Pure."""

from __future__ import annotations

from tests.chaos.faults.schedule import KILLS, Kind, Measure, schedule
from tests.chaos.soak import Growth, grows, growth

SERVICES = ("registry", "grid", "jobs", "benefits", "gateway")
ALL = Measure(kills=200, gap=3, freeze=20, away=60, full=15)


def test_a_seed_repeats_its_harm_and_another_does_other() -> None:
    assert schedule(7, SERVICES, ALL) == schedule(7, SERVICES, ALL)
    assert schedule(7, SERVICES, ALL) != schedule(8, SERVICES, ALL)


def test_there_are_as_many_kills_as_asked_for_on_everything() -> None:
    harms = schedule(7, SERVICES, ALL)
    kills = [harm for harm in harms if harm.kind in KILLS]
    assert len(kills) == 200
    assert {harm.target for harm in kills} == {*SERVICES, "kafka", "postgres", "supervisor"}
    assert [harm.kind for harm in harms].count(Kind.SUPERVISOR) == 1
    assert {harm.kind for harm in harms} == set(Kind)


def test_what_is_not_asked_for_is_not_done() -> None:
    few = schedule(7, SERVICES, Measure(kills=5, gap=1, freeze=0, away=0, full=0))
    assert {harm.kind for harm in few} <= {Kind.KILL, Kind.BACKEND, Kind.CLOCK}
    assert sum(harm.kind in KILLS for harm in few) == 5


def test_growth_is_of_the_last_sixth_over_the_one_after_the_first_minutes() -> None:
    samples = [(at * 10.0, {"jobs": 50.0 if at < 60 else 100.0 + at / 36, "grid": 100.0}) for at in range(360)]
    jobs, everything = growth(samples, 3600)[1:]
    assert (jobs.name, everything.name) == ("jobs", "all")
    assert 100 < jobs.early < 104 < jobs.late < 110
    assert grows([Growth("all", 100, 106)], 3600)
    assert not grows([everything], 3600)
    assert not grows([Growth("all", 100, 106)], 90), "too short to tell"
