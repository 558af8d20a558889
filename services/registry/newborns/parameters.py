"""Dated parameters of newborns: within which time they are entered in the hukou register and insured; pure.

A parameter is a row with its source, never a constant: what a province or county sets for itself is one more row with a longer prefix.
Sources tagged [M] are from memory: put the checked row beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Term:
    """So many months and days from birth on, for the divisions under `prefix` ("" is the whole country)."""

    prefix: str
    valid_from: date
    months: int
    days: int
    source: str


HUKOU_TERMS: tuple[Term, ...] = (
    Term("", date(1958, 1, 9), 1, 0, "户口登记条例 art. 7: entry of the birth is applied for within a month"),
)
INSURANCE_TERMS: tuple[Term, ...] = (
    Term(
        "",
        date(2021, 1, 1),
        0,
        90,
        "医保发〔2020〕33号: a newborn insured within 90 days of birth is covered from birth on [M]",
    ),
)
ID_CARD_AGE = 16
"""居民身份证法 art. 2: who is 16 has to apply for an identity card, and so has a number to state."""
