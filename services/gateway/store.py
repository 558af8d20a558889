"""Every SQL statement of the gateway."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound


class StaffNotFound(NotFound):
    slug = "staff-not-found"
    title_en, title_zh = "No such staff account", "未找到该工作人员账号"


async def find_account(read: Read, account_id: str) -> Row | None:
    return await read.fetchrow("select * from accounts where account_id = $1", account_id)


async def get_staff(read: Read, account_id: str, lock: bool = False) -> Row:
    """Raises StaffNotFound."""
    row = await read.fetchrow(
        f"select * from accounts where account_id = $1 and kind = 'staff' {'for update' if lock else ''}", account_id
    )
    if row is None:
        raise StaffNotFound
    return row


async def list_staff(read: Read, after: str, limit: int) -> list[Row]:
    return await read.fetch(
        "select * from accounts where kind = 'staff' and account_id > $1 order by account_id limit $2", after, limit
    )


async def add_accounts(
    tx: Transaction, rows: Sequence[tuple[str, str, str, str | None, bytes, bool]], by: str
) -> list[str]:
    """Adds accounts that are not there: id, kind, role, place, hash, local only. The ids of those added."""
    added = await tx.fetch(
        """insert into accounts (account_id, kind, role, place, secret_hash, local_only, created_at, created_by)
           select a, b, c, d, e, f, $1, $2
             from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::bool[]) as t(a, b, c, d, e, f)
           on conflict do nothing returning account_id""",
        tx.now,
        by,
        *columns(rows, 6),
    )
    return [row["account_id"] for row in added]


async def claim_try(tx: Transaction, account_id: str) -> Row | None:
    """The account, locked, so that tries at one account count one by one."""
    return await tx.fetchrow("select * from accounts where account_id = $1 for update", account_id)


async def note_failure(tx: Transaction, account_id: str, failures: int, locked_until: datetime | None) -> None:
    await tx.execute(
        "update accounts set failures = $2, locked_until = $3 where account_id = $1", account_id, failures, locked_until
    )


async def set_disabled(tx: Transaction, account_id: str, disabled_at: datetime | None) -> None:
    await tx.execute(
        "update accounts set disabled_at = $2, version = version + 1 where account_id = $1", account_id, disabled_at
    )


async def disabled_accounts(read: Read) -> frozenset[str]:
    rows = await read.fetch("select account_id from accounts where disabled_at is not null")
    return frozenset(row["account_id"] for row in rows)


async def known_ids(read: Read) -> frozenset[str]:
    return frozenset(row["account_id"] for row in await read.fetch("select account_id from accounts"))
