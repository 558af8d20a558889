"""What can be done with app accounts: bound to a person, revoked, and acted by."""

from __future__ import annotations

from services.gateway.residents import store
from shared.auth import Actor
from shared.db import Row, Transaction
from shared.errors import Conflict, Fault, Invalid
from shared.ids import new_id

_LIVING = ("resident", "away", "moved-out")
"""Statuses of people in the registry who can act."""


class UnknownIssuer(Invalid):
    slug = "unknown-issuer"
    title_en, title_zh = "No login of residents is known by this issuer", "未配置该居民登录签发方"


class AccountBound(Conflict):
    slug = "app-account-bound"
    title_en, title_zh = "This app account is bound to a person already", "该应用账号已绑定人员"


class CannotAct(Conflict):
    slug = "person-cannot-act"
    title_en, title_zh = "The registry has this person as deceased or withdrawn", "该人员已登记为死亡或已撤销登记"


class Revoked(Conflict):
    slug = "app-account-revoked"
    title_en, title_zh = "This binding was revoked already", "该绑定已撤销"


async def bind(
    tx: Transaction, actor: Actor, issuers: frozenset[str], status: str, said: tuple[str, str, str, str]
) -> Row:
    """An app account is that of a person, whose `status` the registry has just told. `said`: issuer, account, person, evidence.

    PIPL art. 51 (5): who may see personal data is decided by people, and recorded. Raises UnknownIssuer, CannotAct, AccountBound.
    """
    issuer, account, person_id, evidence = said
    if issuer not in issuers:
        raise UnknownIssuer(faults=[Fault("/issuer", "unknown-issuer", "not configured", "未配置")])
    if status not in _LIVING:
        raise CannotAct
    binding_id = new_id()
    if not await store.add_binding(tx, binding_id, issuer, account, person_id, evidence, actor.subject):
        raise AccountBound(faults=[Fault("/account", "app-account-bound", "bound already", "已绑定")])
    return await store.get_binding(tx, binding_id)


async def revoke(tx: Transaction, actor: Actor, binding_id: str, because: str) -> Row:
    """The account acts for nobody from now on. Raises BindingNotFound, Revoked."""
    if (await store.get_binding(tx, binding_id, lock=True))["revoked_at"] is not None:
        raise Revoked
    await store.revoke(tx, binding_id, actor.subject, because)
    return await store.get_binding(tx, binding_id)
