"""What jobs does when time comes: birthdays move people in and out of labour age."""

from __future__ import annotations

from services.jobs.service import AGE_BORDER, check_age
from shared.db import Transaction
from shared.timers import Timers


async def on_age_border(tx: Transaction, person_id: str) -> None:
    """Looks at the person anew, and sets the timer of the next border."""
    await check_age(tx, person_id)


TIMERS: Timers = {AGE_BORDER: on_age_border}
