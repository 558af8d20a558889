"""Benefits on a fresh database, on a day in the enrolment window."""

from __future__ import annotations

import pytest

from shared import clock
from tests.integration.benefits.news import NOW, Benefits
from tests.integration.conftest import NewService


@pytest.fixture
async def benefits(new_service: NewService, monkeypatch: pytest.MonkeyPatch) -> Benefits:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Benefits(await new_service("benefits"))
