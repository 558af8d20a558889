"""Every SQL statement by which what is over is forgotten: a batch at a time, each found anew by what is there, so that whoever was killed
goes on where it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from services.registry.retention.domain import OF_STATUS, RecordClass
from shared.db import Read, Transaction


async def instant(read: Read) -> datetime:
    """By the clock of the process and that of the database, the earlier: one that has gone wrong forgets nothing too soon."""
    at: datetime = await read.fetchval("select least(now(), $1)", read.now)
    return at


async def list_gone(read: Read, horizons: Mapping[RecordClass, date], after: str | None, limit: int) -> list[str]:
    """People who died, moved out or were taken back before those days, by id; nobody who was erased."""
    by = {status: horizons[record_class] for status, record_class in OF_STATUS.items()}
    rows = await read.fetch(
        """select p.person_id from persons p
            where p.status in ('deceased', 'moved-out', 'withdrawn') and p.withheld is null
              and p.person_id > coalesce($4::uuid, '00000000-0000-0000-0000-000000000000')
              and case p.status
                  when 'deceased' then p.died_on < $1
                  when 'moved-out' then (select max(f.valid_from) from person_facts f
                                          where f.person_id = p.person_id and f.fact = 'status' and f.retracted_at is null) < $2
                  else (p.withdrawn_at at time zone 'Asia/Shanghai')::date < $3 end
            order by p.person_id limit $5""",
        by["deceased"],
        by["moved-out"],
        by["withdrawn"],
        after,
        limit,
    )
    return [row["person_id"] for row in rows]


async def forget_change_values(tx: Transaction, before: datetime, limit: int) -> int:
    return _number(
        await tx.execute(
            """update change_requests set asked_sealed = '', evidence = null, reason = '',
                      decided_because = case when decided_because is not null then '' end
                where request_id in (select request_id from change_requests
                                      where decided_at < $1 and asked_sealed <> '' limit $2 for update skip locked)""",
            before,
            limit,
        )
    )


async def forget_copies(tx: Transaction, before: datetime, limit: int) -> int:
    return _number(
        await tx.execute(
            "delete from rights_copies where request_id in (select request_id from rights_copies where made_at < $1 limit $2)",
            before,
            limit,
        )
    )


async def forget_requests(tx: Transaction, before: datetime, limit: int) -> int:
    """Rights requests that were answered or withdrawn; not one on which a restriction rests."""
    rows = await tx.fetch(
        """select request_id from rights_requests r
            where r.status not in ('open', 'proposed', 'restricted', 'erasure-proposed')
              and (select max(s.at) from rights_steps s where s.request_id = r.request_id) < $1
              and coalesce(r.answered_at, r.asked_at) < $1 limit $2 for update skip locked""",
        before,
        limit,
    )
    ids = [row["request_id"] for row in rows]
    for table in ("rights_copies", "rights_steps", "rights_requests"):
        await tx.execute(f"delete from {table} where request_id = any($1::uuid[])", ids)
    return len(ids)


async def forget_consents(tx: Transaction, before: datetime, limit: int) -> int:
    """All consents of people who were erased."""
    rows = await tx.fetch(
        """select p.person_id from persons p where p.withheld = 'erased' and p.changed_at < $1
              and exists (select from consents c where c.person_id = p.person_id) limit $2""",
        before,
        limit,
    )
    ids = [row["person_id"] for row in rows]
    if ids:
        await tx.execute(
            """delete from consent_endings
                where consent_id in (select consent_id from consents where person_id = any($1::uuid[]))""",
            ids,
        )
        await tx.execute("delete from consents where person_id = any($1::uuid[])", ids)
    return len(ids)


def _number(answer: str) -> int:
    """Rows that a statement touched."""
    return int(answer.rsplit(" ", 1)[-1])
