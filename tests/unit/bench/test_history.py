"""What is kept of a run, and how a slide shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench import history
from tests.bench.figures import Figure, Kind, Reach
from tests.bench.machine import Machine

MACHINE = Machine("a processor", 2, "0123456789")
READ = Figure("read", Kind.CPU, 400, "µs", 200, 0.5, Reach(0.45, of_limit=True))
RIPPLE = Figure("ripple, p99", Kind.LATENCY, 0.8, "s", reach=Reach(1))
RATE = Figure("consumer", Kind.RATE, 9000, "events/s")


def keep(folder: Path, *figures: Figure, machine: Machine = MACHINE, at: str = "2026-11-24T10:00:00+08:00") -> None:
    history.keep(folder, figures, machine, at)


def test_bench_json_holds_the_figures_of_the_newest_run(tmp_path: Path) -> None:
    keep(tmp_path / "new", RATE)
    keep(tmp_path / "new", READ, RIPPLE)
    assert json.loads((tmp_path / "new" / "bench.json").read_text("utf-8")) == [
        {"path": "read", "value": 400, "unit": "µs", "limit": 200, "ratio": 0.5, "kind": "cpu", "met": True},
        {
            "path": "ripple, p99",
            "value": 0.8,
            "unit": "s",
            "limit": None,
            "ratio": None,
            "kind": "latency",
            "met": True,
        },
    ]


def test_the_history_has_a_dated_line_per_run(tmp_path: Path) -> None:
    keep(tmp_path, READ)
    keep(tmp_path, RIPPLE, at="2026-11-25T10:00:00+08:00")
    first, second = history.runs(tmp_path)
    assert (first["at"], first["commit"], first["cpu"], first["cores"]) == (
        "2026-11-24T10:00:00+08:00",
        "0123456789",
        "a processor",
        2,
    )
    assert first["figures"] == [{"path": "read", "kind": "cpu", "value": 400, "unit": "µs", "ratio": 0.5}]
    assert second["figures"][0]["path"] == "ripple, p99"


def test_a_line_that_was_broken_off_is_passed_over(tmp_path: Path) -> None:
    assert history.runs(tmp_path) == []
    keep(tmp_path, READ)
    path = tmp_path / "bench-history.jsonl"
    path.write_text('{"at": "2026-\n[]\n' + path.read_text("utf-8"), "utf-8")
    assert len(history.runs(tmp_path)) == 1


def test_each_figure_is_compared_with_the_last_run_here_that_has_it(tmp_path: Path) -> None:
    keep(tmp_path, READ, RATE)
    keep(tmp_path, Figure("read", Kind.CPU, 800, "µs", 200, 0.25))
    keep(tmp_path, Figure("read", Kind.CPU, 80, "µs", 20, 0.9), machine=Machine("another", 64, None))
    last = history.last_of(history.runs(tmp_path), [READ, RATE, RIPPLE], MACHINE)
    assert {key: entry["value"] for key, entry in last.items()} == {READ.key: 800, RATE.key: 9000}


@pytest.mark.parametrize(
    ("figure", "before", "share"),
    [
        (READ, {"ratio": 0.4, "value": 1}, 0.25),  # by the ratio, whatever the machine did
        (RATE, {"ratio": None, "value": 12000}, -0.25),
        (RIPPLE, {"ratio": None, "value": 0.4}, -0.5),
    ],
)
def test_change_is_above_nothing_where_it_got_better(
    figure: Figure, before: dict[str, float | None], share: float
) -> None:
    assert history.change(figure, before) == pytest.approx(share)


def test_a_slide_is_more_than_noise(tmp_path: Path) -> None:
    keep(tmp_path, Figure("read", Kind.CPU, 1, "µs", 1, 0.54), Figure("consumer", Kind.RATE, 11000, "events/s"))
    last = history.last_of(history.runs(tmp_path), [READ, RATE], MACHINE)
    assert history.slides([READ, RATE, RIPPLE], last) == [RATE]
