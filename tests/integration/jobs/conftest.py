"""Jobs on a fresh database."""

from __future__ import annotations

import pytest

from tests.integration.conftest import NewService
from tests.support.clients import Service


@pytest.fixture
async def jobs(new_service: NewService) -> Service:
    return await new_service("jobs")
