"""The whole platform, as `make run` starts it, on a data folder and ports of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.login import login, write_logins
from tests.support.platform import Platform, started


@pytest.hookimpl(tryfirst=True)  # before xdist looks for groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One test process runs them all: the platform is started once."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("e2e"))


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """With the demo, each service one process, and a login of residents for the app backend."""
    logins = write_logins(tmp_path_factory.mktemp("logins") / "logins.json", login("app-backend"))
    with started(ANJU_RESIDENT_LOGINS_FILE=str(logins)) as running:
        yield running


@pytest.fixture(scope="session")
def platform_apart() -> Iterator[Platform]:
    """Without the demo, api and worker of each service as processes of their own."""
    with started(ANJU_APART="1", ANJU_DEMO="0") as running:
        yield running
