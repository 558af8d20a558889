"""What benefits does on hearing of the registry and of jobs: it keeps their word and assesses again."""

from __future__ import annotations

from collections.abc import Sequence

from services.benefits.service import Word, forget_people, keep_words
from shared.contracts.jobs import EmploymentEnded, EmploymentStarted
from shared.contracts.registry import (
    HouseholdChanged,
    HouseholdMerged,
    HouseholdMoved,
    HouseholdSettled,
    HouseholdSplit,
    HouseholdWithdrawn,
    PersonDied,
    PersonErased,
    PersonFactsChanged,
    PersonMerged,
    PersonMoved,
    PersonRegistered,
    PersonUnmerged,
    PersonWithdrawn,
)
from shared.db import Transaction
from shared.inbox import Handlers


async def on_changed(tx: Transaction, events: Sequence[Word | PersonErased]) -> None:
    """People, households and work together, so that a household of which much is said at once is assessed once. Of who was erased what no
    law wants kept is forgotten."""
    if words := [event for event in events if not isinstance(event, PersonErased)]:
        await keep_words(tx, words)
    await forget_people(tx, [event for event in events if isinstance(event, PersonErased)])


HANDLERS: Handlers = dict.fromkeys(
    (
        PersonRegistered,
        PersonFactsChanged,
        PersonMoved,
        PersonDied,
        PersonWithdrawn,
        PersonErased,
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
