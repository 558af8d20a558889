"""What jobs does on hearing of the registry: it keeps its word on people and households, and follows it."""

from __future__ import annotations

from services.jobs.service import keep_household, keep_person
from shared.contracts.registry import (
    HouseholdChanged,
    HouseholdMoved,
    HouseholdSettled,
    HouseholdState,
    HouseholdWithdrawn,
    PersonDied,
    PersonFactsChanged,
    PersonRegistered,
    PersonState,
    PersonWithdrawn,
)
from shared.db import Transaction
from shared.inbox import Handlers


async def on_person_changed(tx: Transaction, event: PersonState) -> None:
    """Stated work opens the first employment; the able without work seek it; death and withdrawal end what hangs on the person."""
    await keep_person(tx, event)


async def on_household_changed(tx: Transaction, event: HouseholdState) -> None:
    """A household with labour and no one in work is flagged; a withdrawal undoes all that came with the settling."""
    await keep_household(tx, event)


HANDLERS: Handlers = {
    PersonRegistered: on_person_changed,
    PersonFactsChanged: on_person_changed,
    PersonDied: on_person_changed,
    PersonWithdrawn: on_person_changed,
    HouseholdSettled: on_household_changed,
    HouseholdMoved: on_household_changed,
    HouseholdChanged: on_household_changed,
    HouseholdWithdrawn: on_household_changed,
}
