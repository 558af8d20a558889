"""What the person asked for: the command line, with KILLS, SEED, SOAK, ANJU_DATA and ANJU_APART from the environment."""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.options import OFF, ROOT

_ABOUT = """\
Runs the platform in a folder of its own ($ANJU_DATA/chaos), sets clients on it, kills its processes at random instants, and then
compares what clients were told with what is there. The last line is the verdict; the exit code is 0 only where nothing was lost.
"""
_EXAMPLES = """\
examples:
  make chaos                      50 kills, a seed by chance
  make chaos KILLS=200 SEED=7     more of them, as in an earlier run of seed 7
  ANJU_APART=1 make chaos         API and worker of each service as processes of their own, killed apart
  SOAK=3600 make chaos            no harm: an hour of a tenth of the load, and whether memory stays level
"""


@dataclass(frozen=True, slots=True)
class Options:
    """`rate`: acts a second of all clients together. Seconds: `quiet` before the first kill, `gap` between kills on the average, `freeze` a
    frozen process stays so, `away` the broker is kept away, `full` the disk stays full, `settle` until all
    is still, at the most."""

    folder: Path
    kills: int
    seed: int
    apart: bool
    clients: int = 8
    rate: float = 40.0
    quiet: float = 15.0
    gap: float = 3.0
    freeze: float = 20.0
    away: float = 60.0
    full: float = 15.0
    settle: float = 240.0
    again: int = 4000
    """How many keys are asked once more in the end, at the most."""
    soak: float = 0.0
    disk_mb: int = 1500
    """Size of the disk that is filled up; 0: no disk is."""


def parse(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    """Exits with a message for what cannot be meant."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "python -m tests.chaos", description=_ABOUT, epilog=_EXAMPLES, formatter_class=form
    )
    usual = Options(Path(), 50, 0, False)
    # Defaults that are texts are read as if they had been given.
    kills, seed, soak = (environ.get(name) or None for name in ("KILLS", "SEED", "SOAK"))
    parser.add_argument("--kills", type=int, default=kills or usual.kills, help="how many (KILLS, %(default)s)")
    parser.add_argument("--seed", type=int, default=seed, help="repeats the harm of an earlier run (SEED; by chance)")
    parser.add_argument("--soak", type=float, default=soak or 0.0, help="seconds of a soak instead (SOAK)")
    parser.add_argument(
        "--clients", type=int, default=usual.clients, help="how many, beside the one who sends rosters (%(default)s)"
    )
    for name, what in (
        ("rate", "acts a second of all clients together"),
        ("quiet", "seconds of load before the first kill"),
        ("gap", "seconds between kills, on the average"),
        ("freeze", "seconds that a frozen process stays so; 0: none is frozen"),
        ("away", "seconds that the broker is kept away; 0: it is not"),
        ("full", "seconds that the disk stays full; 0: it is not filled"),
        ("settle", "seconds until all must be still after the load"),
    ):
        parser.add_argument(f"--{name}", type=float, default=getattr(usual, name), help=f"{what} (%(default)s)")
    parser.add_argument(
        "--again", type=int, default=usual.again, help="keys asked once more, at the most (%(default)s)"
    )
    parser.add_argument(
        "--disk-mb", type=int, default=usual.disk_mb, help="MB of the disk that is filled, in memory (%(default)s)"
    )
    given = parser.parse_args(arguments)
    chosen = secrets.randbelow(10**6) if given.seed is None else given.seed
    own = {name: getattr(given, name) for name in Options.__dataclass_fields__ if hasattr(given, name)}
    data = Path(os.path.realpath(Path(environ.get("ANJU_DATA") or ROOT / ".anju").expanduser()))
    apart = environ.get("ANJU_APART", "0").lower() not in OFF
    return Options(**{**own, "seed": chosen, "folder": data / "chaos", "apart": apart})
