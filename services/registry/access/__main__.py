"""Looks through the chain of the access log.

    python -m services.registry.access                        verify; exit code 1 where a record was changed or is missing
    python -m services.registry.access --head 4711:9f…         also see that the log still has what it had then

Print and log lines name the head, number:link. Keep some elsewhere: without one nobody can see that the newest records were cut off.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Sequence

import asyncpg

from services.registry.access import store
from services.registry.access.domain import Check, Head, Span
from services.registry.access.sealer import CHAIN
from shared import clock
from shared.commands import VARIABLES, bar, database_url, keys_file
from shared.db import Database, Read
from shared.privacy import BadKeys, KeyRing

_BATCH = 5000
_SHOWN = 20
Progress = Callable[[int, int], None]
"""Told how many of how many are done."""


async def look_through(read: Read, check: Check, progress: Progress = lambda done, of: None) -> None:
    """Takes the check through all sealed records."""
    of = await store.count_sealed(read)
    if anchor := await store.find_anchor(read):
        check.begin(anchor)
    after = None
    while rows := await store.list_sealed(read, after, _BATCH):
        check.take(rows)
        after = rows[-1]["seal_no"], rows[-1]["id"]
        progress(check.records, of)


def findings(check: Check) -> list[str]:
    """What is wrong, a line each; the first of each kind first."""
    found = [f"forged: the anchor at record {check.forged.seal_no}"] if check.forged else []
    found += [f"removed: record {span} of the chain, between the records before and after" for span in check.missing]
    found += [f"changed: record {number} of the chain (id {id_})" for number, id_ in check.changed]
    found += [
        f"replaced: record {number} of the chain is not what it was when its head was kept" for number in check.replaced
    ]
    if check.cut:
        found.append(f"cut off: record {check.cut} of the chain, which the log had when its head was kept")
    return found


async def _verify(url: str, keys: KeyRing, heads: Sequence[Head]) -> tuple[Check, list[str]]:
    """What is found, and notes beside it; all in one snapshot."""
    check = Check(keys.derived(CHAIN), heads)
    connection = await Database(url, 1).connect()
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            read = Read(connection, clock.now())
            with bar() as shown:
                task = shown.add_task("records", total=None)
                await look_through(read, check, lambda done, of: shown.update(task, completed=done, total=of))
            return check, [*await _waiting(read), *await _gaps(read)]
    finally:
        await connection.close()


async def _waiting(read: Read) -> list[str]:
    n, since = await store.unsealed(read)
    return [f"not sealed yet: {n}, the oldest of {since:%Y-%m-%d %H:%M:%S} UTC"] if since else []


async def _gaps(read: Read) -> list[str]:
    """Ids without a record are told, and are no fault: a read that was rolled back and a crash of the server leave such too."""
    gaps = await store.list_gaps(read, _SHOWN)
    return [
        f"id without a record: {span}, given between {after:%Y-%m-%d %H:%M:%S} and {before:%Y-%m-%d %H:%M:%S} UTC"
        " (a read rolled back, a crash, or a record removed before it was sealed)"
        for span, after, before in gaps
    ]


def _heads(texts: Iterable[str]) -> list[Head]:
    return [Head.parse(text) for text in texts]


def _report(check: Check, notes: Sequence[str]) -> None:
    found = findings(check)
    for line in found[:_SHOWN]:
        print(line)
    if len(found) > _SHOWN:
        print(f"… and {len(found) - _SHOWN} more")
    for note in notes:
        print(note)
    if check.forgotten:
        until, on = check.forgotten.read_until, check.forgotten.cut_at
        print(
            f"forgotten when their time was over: records up to {check.forgotten.seal_no}, of {until:%Y-%m-%d} and before; on {on:%Y-%m-%d}"
        )
    verdict = "intact" if check.intact else "NOT INTACT"
    print(f"{verdict}: {check.records} sealed records; head {check.head}")


def _as_json(check: Check, notes: Sequence[str]) -> str:
    def spans(of: Iterable[Span]) -> list[list[int]]:
        return [[span.first, span.last] for span in of]

    return json.dumps(
        {
            "intact": check.intact,
            "records": check.records,
            "head": str(check.head),
            "missing": spans(check.missing),
            "changed": [{"seal_no": number, "id": id_} for number, id_ in check.changed],
            "replaced": check.replaced,
            "forged": check.forged.seal_no if check.forged else None,
            "forgotten": check.forgotten.seal_no if check.forgotten else None,
            "cut": spans([check.cut] if check.cut else []),
            "notes": list(notes),
        }
    )


def main() -> int:
    """Command line; see the module's docstring. Exit code 0: intact, 1: not, 2: could not be looked through."""
    parser = argparse.ArgumentParser(
        "python -m services.registry.access",
        description=__doc__,
        epilog=VARIABLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--head", action="append", default=[], metavar="NUMBER:LINK", help="a head that was kept; may be repeated"
    )
    parser.add_argument("--json", action="store_true", help="the result as JSON")
    given = parser.parse_args()
    try:
        heads = _heads(given.head)
    except ValueError as error:
        parser.error(str(error))
    try:
        check, notes = asyncio.run(_verify(database_url("registry"), KeyRing.load(keys_file()), heads))
    except (OSError, BadKeys, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        print(f"The access log could not be looked through: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    if given.json:
        print(_as_json(check, notes))
    else:
        _report(check, notes)
    return 0 if check.intact else 1


if __name__ == "__main__":
    sys.exit(main())
