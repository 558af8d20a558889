"""PostgreSQL and Kafka for a test session: real ones, the same as `make run` starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local import addresses, postgres
from deploy.local.options import ROOT
from deploy.local.state import OWN, SERVICES, State


@dataclass(frozen=True, slots=True)
class Servers:
    """`dsn`: the URL of a superuser, database `postgres`; `bootstrap_servers`: host:port of the broker."""

    dsn: str
    bootstrap_servers: str


@contextmanager
def postgres_and_kafka(data: Path, throwaway: bool = True) -> Iterator[Servers]:
    """Runs both in the folder until left. They stop as well when this process dies, however it does.

    `throwaway`: nothing waits for the disk, and all but the logs is removed in the end. RuntimeError where they do not start,
    with the reason.
    """
    command = [sys.executable, "-m", "deploy.local", "servers", *(["--throwaway"] if throwaway else [])]
    env = {**os.environ, "ANJU_DATA": str(data)}
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield _await_servers(process)
    finally:
        if process.stdin:
            process.stdin.close()
        process.wait(60)
        if process.stdout:
            process.stdout.close()


def _await_servers(process: subprocess.Popen[str]) -> Servers:
    said: list[str] = []
    for line in process.stdout or ():
        if line.startswith("{"):
            return Servers(**json.loads(line))
        said.append(line.strip())
    raise RuntimeError(f"PostgreSQL and Kafka did not start: {' / '.join(said)}")


def database_urls(data: Path, state: Mapping[str, Any]) -> dict[str, str]:
    """The URL of each service's database in a run with a PostgreSQL of its own; `state` is what its state.json holds."""
    memory = State(**state)
    if memory.database != OWN:
        raise ValueError(f"The databases of {data} are on {memory.database}")
    admin = postgres.admin_url(memory, memory.ports["postgres"])
    names = {service: memory.prefix + service for service in SERVICES}
    return {each: addresses.of_service(admin, name, memory.passwords[each], name) for each, name in names.items()}


def pg_dump() -> str:
    """The path of the program, from the same wheel as the server."""
    return str(postgres.programs() / "pg_dump")


def forget(data: Path) -> None:
    """What `make reset` does: a run by root in a folder closed to others keeps its cluster elsewhere, and that goes too."""
    command = [sys.executable, "-m", "deploy.local", "reset"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "ANJU_DATA": str(data)}, check=True, capture_output=True)
