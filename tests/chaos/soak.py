"""Does memory stay level? Read every few seconds while clients ask, process by process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil
from rich.table import Table

from tests.chaos.runtime import Process

_EVERY_SECONDS = 10.0
_FIRST_SECONDS = 600.0
"""Memory may grow so long: pools fill, caches too. (Of a soak of less than an hour a sixth.)"""
_MOST_GROWTH = 0.05

Sample = Mapping[str, float]
"""MiB by process: proportional set size (PSS), with what it started itself."""


@dataclass(frozen=True, slots=True)
class Growth:
    """MiB of a process, or of all, in the sixth after the first minutes and in the last sixth of a soak (medians)."""

    name: str
    early: float
    late: float

    @property
    def share(self) -> float:
        return self.late / self.early - 1 if self.early else 0.0


def grows(grown: Sequence[Growth], seconds: float) -> bool:
    """Does the memory of all grow by more than it may? A soak too short to tell does not say so."""
    return bool(grown) and seconds >= 2 * _FIRST_SECONDS and grown[-1].share > _MOST_GROWTH


def watch(processes: Callable[[], Mapping[str, Process]], seconds: float) -> list[Growth]:
    """Reads for so long; the growth of each process, that of all last."""
    samples: list[tuple[float, Sample]] = []
    began = time.monotonic()
    while (at := time.monotonic() - began) < seconds:
        samples.append((at, _sample(processes())))
        time.sleep(_EVERY_SECONDS)
    return growth(samples, seconds)


def _sample(processes: Mapping[str, Process]) -> Sample:
    return {name: _mib(process.pid) for name, process in processes.items() if name != "supervisor"}


def _mib(pid: int) -> float:
    total = 0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                total += each.memory_full_info().pss
    return total / 2**20


def growth(samples: Sequence[tuple[float, Sample]], seconds: float) -> list[Growth]:
    """From samples by their second. Pure."""
    first = min(_FIRST_SECONDS, seconds / 6)
    early = [sample for at, sample in samples if first <= at < first + seconds / 6]
    late = [sample for at, sample in samples if at >= seconds * 5 / 6]
    names = sorted(set().union(*early, *late))
    found = [Growth(name, _median(early, name), _median(late, name)) for name in names]
    return [*found, Growth("all", sum(g.early for g in found), sum(g.late for g in found))]


def _median(samples: Sequence[Sample], name: str) -> float:
    return statistics.median(sample.get(name, 0.0) for sample in samples) if samples else 0.0


def table(grown: Sequence[Growth]) -> Table:
    """For a person to read."""
    shown = Table(title="MiB (PSS) after the first minutes and in the end", title_justify="left")
    for heading in ("process", "early", "late", "growth"):
        shown.add_column(heading, justify="left" if heading == "process" else "right")
    for each in grown:
        shown.add_row(each.name, f"{each.early:,.1f}", f"{each.late:,.1f}", f"{100 * each.share:+.1f} %")
    return shown
