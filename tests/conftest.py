"""One PostgreSQL server and one Kafka node for a test session, real ones: as `make run` starts them."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Tests never are about time: a slow machine must not turn one red. CI repeats the same examples (as Hypothesis does by itself where CI
# is set); at a desk they are new at each run, and what they find goes into a test of its own.
settings.register_profile(
    "anju", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("anju")

_STACK = ExitStack()
_NEED_SERVERS = {"integration"}


def pytest_configure(config: pytest.Config) -> None:
    """Started once, by the process that the user started; xdist's workers find the addresses in the environment."""
    if hasattr(config, "workerinput") or "ANJU_TEST_DATABASE_URL" in os.environ or config.option.collectonly:
        return
    levels = {part for place in config.args for part in Path(place).parts}
    if (
        "tests" in levels
        and levels & {"unit", "architecture", "contract", "e2e", "chaos"}
        and not levels & _NEED_SERVERS
    ):
        return
    from deploy.local.testing import postgres_and_kafka

    folder = Path(_STACK.enter_context(tempfile.TemporaryDirectory(prefix="anju-tests-", ignore_cleanup_errors=True)))
    servers = _STACK.enter_context(postgres_and_kafka(folder))
    os.environ["ANJU_TEST_DATABASE_URL"] = servers.dsn
    os.environ["ANJU_TEST_KAFKA"] = servers.bootstrap_servers


def pytest_unconfigure(config: pytest.Config) -> None:
    _STACK.close()
