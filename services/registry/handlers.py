"""What the registry does on hearing of others: it keeps jobs' word on who works."""

from __future__ import annotations

from collections.abc import Sequence

from services.registry.households.service import keep_without_work
from services.registry.persons.service import keep_work
from shared.contracts.jobs import (
    EmploymentEnded,
    EmploymentStarted,
    HouseholdWithoutWorkCleared,
    HouseholdWithoutWorkFound,
    HouseholdWithoutWorkState,
    WorkerState,
)
from shared.db import Transaction
from shared.inbox import Handlers


async def on_work_changed(tx: Transaction, events: Sequence[WorkerState]) -> None:
    """Who works, as jobs has it."""
    words = [
        (e.person_id, e.household_id, e.version, None if e.takes_word_back else e.model_dump(mode="json"))
        for e in events
    ]
    await keep_work(tx, words)


async def on_without_work_changed(tx: Transaction, events: Sequence[HouseholdWithoutWorkState]) -> None:
    """Whether a household with labour has no one in work."""
    await keep_without_work(tx, [(e.household_id, e.version, e.without_work, e.since) for e in events])


HANDLERS: Handlers = {
    EmploymentStarted: on_work_changed,
    EmploymentEnded: on_work_changed,
    HouseholdWithoutWorkFound: on_without_work_changed,
    HouseholdWithoutWorkCleared: on_without_work_changed,
}
