"""What is kept of an import, sealed under the file's own key: the file in pieces, what chunks came to, the report in pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from shared.db import Read, Row, Transaction
from shared.errors import DomainError
from shared.imports import store
from shared.imports.fields import CellFault, Severity
from shared.imports.kinds import Outcome
from shared.imports.models import Part
from shared.privacy import DataKey, KeyRing

T = TypeVar("T")

_PIECE = 1024 * 1024
PAGE = 1000
"""Faults on a page of the report."""


class ImportForgotten(DomainError):
    status, slug = 410, "import-forgotten"
    title_en, title_zh = "The file and its report are kept no longer", "文件及其报告已超过保存期限并删除"


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a file: the names of its sheets, by index, headers that are not known, and the sheets that were not read."""

    sheets: Sequence[str] = ()
    ignored: Sequence[str] = ()
    unread: Sequence[str] = ()


class Sealed:
    """The sealed parts of one import; sealed and opened beside the event loop, as a report may have hundreds of pages. Raises
    ImportForgotten where they are kept no longer."""

    def __init__(self, keys: KeyRing, row: Row) -> None:
        if row["wrapped"] is None:
            raise ImportForgotten("Upload the file again.", "请重新上传文件。")
        self._id: str = row["import_id"]
        self._key: DataKey = keys.unwrap(row["wrapped"], row["key_id"])

    def _context(self, part: Part, n: int) -> str:
        return f"import/{self._id}/{part}/{n}"

    async def _add(self, tx: Transaction, part: Part, plain: Iterable[tuple[int, bytes]]) -> None:
        def seal() -> list[tuple[int, bytes]]:
            return [(n, self._key.seal(data, self._context(part, n))) for n, data in plain]

        await store.PARTS.add(tx, self._id, part, await asyncio.to_thread(seal))

    async def _open(self, read: Read, part: Part, load: Callable[[bytes], T]) -> list[T]:
        parts = await store.PARTS.list(read, self._id, part)

        def opened() -> list[T]:
            return [load(self._key.open(sealed, self._context(part, n))) for n, sealed in parts.items()]

        return await asyncio.to_thread(opened)

    async def add_file(self, tx: Transaction, data: bytes) -> None:
        pieces = (data[start : start + _PIECE] for start in range(0, len(data), _PIECE))
        await self._add(tx, Part.FILE, enumerate(pieces))

    async def file(self, read: Read) -> bytes:
        return b"".join(await self._open(read, Part.FILE, bytes))

    async def set_words(self, tx: Transaction, words: Words) -> None:
        data = json.dumps(asdict(words), ensure_ascii=False).encode()
        await store.set_part(tx, self._id, Part.WORDS, self._key.seal(data, self._context(Part.WORDS, 0)))

    async def words(self, read: Read) -> Words:
        """Of a file that was not read yet: none."""
        sealed = await store.PARTS.find(read, self._id, Part.WORDS, 0)
        return Words(**json.loads(self._key.open(sealed, self._context(Part.WORDS, 0)))) if sealed else Words()

    async def add_outcome(self, tx: Transaction, n: int, name: str, outcome: Outcome) -> None:
        """What the chunk of this name came to, the n-th that comes in. Raises asyncpg.UniqueViolationError where another process brought
        one in meanwhile."""
        await self._add(tx, Part.CHUNK, [(n, name.encode() + b"\n" + _dump(outcome.faults))])

    async def outcomes(self, read: Read) -> list[tuple[str, list[CellFault]]]:
        """Names of the chunks that are in, and what is said of their cells."""
        return await self._open(read, Part.CHUNK, _load_outcome)

    async def add_report(self, tx: Transaction, faults: Sequence[CellFault]) -> None:
        """The report, in place of what was noted chunk by chunk."""
        pages = (faults[start : start + PAGE] for start in range(0, len(faults), PAGE))
        await self._add(tx, Part.REPORT, ((n, _dump(page)) for n, page in enumerate(pages)))
        await store.PARTS.drop(tx, self._id, [Part.CHUNK])

    async def page(self, read: Read, n: int) -> list[CellFault]:
        """A page of the report; empty beyond the last."""
        sealed = await store.PARTS.find(read, self._id, Part.REPORT, n)
        return [] if sealed is None else _load(self._key.open(sealed, self._context(Part.REPORT, n)))

    async def report(self, read: Read) -> list[CellFault]:
        """All of it."""
        return [fault for page in await self._open(read, Part.REPORT, _load) for fault in page]


def _dump(faults: Sequence[CellFault]) -> bytes:
    return json.dumps([asdict(fault) for fault in faults], ensure_ascii=False, separators=(",", ":")).encode()


def _load(data: bytes) -> list[CellFault]:
    rows: list[dict[str, Any]] = json.loads(data)
    return [CellFault(**{**row, "severity": Severity(row["severity"])}) for row in rows]


def _load_outcome(data: bytes) -> tuple[str, list[CellFault]]:
    name, faults = data.split(b"\n", 1)
    return name.decode(), _load(faults)
