"""Fixtures of integration tests: fresh databases, services on them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from shared.db import Database
from tests.support.clients import Service, service
from tests.support.databases import fresh

NewService = Callable[..., Awaitable[Service]]


@pytest.fixture
async def new_database() -> AsyncIterator[Callable[[str], Awaitable[Database]]]:
    """`await new_database("jobs")`: an open, fresh, migrated database of that service."""
    async with AsyncExitStack() as stack:

        async def make(name: str) -> Database:
            return (await stack.enter_async_context(fresh(name)))[1]

        yield make


@pytest.fixture
async def new_service(tmp_path: Path) -> AsyncIterator[NewService]:
    """`await new_service("registry")`: the service's application on a fresh database."""
    async with AsyncExitStack() as stack:

        async def make(name: str, **overrides: Any) -> Service:
            return await stack.enter_async_context(service(name, tmp_path, **overrides))

        yield make


@pytest.fixture
async def registry(new_service: NewService) -> Service:
    return await new_service("registry")
