"""Every SQL statement about app accounts."""

from __future__ import annotations

from shared.db import Read, Row, Transaction
from shared.errors import NotFound


class BindingNotFound(NotFound):
    slug = "app-account-not-found"
    title_en, title_zh = "No such app account", "未找到该应用账号"


async def add_binding(
    tx: Transaction, binding_id: str, issuer: str, account: str, person_id: str, evidence: str, by: str
) -> bool:
    """False where the account is bound already."""
    added = await tx.fetchval(
        """insert into app_accounts (binding_id, issuer, account, person_id, evidence, bound_at, bound_by)
           values ($1, $2, $3, $4, $5, $6, $7) on conflict (issuer, account) where revoked_at is null do nothing returning true""",
        binding_id,
        issuer,
        account,
        person_id,
        evidence,
        tx.now,
        by,
    )
    return bool(added)


async def find_bound(read: Read, issuer: str, account: str) -> Row | None:
    """The binding that holds now."""
    return await read.fetchrow(
        "select * from app_accounts where issuer = $1 and account = $2 and revoked_at is null", issuer, account
    )


async def get_binding(read: Read, binding_id: str, lock: bool = False) -> Row:
    """Raises BindingNotFound."""
    row = await read.fetchrow(
        f"select * from app_accounts where binding_id = $1 {'for update' if lock else ''}", binding_id
    )
    if row is None:
        raise BindingNotFound
    return row


async def list_bindings(read: Read, person_id: str) -> list[Row]:
    """All there ever were of a person, the newest first."""
    return await read.fetch("select * from app_accounts where person_id = $1 order by binding_id desc", person_id)


async def revoke(tx: Transaction, binding_id: str, by: str, because: str) -> None:
    await tx.execute(
        "update app_accounts set revoked_at = $2, revoked_by = $3, revoked_because = $4 where binding_id = $1",
        binding_id,
        tx.now,
        by,
        because,
    )
