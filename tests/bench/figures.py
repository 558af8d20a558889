"""What a bench comes to: a figure per path, beside its limit measured in the same rounds. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """CPU per operation, operations per second, seconds until something is so, memory held."""

    CPU = "cpu"
    RATE = "rate"
    LATENCY = "latency"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a figure should come: its ratio to the limit (`of_limit`), else its value; rates and ratios at least, the rest at most."""

    bound: float
    of_limit: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """`limit` in the same unit, None where nature sets none; `ratio` 1 is as good as the limit, whatever the kind."""

    path: str
    kind: Kind
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    reach: Reach | None = None

    @property
    def key(self) -> tuple[str, Kind]:
        """What the figure is called in one run and the next."""
        return self.path, self.kind

    @property
    def met(self) -> bool | None:
        """Does it come as far as it should? None where nothing was set, or where there is no ratio to judge by."""
        if self.reach is None:
            return None
        if self.reach.of_limit:
            return None if self.ratio is None else self.ratio >= self.reach.bound
        more_is_better = self.kind is Kind.RATE
        return self.value >= self.reach.bound if more_is_better else self.value <= self.reach.bound


@dataclass(frozen=True, slots=True)
class Spent:
    """What some operations took: seconds by the clock, and CPU seconds of the processes that were measured."""

    operations: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Operations per second."""
        return self.operations / self.seconds

    @property
    def cpu_micros(self) -> float:
        """CPU microseconds per operation."""
        return self.cpu / self.operations * 1e6


Rounds = Sequence[tuple[Spent, Spent]]
"""What was measured and its limit, round by round: the two of a round ran one after the other, so that noise hits both."""


def by_cpu(path: str, rounds: Rounds, reach: float | None = None) -> Figure:
    """CPU per operation. `reach`: of the ratio."""
    bound = None if reach is None else Reach(reach, of_limit=True)
    return _figure(
        path, Kind.CPU, "µs", rounds, lambda spent: spent.cpu_micros, lambda ours, limit: limit / ours, bound
    )


def by_rate(path: str, rounds: Rounds, unit: str, reach: Reach | None = None) -> Figure:
    """Operations per second."""
    return _figure(path, Kind.RATE, unit, rounds, lambda spent: spent.rate, lambda ours, limit: ours / limit, reach)


def _figure(
    path: str,
    kind: Kind,
    unit: str,
    rounds: Rounds,
    measure: Callable[[Spent], float],
    ratio: Callable[[float, float], float],
    reach: Reach | None,
) -> Figure:
    pairs = [(measure(ours), measure(limit)) for ours, limit in rounds]
    return Figure(
        path,
        kind,
        statistics.median(ours for ours, _ in pairs),
        unit,
        statistics.median(limit for _, limit in pairs),
        statistics.median(ratio(ours, limit) for ours, limit in pairs),
        reach,
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed. ValueError for no values."""
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]
