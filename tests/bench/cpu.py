"""CPU time of processes, of a service together with the PostgreSQL backends that work for it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import psutil

from tests.bench.figures import Spent

_PROCESS_CLOCK = 2
"""CPUCLOCK_SCHED of the Linux kernel: the number of a process's clock is made of its id and this (clock_getcpuclockid(3))."""


def cpu_seconds(pid: int) -> float:
    """CPU time of a process with all its threads, in nanoseconds' resolution on Linux; 0 for one that is gone."""
    try:
        if sys.platform == "linux":
            return time.clock_gettime(~pid << 3 | _PROCESS_CLOCK)
        times = psutil.Process(pid).cpu_times()
        return times.user + times.system
    except (OSError, psutil.Error):
        return 0.0


def _ports_of(pid: int) -> list[int]:
    return [end.laddr.port for end in psutil.Process(pid).net_connections("tcp") if end.laddr]


@dataclass(slots=True)
class Meter:
    """Measures processes and the PostgreSQL backends that hold their connections; `admin` is of a superuser."""

    admin: asyncpg.Connection

    async def backends(self, pid: int) -> list[int]:
        """Ids of the backends to which the process is connected (by its local ports)."""
        rows = await self.admin.fetch(
            "select pid from pg_stat_activity where client_port = any($1::int[]) and pid <> pg_backend_pid()",
            _ports_of(pid),
        )
        return [row["pid"] for row in rows]

    @asynccontextmanager
    async def measuring(self, *pids: int) -> AsyncIterator[Stretch]:
        """CPU of these processes with their backends while inside."""
        measured = {*pids} | {each for pid in pids for each in await self.backends(pid)}
        stretch = Stretch(measured)
        yield stretch
        if not stretch.ended:
            stretch.end()
        later = {each for pid in pids for each in await self.backends(pid)} - measured
        stretch.cpu += sum(map(cpu_seconds, later))

    @asynccontextmanager
    async def measuring_us(self) -> AsyncIterator[Stretch]:
        """The same of this process: for the limits, which run here."""
        async with self.measuring(os.getpid()) as stretch:
            yield stretch


@dataclass(slots=True)
class Stretch:
    """From its making to the last `end`: seconds by the clock, and CPU seconds of the processes."""

    pids: Iterable[int]
    seconds: float = 0.0
    cpu: float = 0.0
    ended: bool = False
    _began: float = 0.0
    _before: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._before = {pid: cpu_seconds(pid) for pid in self.pids}
        self._began = time.perf_counter()

    def end(self) -> None:
        """Takes what was spent up to now; leaving `Meter.measuring` does where nobody has."""
        self.ended = True
        self.seconds = time.perf_counter() - self._began
        self.cpu = sum(max(cpu_seconds(pid) - before, 0.0) for pid, before in self._before.items())

    def spent(self, operations: int) -> Spent:
        """What so many operations took."""
        return Spent(operations, self.seconds, self.cpu)
