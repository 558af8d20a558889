"""Tokens that are refused before they end: all of a disabled account's, and those given before it was disabled; those by which it acts for
residents; and those of a resident whose app account was revoked."""

from __future__ import annotations

import math
import time

from services.gateway import store
from shared.auth import Actor
from shared.db import Read
from shared.errors import Unauthenticated

_CHALLENGE = {"www-authenticate": 'Bearer error="invalid_token"'}
_LONGEST_COMMIT_SECONDS = 5.0


def binding_key(binding_id: str) -> str:
    """What a revoked binding stands under among disabled accounts: no account's id has a colon."""
    return f"binding:{binding_id}"


class AccountDisabled(Unauthenticated):
    slug = "account-disabled"
    title_en, title_zh = "This account is disabled", "该账号已停用"


class TokenRevoked(Unauthenticated):
    slug = "token-revoked"
    title_en, title_zh = (
        "The account was changed since this token was given; get a new one",
        "账号已变更，请重新获取令牌",
    )


class Disabled:
    """For each account that was ever disabled, the lowest version whose tokens are good (infinite while it is disabled). Read again
    every few seconds, and set at once by a change made in this process."""

    def __init__(self) -> None:
        self._floors: dict[str, float] = {}
        self._expected: dict[str, tuple[float, float]] = {}

    def check(self, actor: Actor) -> None:
        """Raises AccountDisabled, TokenRevoked."""
        if actor.binding and binding_key(actor.binding) in self._floors:
            raise TokenRevoked(headers=_CHALLENGE)
        floor = self._floors.get(actor.client or actor.subject)
        if floor is not None and actor.account_version < floor:
            raise (AccountDisabled if math.isinf(floor) else TokenRevoked)(headers=_CHALLENGE)

    def expect(self, account_id: str, version: int, disabled: bool) -> None:
        """A change is being committed in this process. (Should the commit fail, the next look at the database puts it right.)"""
        floor = math.inf if disabled else version
        self._floors[account_id] = floor
        self._expected[account_id] = (floor, time.monotonic())

    async def read(self, read: Read) -> None:
        """Takes over what the database says. What was expected while a commit was under way stands a little longer: this look may
        have come before the commit."""
        began = time.monotonic()
        rows = await store.list_changed_accounts(read)
        self._expected = {
            account_id: (floor, at)
            for account_id, (floor, at) in self._expected.items()
            if at > began - _LONGEST_COMMIT_SECONDS
        }
        said = {row["account_id"]: math.inf if row["disabled"] else float(row["version"]) for row in rows}
        self._floors = said | {account_id: floor for account_id, (floor, _) in self._expected.items()}
