"""What a run came to, for a person to read: the harm as a picture over time, what clients asked and were told, how soon, the verdict."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.chaos import soak
from tests.chaos.checker.violations import Violation
from tests.chaos.faults.injector import Done
from tests.chaos.faults.schedule import KILLS, Kind
from tests.chaos.load.ledger import DONE, REFUSED, UNKNOWN, Told
from tests.chaos.soak import Growth

WIDTH = 130
"""Where there is no terminal that says how wide it is."""
_MARGIN = 18
_MARKS = {
    Kind.KILL: ("✖", "red"),
    Kind.BACKEND: ("×", "red"),
    Kind.SUPERVISOR: ("✖", "bold red"),
    Kind.FREEZE: ("▒", "cyan"),
    Kind.CLOCK: ("◷", "yellow"),
    Kind.AWAY: ("░", "magenta"),
    Kind.FULL: ("█", "yellow"),
}
_BARS = " ▁▂▃▄▅▆▇█"
_AFTERMATH = 10.0
"""Seconds after harm that are not yet usual again."""
_MOST_SHOWN = 12


@dataclass(slots=True)
class Result:
    """One run. `began`, `ended`: of the load, seconds since 1970; `skipped`: harm that could not be arranged, and why."""

    seed: int
    apart: bool
    began: float
    ended: float
    harm: Sequence[Done]
    told: Sequence[Told]
    settled_seconds: float = 0.0
    records: int = 0
    asked_again: int = 0
    skipped: Sequence[str] = ()
    violations: Sequence[Violation] = field(default_factory=list)
    grown: Sequence[Growth] = ()

    @property
    def kills(self) -> int:
        return sum(done.kind in KILLS for done in self.harm)

    @property
    def all_is_well(self) -> bool:
        """Nothing lost, and memory level where it was watched for long enough."""
        return not self.violations and not soak.grows(self.grown, self.ended - self.began)


def show(result: Result, console: Console) -> None:
    """Prints it all; the last line is the verdict."""
    _show_picture(result, console)
    console.print(_operations(result.told))
    console.print(_latencies(result))
    if result.grown:
        console.print(soak.table(result.grown))
    for line in _remarks(result):
        console.print(line)
    for promise, found in _by_promise(result.violations).items():
        console.print(f"[bold red]Not kept: {promise}[/] ({len(found)})")
        for violation in found[:_MOST_SHOWN]:
            console.print(
                f"  {violation.about}: told {violation.told}; there is {violation.there}", markup=False, soft_wrap=True
            )
            if violation.keys:
                console.print(f"    acts {', '.join(violation.keys)}", style="dim", markup=False, soft_wrap=True)
        if len(found) > _MOST_SHOWN:
            console.print(f"  … and {len(found) - _MOST_SHOWN} more")
    console.print(verdict(result))


def verdict(result: Result) -> str:
    """The last line."""
    done = sum(told.outcome == DONE for told in result.told)
    run = f"{result.kills} kills, {done:,} acts answered, {result.records:,} events, seed {result.seed}"
    if result.violations:
        return f"[bold red]LOST[/]: {len(result.violations)} violations after {run}"
    if not result.all_is_well:
        return f"[bold red]MEMORY GROWS[/] by {100 * result.grown[-1].share:.1f} % (nothing lost) after {run}"
    level = f", memory {100 * result.grown[-1].share:+.1f} %" if result.grown else ""
    return f"[bold green]NOTHING LOST[/]{level} after {run}"


def _by_promise(violations: Iterable[Violation]) -> dict[str, list[Violation]]:
    found: dict[str, list[Violation]] = {}
    for violation in violations:
        found.setdefault(violation.promise, []).append(violation)
    return found


# the picture


def _show_picture(result: Result, console: Console) -> None:
    seconds = max(result.ended - result.began, 1e-9)
    width = console.width - _MARGIN
    column = _columns(result.began, seconds, width)
    console.print(f"\n{seconds:,.0f} s of load; a column is {seconds / width:.1f} s")
    for target in sorted({done.target for done in result.harm}):
        line = Text(f"{target:>16} ")
        cells: list[tuple[str, str]] = [("·", "dim")] * width
        for done in sorted((d for d in result.harm if d.target == target), key=lambda d: d.kind in KILLS):
            mark, style = _MARKS[done.kind]
            for n in range(column(done.at), column(max(done.until, done.at)) + 1):
                cells[n] = ("─" if done.kind in KILLS and n > column(done.at) else mark), style
        for mark, style in cells:
            line.append(mark, style)
        console.print(line)
    ended = [told.ended for told in result.told if told.ended is not None and told.outcome == DONE]
    counts = Counter(column(at) for at in ended)
    most = max(counts.values(), default=1)
    bars = "".join(_BARS[-(-counts[n] * (len(_BARS) - 1) // most)] for n in range(width))
    console.print(f"{'acts done':>16} {bars}  at the most {most / seconds * width:,.0f}/s")
    console.print(
        f"{'':>16} ✖ killed ── until it is up again  × a backend killed  ▒ frozen  ◷ clock wrong  ░ kept away  █ disk full",
        style="dim",
    )


def _columns(began: float, seconds: float, width: int) -> Callable[[float], int]:
    return lambda at: min(width - 1, max(0, int((at - began) / seconds * width)))


# what clients asked


def _operations(told: Sequence[Told]) -> Table:
    table = Table(title="what clients asked for", title_justify="left")
    for heading in ("act", "done", "refused", "no answer", "asked more than once"):
        table.add_column(heading, justify="left" if heading == "act" else "right")
    for kind in sorted({one.act.kind for one in told}):
        table.add_row(kind, *_counts([one for one in told if one.act.kind == kind]))
    table.add_section()
    table.add_row("all", *_counts(told))
    return table


def _counts(told: Sequence[Told]) -> list[str]:
    outcomes = Counter(one.outcome for one in told)
    again = sum(one.tries > 1 for one in told)
    return [f"{n:,}" for n in (outcomes[DONE], outcomes[REFUSED], outcomes[UNKNOWN], again)]


def periods(result: Result) -> dict[str, list[Told]]:
    """Acts by what was the matter when they were begun."""
    harm = {
        "while the broker is away": [d for d in result.harm if d.kind is Kind.AWAY],
        "while the disk is full": [d for d in result.harm if d.kind is Kind.FULL],
        "while a process is frozen": [d for d in result.harm if d.kind is Kind.FREEZE],
        "around kills": [d for d in result.harm if d.kind in (*KILLS, Kind.CLOCK)],
    }
    found: dict[str, list[Told]] = {name: [] for name in ("usual", *harm)}
    for one in result.told:
        within = (name for name, some in harm.items() if any(_during(d, one.began) for d in some))
        found[next(within, "usual" if _is_usual(result, one.began) else "around kills")].append(one)
    return found


def _during(done: Done, at: float) -> bool:
    return done.at <= at <= done.until + (_AFTERMATH if done.kind in KILLS else 0)


def _is_usual(result: Result, at: float) -> bool:
    return not any(done.at <= at <= done.until + _AFTERMATH for done in result.harm)


def _latencies(result: Result) -> Table:
    table = Table(
        title="ms from the first request to the definite answer, of acts that were done", title_justify="left"
    )
    for heading in ("begun", "acts", "median", "p99", "longest"):
        table.add_column(heading, justify="left" if heading == "begun" else "right")
    for name, told in periods(result).items():
        seconds = [one.seconds for one in told if one.seconds is not None and one.outcome == DONE]
        if seconds:
            figures = (statistics.median(seconds), p99(seconds), max(seconds))
            table.add_row(name, f"{len(seconds):,}", *(f"{1000 * each:,.0f}" for each in figures))
    return table


def p99(values: Sequence[float]) -> float:
    """The value that 99 of 100 do not exceed."""
    return sorted(values)[-(-len(values) * 99 // 100) - 1]


def _remarks(result: Result) -> Iterable[str]:
    found = periods(result)
    usual, away = (
        [one.seconds for one in found[name] if one.seconds is not None and one.outcome == DONE]
        for name in ("usual", "while the broker is away")
    )
    if usual and away:
        ratio = p99(away) / p99(usual)
        word = "within" if ratio <= 3 else "NOT within"
        yield f"Broker away: p99 of writes is {ratio:.1f} times the usual, {word} three times."
    for done in result.harm:
        if done.note:
            yield f"{done.target} ({done.kind}): {done.note}"
    yield from (f"Left out: {words}" for words in result.skipped)
    for target, times in sorted(_by_target(result.harm).items()):
        yield f"{target}: killed {times} times"
    yield f"Still {result.settled_seconds:.1f} s after the load; {result.asked_again:,} keys asked once more."


def _by_target(harm: Iterable[Done]) -> Mapping[str, int]:
    return Counter(
        done.target + (" backend" if done.kind is Kind.BACKEND else "") for done in harm if done.kind in KILLS
    )
