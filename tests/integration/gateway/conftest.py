"""The gateway on a fresh database, with a real server as registry behind it and nothing at the other services' addresses."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import OKPKey

from tests.integration.conftest import NewService
from tests.integration.gateway.accounts import ACCOUNTS
from tests.integration.gateway.upstreams import Waiting, registry, served
from tests.support.clients import Service

NOBODY = "http://127.0.0.1:9"
NewGateway = Callable[..., Awaitable[Service]]


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


@pytest.fixture
async def upstream(waiting: Waiting) -> AsyncIterator[str]:
    async with served(registry(waiting)) as url:
        yield url


@pytest.fixture
async def new_gateway(new_service: NewService, tmp_path: Path) -> NewGateway:
    """`await new_gateway(registry_url=…)`: a gateway that signs with a key of its own."""
    key = OKPKey.generate_key("Ed25519", private=True)
    (tmp_path / "signing.json").write_text(json.dumps(key.as_dict(private=True)))
    (tmp_path / "accounts.json").write_text(json.dumps(ACCOUNTS))

    async def make(**overrides: Any) -> Service:
        given = {"registry_url": NOBODY, "jobs_url": NOBODY, "grid_url": NOBODY, "benefits_url": NOBODY} | overrides
        return await new_service(
            "gateway",
            signing_key_file=tmp_path / "signing.json",
            bootstrap_file=tmp_path / "accounts.json",
            own_tokens=True,
            **given,
        )

    return make


@pytest.fixture
async def gateway(new_gateway: NewGateway, upstream: str) -> Service:
    return await new_gateway(registry_url=upstream)


@pytest.fixture
async def front(gateway: Service) -> AsyncIterator[httpx.AsyncClient]:
    """The gateway spoken to over a real connection."""
    async with served(gateway.app) as url, httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as http:
        yield http
