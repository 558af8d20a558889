"""Loads the demo's communities through the gateway's public import, or writes their files for people to look at.

    python -m deploy.demo --gateway http://127.0.0.1:8080 --credentials .anju/credentials.json
    python -m deploy.demo --write DIR

The files are the same at every run, and each is uploaded with an Idempotency-Key of its content: loading again changes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from os import environ
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from deploy.demo import calibration, expected, files, large, report, small
from deploy.demo.gateway import Gateway, Refused
from deploy.demo.load import load


def main() -> None:
    """Command line; see the module's docstring."""
    options = _options()
    console = Console(highlight=False)
    if options.write:
        _write(options.write, options.seed, console)
        return
    try:
        _load(options.gateway, json.loads(options.credentials.read_text("utf-8")), options.seed, console)
    except httpx.ConnectError:
        sys.exit(
            f"Nothing answers at {options.gateway}: start it with `make run`, or name it with --gateway (or ANJU_PORT)."
        )
    except (OSError, httpx.HTTPError, Refused) as error:
        sys.exit(f"The demo was not loaded: {error}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.demo",
        description="Loads the demo's communities through the gateway's public import, or writes their files.",
    )
    parser.add_argument(
        "--gateway",
        default=f"http://127.0.0.1:{environ.get('ANJU_PORT', '8080')}",
        help="address of the gateway (default, by ANJU_PORT: %(default)s)",
    )
    parser.add_argument(
        "--credentials",
        type=Path,
        default=Path(environ.get("ANJU_DATA", ".anju")) / "credentials.json",
        help="credentials.json of the run (default, by ANJU_DATA: %(default)s)",
    )
    parser.add_argument("--write", type=Path, metavar="DIR", help="write the files there, and load nothing")
    parser.add_argument(
        "--seed", type=int, default=calibration.SEED, help="other people, the same figures (default: %(default)s)"
    )
    return parser.parse_args()


def _write(folder: Path, seed: int, console: Console) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.all_files(large.build(seed), small.build()).items():
        (folder / name).write_bytes(data)
        console.print(f"{folder / name}  {len(data):,} bytes")


def _load(url: str, credentials: Sequence[dict[str, Any]], seed: int, console: Console) -> None:
    """Loads, and says what has come of it. Raises OSError, httpx.HTTPError, Refused."""
    people, rest = large.build(seed), small.build()
    wanted = (expected.of_large(people), expected.of_small(rest))
    gateway = Gateway(url, credentials)
    created = load(gateway, files.all_files(people, rest), [(rest.code, each) for each in small.LATER], wanted, console)
    if not created:
        console.print("Nothing new: all of it was in before.")
    report.show(gateway.get(f"/v1/communities/{people.code}/overview"), console)
    for each, name in zip(wanted, (people.name, rest.name), strict=True):
        console.print(f"{name} {each.community}: {each.households} households, {each.people} people")


if __name__ == "__main__":
    main()
