"""What the grid does on hearing of others: households go to their cells, and block heads are asked for visits."""

from __future__ import annotations

from collections.abc import Sequence

from services.grid.cells.service import keep_communities
from services.grid.households.service import keep_households, keep_without_work
from services.grid.settings import GridSettings
from shared.contracts.jobs import (
    HouseholdWithoutWorkCleared,
    HouseholdWithoutWorkFound,
    HouseholdWithoutWorkState,
)
from shared.contracts.registry import (
    CommunityChanged,
    HouseholdChanged,
    HouseholdMerged,
    HouseholdMoved,
    HouseholdSettled,
    HouseholdSplit,
    HouseholdState,
    HouseholdWithdrawn,
)
from shared.db import Transaction
from shared.inbox import Handlers


async def on_community_changed(tx: Transaction, events: Sequence[CommunityChanged]) -> None:
    """The units that a community has."""
    await keep_communities(tx, events)


def handlers(settings: GridSettings) -> Handlers:
    """The handlers, which ask for visits within the days of these settings."""
    days = settings.visit_working_days

    async def on_household_changed(tx: Transaction, events: Sequence[HouseholdState]) -> None:
        """Where a household lives, or that it lives there no more."""
        await keep_households(tx, events, days)

    async def on_without_work_changed(tx: Transaction, events: Sequence[HouseholdWithoutWorkState]) -> None:
        """Whether a household with labour has no one in work."""
        await keep_without_work(tx, events, days)

    return {
        CommunityChanged: on_community_changed,
        HouseholdSettled: on_household_changed,
        HouseholdMoved: on_household_changed,
        HouseholdChanged: on_household_changed,
        HouseholdSplit: on_household_changed,
        HouseholdMerged: on_household_changed,
        HouseholdWithdrawn: on_household_changed,
        HouseholdWithoutWorkFound: on_without_work_changed,
        HouseholdWithoutWorkCleared: on_without_work_changed,
    }
