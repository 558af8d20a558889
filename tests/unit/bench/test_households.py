"""Households to measure with are such as the registry takes, and no two have a number in common."""

from __future__ import annotations

from datetime import UTC, datetime

from services.registry.settling.schemas import SettleBody
from shared.identity import check_id_number
from tests.bench.households import Flat, household

FLAT = Flat("522731003080", "1", "1", "2", "301")
TODAY = datetime(2026, 11, 24, tzinfo=UTC).date()
NUMBERS = (*range(0, 3000, 7), 179_999)


def test_the_registry_takes_them() -> None:
    for n in NUMBERS:
        command = SettleBody.model_validate(household(n, FLAT)).command()
        for member in command.members:
            check_id_number(member.id_number or "", TODAY, frozenset({"522799"}))


def test_no_two_people_have_one_number() -> None:
    numbers = [member["id_number"] for n in NUMBERS for member in household(n, FLAT)["members"]]
    assert len(set(numbers)) == 4 * len(NUMBERS)
