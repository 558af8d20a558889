"""Every SQL statement about imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.auth import Actor
from shared.db import Read, Row, Transaction
from shared.errors import NotFound
from shared.imports.kinds import Outcome
from shared.imports.models import ImportStatus, Part
from shared.parts import Parts
from shared.privacy import NewKey

PARTS = Parts("import", "uploaded_at")


class ImportNotFound(NotFound):
    slug = "import-not-found"
    title_en, title_zh = "No such import", "未找到该导入任务"


async def add_import(
    tx: Transaction, import_id: str, kind: str, dry_run: bool, actor: Actor, place: str, key: NewKey
) -> None:
    uploader = {
        "subject": actor.subject,
        "kind": actor.kind,
        "role": actor.role,
        "scopes": sorted(actor.scopes),
    }
    await tx.execute(
        """insert into imports (import_id, kind, status, dry_run, uploaded_by, subject, place, traceparent, uploaded_at, changed_at,
                  key_id, wrapped)
           values ($1, $2, 'queued', $3, $4, $5, $6, $7, $8, $8, $9, $10)""",
        import_id,
        kind,
        dry_run,
        uploader,
        actor.subject,
        place,
        tx.traceparent,
        tx.now,
        key.key_id,
        key.wrapped,
    )


async def next_number(read: Read, import_id: str, part: Part) -> int:
    """Beyond those of all parts that are there; there may be gaps before it."""
    number: int = await read.fetchval(
        "select coalesce(max(n) + 1, 0) from import_parts where import_id = $1 and part = $2", import_id, part
    )
    return number


async def set_part(tx: Transaction, import_id: str, part: Part, sealed: bytes) -> None:
    """The only one of its kind."""
    await tx.execute(
        """insert into import_parts (import_id, part, n, sealed) values ($1, $2, 0, $3)
           on conflict (import_id, part, n) do update set sealed = excluded.sealed""",
        import_id,
        part,
        sealed,
    )


_SEEN = "(subject = $2 or ($3 and starts_with(place, $4)))"
"""An import is seen by who uploaded it, and by those whose place covers the place for which it was uploaded."""


def _seen_by(actor: Actor) -> tuple[str, bool, str]:
    return actor.subject, actor.place.block is None, actor.place.division


async def get_import(read: Read, kind: str, import_id: str, actor: Actor) -> Row:
    """Raises ImportNotFound, also where the actor may not see it."""
    row = await read.fetchrow(
        f"select * from imports where import_id = $1 and {_SEEN} and kind = $5", import_id, *_seen_by(actor), kind
    )
    if row is None:
        raise ImportNotFound
    return row


async def find_import(read: Read, import_id: str) -> Row | None:
    """Whoever asks: who may see it was found out before."""
    return await read.fetchrow("select * from imports where import_id = $1", import_id)


async def list_imports(read: Read, kind: str, actor: Actor, before: str | None, limit: int) -> list[Row]:
    """The newest first."""
    return await read.fetch(
        f"""select * from imports where kind = $1 and {_SEEN} and ($5::uuid is null or import_id < $5)
             order by import_id desc limit $6""",
        kind,
        *_seen_by(actor),
        before,
        limit,
    )


async def find_next(read: Read) -> Row | None:
    """The oldest import that is not finished."""
    return await read.fetchrow("select * from imports where status in ('queued', 'running') order by import_id limit 1")


async def count_attempt(tx: Transaction, import_id: str) -> int:
    """Notes that the import is taken up (again); how often it was since anything came of it."""
    attempts: int = await tx.fetchval(
        """update imports set status = 'running', attempts = attempts + 1, changed_at = $2
            where import_id = $1 returning attempts""",
        import_id,
        tx.now,
    )
    return attempts


async def set_read(tx: Transaction, import_id: str, rows: int) -> None:
    await tx.execute(
        "update imports set rows = $2, rows_read = $2, changed_at = $3 where import_id = $1", import_id, rows, tx.now
    )


async def set_checked(tx: Transaction, import_id: str, rows: int) -> None:
    await tx.execute(
        "update imports set rows = $2, rows_checked = $2, changed_at = $3 where import_id = $1",
        import_id,
        rows,
        tx.now,
    )


async def add_settled(tx: Transaction, import_id: str, outcome: Outcome) -> None:
    """Rows of one more chunk are dealt with."""
    await tx.execute(
        """update imports set rows_settled = rows_settled + $2, created = created + $3, changed = changed + $4,
                  accepted = accepted + $5, attempts = 0, changed_at = $6 where import_id = $1""",
        import_id,
        outcome.rows,
        outcome.created,
        outcome.changed,
        outcome.accepted,
        tx.now,
    )


async def set_done(tx: Transaction, import_id: str, rejected: int, errors_total: int, warnings_total: int) -> None:
    await tx.execute(
        """update imports set status = $6, rows_settled = rows, accepted = rows - $2, rejected = $2, errors_total = $3,
                  warnings_total = $4, changed_at = $5, finished_at = $5 where import_id = $1""",
        import_id,
        rejected,
        errors_total,
        warnings_total,
        tx.now,
        ImportStatus.DONE,
    )


async def set_failed(tx: Transaction, import_id: str, problem: Mapping[str, Any]) -> None:
    await tx.execute(
        """update imports set status = $4, problem = $2, changed_at = $3, finished_at = $3 where import_id = $1""",
        import_id,
        dict(problem),
        tx.now,
        ImportStatus.FAILED,
    )
