"""How the registry sorts people into its figures, and what counters come to. Pure.

Counters say what changed on a day: so many more, or fewer, of something in a block. A number on a day is the sum of all changes up to it.
They are kept for days, and once more for months and for years, so that few are added up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from services.registry.codes.platform import LABOUR_CLASS, MONITORED
from services.registry.households.domain import HouseholdKind
from services.registry.persons.domain import Tag

MEMBER, PROBATIONARY = "01", "02"
"""中共党员 and 中共预备党员, GB/T 4762."""

BOUNDS = (6, 14, 16, 18, 60, 61, 65, 80)
"""Full years of age (周岁) at which people count from one band to the next. School begins with 6 (义务教育法 art. 11); children under 14
are protected as such (个人信息保护法 art. 28, 31); work is forbidden under 16 (劳动法 art. 15), and 16 to 60 is the working age (劳动年龄)
of the published figures; minors are under 18 (民法典 art. 17); old people are 60 and more (老年人权益保障法 art. 2); health checks of old
people begin with 65 and allowances for great age mostly with 80 [M]."""
_BANDS = (0, *(bound for bound in BOUNDS if bound != 61))

COUNTED_AS = {
    HouseholdKind.COLIVING: HouseholdKind.COLIVING,
    HouseholdKind.FLAT: HouseholdKind.COLIVING,
    HouseholdKind.HUKOU: HouseholdKind.HUKOU,
}
"""By whose counters a kind is told. A flat household is a co-living household as long as it lives in one flat (`life.domain.flat_stays`),
and in a flat lives one household: on every day there are as many of the one as of the other, with the same people."""


class Span(StrEnum):
    """How many days a counter is of."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


def spans_up_to(day: date) -> tuple[tuple[Span, date, date], ...]:
    """Which counters have all days up to and with this one, each once: of each span those that begin from a day on, and before another."""
    month = day.replace(day=1)
    year = month.replace(month=1)
    return (Span.YEAR, date.min, year), (Span.MONTH, year, month), (Span.DAY, month, day + timedelta(days=1))


def figures_of(counts: Mapping[str, int]) -> dict[str, Any]:
    """Figures by name, of what was counted. Who is in no class, or of whom it is not known, is counted as `unknown`."""
    people = counts.get("people", 0)

    def by(prefix: str, codes: Mapping[str, object]) -> dict[str, int]:
        return {code: counts.get(f"{prefix}:{code}", 0) for code in codes}

    def under(age: int) -> int:
        return people - counts.get(f"from_{age}", 0)

    labour = by("labour", LABOUR_CLASS.labels)
    registered, elsewhere, away = (counts.get(name, 0) for name in ("registered", "elsewhere", "away"))
    disabled, able = counts.get("disabled", 0), counts.get("not_disabled", 0)
    plain = (
        *("households", "people", "men", "women", "party_members", "probationary_members", "moved_hukou", "occupied"),
        *("registered_poor_households", "registered_poor_people"),
    )
    return {name: counts.get(name, 0) for name in plain} | {
        "ages": {
            "under_14": under(14),
            "under_16": under(16),
            "under_18": under(18),
            "from_16_to_60": under(61) - under(16),
            "from_60": people - under(60),
            "over_60": people - under(61),
            "bands": _bands(people, counts),
        },
        "head_counts": {
            "registered": registered,
            "actual": people - away,
            "floating": elsewhere - counts.get("elsewhere_away", 0),
            "away": away,
            "hukou_elsewhere": elsewhere,
            "hukou_unknown": people - registered - elsewhere,
        },
        "labour_classes": labour | {"unknown": people - sum(labour.values())},
        "tags": by("tag", {str(tag): None for tag in Tag}),
        "monitored_households": by("monitored_households", MONITORED.labels),
        "monitored_people": by("monitored_people", MONITORED.labels),
        "disability": {"yes": disabled, "no": able, "unknown": people - disabled - able},
    }


def _bands(people: int, counts: Mapping[str, int]) -> dict[str, int]:
    """By ages, both included: `0-5`, `6-13`, … `80+`."""
    least = [people, *(counts.get(f"from_{age}", 0) for age in _BANDS[1:]), 0]
    names = [*(f"{a}-{b - 1}" for a, b in pairwise(_BANDS)), f"{_BANDS[-1]}+"]
    return {name: a - b for name, a, b in zip(names, least, least[1:], strict=False)}
