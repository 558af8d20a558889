"""Which number may have been meant by one that is not right."""

from __future__ import annotations

from datetime import date

import pytest

from services.registry.duplicates.domain import numbers_near
from shared.identity import BadIdNumber, check_id_number
from tests.support.people import id_number

TODAY = date(2026, 11, 1)


def is_right(number: str) -> bool:
    try:
        check_id_number(number, TODAY)
    except BadIdNumber:
        return False
    return True


@pytest.mark.parametrize("seed", range(20))
def test_one_wrong_character_or_swapped_neighbours_lead_back(seed: int) -> None:
    number = id_number()
    place = seed % 17
    digit = str((int(number[place]) + 1 + seed % 8) % 10)
    wrong = number[:place] + digit + number[place + 1 :]
    assert not is_right(wrong), "GB 11643's check digit finds any one wrong digit"
    assert number in numbers_near(wrong)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert number == swapped or number in numbers_near(swapped)


def test_few_of_the_numbers_near_a_wrong_one_are_right() -> None:
    number = id_number()
    wrong = number[:10] + str((int(number[10]) + 3) % 10) + number[11:]
    near = numbers_near(wrong)
    assert len(near) == len(set(near)) <= 17 * 9 + 10 + 17
    assert 1 <= sum(map(is_right, near)) <= 25
