"""Forgets the oldest records of the access log once they were kept as long as they have to be, so that the rest stays a chain."""

from __future__ import annotations

from datetime import datetime

import structlog

from services.registry.access import store
from services.registry.access.domain import Check, anchor_of
from shared.db import Transaction

log = structlog.get_logger()


async def forget_records(tx: Transaction, key: bytes, before: datetime, limit: int) -> int:
    """Deletes up to so many of the oldest records, all of them of before that instant; how many. Nothing behind the first newer record
    goes, nor what waits for its seal. `key`: that of the chain. Where the records are not what was sealed, they stay, to be looked at:
    else who changes the day of a record would have it forgotten."""
    rows = await store.list_oldest(tx, before, limit)
    if not rows:
        return 0
    check = Check(key)
    if anchor := await store.find_anchor(tx):
        check.begin(anchor)
    check.take(rows)
    if not check.intact:
        log.error("access log was changed: nothing of it is forgotten", first=rows[0]["seal_no"])
        return 0
    await store.forget_records(
        tx,
        [row["id"] for row in rows],
        anchor_of(key, check.head, max(row["read_at"] for row in rows), tx.now),
    )
    return len(rows)
