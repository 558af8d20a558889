"""What benefits does on hearing of the registry and of jobs: it keeps their word and assesses again."""

from __future__ import annotations

from services.benefits.service import keep_household, keep_person, keep_work
from shared.contracts.jobs import EmploymentEnded, EmploymentStarted, WorkerState
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
    """Facts that came are assessed; a death or withdrawal ends what hangs on the person."""
    await keep_person(tx, event)


async def on_household_changed(tx: Transaction, event: HouseholdState) -> None:
    """Who lives together and where; a withdrawal undoes all that came with the settling."""
    await keep_household(tx, event)


async def on_work_changed(tx: Transaction, event: WorkerState) -> None:
    """Employee schemes follow the work place."""
    await keep_work(tx, event)


HANDLERS: Handlers = {
    PersonRegistered: on_person_changed,
    PersonFactsChanged: on_person_changed,
    PersonDied: on_person_changed,
    PersonWithdrawn: on_person_changed,
    HouseholdSettled: on_household_changed,
    HouseholdMoved: on_household_changed,
    HouseholdChanged: on_household_changed,
    HouseholdWithdrawn: on_household_changed,
    EmploymentStarted: on_work_changed,
    EmploymentEnded: on_work_changed,
}
