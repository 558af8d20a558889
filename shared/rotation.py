"""Rotates the master keys that wrap people's keys and those of uploaded files, while everything runs.

    python -m shared.rotation status     rows of all services by master key
    python -m shared.rotation rotate     a new master key: made, made current, all keys wrapped under it
    python -m shared.rotation retire     forget master keys that are not current; refused while a row needs one

The services follow the key file, and take a new version over within a second, without a restart. `rotate` may be killed at any instant and
run again: it goes on where it was. `retire` first has each database refuse rows under the old key, then looks for rows, and only then
takes it out of the file. A backup made before a rotation needs the key of its time: keep the old key file offline as long as such a backup.

Where each process has a copy of the key file (a mounted secret), change the copies step by step, and wait after each until all have it:
`add` (a new key is known), `use` (it is current), then here `rewrap`, `retire`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from shared import privacy
from shared.commands import VARIABLES, bar, database_urls, keys_file
from shared.db import Database
from shared.privacy import BadKeys, KeyRing, new_master, read_keys
from shared.rewrapping import (
    KEY_ID,
    KeyTable,
    StillNeeded,
    as_rows,
    count,
    forbid,
    refused,
    rewrap_all,
    tables,
)

BATCH = 500
_LOCK = "anju-rotation"
Document = dict[str, Any]
Counts = dict[tuple[str, str], Counter[str]]
Told = Callable[[str], None]


class Refused(Exception):
    """What was asked for is not to be done now; the text says why."""


# The key document


def with_key(document: Mapping[str, Any], key_id: str) -> Document:
    """The document with one more master key, which is not current yet. Refused for an id that is taken or is none."""
    if not KEY_ID.fullmatch(key_id) or key_id in document["master"]:
        raise Refused(f"{key_id} is no id of a new key")
    return {**document, "master": {**document["master"], key_id: new_master()}}


def using(document: Mapping[str, Any], key_id: str) -> Document:
    """The document with that key as the current one. Refused where it is not in it."""
    if key_id not in document["master"]:
        raise Refused(f"{key_id} is not in the key file")
    return {**document, "current": key_id}


def without(document: Mapping[str, Any], key_ids: Sequence[str]) -> Document:
    """The document without these keys. Refused for the current one."""
    if document["current"] in key_ids:
        raise Refused(f"{document['current']} is current")
    return {**document, "master": {id_: key for id_, key in document["master"].items() if id_ not in key_ids}}


def next_id(known: Sequence[str]) -> str:
    """k1, k2 …: the number after the highest."""
    return f"k{max((int(id_[1:]) for id_ in known if id_[:1] == 'k' and id_[1:].isdecimal()), default=0) + 1}"


def others(document: Mapping[str, Any]) -> list[str]:
    """Ids of the keys that are not current."""
    return [id_ for id_ in document["master"] if id_ != document["current"]]


def write_keys(path: Path, document: Document) -> None:
    """Replaces the key file in one step, readable and owned as before. BadKeys where the document is none."""
    KeyRing(document)
    before = path.stat()
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), before.st_mode & 0o777)
            if (os.geteuid(), os.getegid()) != (before.st_uid, before.st_gid):
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
            file.write(json.dumps(document, indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
        _to_disk(path.parent)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _to_disk(folder: Path) -> None:
    """So that a new key outlasts a power cut before anything is wrapped under it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# The databases


class Keyed:
    """The databases of all services, open, with their tables of wrapped keys."""

    def __init__(self, parts: Sequence[tuple[str, asyncpg.Connection, KeyTable]]) -> None:
        self._parts = parts

    async def count(self) -> Counts:
        """Rows by service and table, and by master key."""
        return {(service, table.name): await count(connection, table) for service, connection, table in self._parts}

    async def needed(self, key_ids: Sequence[str]) -> list[str]:
        """Which tables hold rows under these keys, and how many."""
        counted = await self.count()
        return [
            f"{service}.{table}: {n} under {key_id}"
            for (service, table), counts in counted.items()
            for key_id, n in counts.items()
            if key_id in key_ids
        ]

    async def rewrap(self, ring: KeyRing, batch: int = BATCH, progress: Callable[[int], None] = lambda n: None) -> None:
        """Brings all rows under the current key. Refused where some cannot be read with the key that they name."""
        broken = []
        for service, connection, table in self._parts:
            for id_ in sorted(await rewrap_all(connection, table, ring, batch, progress)):
                broken.append(f"{service}.{table.name} {id_}")
        if broken:
            shown = "\n  ".join(broken[:20])
            raise Refused(f"{len(broken)} keys cannot be opened by the master key that their row names:\n  {shown}")

    async def forbid(self, key_ids: Sequence[str]) -> None:
        """No row is under these keys, nor will one be. Raises StillNeeded."""
        for _, connection, table in self._parts:
            await forbid(connection, table, key_ids)

    async def refuses(self, key_id: str) -> bool:
        return any([await refused(connection, table, key_id) for _, connection, table in self._parts])


