"""What commands for operators share: where the databases and the keys are, and a bar that says how far it is."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

VARIABLES = """\
environment:
  ANJU_<SERVICE>_DATABASE_URL   database of a service: postgresql://user:password@host:port/database
  ANJU_DATABASE_URL             the same, where only one service is meant
  ANJU_KEYS_FILE                the file with the master keys
Of a local run: eval "$(python -m deploy.local variables)" sets them.
"""


def database_url(service: str) -> str:
    """URL of the service's database. Exits where none is named."""
    name = f"ANJU_{service.upper()}_DATABASE_URL"
    url = os.environ.get(name) or os.environ.get("ANJU_DATABASE_URL")
    if not url:
        sys.exit(f"Set ANJU_DATABASE_URL or {name} to the database of {service}.")
    return url


def services() -> list[str]:
    """Names of all services with a database."""
    return sorted(path.parent.name for path in Path(__file__).parents[1].glob("services/*/models.py"))


def database_urls() -> dict[str, str]:
    """URLs of the databases of all services, each named by its own variable: what concerns all must not pass one over. Exits where one
    is not named."""
    named = {service: os.environ.get(f"ANJU_{service.upper()}_DATABASE_URL") for service in services()}
    missing = [f"ANJU_{service.upper()}_DATABASE_URL" for service, url in named.items() if not url]
    if missing:
        sys.exit(f"Set {', '.join(missing)}: the keys of all services are meant.")
    return {service: url for service, url in named.items() if url}


def keys_file(given: Path | None = None) -> Path:
    """The file with the master keys: as given, or of the environment. Exits where none is named."""
    named = given or os.environ.get("ANJU_KEYS_FILE")
    if not named:
        sys.exit("Set ANJU_KEYS_FILE to the file with the master keys.")
    return Path(named)


def bar() -> Progress:
    """On standard error, so that standard output holds the result alone; nothing where that is no terminal."""
    from rich.console import Console  # a quarter of what a migration that finds nothing to do would take
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
