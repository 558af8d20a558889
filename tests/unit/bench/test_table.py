"""What a person reads."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tests.bench import table
from tests.bench.figures import Figure, Kind, Reach
from tests.bench.history import Last

READ = Figure("read a person", Kind.CPU, 412.3, "µs", 206.1, 0.5, Reach(0.45, of_limit=True))
RATE = Figure("read a person", Kind.RATE, 1234.5, "reads/s", 5000, 0.25)
RIPPLE = Figure("ripple, p99", Kind.LATENCY, 1.8, "s", reach=Reach(1))


def shown(*figures: Figure, before: Last | None = None) -> str:
    out = io.StringIO()
    table.show(Console(file=out, width=140), figures, before or {}, "a title")
    return out.getvalue()


@pytest.mark.parametrize(
    ("value", "text"), [(12345.6, "12,346"), (100, "100"), (99.94, "99.9"), (10, "10.0"), (1.234, "1.23"), (0, "0.00")]
)
def test_a_number_has_as_many_digits_as_tell_something(value: float, text: str) -> None:
    assert table.number(value) == text


@pytest.mark.parametrize(
    ("reach", "kind", "unit", "text"),
    [
        (None, Kind.CPU, "µs", ""),
        (Reach(0.45, of_limit=True), Kind.CPU, "µs", "≥ 0.45 of limit"),
        (Reach(5000), Kind.RATE, "events/s", "≥ 5,000 events/s"),
        (Reach(1), Kind.LATENCY, "s", "≤ 1 s"),
    ],
)
def test_reach_is_told_with_its_direction(reach: Reach | None, kind: Kind, unit: str, text: str) -> None:
    assert table.reach_text(reach, kind, unit) == text


@pytest.mark.parametrize(
    ("ratio", "drawn"), [(0, ""), (0.5, "████"), (0.55, "████▍"), (1, "████████"), (1.2, "███████▶")]
)
def test_a_bar_has_the_length_of_the_ratio(ratio: float, drawn: str) -> None:
    assert table.bar(ratio, 8) == drawn


def test_each_figure_stands_beside_its_limit_and_its_reach() -> None:
    text = shown(READ, RATE, RIPPLE)
    read, rate, ripple = (line for line in text.splitlines() if line.startswith("│"))
    assert [cell.strip() for cell in read.split("│")[3:8]] == ["412 µs", "206", "0.50", "≥ 0.45 of limit", "✓"]
    assert "read a person" not in rate
    assert "short" in ripple
    assert "since last" not in text


def test_the_picture_has_the_figures_that_have_a_limit() -> None:
    text = shown(READ, RATE, RIPPLE)
    bars = text.partition("how far it should come:")[2].strip().splitlines()
    assert [line.split("(")[0].strip() for line in bars] == ["read a person", "read a person"]
    assert "┃" in bars[0]
    assert "┃" not in bars[1]


def test_the_change_since_the_last_run_is_shown_where_there_was_one() -> None:
    text = shown(READ, RIPPLE, before={READ.key: {"ratio": 0.625, "value": 1}})
    assert "since last" in text
    assert "-20%" in text
