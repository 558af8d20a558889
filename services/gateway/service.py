"""What can be done at the gateway: sign in, get a token, make and disable staff accounts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from services.gateway import store
from services.gateway.domain import covers, faults_of_place, locked_until, narrowed
from services.gateway.tokens import fits, hash_secret
from shared.auth import SCOPES, Actor, Place, Role
from shared.db import Read, Row, Transaction
from shared.errors import Conflict, Fault, Invalid, TooMany, Unauthenticated

LEAST_CLIENT_SECRET = 22
"""Characters of a program's secret: 128 bits in base64. Only what nobody can guess may be kept under a fast hash."""


class WrongSecret(Unauthenticated):
    slug = "wrong-credentials"
    title_en, title_zh = "Account or secret is wrong", "账号或密码错误"


class TryLater(TooMany):
    slug = "too-many-failures"
    title_en, title_zh = "Too many failures; wait before the next try", "失败次数过多，请稍后再试"


class AccountExists(Conflict):
    slug = "account-exists"
    title_en, title_zh = "There is an account of this id", "该账号已存在"


class OwnAccount(Conflict):
    slug = "own-account"
    title_en, title_zh = "Nobody disables or enables their own account", "不能停用或启用自己的账号"


class ScopeNotHeld(Invalid):
    slug = "scope-not-held"


class Admitted(NamedTuple):
    """An account that has shown its secret, and the scopes its token gets."""

    account: Row
    scopes: frozenset[str]


class Turns:
    """Lets those who try the same id go one after another, so that a burst of guesses meets the delay of the first."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, mark: bytes) -> AsyncIterator[None]:
        lock = self._locks.setdefault(mark, asyncio.Lock())
        async with lock:
            yield


async def admit_client(read: Read, client_id: str, secret: str, asked: str | None) -> Admitted:
    """Raises WrongSecret (also for one that is disabled, not a client, or not there), ScopeNotHeld. Failures do not delay: the secret
    cannot be guessed, and a delay would let anyone keep a program out."""
    account = await store.find_account(read, client_id)
    mine = account if account and account["kind"] == "client" and account["disabled_at"] is None else None
    if not await fits("client", mine["secret_hash"] if mine else None, secret) or mine is None:
        raise WrongSecret
    return _admitted(mine, asked)


async def start_sign_in(read: Read, account_id: str, mark: bytes) -> tuple[Row | None, int]:
    """The staff account of this id (None where there is none, or it is disabled) and the failures so far. Raises TryLater."""
    row = await store.get_sign_in(read, account_id, mark)
    if row["locked_until"] and row["locked_until"] > read.now:
        wait = int((row["locked_until"] - read.now).total_seconds()) + 1
        raise TryLater(headers={"retry-after": str(wait)})
    usable = row["kind"] == "staff" and row["disabled_at"] is None
    return (row if usable else None), row["failures"]


async def note_failure(tx: Transaction, mark: bytes) -> None:
    """Another failure: the next try has to wait."""
    failures = await store.count_failure(tx, mark)
    await store.set_lock(tx, mark, locked_until(failures, tx.now))


def admit_staff(account: Row) -> Admitted:
    return _admitted(account, None)


def _admitted(account: Row, asked: str | None) -> Admitted:
    scopes = narrowed(frozenset(SCOPES[Role(account["role"])]), asked)
    if scopes is None:
        raise ScopeNotHeld
    return Admitted(account, scopes)


async def make_staff(
    tx: Transaction, actor: Actor, account_id: str, role: str, place: str | None, hashed: bytes
) -> None:
    """Raises Invalid for a place that does not fit the role or lies outside the administrator's own, AccountExists."""
    faults = faults_of_place(role, place)
    if not faults and not covers(actor.place.division, place):
        faults = [Fault("/place", "place-not-yours", "outside your own place", "超出您的管辖范围")]
    if faults:
        raise Invalid(faults=faults)
    if not await store.add_accounts(tx, [(account_id, "staff", role, place, hashed, False)], actor.subject):
        raise AccountExists(faults=[Fault("/id", "taken", "taken", "已被使用")])


async def set_disabled(
    tx: Transaction, actor: Actor, account_id: str, check: Callable[[int], None], disabled: bool
) -> None:
    """Disables or enables an account. Raises StaffNotFound, OwnAccount, what `check` raises."""
    row = await store.get_staff(tx, account_id, actor.place, lock=True)
    check(row["version"])
    if account_id == actor.subject:
        raise OwnAccount
    if (row["disabled_at"] is not None) is not disabled:
        await store.set_disabled(tx, account_id, tx.now if disabled else None)


async def seed(tx: Transaction, accounts: Iterable[Mapping[str, Any]]) -> list[str]:
    """Creates the accounts of a bootstrap file that are not there; their ids. The role `developer` exists in such files only. Raises
    ValueError for an account that cannot be."""
    there = await store.known_ids(tx)
    rows = [_seeded(account) for account in accounts if account.get("id") not in there]
    return await store.add_accounts(tx, rows, "bootstrap") if rows else []


def _seeded(stated: Mapping[str, Any]) -> tuple[str, str, str, str | None, bytes, bool]:
    try:
        account_id, kind, secret, place = str(stated["id"]), stated["kind"], str(stated["secret"]), stated.get("place")
        role = Role(stated["role"])
        Place.parse(place)
    except (KeyError, ValueError) as error:
        raise ValueError(f"the account {stated.get('id')!r} to create is not whole: {error}") from None
    if (
        role is Role.RESIDENT
        or kind not in ("client", "staff")
        or (kind == "client" and len(secret) < LEAST_CLIENT_SECRET)
    ):
        raise ValueError(
            f"the account {account_id!r} to create is neither client nor staff, is a resident, or its secret is too short"
        )
    return account_id, kind, role, place, hash_secret(kind, secret), role is Role.DEVELOPER
