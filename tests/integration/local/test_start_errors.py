"""A start that cannot be: one clear line, a non-zero exit, nothing left running."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local import roster
from deploy.local.options import ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]
NOBODY = "127.0.0.1:9"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the runtime with these variables; it must end by itself."""

    def start(command: str = "run", **env: str) -> subprocess.CompletedProcess[str]:
        kept = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS")
        }
        ended = subprocess.run(
            [sys.executable, "-m", "deploy.local", command],
            cwd=ROOT,
            env={**kept, "ANJU_DATA": str(tmp_path / "data"), "ANJU_PORT": str(_free_port()), **env},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert roster.left_behind(str(tmp_path / "data")) == []
        return ended

    return start


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _one_line(ended: subprocess.CompletedProcess[str]) -> str:
    assert ended.returncode == 1
    assert ended.stderr.startswith("anju: ")
    assert ended.stderr.count("\n") == 1
    return ended.stderr


def test_a_busy_port(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 is taken" in _one_line(run(ANJU_PORT=str(port)))


def test_a_port_that_is_none(run: Run) -> None:
    assert "ANJU_PORT=web is not a port" in _one_line(run(ANJU_PORT="web"))


def test_a_database_server_that_does_not_answer(run: Run) -> None:
    line = _one_line(run(DATABASE_URL=f"postgresql://me:secret@{NOBODY}/base"))
    assert "127.0.0.1:9 cannot be used" in line
    assert "secret" not in line


def test_a_database_of_another_kind(run: Run) -> None:
    assert "not of the form postgresql://" in _one_line(run(DATABASE_URL="mysql://h/b"))


@pytest.mark.parametrize("servers", [NOBODY, "nonsense", "127.0.0.1:port"])
def test_a_broker_that_does_not_answer(run: Run, servers: str) -> None:
    assert f"No Kafka broker answers at {servers}" in _one_line(run(KAFKA_BOOTSTRAP_SERVERS=servers))


def test_a_server_that_does_not_speak_kafka(run: Run) -> None:
    database = os.environ["ANJU_TEST_DATABASE_URL"].rpartition("@")[2].partition("/")[0]
    assert "No Kafka broker answers" in _one_line(run(KAFKA_BOOTSTRAP_SERVERS=database))


def test_a_folder_that_cannot_be_used(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "set ANJU_DATA to another folder" in _one_line(run(ANJU_DATA=str(tmp_path / "file")))


def test_a_failed_start_on_given_servers_binds_the_folder_to_nothing(run: Run, tmp_path: Path) -> None:
    _one_line(run(KAFKA_BOOTSTRAP_SERVERS=NOBODY))
    assert "Removed" in run("reset").stdout
    assert not (tmp_path / "data").exists()
    assert run("reset").stdout.startswith("Nothing to forget")


def test_reset_leaves_what_is_not_ours(run: Run, tmp_path: Path) -> None:
    _one_line(run(KAFKA_BOOTSTRAP_SERVERS=NOBODY))
    (tmp_path / "data" / "notes.txt").write_text("mine")
    assert run("reset").returncode == 0
    assert [each.name for each in (tmp_path / "data").iterdir()] == ["notes.txt"]
