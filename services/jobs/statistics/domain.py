"""How jobs reckons its figures. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_TENTH = Decimal("0.1")


def per_household(people: int, households: int) -> str | None:
    """People to a household, one decimal, half up: `1.7`. None where there is no household."""
    return str((Decimal(people) / households).quantize(_TENTH, ROUND_HALF_UP)) if households else None
