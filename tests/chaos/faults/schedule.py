"""Which harm is done to what, and when: drawn from a seed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Kind(StrEnum):
    """What is done."""

    KILL = "kill"
    """SIGKILL."""
    BACKEND = "backend"
    """SIGKILL to one of PostgreSQL's processes that serve a connection: the server takes all of them down and recovers."""
    SUPERVISOR = "supervisor"
    """SIGKILL to what watches all others; then it is started again, as a person would."""
    FREEZE = "freeze"
    """SIGSTOP for a while."""
    CLOCK = "clock"
    """The clock of a process jumps, and jumps back after a while."""
    AWAY = "away"
    """The broker is killed whenever it comes back, for a while."""
    FULL = "full"
    """The disk of the data is full for a while."""


KILLS = frozenset({Kind.KILL, Kind.BACKEND, Kind.SUPERVISOR})
BROKER, DATABASE, SUPERVISOR = "kafka", "postgres", "supervisor"


@dataclass(frozen=True, slots=True)
class Harm:
    """`after`: seconds since the last one began (or ended, where nothing else happens meanwhile); `lasts`: seconds, 0 for a kill;
    `jump`: seconds that a clock goes ahead."""

    after: float
    kind: Kind
    target: str
    lasts: float = 0.0
    jump: float = 0.0


@dataclass(frozen=True, slots=True)
class Measure:
    """How much harm: the number of kills, and seconds as in the options. 0 seconds: not at all."""

    kills: int
    gap: float
    freeze: float
    away: float
    full: float


_JUMPS = (-7200.0, -90.0, 90.0, 7200.0, 36 * 3600.0)
"""Below two days, after which stored answers are forgotten: a clock that is wrong by more would forget them all."""
_A_FREEZE_FOR = 25
"""Kills to each frozen process, and to each clock that jumps."""
_WITH_SUPERVISOR = 10
"""From so many kills on one hits the supervisor: starting everything again takes as long as a short run."""


def schedule(seed: int, services: Sequence[str], measure: Measure) -> list[Harm]:
    """The harm of this seed, in order. `services`: the names of their processes."""
    drawn = Random(seed)
    with_supervisor = measure.kills >= _WITH_SUPERVISOR
    harms = [_kill(drawn, services, measure.gap) for _ in range(measure.kills - with_supervisor)]
    if with_supervisor:
        harms.append(Harm(_gap(drawn, measure.gap), Kind.SUPERVISOR, SUPERVISOR))
    drawn.shuffle(harms)
    for special in _specials(drawn, services, measure):
        harms.insert(drawn.randint(min(1, len(harms)), len(harms)), special)
    return harms


def _gap(drawn: Random, mean: float) -> float:
    return drawn.uniform(0.1, 1.9) * mean


def _kill(drawn: Random, services: Sequence[str], mean: float) -> Harm:
    target = drawn.choice([*services, BROKER, DATABASE, Kind.BACKEND])
    kind, target = (Kind.BACKEND, DATABASE) if target == Kind.BACKEND else (Kind.KILL, target)
    return Harm(_gap(drawn, mean), kind, target)


def _specials(drawn: Random, services: Sequence[str], measure: Measure) -> Iterable[Harm]:
    for _ in range(max(1, measure.kills // _A_FREEZE_FOR)):
        if measure.freeze:
            target = drawn.choice([*services, BROKER])
            yield Harm(_gap(drawn, measure.gap), Kind.FREEZE, target, measure.freeze)
        jump = drawn.choice(_JUMPS)
        yield Harm(
            _gap(drawn, measure.gap), Kind.CLOCK, drawn.choice(services), drawn.uniform(2, 5) * measure.gap, jump
        )
    if measure.away:
        yield Harm(_gap(drawn, measure.gap), Kind.AWAY, BROKER, measure.away)
    if measure.full:
        yield Harm(_gap(drawn, measure.gap), Kind.FULL, DATABASE, measure.full)
