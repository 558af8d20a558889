"""The whole platform, as `make run` starts it, on a data folder and ports of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from deploy.local.testing import forget
from tests.e2e.platform import Platform

ROOT = Path(__file__).parents[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(**env: str) -> Iterator[Platform]:
    """The runtime in a folder of its own until left; then everything must have stopped."""
    with tempfile.TemporaryDirectory(prefix="anju-e2e-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        port = _free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "run"],
            cwd=ROOT,
            env={**os.environ, "ANJU_DATA": str(data), "ANJU_PORT": str(port), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said: list[str] = []
        drain = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
        try:
            for line in process.stdout or ():
                said.append(line.rstrip())
                if line.startswith("ready: "):
                    break
            else:
                raise RuntimeError("the runtime did not start:\n" + "\n".join(said[-30:]))
            drain.start()
            platform = Platform(said[-1].removeprefix("ready: "), data, said)
            yield platform
            platform.http.close()
        finally:
            left = _processes(data)
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            if drain.ident:
                drain.join(10)
            if process.stdout:
                process.stdout.close()
        forget(data)
        assert [pid for pid in left if Path(f"/proc/{pid}").exists()] == [], "processes were left running"


def _processes(data: Path) -> list[int]:
    try:
        entries: list[dict[str, Any]] = json.loads((data / "run.json").read_text())
    except OSError:
        return []
    return [entry["pid"] for entry in entries]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One test process runs them all: the platform is started once."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("e2e"))


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """With the demo, each service one process."""
    with started() as running:
        yield running


@pytest.fixture(scope="session")
def platform_apart() -> Iterator[Platform]:
    """Without the demo, api and worker of each service as processes of their own."""
    with started(ANJU_APART="1", ANJU_DEMO="0") as running:
        yield running
