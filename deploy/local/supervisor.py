"""Starts processes, starts them again when they die, and stops them all in order.

One thread and one loop: whoever waits calls `pause`, which looks after all children meanwhile and raises Stopped once the
person has asked to stop.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import children
from deploy.local.children import Child, Spec
from deploy.local.console import StartError, listed, note
from deploy.local.folder import Folder
from deploy.local.roster import write_roster

_TICK = 0.1
_FIRST_WAIT = 0.5
_STEADY = 60.0
"""After this many seconds alive a process is taken to be well: its next end is its first again."""
_HURRY_AFTER = 2.0
_TRIES_BEFORE_READY = 3


class Stopped(Exception):
    """The person asked to stop (Ctrl-C, SIGTERM, a closed terminal)."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


@dataclass(slots=True)
class Wish:
    """What signals have said so far. A second one, later than a moment, asks not to wait any longer: a moment, because `make`
    passes on a signal that the whole group has had already."""

    number: int | None = None
    at: float = 0.0
    hurry: bool = False

    def listen(self) -> None:
        """From now on signals are wishes. A hang-up that is ignored stays so (`nohup`)."""
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN:
                signal.signal(each, self._on_signal)

    def _on_signal(self, number: int, _frame: object) -> None:
        if self.number is None:
            self.number, self.at = number, time.monotonic()
        elif time.monotonic() - self.at > _HURRY_AFTER:
            self.hurry = True


@dataclass(slots=True)
class _Down:
    """A process that died and waits to be started again."""

    spec: Spec
    at: float


@dataclass(slots=True)
class Supervisor:
    """The processes of one run. `mark` tells them from those of any other run."""

    folder: Folder
    wish: Wish = field(default_factory=Wish)
    running: dict[str, Child] = field(default_factory=dict)
    down: dict[str, _Down] = field(default_factory=dict)
    falls: dict[str, int] = field(default_factory=dict)
    over: bool = False
    unwritten: bool = False
    """Could run.json not be written (a full disk)? It is tried again, or it would go on naming processes that died meanwhile."""
    longest_wait: float = 30.0
    """Seconds after which a process that keeps dying is started again, at the most."""

    @property
    def mark(self) -> str:
        return str(self.folder.path)

    def keep(self, *specs: Spec) -> None:
        """Starts processes that are to live as long as we do. Raises StartError where one cannot even be started."""
        for spec in specs:
            self._launch(spec)
        self._write()

    def _launch(self, spec: Spec) -> Child:
        try:
            child = children.start(spec, self.mark)
        except OSError as error:
            raise StartError(f"{spec.name} cannot be started: {error}") from None
        self.running[spec.name] = child
        return child

    def _write(self) -> None:
        try:
            write_roster(self.folder, list(self.running.values()), self.over)
        except OSError as error:
            if not self.unwritten:
                note(f"{self.folder.run} cannot be written: {error}; trying again")
            self.unwritten = True
        else:
            self.unwritten = False

    def pause(self, seconds: float = _TICK) -> None:
        """Waits, looking after the children. Raises Stopped."""
        end = time.monotonic() + seconds
        while True:
            if self.wish.number is not None:
                raise Stopped(self.wish.number)
            self._look_after()
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(_TICK, left))

    def _look_after(self) -> None:
        ended = [child for child in self.running.values() if child.spec.rank and child.code is not None]
        due = [each.spec for each in self.down.values() if each.at <= time.monotonic()]
        for child in ended:
            self._put_down(child)
        for spec in due:
            self._bring_back(spec)
        if ended or due or self.unwritten:
            self._write()

    def _put_down(self, child: Child) -> None:
        child.signal(signal.SIGKILL)  # what it may have left in its group
        del self.running[child.name]
        falls = 1 if child.seconds > _STEADY else self.falls.get(child.name, 0) + 1
        wait = min(_FIRST_WAIT * 2 ** (falls - 1), self.longest_wait)
        self.falls[child.name] = falls
        self.down[child.name] = _Down(child.spec, time.monotonic() + wait)
        note(f"{child.name} stopped ({child.ending()}); starting it again in {wait:g} s. Its log: {child.spec.log}")

    def _bring_back(self, spec: Spec) -> None:
        del self.down[spec.name]
        try:
            child = children.start(spec, self.mark)
        except OSError as error:
            self.down[spec.name] = _Down(spec, time.monotonic() + self.longest_wait)
            note(f"{spec.name} cannot be started ({error}); trying again in {self.longest_wait:g} s")
            return
        self.running[spec.name] = child
        note(f"{spec.name} started again (process {child.pid})")

    def await_ready(self, specs: Sequence[Spec], seconds: float) -> None:
        """Waits until all answer. Raises StartError when one keeps dying or time is up; Stopped."""
        end = time.monotonic() + seconds
        waiting = list(specs)
        while waiting:
            for spec in list(waiting):
                self.pause(0)
                if self.falls.get(spec.name, 0) >= _TRIES_BEFORE_READY:
                    raise StartError(
                        f"{spec.name} does not start: {children.last_words(spec.log)} (its log: {spec.log})"
                    )
                if spec.name in self.running and spec.is_ready():
                    waiting.remove(spec)
            if waiting and time.monotonic() > end:
                names, logs = listed([spec.name for spec in waiting]), listed([str(spec.log) for spec in waiting])
                raise StartError(f"{names} not ready after {seconds:g} s: see {logs}")
            self.pause()

    def run(self, *specs: Spec) -> None:
        """Runs programs to their end, at the same time. Raises StartError with the last line of the first that fails; Stopped."""
        begins = {spec.name: _size(spec.log) for spec in specs}
        started = [self._launch(spec) for spec in specs]
        self._write()
        try:
            while any(child.code is None for child in started):
                self.pause(_TICK / 2)
                for child in started:
                    if child.code:
                        raise StartError(_failed(child, begins[child.name]))
        finally:
            if any(child.code is None for child in started):
                self._end(started)
            for child in started:
                self.running.pop(child.name, None)
            self._write()

    def stop(self) -> None:
        """Stops everything in order. A second signal while this goes on kills what is left at once."""
        self.down.clear()
        for rank in sorted({child.spec.rank for child in self.running.values()}):
            self._end([child for child in self.running.values() if child.spec.rank == rank])
        self.running.clear()
        self.over = True
        self._write()

    def _end(self, ending: Sequence[Child]) -> None:
        for child in ending:
            child.signal(child.spec.stop_signal)
        start = time.monotonic()
        while left := [child for child in ending if child.code is None]:
            for child in left:
                if self.wish.hurry or time.monotonic() - start > child.spec.stop_seconds:
                    child.signal(signal.SIGKILL)
            time.sleep(0.02)
        for child in ending:
            child.signal(signal.SIGKILL)


def _size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def _failed(child: Child, begin: int) -> str:
    words = children.last_words(child.spec.log, begin) or f"{child.name} failed: {child.ending()}"
    return words if child.spec.explains_itself else f"{words} (its log: {child.spec.log})"
