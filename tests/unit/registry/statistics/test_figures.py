"""How counters are added up, and what they come to."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.registry.statistics.domain import BOUNDS, Span, figures_of, spans_up_to

DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))
_FIRST = {
    Span.YEAR: lambda day: day.replace(month=1, day=1),
    Span.MONTH: lambda day: day.replace(day=1),
    Span.DAY: lambda day: day,
}


@given(DAYS, DAYS)
def test_every_day_up_to_one_is_added_once_and_none_after_it(asked: date, other: date) -> None:
    added = [first <= _FIRST[span](other) < before for span, first, before in spans_up_to(asked)]
    assert sum(added) == (other <= asked)


@given(st.lists(st.integers(0, 110)))
def test_everybody_is_in_one_band_and_on_one_side_of_each_age(people: list[int]) -> None:
    counts = {"people": len(people)} | {f"from_{bound}": sum(age >= bound for age in people) for bound in BOUNDS}
    ages = figures_of(counts)["ages"]
    assert ages["bands"] == {
        f"{a}-{b - 1}" if b < 999 else f"{a}+": sum(a <= age < b for age in people)
        for a, b in zip((0, 6, 14, 16, 18, 60, 65, 80), (6, 14, 16, 18, 60, 65, 80, 999), strict=True)
    }
    assert ages["under_14"] == sum(age < 14 for age in people)
    assert ages["under_16"] + ages["from_16_to_60"] + ages["over_60"] == len(people)
    assert ages["from_60"] - ages["over_60"] == people.count(60)


def test_of_whom_nothing_is_known_is_unknown() -> None:
    figures = figures_of(
        {"people": 5, "labour:NONE": 2, "disabled": 1, "registered": 1, "elsewhere": 2, "away": 2, "elsewhere_away": 1}
    )
    assert figures["labour_classes"]["unknown"] == 3
    assert figures["disability"] == {"yes": 1, "no": 0, "unknown": 4}
    assert figures["head_counts"] == {
        "registered": 1,
        "actual": 3,
        "floating": 1,
        "away": 2,
        "hukou_elsewhere": 2,
        "hukou_unknown": 2,
    }


def test_of_nobody_all_is_none() -> None:
    figures = figures_of({})
    assert figures["people"] == 0
    assert set(figures["tags"].values()) == {0}
