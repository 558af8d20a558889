"""Looks at everybody, and raises and clears the alarms that were passed over.

python -m services.registry.alarms      exit code 1 where there were any: after an upgrade there may be, later there should be none
"""

from __future__ import annotations

import argparse
import asyncio
import sys

import asyncpg

from services.registry.alarms import store
from shared import clock
from shared.commands import VARIABLES, bar, database_url
from shared.db import Database

_BATCH = 1000


async def look_at_all(database: Database) -> tuple[int, int]:
    """Each batch of people in a transaction of its own. How many were looked at, and how many alarms were raised or cleared."""
    people = changed = 0
    after: str | None = None
    with bar() as shown:
        task = shown.add_task("people", total=None)
        while True:
            async with database.transaction(clock.now()) as tx:
                batch = await store.list_people(tx, after, _BATCH)
                if not batch:
                    return people, changed
                changed += await store.look(tx, batch)
            after = batch[-1]
            people += len(batch)
            shown.update(task, completed=people)


async def _look(url: str) -> tuple[int, int]:
    database = await Database.open(url, 1)
    try:
        return await look_at_all(database)
    finally:
        await database.close()


def main() -> int:
    """Command line; see the module's docstring. Exit code 0: nothing was passed over, 1: something was, 2: could not be looked at."""
    argparse.ArgumentParser(
        "python -m services.registry.alarms",
        description=__doc__,
        epilog=VARIABLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()
    try:
        people, changed = asyncio.run(_look(database_url("registry")))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        print(f"People could not be looked at: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(f"{people} people looked at; {changed} alarms raised or cleared")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
