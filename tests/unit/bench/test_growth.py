"""What grows and what is flat."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tests.bench.figures import Spent
from tests.bench.growth import Point, growth, point, table, verdict


def test_a_point_has_the_medians_of_its_rounds() -> None:
    rounds = [Spent(100, 1.0, 0.05), Spent(100, 2.0, 0.01), Spent(100, 0.5, 0.02)]
    found = point("read", 4, 10_000, rounds)
    assert (found.path, found.clients, found.people) == ("read", 4, 10_000)
    assert (found.cpu, found.rate) == pytest.approx((200, 100))


def test_growth_is_from_the_fewest_people_to_the_most() -> None:
    points = [Point("read", 1, people, cpu, 1) for people, cpu in ((1_000_000, 330), (10_000, 300), (100_000, 900))]
    assert growth(points) == pytest.approx(1.1)


@pytest.mark.parametrize(("grown", "text"), [(0.9, "flat"), (1.24, "flat"), (1.25, "grows × 1.25")])
def test_less_than_a_quarter_is_flat(grown: float, text: str) -> None:
    assert verdict(grown) == text


def test_the_table_has_a_row_per_path_and_clients_and_a_column_per_size() -> None:
    points = [
        Point("settle", 1, 10_000, 5000, 80),
        Point("read", 4, 10_000, 400, 900),
        Point("read", 4, 100_000, 600, 700),
        Point("read", 1, 10_000, 410, 500),
        Point("read", 1, 100_000, 420, 490),
    ]
    out = io.StringIO()
    Console(file=out, width=140).print(table(points, "a title"))
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in out.getvalue().splitlines() if "│" in line]
    assert [(path, clients, grows) for path, clients, *_, grows in lines] == [
        ("read", "1", "flat"),
        ("read", "4", "grows × 1.50"),
        ("settle", "1", "flat"),
    ]
    assert lines[1][2].split() == ["400", "900"]
    assert lines[2][3] == ""
