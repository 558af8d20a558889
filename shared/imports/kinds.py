"""What a service says of the files that it takes: their shape, how they are checked, how they come in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from shared.auth import Actor
from shared.db import Transaction
from shared.imports.fields import CellFault, Shape, Table, errors_by_row


@dataclass(frozen=True, slots=True)
class Act:
    """An import under way. `on`: the day of the upload, by which everything is judged, whenever it is resumed."""

    import_id: str
    actor: Actor
    on: date
    dry_run: bool


class Checked(Protocol):
    """What checking a file found. The same file on the same day gives the same chunks, so that an import can be resumed; where another
    release cuts it otherwise, chunks have other names and come in (again): what is in stays as it is."""

    @property
    def rows(self) -> int:
        """Rows of the table."""

    @property
    def faults(self) -> Sequence[CellFault]:
        """What the file alone shows."""

    @property
    def chunks(self) -> Sequence[str]:
        """Names of the parts of the file that come in one after the other, each wholly or not at all."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a chunk came to: rows dealt with, things made, things changed, what the service has against rows, and how many of the rows
    checking had kept out."""

    rows: int
    created: int = 0
    changed: int = 0
    faults: tuple[CellFault, ...] = ()
    kept_out: int = 0

    @property
    def accepted(self) -> int:
        """Rows that are in as the file says."""
        return self.rows - self.kept_out - len(errors_by_row(self.faults))


@dataclass(frozen=True, slots=True)
class ImportKind:
    """A kind of file. `title`: what it is, to readers of the API; `check` is pure and runs beside the event loop; `apply` brings chunk n
    in, or with `Act.dry_run` only says what would come of it; `opened` notes that the uploader read the file back unmasked; `tables`:
    where many rows may have come in."""

    name: str
    title: str
    shape: Shape
    check: Callable[[Table, date], Any]
    apply: Callable[[Transaction, Act, Any, int], Awaitable[Outcome]]
    opened: Callable[[Transaction, Actor, Table, str | None], Awaitable[None]] | None = None
    tables: tuple[str, ...] = ()
