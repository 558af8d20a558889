"""What the person asked for, read from the environment once."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.console import StartError

ROOT = Path(__file__).resolve().parents[2]
OFF = {"", "0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class Options:
    """`database_url` and `kafka_servers` None: a server of our own."""

    data: Path
    port: int = 8080
    demo: bool = True
    apart: bool = False
    database_url: str | None = None
    kafka_servers: str | None = None
    durable: bool = True
    """False for tests only: PostgreSQL does not wait for the disk."""
    restart_seconds: float = 30.0
    """After which a process that keeps dying is started again, at the most."""
    buffers: str = "96MB"
    """Memory in which a PostgreSQL of our own keeps pages (`shared_buffers`)."""


def from_environment(environ: Mapping[str, str]) -> Options:
    """Reads ANJU_DATA, ANJU_PORT, ANJU_DEMO, ANJU_APART, ANJU_RESTART_SECONDS, ANJU_POSTGRES_BUFFERS, DATABASE_URL,
    KAFKA_BOOTSTRAP_SERVERS. Raises StartError."""
    return Options(
        data=_data(environ.get("ANJU_DATA")),
        port=_port(environ.get("ANJU_PORT") or "8080"),
        demo=environ.get("ANJU_DEMO", "1").lower() not in OFF,
        apart=environ.get("ANJU_APART", "0").lower() not in OFF,
        database_url=environ.get("DATABASE_URL") or None,
        kafka_servers=environ.get("KAFKA_BOOTSTRAP_SERVERS") or None,
        restart_seconds=_seconds(environ.get("ANJU_RESTART_SECONDS") or "30"),
        buffers=_memory(environ.get("ANJU_POSTGRES_BUFFERS") or "96MB"),
    )


def _data(text: str | None) -> Path:
    return Path(os.path.realpath(Path(text).expanduser() if text else ROOT / ".anju"))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise StartError(f"ANJU_PORT={text} is not a port: set a number from 1 to 65535.")
    return int(text)


def _seconds(text: str) -> float:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise StartError(f"ANJU_RESTART_SECONDS={text} is no time: set a whole number of seconds.")
    return float(text)


def _memory(text: str) -> str:
    if not re.fullmatch("[1-9][0-9]{0,5}(MB|GB)", text, re.ASCII):
        raise StartError(f"ANJU_POSTGRES_BUFFERS={text} is no memory: set a whole number of MB or GB, such as 4GB.")
    return text
