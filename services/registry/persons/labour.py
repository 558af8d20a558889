"""Which class of labour (劳动能力) a person's age suggests. A suggestion: nobody's class changes by it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.clock import age_on
from shared.labour import LabourAge, LabourScheme, labour_age


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A class of the list labour-class, and the ages by which it is suggested."""

    labour_class: str
    ages: LabourAge


def suggest_class(sex: str, birth_on: date, on: date, scheme: LabourScheme) -> Suggestion:
    """By age alone, as the scheme counts on that day: below and above it no labour (children, students, old people), within it ordinary
    labour, or half labour where the scheme knows it. Who has a certificate (SKILLED), is weak, or lost the ability to work is for people to
    say, and may be older than any scheme counts."""
    ages = labour_age(sex, on, scheme)
    age = age_on(birth_on, on)
    if not ages.lowest <= age <= ages.highest:
        return Suggestion("NONE", ages)
    if ages.full and not ages.full[0] <= age <= ages.full[1]:
        return Suggestion("WEAK_HALF", ages)
    return Suggestion("ORDINARY", ages)


def look_again(stated: str | None, suggested: str) -> bool:
    """Is the stated class worth another look: none is stated, or labour at an age that counts as none, or none at an age of labour? Who
    lost the ability to work did so at any age."""
    if stated is None:
        return True
    return stated != "LOST" and (stated == "NONE") is not (suggested == "NONE")
