"""PostgreSQL and Kafka for a test session: real ones, the same as `make run` starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.options import ROOT


@dataclass(frozen=True, slots=True)
class Servers:
    """`dsn`: the URL of a superuser, database `postgres`; `bootstrap_servers`: host:port of the broker."""

    dsn: str
    bootstrap_servers: str


@contextmanager
def postgres_and_kafka(data: Path, durable: bool = False) -> Iterator[Servers]:
    """Runs both in the folder until left. They stop as well when this process dies, however it does. RuntimeError where they
    do not start, with the reason."""
    command = [sys.executable, "-m", "deploy.local", "servers", *([] if durable else ["--not-durable"])]
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
