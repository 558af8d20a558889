"""What does not go together of two entries of one person. Pure: nothing is put right by itself, a clerk looks at it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.benefits.assessments.parameters import Scheme

_MEDICAL = frozenset({Scheme.EMPLOYEE_MEDICAL, Scheme.RESIDENT_MEDICAL})
_PENSIONS = frozenset({Scheme.EMPLOYEE_PENSION, Scheme.RESIDENT_PENSION})
_COVERED = frozenset({"paying", "retired"})
_DRAWN = frozenset({"drawing", "retired"})

Insurances = Mapping[str, Sequence[Mapping[str, Any]]]
"""Relations by scheme, as the registry says them."""

TEXTS: dict[str, tuple[str, str]] = {
    "medical-relations-differ": (
        "两份登记的医保参保关系不一致：每人只保留一个有效参保关系，请核实后处理",
        "The two entries have several active medical relations: a person keeps one; look which",
    ),
    "pensions-differ": (
        "两份登记在不同处领取养老待遇：每人只在一个制度领取，请核实",
        "The two entries draw several pensions: a person draws one; look which",
    ),
    "dibao-of-two-households": (
        "两份登记所在的两户均在领取低保：每人每月只由一个县发放，请核实并处理重复发放",
        "Both households that the person was entered in draw dibao: one county pays for a person in a month; look at what was paid twice",
    ),
    "case-set-aside": (
        "同一险种有两项在办：一项已搁置，请核实",
        "Two cases of one scheme were under way: one is set aside; look at both",
    ),
}
"""What each alarm says, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one entry of a person says. `dibao`: where its household draws dibao (低保); None: it does not, or that is not known."""

    household_id: str
    insurances: Insurances
    dibao: str | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something for a clerk to look at: schemes and divisions that it is about; `cases`: set aside, and those that count instead."""

    slug: str
    schemes: tuple[str, ...]
    divisions: tuple[str, ...] = ()
    cases: Mapping[str, str] = field(default_factory=dict)


def alarms(own: Entry, other: Entry, aside: Sequence[tuple[str, str, str]]) -> list[Alarm]:
    """What does not go together of the person's own entry and one that is merged into it. `aside`: scheme, case set aside, case that
    counts.

    One active medical relation per person (医保发〔2020〕33号), one drawing pension system, one paying dibao county per person and month
    (domain reference §11, invariant 1).
    """
    found = [
        Alarm(slug, *_places(relations))
        for slug, schemes, states in (
            ("medical-relations-differ", _MEDICAL, _COVERED),
            ("pensions-differ", _PENSIONS, _DRAWN),
        )
        if (relations := _differing(own.insurances, other.insurances, schemes, states))
    ]
    if own.dibao is not None and other.dibao is not None and own.household_id != other.household_id:
        found.append(Alarm("dibao-of-two-households", (Scheme.DIBAO,), tuple(sorted({own.dibao, other.dibao}))))
    if aside:
        schemes = tuple(sorted({scheme for scheme, _, _ in aside}))
        found.append(Alarm("case-set-aside", schemes, cases={case: counts for _, case, counts in aside}))
    return found


def _differing(
    own: Insurances, other: Insurances, schemes: Collection[str], states: Collection[str]
) -> set[tuple[str, str]]:
    """All such relations (scheme, division) where the other entry makes them several, or more; else none."""
    mine, theirs = (_relations(insurances, schemes, states) for insurances in (own, other))
    together = mine | theirs
    return together if len(together) > 1 and theirs - mine else set()


def _relations(insurances: Insurances, schemes: Collection[str], states: Collection[str]) -> set[tuple[str, str]]:
    return {
        (scheme, relation["division"])
        for scheme, relations in insurances.items()
        for relation in relations
        if scheme in schemes and relation["state"] in states
    }


def _places(relations: set[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(sorted({s for s, _ in relations})), tuple(sorted({d for _, d in relations}))
