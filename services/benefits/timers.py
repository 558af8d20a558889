"""What benefits does when time comes: people reach ages, and parameters come into force."""

from __future__ import annotations

from services.benefits.service import ASSESS_AGAIN, assess_again
from shared.db import Transaction
from shared.timers import Timers


async def on_assess_again(tx: Transaction, person_id: str) -> None:
    """Assesses the person's household again, and sets the timer of the next such day."""
    await assess_again(tx, person_id)


TIMERS: Timers = {ASSESS_AGAIN: on_assess_again}
