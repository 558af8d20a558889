"""Does the harm of a schedule, and notes what was done when."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from threading import Event

import httpx
import psutil

from tests.chaos.faults.disk import Disk
from tests.chaos.faults.schedule import BROKER, DATABASE, Harm, Kind
from tests.chaos.runtime import NotReady, Process, Runtime

_COME_BACK_SECONDS = 120
_LAG = re.compile(r"^consumer_lag_records\{.*\} (\S+)$", re.MULTILINE)


@dataclass(slots=True)
class Done:
    """Harm that was done, from when to when (seconds since 1970)."""

    kind: Kind
    target: str
    at: float
    until: float
    note: str = ""


@dataclass(slots=True)
class Injector:
    """`done` grows as it goes. What lasts beside other harm ends by itself; `wait` for it."""

    runtime: Runtime
    disk: Disk
    drawn: Random
    say: Callable[[str], None]
    done: list[Done] = field(default_factory=list)
    _lasting: list[threading.Thread] = field(default_factory=list)
    _frozen: set[int] = field(default_factory=set)

    def run(self, harms: Sequence[Harm], stop: Event) -> None:
        """One after the other. Raises NotReady where something does not come up again."""
        acts: dict[Kind, Callable[[Harm], Done]] = {
            Kind.KILL: self._kill,
            Kind.BACKEND: self._kill_backend,
            Kind.SUPERVISOR: self._kill_supervisor,
            Kind.FREEZE: self._freeze,
            Kind.CLOCK: self._shift_clock,
            Kind.AWAY: self._keep_away,
            Kind.FULL: self._fill_disk,
        }
        for harm in harms:
            if stop.wait(harm.after):
                break
            self.done.append(acts[harm.kind](harm))
        for each in self._lasting:
            each.join()

    def _process(self, name: str) -> Process:
        """It, once it is there and not frozen. Raises NotReady where it does not come back."""
        end = time.monotonic() + _COME_BACK_SECONDS
        while time.monotonic() < end:
            found = self.runtime.processes().get(name)
            if found and found.pid not in self._frozen and psutil.pid_exists(found.pid):
                return found
            time.sleep(0.05)
        raise NotReady(f"{name} was not started again within {_COME_BACK_SECONDS} s")

    def _kill(self, harm: Harm) -> Done:
        _signal(self._process(harm.target).pid, signal.SIGKILL)
        return _now(harm)

    def _kill_backend(self, harm: Harm) -> Done:
        end = time.monotonic() + _COME_BACK_SECONDS
        while time.monotonic() < end:
            with suppress(psutil.Error):
                if backends := _backends(self._process(DATABASE).pid):
                    self.drawn.choice(backends).kill()
                    return _now(harm)
            time.sleep(0.05)
        raise NotReady(f"nobody was connected to {DATABASE} for {_COME_BACK_SECONDS} s")

    def _kill_supervisor(self, harm: Harm) -> Done:
        began = time.time()
        self.runtime.kill_supervisor()
        self.say("the supervisor was killed; starting it again")
        time.sleep(harm.after / 2)
        try:
            self.runtime.start_supervisor()
        except NotReady:
            self.say("it did not come up; starting it once more")
            self.runtime.start_supervisor()
        return Done(harm.kind, harm.target, began, time.time())

    def _freeze(self, harm: Harm) -> Done:
        process = self._process(harm.target)
        noted = _now(harm)
        self._frozen.add(process.pid)
        _signal(process.pid, signal.SIGSTOP)

        def thaw() -> None:
            time.sleep(harm.lasts)
            _signal(process.pid, signal.SIGCONT)
            self._frozen.discard(process.pid)
            noted.until = time.time()
            if process.port and harm.target != BROKER:
                noted.note = f"lag in its /metrics afterwards: {_most_lag(process.port):,.0f} records at the most"

        self._beside(thaw)
        return noted

    def _shift_clock(self, harm: Harm) -> Done:
        process = self._process(harm.target)
        noted = _now(harm)
        noted.note = f"its clock went {'ahead' if harm.jump > 0 else 'back'} by {abs(harm.jump):,.0f} s"
        wrong = self.runtime.clocks / str(process.pid)
        wrong.write_text(str(harm.jump))

        def set_right() -> None:
            time.sleep(harm.lasts)
            wrong.unlink(missing_ok=True)  # another jump of the same clock may have been set right meanwhile
            noted.until = time.time()

        self._beside(set_right)
        return noted

    def _keep_away(self, harm: Harm) -> Done:
        noted = _now(harm)
        self.say(f"the broker is kept away for {harm.lasts:g} s")
        while time.time() < noted.at + harm.lasts:
            if found := self.runtime.processes().get(BROKER):
                _signal(found.pid, signal.SIGKILL)
            time.sleep(0.05)
        noted.until = time.time()
        return noted

    def _fill_disk(self, harm: Harm) -> Done:
        noted = _now(harm)
        self.say(f"the disk is full for {harm.lasts:g} s")
        while time.time() < noted.at + harm.lasts:
            self.disk.fill()
            time.sleep(0.1)
        self.disk.free()
        noted.until = time.time()
        return noted

    def _beside(self, act: Callable[[], None]) -> None:
        thread = threading.Thread(target=act, daemon=True)
        thread.start()
        self._lasting.append(thread)


def _backends(server: int) -> list[psutil.Process]:
    """Its processes that serve a connection."""
    children = psutil.Process(server).children()
    return sorted((c for c in children if "127.0.0.1(" in " ".join(c.cmdline())), key=lambda child: child.pid)


def _now(harm: Harm) -> Done:
    now = time.time()
    return Done(harm.kind, harm.target, now, now + harm.lasts)


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _most_lag(port: int, seconds: float = 8) -> float:
    """The most records that the process says it is behind, all topics together, within the next seconds."""
    most, end = 0.0, time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(httpx.HTTPError):
            answer = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=2, trust_env=False)
            most = max(most, sum(map(float, _LAG.findall(answer.text))))
        time.sleep(0.05)
    return most
