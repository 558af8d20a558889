"""A disk that can be filled up: a file system in memory, mounted on the platform's data folder where the machine lets us."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

_BALLAST = "ballast"
_PIECE = b"\0" * (1 << 20)


class Disk:
    """`why_not`: None where the disk is mounted and can be filled, else why it cannot."""

    def __init__(self, at: Path, megabytes: int) -> None:
        self.at = at
        self.why_not = _mount(at, megabytes) if megabytes else "not asked for"

    def fill(self) -> None:
        """Until nothing more fits."""
        with (self.at / _BALLAST).open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(_PIECE)

    def free(self) -> None:
        """What filled it is gone."""
        (self.at / _BALLAST).unlink(missing_ok=True)

    def unmount(self) -> None:
        """The data is gone with it."""
        if self.why_not is None:
            subprocess.run(["umount", "--lazy", str(self.at)], check=False, capture_output=True)


def _mount(at: Path, megabytes: int) -> str | None:
    if os.geteuid() or not shutil.which("mount"):
        return "only root may mount a disk of its own"
    at.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "anju-chaos", str(at)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return None if done.returncode == 0 else f"mounting was refused: {done.stderr.strip() or done.returncode}"
