"""Every SQL statement of the gateway. What an administrator's place does not cover is as if it were not there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.auth import Place
from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound


class StaffNotFound(NotFound):
    slug = "staff-not-found"
    title_en, title_zh = "No such staff account", "未找到该工作人员账号"


async def find_account(read: Read, account_id: str) -> Row | None:
    return await read.fetchrow("select * from accounts where account_id = $1", account_id)


async def get_sign_in(read: Read, account_id: str, mark: bytes) -> Row:
    """The account (its columns are null where there is none), and failures since the last success of whoever gave this id."""
    row = await read.fetchrow(
        """select a.*, coalesce(f.failures, 0) as failures, f.locked_until
             from (values ($1, $2::bytea)) as tried(account_id, mark)
             left join accounts a on a.account_id = tried.account_id
             left join sign_in_failures f on f.mark = tried.mark""",
        account_id,
        mark,
    )
    assert row is not None  # a left join from one row
    return row


async def count_failure(tx: Transaction, mark: bytes) -> int:
    """Failures in a row, this one included. Locks the row."""
    failures: int = await tx.fetchval(
        """insert into sign_in_failures as f (mark, failures, failed_at) values ($1, 1, $2)
           on conflict (mark) do update set failures = f.failures + 1, failed_at = $2 returning failures""",
        mark,
        tx.now,
    )
    return failures


async def set_lock(tx: Transaction, mark: bytes, until: datetime | None) -> None:
    await tx.execute("update sign_in_failures set locked_until = $2 where mark = $1", mark, until)


async def forget_failures(tx: Transaction, mark: bytes) -> None:
    await tx.execute("delete from sign_in_failures where mark = $1", mark)


async def get_staff(read: Read, account_id: str, place: Place, lock: bool = False) -> Row:
    """Raises StaffNotFound."""
    row = await read.fetchrow(
        f"""select * from accounts where account_id = $1 and kind = 'staff'
               and starts_with(coalesce(place, ''), $2) {"for update" if lock else ""}""",
        account_id,
        place.division,
    )
    if row is None:
        raise StaffNotFound
    return row


async def list_staff(read: Read, place: Place, after: str, limit: int) -> list[Row]:
    return await read.fetch(
        """select * from accounts where kind = 'staff' and starts_with(coalesce(place, ''), $1) and account_id > $2
            order by account_id limit $3""",
        place.division,
        after,
        limit,
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


async def set_disabled(tx: Transaction, account_id: str, disabled_at: datetime | None) -> None:
    await tx.execute(
        "update accounts set disabled_at = $2, version = version + 1 where account_id = $1", account_id, disabled_at
    )


async def list_changed_accounts(read: Read) -> list[Row]:
    """Accounts that were disabled at some time, with their version and whether they are now; and bindings of residents that were revoked
    while a token of theirs may still live."""
    return await read.fetch(
        """select account_id, version, disabled_at is not null as disabled from accounts where version > 1
           union all
           select 'binding:' || binding_id, 1, true from app_accounts where revoked_at > now() - interval '2 hours'"""
    )


async def known_ids(read: Read) -> frozenset[str]:
    return frozenset(row["account_id"] for row in await read.fetch("select account_id from accounts"))


async def forget(tx: Transaction, answers_before: datetime, failures_before: datetime) -> None:
    """Stored answers and failures of sign-in from before then are kept no longer."""
    await tx.execute("delete from idempotency_keys where created_at < $1", answers_before)
    await tx.execute("delete from sign_in_failures where failed_at < $1", failures_before)
