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


async def add_visits(
    tx: Transaction, household: Row, rows: Sequence[tuple[str, str, str, int, date, bool]]
) -> list[Row]:
    """Asks for visits, counted from today. Columns of a row: visit_id, reason, occasion, working_days, due_on, provisional."""
    return await tx.fetch(
        """insert into visits (visit_id, household_id, version, reason, occasion, status, community_code, cell_code,
                  head_staff_id, asked_on, working_days, due_on, provisional, changed_at)
           select a, $1, 1, b, c, 'requested', $2, $3, $4, $5, d, e, f, $6
             from unnest($7::uuid[], $8::text[], $9::text[], $10::int[], $11::date[], $12::bool[]) as t(a, b, c, d, e, f)
           returning *""",
        household["household_id"],
        household["community_code"],
        household["cell_code"],
        household["head_staff_id"],
        tx.today,
        tx.now,
        *columns(rows, 6),
    )


async def cancel_visits(tx: Transaction, visit_ids: Sequence[str]) -> list[Row]:
    """Ends visits that are still to be made; those that someone made meanwhile stay made."""
    return await tx.fetch(
        f"""update visits set status = 'cancelled', version = version + 1, changed_at = $2
             where visit_id = any($1::uuid[]) and {_OPEN} returning *""",
        list(visit_ids),
        tx.now,
    )


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
        f"{_VISIT} where v.visit_id = $1 and {seen(2, head='v.head_staff_id')}" + (" for update of v" if lock else ""),
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
    community: str | None,
    head: str | None,
    after: tuple[date, str] | None,
    limit: int,
) -> list[Row]:
    """Visits that the actor sees, first those due first."""
    return await read.fetch(
        f"""{_VISIT}
             where {seen(1, head="v.head_staff_id")} and ($5::text is null or v.status = $5)
               and ($6::text is null or v.community_code = $6) and ($7::text is null or v.head_staff_id = $7)
               and ($8::date is null or (v.due_on, v.visit_id) > ($8, $9::uuid))
             order by v.due_on, v.visit_id limit $10""",
        *place_of(actor),
        status,
        community,
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
