"""All clients together, each a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from tests.chaos.load.caller import Caller
from tests.chaos.load.clients import Client
from tests.chaos.load.ledger import Ledger
from tests.chaos.load.rosters import RosterClient

_ROSTER_PAUSE = 10.0
_FINISH_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Load:
    """`rate`: acts a second of all clients together, rosters not counted. `day`: when everything that is said happened."""

    clients: int
    rate: float
    seed: int
    day: date


@contextmanager
def asking(url: str, secret: dict[str, str], folder: Path, load: Load) -> Iterator[None]:
    """Clients ask until this is left; then what is under way is brought to a definite answer, or given up after two minutes."""
    folder.mkdir()
    stop, over = threading.Event(), threading.Event()
    of = load.clients + 1
    pause = load.clients / load.rate
    threads: list[threading.Thread] = []
    for n in range(of):
        drawn = Random(f"{load.seed}/{n}")
        caller = Caller(url, secret, Ledger(folder / f"client-{n}.jsonl"), drawn, over)
        client = (
            Client(n, of, caller, drawn, pause, load.day)
            if n < load.clients
            else RosterClient(n, of, caller, drawn, _ROSTER_PAUSE * 40 / load.rate, load.day)
        )
        threads.append(threading.Thread(target=client.run, args=(stop,), name=f"client-{n}", daemon=True))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        closing = threading.Timer(_FINISH_SECONDS, over.set)
        closing.start()
        for thread in threads:
            thread.join()
        closing.cancel()
