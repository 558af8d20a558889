"""What can be done at the gateway: sign in, get a token, make and disable staff accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from services.gateway import store
from services.gateway.domain import faults_of_place, locked_until, narrowed
from services.gateway.tokens import fits, hash_secret
from shared.auth import SCOPES, Actor, Role
from shared.db import Database, Row, Transaction
from shared.errors import Conflict, Fault, Invalid, TooMany, Unauthenticated


class WrongSecret(Unauthenticated):
    slug = "wrong-credentials"
    title_en, title_zh = "Account or secret is wrong", "账号或密码错误"


class TryLater(TooMany):
    slug = "too-many-failures"
    title_en, title_zh = "Too many failures; wait before the next try", "失败次数过多，请稍后再试"


class AccountExists(Conflict):
    slug = "account-exists"
    title_en, title_zh = "There is an account of this id", "该账号已存在"


class ScopeNotHeld(Invalid):
    slug = "scope-not-held"


class Admitted(NamedTuple):
    """An account that has shown its secret, and the scopes its token gets."""

    account: Row
    scopes: frozenset[str]


async def sign_in(
    database: Database, now: Any, kind: str, account_id: str, secret: str, asked: str | None = None
) -> Admitted:
    """Raises WrongSecret (also for accounts that are disabled, of the other kind or not there), TryLater, ScopeNotHeld.

    Two short transactions around the slow hash: a failure must be counted even though the request is refused, and no connection is
    held while hashing.
    """
    async with database.transaction(now) as tx:
        account = await store.find_account(tx, account_id)
    if account and account["locked_until"] and account["locked_until"] > now:
        wait = int((account["locked_until"] - now).total_seconds()) + 1
        raise TryLater(headers={"retry-after": str(wait)})
    mine = account if account and account["kind"] == kind else None
    good = await fits(kind, mine["secret_hash"] if mine else None, secret)
    if not (good and mine and mine["disabled_at"] is None):
        if account:
            await _count_failure(database, now, account_id)
        raise WrongSecret
    if mine["failures"]:
        async with database.transaction(now) as tx:
            await store.note_failure(tx, account_id, 0, None)
    scopes = narrowed(frozenset(SCOPES[Role(mine["role"])]), asked)
    if scopes is None:
        raise ScopeNotHeld
    return Admitted(mine, scopes)


async def _count_failure(database: Database, now: Any, account_id: str) -> None:
    async with database.transaction(now) as tx:
        row = await store.claim_try(tx, account_id)
        if row:
            failures = row["failures"] + 1
            await store.note_failure(tx, account_id, failures, locked_until(failures, now))


async def make_staff(
    tx: Transaction, actor: Actor, account_id: str, role: str, place: str | None, hashed: bytes
) -> None:
    """Raises Invalid for a place that does not fit the role, AccountExists."""
    if faults := faults_of_place(role, place):
        raise Invalid(faults=faults)
    if not await store.add_accounts(tx, [(account_id, "staff", role, place, hashed, False)], actor.subject):
        raise AccountExists(faults=[Fault("/id", "taken", "taken", "已被使用")])


async def set_disabled(
    tx: Transaction, actor: Actor, account_id: str, check: Callable[[int], None], disabled: bool
) -> None:
    """Disables or enables an account. Nobody disables itself. Raises StaffNotFound, Conflict, what `check` raises."""
    row = await store.get_staff(tx, account_id, lock=True)
    check(row["version"])
    if account_id == actor.subject:
        raise Conflict("Nobody disables or enables their own account.", "不能停用或启用自己的账号。")
    if (row["disabled_at"] is not None) is not disabled:
        await store.set_disabled(tx, account_id, tx.now if disabled else None)


async def seed(tx: Transaction, accounts: Iterable[Mapping[str, Any]]) -> list[str]:
    """Creates the accounts of a bootstrap file that are not there; their ids. The role `operator` exists in such files only."""
    there = await store.known_ids(tx)
    rows = [
        (a["id"], a["kind"], a["role"], a["place"], hash_secret(a["kind"], a["secret"]), a["role"] == "operator")
        for a in accounts
        if a["id"] not in there
    ]
    return await store.add_accounts(tx, rows, "bootstrap") if rows else []
