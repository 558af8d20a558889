"""bench.json, the history of runs, and what changed since the last one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure, Kind
from tests.bench.machine import Machine

RESULT, _HISTORY = "bench.json", "bench-history.jsonl"
NOTABLE = 0.10
"""Changes up to this share are taken for noise."""

Last = Mapping[tuple[str, Kind], Mapping[str, Any]]
"""The last entry of each figure, by its key."""


def rows(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """The figures as bench.json holds them."""
    return [
        {name: getattr(figure, name) for name in ("path", "value", "unit", "limit", "ratio", "kind")}
        | {"met": figure.met}
        for figure in figures
    ]


def line(figures: Sequence[Figure], machine: Machine, at: str) -> dict[str, Any]:
    """A run as the history holds it. `at`: when, ISO 8601."""
    measured = [{name: row[name] for name in ("path", "kind", "value", "unit", "ratio")} for row in rows(figures)]
    return {"at": at, **asdict(machine), "figures": measured}


def keep(folder: Path, figures: Sequence[Figure], machine: Machine, at: str) -> None:
    """Writes bench.json anew and a line at the end of the history."""
    folder.mkdir(0o711, parents=True, exist_ok=True)
    (folder / RESULT).write_text(json.dumps(rows(figures), ensure_ascii=False, indent=1) + "\n", "utf-8")
    with (folder / _HISTORY).open("a", encoding="utf-8") as history:
        history.write(json.dumps(line(figures, machine, at), ensure_ascii=False) + "\n")


def runs(folder: Path) -> list[dict[str, Any]]:
    """The runs so far, oldest first. A line that was broken off is passed over."""
    try:
        lines = (folder / _HISTORY).read_text("utf-8").splitlines()
    except OSError:
        return []
    return [run for text in lines if (run := _parsed(text))]


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        run = json.loads(text)
    except ValueError:
        return None
    return run if isinstance(run, dict) and isinstance(run.get("figures"), list) else None


def last_of(before: Sequence[Mapping[str, Any]], figures: Sequence[Figure], machine: Machine) -> Last:
    """Each figure's entry in the newest run on such a machine that has it (a run may have been of some paths only)."""
    wanted = {figure.key for figure in figures}
    found: dict[tuple[str, Kind], Mapping[str, Any]] = {}
    for run in before:
        if (run.get("cpu"), run.get("cores")) == (machine.cpu, machine.cores):
            found |= {key: entry for entry in run["figures"] if (key := (entry["path"], Kind(entry["kind"]))) in wanted}
    return found


def change(figure: Figure, before: Mapping[str, Any]) -> float:
    """By which share the figure got better (worse: below 0): its ratio, which the noise of the machine moves less, or its value."""
    if figure.ratio is not None and before["ratio"]:
        return float(figure.ratio / before["ratio"] - 1)
    better = figure.value / before["value"] if figure.kind is Kind.RATE else before["value"] / figure.value
    return float(better - 1)


def slides(figures: Sequence[Figure], before: Last) -> list[Figure]:
    """Those that got notably worse."""
    return [figure for figure in figures if figure.key in before and change(figure, before[figure.key]) < -NOTABLE]
