"""How jobs reckons its figures. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

PERCENT = Decimal("0.01")
PER_HOUSEHOLD = Decimal("0.1")


def percent(part: int, whole: int) -> str | None:
    """The share of a part in percent, two decimals: `90.59`. None of nothing."""
    return _quotient(100 * part, whole, PERCENT)


def per_household(people: int, households: int) -> str | None:
    """People to a household, one decimal: `1.7`. None where there is no household."""
    return _quotient(people, households, PER_HOUSEHOLD)


def _quotient(dividend: int, divisor: int, unit: Decimal) -> str | None:
    """Rounded half up, as counts published by hand are."""
    return str((Decimal(dividend) / divisor).quantize(unit, ROUND_HALF_UP)) if divisor else None
