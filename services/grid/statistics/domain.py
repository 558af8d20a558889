"""How the grid reckons its figures. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def percent(part: int, whole: int) -> str | None:
    """The share of a part in percent, two decimals, half up: `66.67`. None of nothing."""
    if whole == 0:
        return None
    return str((Decimal(100 * part) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP))
