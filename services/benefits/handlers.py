"""What benefits does on hearing of the registry and of jobs: it keeps their word and assesses again."""

from __future__ import annotations

from collections.abc import Sequence

from services.benefits.service import Word, keep_words
from shared.contracts.jobs import EmploymentEnded, EmploymentStarted
from shared.contracts.registry import (
    HouseholdChanged,
    HouseholdMerged,
    HouseholdMoved,
    HouseholdSettled,
    HouseholdSplit,
    HouseholdWithdrawn,
    PersonDied,
    PersonFactsChanged,
    PersonMerged,
    PersonMoved,
    PersonRegistered,
    PersonUnmerged,
    PersonWithdrawn,
)
from shared.db import Transaction
from shared.inbox import Handlers


async def on_changed(tx: Transaction, events: Sequence[Word]) -> None:
    """People, households and work together, so that a household of which much is said at once is assessed once."""
    await keep_words(tx, events)


HANDLERS: Handlers = dict.fromkeys(
    (
        PersonRegistered,
        PersonFactsChanged,
        PersonMoved,
        PersonDied,
        PersonWithdrawn,
        PersonMerged,
        PersonUnmerged,
        HouseholdSettled,
        HouseholdMoved,
        HouseholdChanged,
        HouseholdSplit,
        HouseholdMerged,
        HouseholdWithdrawn,
        EmploymentStarted,
        EmploymentEnded,
    ),
    on_changed,
)
