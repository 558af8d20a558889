"""One process of ours: how it is started, told to stop, and known again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

MARK = "ANJU_RUNTIME"
"""In the environment of every process we start, with the folder of the run: how what a killed supervisor left is known."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user of the operating system that a process runs as, where that is not ours."""

    name: str
    uid: int
    gid: int


_TELLING = re.compile(r"error\b|fatal\b|no space left", re.IGNORECASE)


def _always() -> bool:
    return True


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Spec:
    """What to run. `rank` orders stopping: low numbers first, and 0 is for programs that come to an end by themselves."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    rank: int = 0
    port: int | None = None
    account: Account | None = None
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10
    is_ready: Callable[[], bool] = _always
    before_start: Callable[[], None] = _nothing
    stdin: str | None = None
    shows: bool = False
    """Its output goes to the terminal, and only its errors to the log."""
    explains_itself: bool = False
    """Where it fails, its last line is all that the person need read."""


@dataclass(slots=True)
class Child:
    """A process that was started. In a session and group of its own, so that Ctrl-C at the terminal reaches only us."""

    spec: Spec
    process: subprocess.Popen[bytes]
    since: float = field(default_factory=time.monotonic)

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def code(self) -> int | None:
        """The exit code once it has ended; negative: the signal that ended it."""
        return self.process.poll()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.since

    def signal(self, number: int) -> None:
        """Sends a signal to the process and what it started itself."""
        with suppress(ProcessLookupError, PermissionError):  # gone, or (on macOS) only a zombie is left of the group
            os.killpg(self.pid, number)

    def ending(self) -> str:
        """How it ended, in words."""
        code = self.code
        return signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"


def start(spec: Spec, mark: str) -> Child:
    """Starts the process. Raises OSError."""
    spec.before_start()
    with _output(spec.log) as output:
        process = subprocess.Popen(
            list(spec.argv),
            cwd=spec.cwd,
            env={**spec.env, MARK: mark},
            stdin=subprocess.PIPE if spec.stdin is not None else subprocess.DEVNULL,
            stdout=None if spec.shows else output,
            stderr=output,
            start_new_session=True,
            user=spec.account.uid if spec.account else None,
            group=spec.account.gid if spec.account else None,
            extra_groups=[] if spec.account else None,
        )
    _feed(process, spec.stdin)
    return Child(spec, process)


def _output(log: Path) -> IO[bytes]:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(descriptor, "wb")


def _feed(process: subprocess.Popen[bytes], text: str | None) -> None:
    if text is None or process.stdin is None:
        return
    with suppress(BrokenPipeError):  # it died at once; its exit code tells
        process.stdin.write(text.encode())
        process.stdin.close()


def ask(
    command: Sequence[str | Path], env: Mapping[str, str], account: Account | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a program that ends at once, and listens. In a session of its own too: Ctrl-C must not look like its answer."""
    return subprocess.run(
        command,
        env=env,
        cwd="/",
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        timeout=60,
        check=False,
    )


def python(*arguments: str) -> list[str]:
    """A command line for the interpreter we run in."""
    return [sys.executable, *arguments]


def last_words(log: Path, begin: int = 0) -> str:
    """The line of a log after byte `begin` that tells most: the last that speaks of an error, else the last."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(begin, file.seek(0, os.SEEK_END) - 8192))
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
    telling = [line for line in lines if _TELLING.search(line)] or [line for line in lines if line]
    return telling[-1][:300] if telling else ""
