"""How long `make run` takes to be ready when its data is there, and what everything it runs holds of the memory."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

import psutil

from deploy.local.ports import choose
from deploy.local.testing import forget
from tests.bench.figures import Figure, Kind, Reach
from tests.bench.path import Path as BenchPath
from tests.support.platform import ROOT

_SETTLING_SECONDS = 3
"""After the start, until memory is looked at."""


def pss_mb(processes: Iterable[psutil.Process]) -> float:
    """Proportional set size: what is shared counts once in all. MB."""
    total = 0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:  # it ended meanwhile
            continue
    return total / 1e6


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


class StartPath(BenchPath):
    """A data folder with the demo in it, started and stopped again and again."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="anju-bench-", ignore_cleanup_errors=True)
        self._data = Path(self._folder.name) / "data"
        self._port = str(choose(["gateway"], {}, set())["gateway"])
        self._seconds: list[float] = []
        self._mb: list[float] = []

    async def prepare(self) -> None:
        async with self._running():
            pass

    async def round(self) -> None:
        began = perf_counter()
        async with self._running() as process:
            self._seconds.append(perf_counter() - began)
            await asyncio.sleep(_SETTLING_SECONDS)
            self._mb.append(pss_mb(family(process.pid)))

    async def finish(self) -> None:
        await asyncio.to_thread(forget, self._data)
        self._folder.cleanup()

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[subprocess.Popen[str]]:
        own = {"ANJU_DATA": str(self._data), "ANJU_PORT": self._port, "ANJU_DEMO": "1", "ANJU_APART": "0"}
        process = _started(own)
        try:
            await asyncio.to_thread(_await_ready, process)
            yield process
        finally:
            process.terminate()
            await asyncio.to_thread(process.communicate)

    def figures(self) -> Sequence[Figure]:
        seconds, mb = statistics.median(self._seconds), statistics.median(self._mb)
        return [
            Figure("start, second time", Kind.LATENCY, seconds, "s", reach=Reach(15)),
            Figure("memory of everything, started", Kind.MEMORY, mb, "MB", reach=Reach(900)),
        ]


def _started(env: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "deploy.local", "run"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "", "KAFKA_BOOTSTRAP_SERVERS": "", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _await_ready(process: subprocess.Popen[str]) -> None:
    said = []
    for line in process.stdout or ():
        said.append(line)
        if line.startswith("ready: "):
            return
    raise RuntimeError("the runtime did not start:\n" + "".join(said[-30:]))
