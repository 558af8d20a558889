"""What the grid does when time has come."""

from __future__ import annotations

from services.grid.visits.service import TIMER, look_at_visit
from shared.timers import Timers

TIMERS: Timers = {TIMER: look_at_visit}
