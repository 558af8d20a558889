"""What operators' commands are told of a local run."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from deploy.local import state, variables
from deploy.local.console import StartError
from deploy.local.folder import Folder
from deploy.local.options import Options
from deploy.local.state import OWN, State


def _variables(options: Options) -> dict[str, str]:
    pairs = [shlex.split(line)[1].partition("=") for line in variables.lines(options)]
    return {name: value for name, _, value in pairs}


def test_each_service_has_its_database_and_all_the_key_file(tmp_path: Path) -> None:
    memory = State(prefix="p_", database=OWN, broker=OWN, ports={"postgres": 5999})
    state.save(Folder(tmp_path).state, memory)
    told = _variables(Options(data=tmp_path))
    assert told["ANJU_GRID_DATABASE_URL"] == f"postgresql://p_grid:{memory.passwords['grid']}@127.0.0.1:5999/p_grid"
    assert told["ANJU_KEYS_FILE"] == str(tmp_path / "keys.json")


def test_before_the_first_start_there_is_nothing_to_tell(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="make run"):
        variables.lines(Options(data=tmp_path))


def test_data_on_a_given_server_needs_its_address(tmp_path: Path) -> None:
    state.save(Folder(tmp_path).state, State(prefix="p_", database="h:1", ports={"kafka": 1}))
    with pytest.raises(StartError, match="DATABASE_URL"):
        variables.lines(Options(data=tmp_path))
    told = _variables(Options(data=tmp_path, database_url="postgresql://u:p@h:1/x"))
    assert told["ANJU_JOBS_DATABASE_URL"].endswith("@h:1/p_jobs")
