"""The figures as a person reads them: a table, and bars against the limit."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from tests.bench.figures import Figure, Kind, Reach
from tests.bench.history import NOTABLE, Last, change

_WIDTH = 40
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_MET = {True: Text("✓", style="green"), False: Text("short", style="red"), None: Text("")}


def number(value: float) -> str:
    """With as many digits as tell something: 12,345 · 123 · 12.3 · 1.23."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def reach_text(reach: Reach | None, kind: Kind, unit: str) -> str:
    """≥ 0.45 of the limit · ≥ 5,000 events/s · ≤ 1 s."""
    if reach is None:
        return ""
    if reach.of_limit:
        return f"≥ {reach.bound:.2f} of limit"
    return f"{'≥' if kind is Kind.RATE else '≤'} {reach.bound:,g} {unit}"


def bar(ratio: float, width: int = _WIDTH) -> str:
    """A bar of this share of the width; more than the whole is drawn as the whole with an arrow."""
    if ratio > 1:
        return "█" * (width - 1) + "▶"
    eighths = round(max(ratio, 0) * width * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def change_text(figure: Figure, before: Last) -> Text:
    """What changed since the last run, in the direction of better (+) or worse (-)."""
    if figure.key not in before:
        return Text("")
    share = change(figure, before[figure.key])
    style = "" if abs(share) <= NOTABLE else "red" if share < 0 else "green"
    return Text(f"{share:+.0%}", style=style)


def table(figures: Sequence[Figure], before: Last, title: str) -> Table:
    """Each figure beside its limit, the ratio, how far it should come, and the change since the last run."""
    found = Table(title=title, title_justify="left")
    found.add_column("path")
    found.add_column("by")
    for heading in ("measured", "limit", "ratio"):
        found.add_column(heading, justify="right")
    found.add_column("reach")
    found.add_column("")
    if before:
        found.add_column("since last", justify="right")
    last = None
    for figure in figures:
        cells: list[str | Text] = [
            figure.path if figure.path != last else "",
            str(figure.kind),
            f"{number(figure.value)} {figure.unit}",
            "–" if figure.limit is None else number(figure.limit),
            "–" if figure.ratio is None else f"{figure.ratio:.2f}",
            reach_text(figure.reach, figure.kind, figure.unit),
            _MET[figure.met],
        ]
        found.add_row(*cells, *([change_text(figure, before)] if before else []))
        last = figure.path
    return found


def picture(figures: Sequence[Figure]) -> Group:
    """A bar per figure that has a limit: the whole width is the limit, the mark is how far it should come."""
    shown = [figure for figure in figures if figure.ratio is not None]
    wide = max((len(_name(figure)) for figure in shown), default=0)
    return Group(*(_bar_line(figure, wide) for figure in shown))


def _name(figure: Figure) -> str:
    return f"{figure.path} ({figure.kind})"


def _bar_line(figure: Figure, wide: int) -> Text:
    ratio = figure.ratio or 0.0
    drawn = bar(ratio).ljust(_WIDTH)
    marked = list(drawn)
    if figure.reach and figure.reach.of_limit:
        marked[min(round(figure.reach.bound * _WIDTH), _WIDTH - 1)] = "┃"
    style = "red" if figure.met is False else "green" if figure.met else "cyan"
    return Text.assemble(f"{_name(figure):<{wide}} ", ("".join(marked), style), f"│ {ratio:.2f}")


def show(console: Console, figures: Sequence[Figure], before: Last, title: str) -> None:
    """Prints both."""
    console.print(table(figures, before, title))
    console.print("\nshare of the limit (│), ┃ how far it should come:")
    console.print(picture(figures))