@asynccontextmanager
async def opened(urls: Mapping[str, str]) -> AsyncIterator[Keyed]:
    """The databases by service. Refused where another rotation is under way."""
    async with AsyncExitStack() as stack:
        parts = []
        for service, url in urls.items():
            connection = await Database(url, 1).connect(statement_timeout="600000")
            stack.push_async_callback(connection.close)
            if not await connection.fetchval("select pg_try_advisory_lock(hashtext($1))", _LOCK):
                raise Refused(f"Another rotation is under way in the database of {service}.")
            parts += [(service, connection, table) for table in await tables(connection)]
        yield Keyed(parts)


# The acts


def add(path: Path, key_id: str | None) -> str:
    """A new key in the file, not current; its id. One that was added and is not used yet is taken as it is."""
    document = read_keys(path)
    if waiting := _waiting(document):
        return waiting
    made = key_id or next_id(list(document["master"]))
    write_keys(path, with_key(document, made))
    return made


def _waiting(document: Mapping[str, Any]) -> str | None:
    """The key that was added last, where it is not current: keys stand in the order in which they were added."""
    *_, last = document["master"]
    return last if last != document["current"] else None


async def rotate(
    path: Path, keyed: Keyed, key_id: str | None, settle: float, batch: int, progress: Callable[[int], None], told: Told
) -> str:
    """A new current key, under which all rows are; its id. Goes on with a rotation that was broken off: with a key that waits for being
    used, or (where the current one is not the only one) with bringing rows over."""
    document = read_keys(path)
    if _waiting(document) or not others(document):
        made = add(path, key_id)
        if await keyed.refuses(made):
            write_keys(path, without(read_keys(path), [made]))
            raise Refused(f"{made} was retired before: choose another --id")
        told(f"{made} is known")
        await asyncio.sleep(settle)
        write_keys(path, using(read_keys(path), made))
        told(f"{made} is current")
        await asyncio.sleep(settle)
    ring = KeyRing.load(path)
    while True:
        await keyed.rewrap(ring, batch, progress)
        await asyncio.sleep(settle)
        if not await keyed.needed(others(read_keys(path))):
            return ring.current


async def retire(path: Path, keyed: Keyed) -> list[str]:
    """Takes the keys that are not current out of the file; their ids. Refused where a row needs one, or one waits for being used."""
    document = read_keys(path)
    old = others(document)
    if waiting := _waiting(document):
        raise Refused(f"{waiting} was added after the current key: go on with `rotate`")
    if not old:
        return []
    if needed := await keyed.needed(old):
        raise Refused("Still needed, `rotate` first:\n  " + "\n  ".join(needed))
    await keyed.forbid(old)
    write_keys(path, without(read_keys(path), old))
    return old


async def _act(given: argparse.Namespace, path: Path) -> None:
    async with opened(database_urls()) as keyed:
        match given.act:
            case "status":
                document = read_keys(path)
                print(f"current {document['current']}, known {' '.join(document['master'])}")
                for row in as_rows(await keyed.count()):
                    print("{service}.{table}: {rows} under {key}".format(**row))
            case "rotate" | "rewrap":
                await _rotate(given, path, keyed)
            case "retire":
                old = await retire(path, keyed)
                print(f"retired: {' '.join(old)}" if old else "nothing to retire")


async def _rotate(given: argparse.Namespace, path: Path, keyed: Keyed) -> None:
    before = sum((await keyed.count()).values(), Counter())
    with bar() as shown:
        task = shown.add_task("keys", total=before.total())

        def progress(done: int) -> None:
            shown.advance(task, done)

        if given.act == "rewrap":
            await keyed.rewrap(KeyRing.load(path), given.batch, progress)
            current = read_keys(path)["current"]
        else:
            current = await rotate(path, keyed, given.id, given.settle, given.batch, progress, print)
    counted = sum((await keyed.count()).values(), Counter())
    print(
        f"all {counted[current]} keys are wrapped under {current}; `retire` forgets {' '.join(others(read_keys(path))) or 'none'}"
    )


def main() -> int:
    """Command line; see the module's docstring. Exit code 0: done, 1: refused, 2: could not be done."""
    parser = argparse.ArgumentParser(
        "python -m shared.rotation",
        description=__doc__,
        epilog=VARIABLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("act", choices=("status", "rotate", "retire", "add", "use", "rewrap"))
    parser.add_argument("--keys", type=Path, help="the key file (default: ANJU_KEYS_FILE)")
    parser.add_argument("--id", help="id of the new key (default: k and the next number)")
    parser.add_argument("--batch", type=int, default=BATCH, help="rows a transaction (default: %(default)s)")
    parser.add_argument(
        "--settle",
        type=float,
        default=2 * privacy.LOOK_SECONDS,
        help="seconds after each change of the key file until all processes have it (default: %(default)s)",
    )
    given = parser.parse_args()
    path = keys_file(given.keys)
    try:
        if given.act == "add":
            print(f"{add(path, given.id)} is known")
        elif given.act == "use":
            document = read_keys(path)
            write_keys(path, using(document, given.id or _waiting(document) or document["current"]))
            print(f"{read_keys(path)['current']} is current")
        else:
            asyncio.run(_act(given, path))
    except (Refused, StillNeeded) as error:
        print(error, file=sys.stderr)
        return 1
    except (OSError, BadKeys, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        print(f"Not done: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
