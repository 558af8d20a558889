"""Whether two people may marry, as far as ages, sexes and relations tell. Pure.

Civil Code (民法典): art. 1046, one man and one woman; 1047, ages; 1048, no lineal kin by blood, and no collateral kin within three
generations; 1051, a marriage against 1042, 1047 or 1048 is void. 最高人民法院关于适用民法典婚姻家庭编的解释（一） art. 10: it is not
declared void once the cause is gone, so one that was registered too early stands when both have come of age. Autonomous areas may have
ages of their own (立法法 art. 85), and of a marriage abroad another law may hold (涉外民事关系法律适用法 art. 21).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from services.registry.households.domain import HEAD
from shared.clock import age_on
from shared.errors import Fault


class MarriageLaw(StrEnum):
    """Under which law a marriage was registered."""

    CIVIL_CODE = "civil-code"
    AUTONOMOUS_RULE = "autonomous-rule"
    """A rule of an autonomous area (民族自治地方变通规定)."""
    FOREIGN = "foreign"


class MarriageAge(NamedTuple):
    """Least ages (周岁) from a day on."""

    since: date
    men: int
    women: int
    source: str


MARRIAGE_AGES = (
    MarriageAge(date(1950, 5, 1), 20, 18, "婚姻法 (1950) art. 4 [M]"),
    MarriageAge(date(1981, 1, 1), 22, 20, "婚姻法 (1980) art. 5 [M], from 2001 art. 6"),
    MarriageAge(date(2021, 1, 1), 22, 20, "民法典 art. 1047"),
)
"""Before the first row nothing is checked."""


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two. `sex`: 1 male, 2 female; `pointer`: where a fault of it stands."""

    sex: str
    birth_on: date
    pointer: str


def faults_of_couple(
    parties: tuple[Party, ...], law: MarriageLaw, on: date, today: date
) -> tuple[list[Fault], list[Fault]]:
    """What stands against a marriage, and what to look at. Of somebody who is not in the registry nothing is known."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    if len({party.sex for party in parties}) < len(parties):
        en, zh = "are of one sex (Civil Code art. 1046)", "双方性别相同（民法典第1046条）"
        faults.append(Fault("/spouse", "same-sex", en, zh))
    for party in parties:
        if party.birth_on > on:
            faults.append(Fault(party.pointer, "born-after", "was not born then", "当时尚未出生"))
        elif is_under_age(party, on):
            if law is not MarriageLaw.CIVIL_CODE:
                en, zh = "was below the age of the Civil Code: see the certificate", "未达民法典规定的婚龄，请核对证件"
                warnings.append(Fault(party.pointer, "under-age-elsewhere", en, zh))
            elif is_under_age(party, today):
                en, zh = (
                    "is below the age of marriage (Civil Code art. 1047, 1051)",
                    "未达法定婚龄（民法典第1047、1051条）",
                )
                faults.append(Fault(party.pointer, "under-age", en, zh))
            else:
                en, zh = "was below the age of marriage then, and is not now", "登记时未达法定婚龄，现已达到"
                warnings.append(Fault(party.pointer, "under-age-then", en, zh))
    return faults, warnings


def is_under_age(party: Party, on: date) -> bool:
    """By the ages that hold on that day."""
    held = [row for row in MARRIAGE_AGES if row.since <= on]
    return bool(held) and age_on(party.birth_on, on) < (held[-1].men if party.sex == "1" else held[-1].women)


class Closeness(StrEnum):
    CLOSE = "close"
    MAYBE = "maybe"


_GROUPS = {
    "head": (HEAD, ""),
    "spouse": ("10 11 12", ""),
    "child": ("20 21 22 23 24 25 26 30 31 32 33 34 35 36", "27 29 37 39"),
    "grandchild": ("40 41 42 43 44", "49"),
    "great-grandchild": ("47 48", ""),
    "parent": ("50 51 52", "57 58 59"),
    "parent-in-law": ("53 54 55 56", ""),
    "grandparent": ("60 61 62 63 64 66 67", "69"),
    "sibling": ("70 71 73 75 77", "79"),
    "uncle": ("81 83 85 88 90", ""),
    "cousin": ("", "91 92"),
    "nephew": ("93 94 95 96", ""),
}
"""Codes of GB/T 4761 by what they are to the head; those of the second list may be so without blood (step and adopted), or more distant."""
_GROUP = {
    code: (group, certain)
    for group, lists in _GROUPS.items()
    for certain, codes in zip((True, False), lists, strict=True)
    for code in codes.split()
}


def _pairs(text: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair.split("+")) for pair in text.split())


_CLOSE = _pairs(
    "head+child head+grandchild head+great-grandchild head+parent head+grandparent head+sibling head+uncle head+nephew head+cousin"
    " child+child child+grandchild child+great-grandchild child+parent child+grandparent child+sibling child+nephew"
    " grandchild+grandchild grandchild+great-grandchild grandchild+parent grandchild+grandparent parent+sibling parent+nephew"
    " great-grandchild+parent sibling+sibling sibling+grandparent sibling+nephew sibling+uncle nephew+nephew spouse+parent-in-law"
)
"""Kin by blood in the direct line, or within three generations from a common forebear (the forebear counts as the first)."""
_MAYBE = _pairs(
    "spouse+child spouse+grandchild spouse+great-grandchild parent+uncle parent+grandparent great-grandchild+great-grandchild"
    " sibling+cousin uncle+uncle uncle+cousin cousin+cousin grandparent+uncle grandparent+nephew"
)


def closeness(pairs: Iterable[tuple[str, str]]) -> Closeness | None:
    """How near two people are to each other, by their relations to the heads of households in which both were (GB/T 4761)."""
    found: set[Closeness] = set()
    for one, other in pairs:
        if one not in _GROUP or other not in _GROUP:
            continue
        (group, is_certain), (its, is_its_certain) = _GROUP[one], _GROUP[other]
        pair = frozenset({group, its})
        if pair in _CLOSE:
            found.add(Closeness.CLOSE if is_certain and is_its_certain else Closeness.MAYBE)
        elif pair in _MAYBE:
            found.add(Closeness.MAYBE)
    return min(found, default=None)  # close before maybe
