"""Which processes there are (run.json), and ending those that a supervisor left when it was killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from contextlib import suppress

import psutil

from deploy.local.children import MARK, Child
from deploy.local.console import say
from deploy.local.files import write_json
from deploy.local.folder import Folder

_GRACE = 15.0


def write_roster(folder: Folder, running: Sequence[Child], over: bool) -> None:
    """Rewrites run.json: every process that is there, this supervisor first; an empty list where the run is over."""
    own = {"name": "supervisor", "pid": os.getpid(), "port": None}
    rows = [{"name": each.name, "pid": each.pid, "port": each.spec.port} for each in running]
    write_json(folder.run, [] if over else [own, *rows])


def left_behind(mark: str) -> list[psutil.Process]:
    """Processes of an earlier run in the same folder, known by the mark in their environment. Call with the folder held."""
    family = {os.getpid(), *(each.pid for each in psutil.Process().parents())}
    return [each for each in psutil.process_iter() if each.pid not in family and _mark_of(each) == mark]


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None


def end_left_behind(mark: str) -> None:
    """Ends them, gently first. An interrupt is what all of them, PostgreSQL too, take as: stop now, in order."""
    processes = left_behind(mark)
    if not processes:
        return
    say(f"An earlier run was killed and left {len(processes)} processes: ending them.")
    for each in processes:
        _signal(each, signal.SIGINT)
    _, alive = psutil.wait_procs(processes, timeout=_GRACE)
    for each in alive:
        _signal(each, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=5)


def _signal(process: psutil.Process, number: int) -> None:
    with suppress(psutil.Error):  # it ended meanwhile
        process.send_signal(number)
