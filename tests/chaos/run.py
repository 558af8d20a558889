"""One run of chaos, from nothing to the verdict."""

from __future__ import annotations

import asyncio
import logging
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any, NoReturn

from rich.console import Console

from shared import clock
from tests.chaos import report, soak
from tests.chaos.checker import answers
from tests.chaos.checker.settling import settle
from tests.chaos.checker.there import SERVICES, There, look
from tests.chaos.checker.verdict import judge
from tests.chaos.faults.disk import Disk
from tests.chaos.faults.injector import Injector
from tests.chaos.faults.schedule import Measure, schedule
from tests.chaos.load import crowd
from tests.chaos.load.caller import Caller
from tests.chaos.load.ledger import Ledger, Told, read
from tests.chaos.options import Options
from tests.chaos.report import Result
from tests.chaos.runtime import NotReady, Runtime

_DAYS_AGO = timedelta(days=20)
"""When everything happens that clients report: no clock that jumps makes it a day to come."""
_SOAKS_AT = 10
"""A soak asks so many times less often."""


def main(options: Options) -> int:
    """The exit code: 0 where nothing was lost."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else report.WIDTH)
    what = f"a soak of {options.soak:g} s" if options.soak else f"{options.kills} kills"
    console.print(f"chaos: seed {options.seed}, {what}, in {options.folder}")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # that the broker is away is meant
    signal.signal(signal.SIGTERM, _end)
    try:
        with _platform(options) as (runtime, disk):
            result = _run(options, runtime, disk, console)
            report.show(result, console)
            _keep(options, result)
    except NotReady as error:
        console.print(f"[bold red]NOT UP[/]: {error}")
        return 1
    return 0 if result.all_is_well else 1


def _end(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


@contextmanager
def _platform(options: Options) -> Iterator[tuple[Runtime, Disk]]:
    """The platform, from nothing. Its data is forgotten in the end; ledger, logs and report stay until the next run."""
    folder = options.folder
    runtime = Runtime(folder, options.apart)
    runtime.forget()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    disk = Disk(runtime.data.parent, options.disk_mb if options.full else 0)
    try:
        runtime.start()
        yield runtime, disk
    finally:
        runtime.stop()
        _keep_logs(runtime)
        runtime.forget()
        disk.unmount()


def _keep_logs(runtime: Runtime) -> None:
    logs = runtime.data / "logs"
    if logs.exists():
        shutil.copytree(logs, runtime.folder / "logs", dirs_exist_ok=True)


def _run(options: Options, runtime: Runtime, disk: Disk, console: Console) -> Result:
    injector = Injector(runtime, disk, Random(options.seed), console.print)
    measure = Measure(options.kills, options.gap, options.freeze, options.away, options.full if not disk.why_not else 0)
    harms = schedule(options.seed, runtime.services(), measure)
    rate = options.rate / (_SOAKS_AT if options.soak else 1)
    load = crowd.Load(options.clients, rate, options.seed, clock.today(clock.now()) - _DAYS_AGO)
    ledger = options.folder / "ledger"
    grown: list[soak.Growth] = []
    began = time.time()
    with crowd.asking(runtime.url, runtime.credentials(), ledger, load):
        if options.soak:
            console.print(f"{options.clients + 1} clients ask at {rate:g} acts a second for {options.soak:g} s")
            grown = soak.watch(runtime.processes, options.soak)
        else:
            console.print(f"{options.clients + 1} clients ask; the first harm comes after {options.quiet:g} s")
            time.sleep(options.quiet)
            injector.run(harms, threading.Event())
        ended = time.time()
    told = read(ledger)
    result = Result(options.seed, options.apart, began, ended, injector.done, told, grown=grown)
    if options.full and disk.why_not:
        result.skipped = [f"a full disk: {disk.why_not}"]
    console.print("the load is over; waiting until all is still")
    _check(options, runtime, result, told, console.print)
    return result


def _check(
    options: Options, runtime: Runtime, result: Result, told: Sequence[Told], say: Callable[[str], None]
) -> None:
    urls, broker = runtime.databases(), runtime.broker()
    result.settled_seconds, busy = asyncio.run(settle(urls, broker, options.settle, say))
    caller = _caller(options, runtime)
    again = answers.asked_again(told, Random(options.seed), options.again)
    answers.ask_again(again, caller)
    result.asked_again = len(again)
    statistics = {service: _statistics(caller, service) for service in SERVICES}
    caller.close()
    there: There = asyncio.run(look(urls, broker))
    result.records = len(there.records)
    result.violations = judge(told, there, statistics, busy)


def _caller(options: Options, runtime: Runtime) -> Caller:
    """The checker's own, who never gives up."""
    over = threading.Event()
    closing = threading.Timer(600, over.set)
    closing.daemon = True
    closing.start()
    ledger = Ledger(options.folder / "asked-again.jsonl")
    return Caller(runtime.url, runtime.credentials(), ledger, Random(0), over, gives_up=0)


def _statistics(caller: Caller, service: str) -> Any:
    answer = caller.read(f"/v1/{service}/statistics")
    return answer.json() if answer is not None else {"items": []}


def _keep(options: Options, result: Result) -> None:
    with (options.folder / "report.txt").open("w") as file:
        report.show(result, Console(file=file, width=report.WIDTH, highlight=False))
        for violation in result.violations:
            file.write(f"{violation}\n")
