"""A registry that knows a community."""

from __future__ import annotations

import pytest

from tests.support.clients import Service
from tests.support.people import COMMUNITY, plan


@pytest.fixture
async def estate(registry: Service) -> Service:
    """A registry that knows the community."""
    answer = await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    assert answer.status_code == 201
    await registry.said()
    return registry
