"""On which legal basis each purpose rests, as dated rows; pure data.

What a law or a province changes is one more row with a later day. `laws` names law and article: PIPL 个人信息保护法, SIL 社会保险法,
SA 社会救助暂行办法, Order765 社会保险经办条例. Which purpose rests on what is our reading of them ([D]): have it checked before it counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from services.registry.persons.domain import Purpose


class LegalBasis(StrEnum):
    """PIPL art. 13 para. 1, in its order."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_DUTY = "legal-duty"
    EMERGENCY = "emergency"
    NEWS = "news"
    DISCLOSED = "disclosed"
    OTHER_LAW = "other-law"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a purpose rests on from a day on."""

    purpose: Purpose
    valid_from: date
    basis: LegalBasis
    laws: tuple[str, ...]

    @property
    def law_ref(self) -> str:
        """As it stands in a record."""
        return " ".join(self.laws)


_PIPL = date(2021, 11, 1)
"""The day PIPL came into force; before it nothing was recorded here."""
_ORDER_765 = date(2023, 12, 1)
_DUTY = "PIPL-13-1-3"

BASES: tuple[Basis, ...] = (
    Basis(Purpose.TRANSFER, _PIPL, LegalBasis.LEGAL_DUTY, (_DUTY, "SIL-19", "SIL-32")),
    Basis(Purpose.TRANSFER, _ORDER_765, LegalBasis.LEGAL_DUTY, (_DUTY, "SIL-19", "SIL-32", "Order765-12")),
    Basis(Purpose.DIBAO_REVIEW, _PIPL, LegalBasis.LEGAL_DUTY, (_DUTY, "SA-11", "SA-13")),
    Basis(Purpose.BENEFIT_PAYMENT, _PIPL, LegalBasis.LEGAL_DUTY, (_DUTY, "SIL-73", "SA-12")),
    Basis(Purpose.INSURANCE, _PIPL, LegalBasis.LEGAL_DUTY, (_DUTY, "SIL-74")),
    # Placement hands data to employers, who are other handlers (art. 23); nobody has to take it.
    Basis(Purpose.EMPLOYMENT, _PIPL, LegalBasis.CONSENT, ("PIPL-13-1-1", "PIPL-23", "PIPL-29")),
    Basis(Purpose.HOME_VISIT, _PIPL, LegalBasis.LEGAL_DUTY, (_DUTY, "SA-11", "SA-13")),
    Basis(Purpose.CORRECTION, _PIPL, LegalBasis.LEGAL_DUTY, (_DUTY, "PIPL-8", "PIPL-46")),
    Basis(Purpose.EMERGENCY, _PIPL, LegalBasis.EMERGENCY, ("PIPL-13-1-4",)),
)


@lru_cache(maxsize=1024)
def basis_of(purpose: Purpose, on: date) -> Basis:
    """What the purpose rests on that day. LookupError before the first row."""
    held = [row for row in BASES if row.purpose == purpose and row.valid_from <= on]
    if not held:
        raise LookupError(f"no legal basis of {purpose} on {on}")
    return max(held, key=lambda row: row.valid_from)
