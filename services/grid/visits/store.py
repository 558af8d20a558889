"""Every SQL statement about visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.grid.store import place_of, seen
from services.grid.visits.domain import OPEN
from shared.auth import Actor
from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound

_OPEN = f"status in ({', '.join(sorted(repr(str(status)) for status in OPEN))})"


class VisitNotFound(NotFound):
    slug = "visit-not-found"
    title_en, title_zh = "No such visit", "未找到该走访任务"


async def list_visits_of(read: Read, household_id: str) -> list[Row]:
    """All visits of a household, oldest first."""
    return await read.fetch(
        """select v.*, h.estate, h.block, h.unit, h.flat
             from visits v join households h using (household_id) where v.household_id = $1 order by v.visit_id""",
        household_id,
    )


async def list_needs(tx: Transaction, household_ids: Sequence[str]) -> list[Row]:
    """What decides which visits households need, in order of household: a row for each visit that was asked for, or one without."""
    return await tx.fetch(
        """select h.household_id, h.state, h.without_work, h.without_work_since, v.visit_id, v.reason, v.occasion, v.status
             from households h left join visits v using (household_id)
            where h.household_id = any($1::uuid[]) order by h.household_id, v.visit_id""",
        household_ids,
    )


async def add_visits(tx: Transaction, rows: Sequence[tuple[str, str, str, str, int, date, bool]]) -> list[Row]:
    """Asks for visits of households, counted from today. Columns of a row: visit_id, household_id, reason, occasion, working_days,
    due_on, provisional."""
    return await tx.fetch(
        """insert into visits (visit_id, household_id, version, reason, occasion, status, community_code, cell_code,
                  head_staff_id, asked_on, working_days, due_on, provisional, changed_at)
           select a, b, 1, c, d, 'requested', h.community_code, h.cell_code, h.head_staff_id, $1, e, f, g, $2
             from unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::int[], $8::date[], $9::bool[])
                  as t(a, b, c, d, e, f, g)
             join households h on h.household_id = b order by a
           returning *""",
        tx.today,
        tx.now,
        *columns(rows, 7),
    )


async def cancel_visits(tx: Transaction, visit_ids: Sequence[str]) -> list[Row]:
    """Ends visits that are still to be made; those that someone made meanwhile stay made."""
    return await tx.fetch(
        f"""update visits set status = 'cancelled', version = version + 1, changed_at = $2
             where visit_id = any($1::uuid[]) and {_OPEN} returning *""",
        list(visit_ids),
        tx.now,
    )


async def list_open_visits(read: Read, household_ids: Sequence[str]) -> list[str]:
    """Visits of households that are still to be made."""
    rows = await read.fetch(
        f"select visit_id from visits where household_id = any($1::uuid[]) and {_OPEN}", household_ids
    )
    return [row["visit_id"] for row in rows]


async def follow_households(tx: Transaction, household_ids: Sequence[str]) -> list[Row]:
    """Visits that are still to be made go with their household to its cell and head; those that changed."""
    return await tx.fetch(
        f"""update visits v
               set community_code = h.community_code, cell_code = h.cell_code, head_staff_id = h.head_staff_id,
                   version = v.version + 1, changed_at = $2
              from households h
             where v.household_id = any($1::uuid[]) and h.household_id = v.household_id and h.state = 'settled' and v.{_OPEN}
               and (v.community_code, v.cell_code, v.head_staff_id)
                   is distinct from (h.community_code, h.cell_code, h.head_staff_id)
            returning v.*""",
        list(household_ids),
        tx.now,
    )


_VISIT = """
select v.*, h.estate, h.block, h.unit, h.flat, h.settled_on from visits v join households h using (household_id)
"""


async def get_visit(read: Read, visit_id: str, actor: Actor, lock: bool = False) -> Row:
    """A visit with its address. Raises VisitNotFound."""
    row = await read.fetchrow(
        f"{_VISIT} where v.visit_id = $1 and {seen(actor, 2, head='v.head_staff_id')}"
        + (" for update of v" if lock else ""),
        visit_id,
        *place_of(actor),
    )
    if row is None:
        raise VisitNotFound
    return row


async def load_visit(tx: Transaction, visit_id: str) -> Row | None:
    """A visit, locked, whoever asks."""
    return await tx.fetchrow("select * from visits where visit_id = $1 for update", visit_id)


async def list_visits(
    read: Read,
    actor: Actor,
    status: str | None,
    head: str | None,
    after: tuple[date, str] | None,
    limit: int,
) -> list[Row]:
    """Visits that the actor sees, first those due first."""
    return await read.fetch(
        f"""{_VISIT}
             where {seen(actor, 1, head="v.head_staff_id")} and ($5::text is null or v.status = $5)
               and ($6::text is null or v.head_staff_id = $6)
               and ($7::date is null or (v.due_on, v.visit_id) > ($7, $8::uuid))
             order by v.due_on, v.visit_id limit $9""",
        *place_of(actor),
        status,
        head,
        *(after or (None, None)),
        limit,
    )


async def set_status(tx: Transaction, visit_id: str, status: str) -> Row:
    return await _one(
        tx,
        "update visits set status = $2, version = version + 1, changed_at = $3 where visit_id = $1 returning *",
        visit_id,
        status,
        tx.now,
    )


async def set_due(tx: Transaction, visit_id: str, due_on: date, provisional: bool) -> Row:
    return await _one(
        tx,
        """update visits set due_on = $2, provisional = $3, version = version + 1, changed_at = $4
            where visit_id = $1 returning *""",
        visit_id,
        due_on,
        provisional,
        tx.now,
    )


async def set_done(tx: Transaction, visit_id: str, status: str, visited_on: date, outcome: str, by: str) -> Row:
    return await _one(
        tx,
        """update visits set status = $2, visited_on = $3, outcome = $4, completed_by = $5, version = version + 1,
                  changed_at = $6 where visit_id = $1 returning *""",
        visit_id,
        status,
        visited_on,
        outcome,
        by,
        tx.now,
    )


async def _one(tx: Transaction, statement: str, *parameters: Any) -> Row:
    row = await tx.fetchrow(statement, *parameters)
    assert row is not None  # the row is locked
    return row
