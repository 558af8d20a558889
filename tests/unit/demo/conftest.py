"""The demo's communities and files, made once."""

from __future__ import annotations

import pytest

from deploy.demo import files, large, small
from deploy.demo.people import Community
from deploy.demo.small import SmallCommunity


@pytest.fixture(scope="session")
def community() -> Community:
    return large.build()


@pytest.fixture(scope="session")
def rest() -> SmallCommunity:
    return small.build()


@pytest.fixture(scope="session")
def contents(community: Community, rest: SmallCommunity) -> dict[str, bytes]:
    return files.all_files(community, rest)
