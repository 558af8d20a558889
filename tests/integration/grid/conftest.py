"""The grid on a fresh database, at an instant that the test decides."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from shared import clock
from tests.integration.grid.news import Grid
from tests.support.clients import Service


@pytest.fixture
async def grid(new_service: Callable[..., Awaitable[Service]], monkeypatch: pytest.MonkeyPatch) -> Grid:
    grid = Grid(await new_service("grid"))
    monkeypatch.setattr(clock, "now", lambda: grid.now)
    return grid
