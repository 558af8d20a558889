"""People are erased: their keys are deleted, and what was in clear is overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from services.registry.changes.domain import BIRTH, PHONE
from services.registry.erasure import store
from services.registry.merging.service import taken_of
from services.registry.persons.domain import ID_NUMBER
from services.registry.sight import Sealed
from services.registry.statistics.store import count_again
from shared import outbox
from shared.contracts.registry import PersonErased
from shared.db import Row, Transaction
from shared.privacy import KeyRing

log = structlog.get_logger()


async def erase(tx: Transaction, keys: KeyRing, person_ids: Sequence[str]) -> None:
    """Nothing is left of these people, and of whoever was merged into them, but what makes households and figures right: ids, sex, year of
    birth, and when they were of which household. Not to be undone: what was sealed cannot be opened any more, in backups neither.

    They are locked, and nothing stands against it (`domain.judge`). What is kept of them all the same, and why: the access log
    (网络数据安全 管理条例 art. 12), consents (PIPL art. 69), both until their own periods are over; rosters as uploaded, sealed, for
    their days.
    """
    one = sorted(await store.list_one(tx, person_ids))
    for merger in await store.list_parted(tx, one):
        await _forget_of_other(tx, keys, merger)
    await count_again(tx, [], one)
    for row in await store.overwrite(tx, one):
        outbox.emit(tx, PersonErased(version=row["version"], person_id=row["person_id"]))
    log.info("people erased", people=len(one))


async def _forget_of_other(tx: Transaction, keys: KeyRing, merger: Row) -> None:
    """Two had been taken for one by mistake: what the one had lent the other stands in the history of the other, as retracted."""
    sealed = Sealed(keys, merger)
    lent = {field: pair[1] for field, pair in taken_of(sealed, merger).items()} if merger["taken_sealed"] else {}
    if ID_NUMBER in lent:
        lent[BIRTH] = {"sex": merger["sex"], "birth_on": merger["birth_on"].isoformat()}
    rows = await store.list_past_facts(tx, merger["kept_id"], lent)
    theirs = [
        row["id"]
        for row in rows
        if row["recorded_at"] >= merger["merged_at"] and _value(sealed, row) == lent[row["fact"]]
    ]
    await store.delete_facts(tx, theirs)


def _value(sealed: Sealed, row: Mapping[str, Any]) -> Any:
    return sealed.kept(row["value"], row["fact"]) if row["fact"] in (ID_NUMBER, PHONE) else row["value"]
