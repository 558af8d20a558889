"""A short run of `make chaos`, as a person starts it: five kills, and nothing lost."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support.platform import ROOT

pytestmark = pytest.mark.xdist_group("chaos")
_MEASURE = (
    "--kills",
    "5",
    "--quiet",
    "3",
    "--gap",
    "2",
    "--freeze",
    "0",
    "--away",
    "4",
    "--full",
    "0",
    "--again",
    "300",
)


def test_five_kills_lose_nothing() -> None:
    """CI repeats the same harm; at a desk it is new at each run, and its seed is in the output."""
    seed = ("--seed", "1") if "CI" in os.environ else ()
    with tempfile.TemporaryDirectory(prefix="anju-chaos-", ignore_cleanup_errors=True) as folder:
        done = subprocess.run(
            [sys.executable, "-m", "tests.chaos", *_MEASURE, *seed],
            cwd=ROOT,
            env={**os.environ, "ANJU_DATA": folder},
            capture_output=True,
            text=True,
            check=False,
        )
        report = Path(folder, "chaos", "report.txt")
        assert done.returncode == 0, done.stdout + done.stderr
        assert report.read_text("utf-8").splitlines()[-1].startswith("NOTHING LOST after 5 kills")
