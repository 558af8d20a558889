"""What the person at the terminal reads, and the error that ends a start with one line."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence


class StartError(Exception):
    """Nothing can be started: one line that says what is wrong and what to do next."""


def say(text: str) -> None:
    """Prints at once. A reader that has gone away (`| head`, a closed terminal) does not stop the runtime."""
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - stays open for the rest of the process


def note(text: str) -> None:
    """Prints with the time of day: something happened while running."""
    say(f"{time.strftime('%H:%M:%S')}  {text}")


def listed(names: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
