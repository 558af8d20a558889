"""On which legal basis purposes rest."""

from __future__ import annotations

from datetime import date

import pytest

from services.registry.consents.bases import BASES, LegalBasis, basis_of
from services.registry.persons.domain import Purpose

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_rests_on_something(purpose: Purpose) -> None:
    assert basis_of(purpose, TODAY).laws[0].startswith("PIPL-13-1-")


@pytest.mark.parametrize("row", BASES, ids=lambda row: f"{row.purpose}-{row.valid_from}")
def test_the_first_law_is_the_number_of_the_basis_in_article_13(row: object) -> None:
    number = [*LegalBasis].index(row.basis) + 1  # type: ignore[attr-defined]
    assert row.laws[0] == f"PIPL-13-1-{number}"  # type: ignore[attr-defined]


def test_a_basis_is_that_of_its_day() -> None:
    before, after = (basis_of(Purpose.TRANSFER, day) for day in (date(2023, 11, 30), date(2023, 12, 1)))
    assert "Order765-12" not in before.law_ref
    assert "Order765-12" in after.law_ref


def test_before_the_law_there_is_none() -> None:
    with pytest.raises(LookupError):
        basis_of(Purpose.TRANSFER, date(2021, 10, 31))
