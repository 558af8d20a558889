"""Medians, ratios and reach: what rounds come to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.figures import Figure, Kind, Reach, Spent, by_cpu, by_rate, percentile


def spent(rate: float, cpu_micros: float) -> Spent:
    return Spent(operations=1000, seconds=1000 / rate, cpu=cpu_micros / 1000)


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    rounds = [(spent(1, 200), spent(1, 100)), (spent(1, 1000), spent(1, 400)), (spent(1, 250), spent(1, 150))]
    figure = by_cpu("read", rounds, 0.45)
    assert (figure.value, figure.limit) == pytest.approx((250, 150))
    assert figure.ratio == pytest.approx(0.5)
    assert figure.met is True


def test_more_is_better_for_rates_and_less_for_cpu() -> None:
    rounds = [(spent(500, 200), spent(1000, 100))]
    assert by_rate("read", rounds, "reads/s").ratio == pytest.approx(0.5)
    assert by_cpu("read", rounds).ratio == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("kind", "value", "met"),
    [(Kind.RATE, 5000, True), (Kind.RATE, 4999, False), (Kind.LATENCY, 5000, True), (Kind.MEMORY, 5001, False)],
)
def test_values_reach_their_bound_from_the_right_side(kind: Kind, value: float, met: bool) -> None:
    assert Figure("any", kind, value, "", reach=Reach(5000)).met is met


def test_without_a_bound_or_a_ratio_nothing_is_met_or_missed() -> None:
    assert Figure("any", Kind.RATE, 1, "").met is None
    assert Figure("any", Kind.RATE, 1, "", reach=Reach(0.5, of_limit=True)).met is None


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300), st.floats(0, 1))
def test_a_percentile_is_the_least_value_that_the_share_does_not_exceed(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) < max(share * len(values), 1)


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)
