"""What is shown of how long things are kept."""

from __future__ import annotations

from datetime import date
from typing import Literal

from services.registry.retention.domain import RecordClass
from shared.http import View


class PeriodView(View):
    """How long records of a class are kept (保存期限), from a day on."""

    record_class: RecordClass
    valid_from: date
    years: int
    days: int
    """Beside the years."""
    since: str
    """From when it is counted."""
    by_law: bool
    """A law wants it kept at least so long; else it is the platform's own measure."""
    source: str
    then: str
    """What happens to the record."""
    by: Literal["worker", "setting", "operator"]
    """Who sees to it."""
    in_force: bool
