"""What jobs does on hearing of the registry: it keeps its word on people and households, and follows it."""

from __future__ import annotations

from collections.abc import Sequence

from services.jobs.service import forget_people, keep_news
from shared.contracts.registry import (
    HouseholdChanged,
    HouseholdMerged,
    HouseholdMoved,
    HouseholdSettled,
    HouseholdSplit,
    HouseholdState,
    HouseholdWithdrawn,
    PersonDied,
    PersonErased,
    PersonFactsChanged,
    PersonMerged,
    PersonMoved,
    PersonRegistered,
    PersonState,
    PersonUnmerged,
    PersonWithdrawn,
)
from shared.db import Transaction
from shared.inbox import Handlers


async def on_news(tx: Transaction, events: Sequence[PersonState | HouseholdState | PersonErased]) -> None:
    """Stated work opens the first employment; the able without work seek it; death and withdrawal end what hangs on the person. A
    household with labour and no one in work is flagged; a withdrawal undoes all that came with the settling. What is recorded under an
    id that is merged into another is that person's, until it is unmerged. Of who was erased what no law wants kept is forgotten.

    One handler for both: a household and its people, where they come in one batch, are looked at once.
    """
    await keep_news(tx, [event for event in events if not isinstance(event, PersonErased)])
    await forget_people(tx, [event for event in events if isinstance(event, PersonErased)])


HANDLERS: Handlers = {
    PersonRegistered: on_news,
    PersonFactsChanged: on_news,
    PersonMoved: on_news,
    PersonDied: on_news,
    PersonErased: on_news,
    PersonWithdrawn: on_news,
    PersonMerged: on_news,
    PersonUnmerged: on_news,
    HouseholdSettled: on_news,
    HouseholdMoved: on_news,
    HouseholdChanged: on_news,
    HouseholdSplit: on_news,
    HouseholdMerged: on_news,
    HouseholdWithdrawn: on_news,
}
