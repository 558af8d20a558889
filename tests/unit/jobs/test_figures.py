"""How figures are reckoned: shares and averages as they are published."""

from __future__ import annotations

import pytest

from services.jobs import examples
from services.jobs.statistics.domain import per_household
from services.jobs.statistics.schemas import StatisticsView
from shared.figures import percent


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(2907, 3209, "90.59"), (0, 7, "0.00"), (7, 7, "100.00"), (2, 3, "66.67"), (1, 800, "0.13"), (0, 0, None)],
)
def test_a_share_has_two_decimals_and_nothing_has_none(part: int, whole: int, share: str | None) -> None:
    assert percent(part, whole) == share


@pytest.mark.parametrize(
    ("people", "households", "average"), [(2907, 1710, "1.7"), (5, 4, "1.3"), (0, 3, "0.0"), (3, 0, None)]
)
def test_an_average_has_one_decimal(people: int, households: int, average: str | None) -> None:
    assert per_household(people, households) == average


def test_the_example_fits_together() -> None:
    (figures,) = StatisticsView.model_validate(examples.STATISTICS).items
    with_labour = figures.households_with_labour
    assert figures.employed_per_household == per_household(figures.employed, with_labour)
    assert figures.employment_rate == percent(figures.employed, figures.labour)
    assert figures.household_cover == percent(figures.households_with_someone_in_work, with_labour)
    assert sum(figures.by_form.values()) == figures.employed
