"""Which records may be of one person, and which number may have been meant. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from shared.errors import Fault


class Likeness(StrEnum):
    """Why two records may be of one person."""

    NAME_BIRTH_ORIGIN = "name-birth-origin"
    """Same name, same day of birth, and from the same place (hukou, collective, or where the household moved from)."""
    NAME_PHONE = "name-phone"
    BIRTH_HOUSEHOLD = "birth-household"
    """Same day of birth, sex and household, and one of the two has no ID number yet."""


def numbers_near(number: str) -> list[str]:
    """What may have been meant by an 18-character number that is not right: those with one other character, or with two neighbours
    swapped. (Which of them are right, and whose, is for others to say.)"""
    found = {
        number[:n] + other + number[n + 1 :]
        for n in range(18)
        for other in ("0123456789X" if n == 17 else "0123456789")
    }
    found |= {number[:n] + number[n + 1] + number[n] + number[n + 2 :] for n in range(17)}
    return sorted(found - {number})


def look_again(pointer: str, other_ids: Sequence[str]) -> list[Fault]:
    """Warnings: these people of the registry may be the same."""
    return [
        Fault(
            pointer,
            "possible-duplicate",
            f"may be person {other_id}, who is in the registry: see its duplicates",
            f"可能与已登记人员 {other_id} 重复，请核对",
        )
        for other_id in other_ids
    ]
