"""What the environment asks of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.console import StartError
from deploy.local.options import ROOT, from_environment


def test_the_defaults_are_the_fixed_points() -> None:
    options = from_environment({})
    assert (options.port, options.data, options.demo, options.apart) == (8080, ROOT / ".anju", True, False)
    assert options.database_url is None
    assert options.kafka_servers is None


def test_reads_what_was_set(tmp_path: Path) -> None:
    options = from_environment(
        {
            "ANJU_PORT": "9000",
            "ANJU_DATA": str(tmp_path / "d"),
            "ANJU_DEMO": "0",
            "ANJU_APART": "1",
            "ANJU_POSTGRES_BUFFERS": "4GB",
            "DATABASE_URL": "postgresql://h/b",
            "KAFKA_BOOTSTRAP_SERVERS": "h:9092",
        }
    )
    assert (options.port, options.data, options.demo, options.apart) == (9000, tmp_path / "d", False, True)
    assert (options.database_url, options.kafka_servers, options.buffers) == ("postgresql://h/b", "h:9092", "4GB")


def test_an_empty_variable_is_as_if_unset() -> None:
    options = from_environment({"DATABASE_URL": "", "KAFKA_BOOTSTRAP_SERVERS": "", "ANJU_PORT": "", "ANJU_DATA": ""})
    assert options == from_environment({})


@pytest.mark.parametrize("memory", ["4", "4 GB", "0MB", "lots", "1GB -c fsync=off"])
def test_refuses_what_is_no_memory(memory: str) -> None:
    with pytest.raises(StartError, match="ANJU_POSTGRES_BUFFERS"):
        from_environment({"ANJU_POSTGRES_BUFFERS": memory})


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80 ", "８０"])
def test_refuses_what_is_no_port(port: str) -> None:
    with pytest.raises(StartError, match="not a port"):
        from_environment({"ANJU_PORT": port})
