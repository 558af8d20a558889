"""Counts all figures anew from the history, and names every counter that differs.

    python -m services.registry.statistics                 exit code 1 where something differs
    python -m services.registry.statistics --repair        puts it right; exit code 1 where something differs still

Services may run meanwhile; households that changed just now wait for the worker, and are passed over.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

import asyncpg

from services.registry.statistics.recount import Recount, lines, recount, repair
from shared import clock
from shared.commands import VARIABLES, bar, database_url
from shared.db import Database


async def _look(database: Database) -> Recount:
    async with database.transaction(clock.now()) as tx:
        with bar() as shown:
            task = shown.add_task("households", total=None)
            return await recount(tx, lambda done, of: shown.update(task, completed=done, total=of))


async def _run(url: str, mend: bool) -> list[Recount]:
    """What was found; and after a repair, what is found then."""
    database = await Database.open(url, 1)
    try:
        found = [await _look(database)]
        if mend and not found[0].agrees:
            await repair(database, found[0])
            found.append(await _look(database))
        return found
    finally:
        await database.close()


def _report(found: list[Recount]) -> None:
    for line in lines(found[0]):
        print(line)
    first, last = found[0], found[-1]
    differences = len(first.households) + len(first.counters)
    verdict = "agree" if not differences else f"{differences} DIFFER"
    if len(found) > 1:
        verdict += ", all put right" if last.agrees else f", {len(last.households) + len(last.counters)} still"
    print(f"figures {verdict}: {last.looked_at} households looked at, {last.waiting} wait to be counted")


def main() -> int:
    """Command line; see the module's docstring. Exit code 0: all agree, 1: not, 2: could not be looked through."""
    parser = argparse.ArgumentParser(
        "python -m services.registry.statistics",
        description=__doc__,
        epilog=VARIABLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--repair", action="store_true", help="put right what differs")
    parser.add_argument("--json", action="store_true", help="the result as JSON")
    given = parser.parse_args()
    try:
        found = asyncio.run(_run(database_url("registry"), given.repair))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        print(f"The figures could not be looked through: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    if given.json:
        last = found[-1]
        print(
            json.dumps(
                {
                    "agree": last.agrees,
                    "differing": list(lines(found[0])),
                    "repaired": len(found) > 1 and last.agrees,
                    "households": last.looked_at,
                    "waiting": last.waiting,
                }
            )
        )
    else:
        _report(found)
    return 0 if found[-1].agrees else 1


if __name__ == "__main__":
    sys.exit(main())
