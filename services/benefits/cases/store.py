"""Every SQL statement about applications and cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.benefits.assessments.domain import Assessment
from services.benefits.cases.domain import (
    PENDING,
    Basis,
    CaseAction,
    CaseStatus,
    Channel,
    Decision,
    Held,
    Recorded,
    Ruling,
)
from services.benefits.sight import schemes_of
from services.benefits.store import missing_records, reason_records
from shared.auth import Actor
from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound
from shared.ids import new_id
from shared.paging import beyond
from shared.places import place_of, seen

_PENDING = f"status in ({', '.join(sorted(repr(str(status)) for status in PENDING))})"
_UNDER_WAY = f"{_PENDING} and duplicate_of is null"
"""It counts; beside it others of the same person and scheme may be set aside."""


class CaseNotFound(NotFound):
    slug = "case-not-found"
    title_en, title_zh = "No such case", "未找到该事项"


async def find_pending(read: Read, subject_id: str, scheme: str) -> str | None:
    """Id of the case of this person (for dibao: household) and scheme that is under way."""
    case_id: str | None = await read.fetchval(
        f"select case_id from cases where subject_id = $1 and scheme = $2 and {_UNDER_WAY}", subject_id, scheme
    )
    return case_id


async def add_case(
    tx: Transaction,
    subject: tuple[str, str | None],
    status: CaseStatus,
    channel: Channel,
    by: str,
    assessment: Assessment,
    ruling: Ruling,
    based_on: Mapping[str, Any],
) -> Row | None:
    """The new case; `subject`: household, and person (None: the household itself). None where another of the same subject and scheme
    is under way."""
    household_id, person_id = subject
    return await tx.fetchrow(
        f"""insert into cases (case_id, version, subject_id, scheme, household_id, person_id, status, channel, reasons, one_of,
                   missing, based_on, applied_at, applied_by, kind, law, article, from_division, to_division, fund_moves, move_class)
            values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
            on conflict (subject_id, scheme) where {_UNDER_WAY} do nothing returning *""",
        new_id(),
        person_id or household_id,
        assessment.scheme,
        household_id,
        person_id,
        status,
        channel,
        reason_records(ruling.reasons),
        ruling.one_of,
        missing_records(assessment.missing),
        based_on,
        tx.now,
        by,
        *_columns_of(ruling.basis),
    )


def _columns_of(basis: Basis | None) -> tuple[Any, ...]:
    if basis is None:
        return (None,) * 7
    places = basis.from_division, basis.to_division, basis.fund_moves
    return basis.kind, basis.law, basis.article, *places, basis.move_class


_CASE = "select c.* from cases c join household_copies h using (household_id)"


async def get_case(read: Read, case_id: str, actor: Actor) -> Row:
    """A case. Raises CaseNotFound, also where the actor's place or schemes do not cover it."""
    row = await read.fetchrow(
        f"{_CASE} where c.case_id = $1 and c.scheme = any($2::text[]) and {seen(actor.place, 3)}",
        case_id,
        schemes_of(actor),
        *place_of(actor.place),
    )
    if row is None:
        raise CaseNotFound
    return row


async def load_case(tx: Transaction, case_id: str) -> Row:
    """The same case once its household and person are locked, whoever asks."""
    row = await tx.fetchrow(
        """select c.*, exists (select from cases d where d.duplicate_of = c.case_id) as has_duplicates
             from cases c where c.case_id = $1 for update of c""",
        case_id,
    )
    assert row is not None  # it was just read
    return row


async def list_cases(
    read: Read,
    actor: Actor,
    status: str | None,
    scheme: str | None,
    after: str | None,
    limit: int,
) -> list[Row]:
    """Cases that the actor sees, the oldest first."""
    return await read.fetch(
        f"""{_CASE}
             where c.scheme = any($1::text[]) and {seen(actor.place, 2)}
               and ($5::text is null or c.status = $5) and ($6::text is null or c.scheme = $6)
               and {beyond("c.case_id", 7)}
             order by c.case_id limit $8""",
        schemes_of(actor),
        *place_of(actor.place),
        status,
        scheme,
        after,
        limit,
    )


async def set_decision(
    tx: Transaction, case_id: str, status: CaseStatus, decision: Decision, note: str, by: str, basis: Basis | None
) -> Row:
    """Records what a clerk decided on a proposed refusal; `basis`: on what the case opens after all."""
    row = await tx.fetchrow(
        """update cases set version = version + 1, status = $2, decision = $3, decision_note = $4, decided_by = $5, decided_at = $6,
                  kind = $7, law = $8, article = $9, from_division = $10, to_division = $11, fund_moves = $12, move_class = $13
            where case_id = $1 returning *""",
        case_id,
        status,
        decision,
        note,
        by,
        tx.now,
        *_columns_of(basis),
    )
    assert row is not None  # it is locked
    return row


_END = f"""
update cases set version = version + 1, status = $2, ended_because = $3, ended_by = $4, ended_at = $5, duplicate_of = null
 where {_PENDING}
"""


async def end_cases(tx: Transaction, subject_id: str, status: CaseStatus, because: CaseAction, by: str) -> list[Row]:
    """Ends what is under way of this person or household."""
    return await tx.fetch(f"{_END} and subject_id = $1 returning *", subject_id, status, because, by, tx.now)


async def end_recorded(
    tx: Transaction, person_id: str, status: CaseStatus, because: CaseAction, by: str, filed_before: datetime | None
) -> list[Row]:
    """Ends what was recorded under this id and is under way: all, or what was filed before an instant."""
    return await tx.fetch(
        f"{_END} and person_id = $1 and ($6::timestamptz is null or filed_at < $6) returning *",
        person_id,
        status,
        because,
        by,
        tx.now,
        filed_before,
    )


async def reopen_cases(tx: Transaction, household_id: str) -> list[Row]:
    """What last ended because nobody lived in the household any more goes on, where nothing else is under way."""
    return await tx.fetch(
        """update cases c set version = version + 1, ended_because = null, ended_by = null, ended_at = null,
                  status = case when kind is null then 'refusal-proposed' else 'open' end
             where case_id = (select case_id from cases where subject_id = $1 order by case_id desc limit 1)
               and ended_because = 'household-ended' returning *""",
        household_id,
    )


async def load_recorded(tx: Transaction, person_ids: Iterable[str]) -> list[Recorded]:
    """Cases recorded under the ids of these people: their own, and those merged into them. Locked."""
    rows = await tx.fetch(
        """select c.*, i.owner_id, coalesce(o.household_id, i.household_id) as home, coalesce(o.state = 'deceased', false) as dead
             from (select person_id, household_id, coalesce(merged_into, person_id) as owner_id from person_copies
                    where person_id = any($1::uuid[]) or merged_into = any($1::uuid[])) i
             join cases c on c.person_id = i.person_id left join person_copies o on o.person_id = i.owner_id
            order by c.case_id for update of c""",
        list(person_ids),
    )
    return [_recorded(row) for row in rows]


def _recorded(row: Row) -> Recorded:
    because = CaseAction(row["ended_because"]) if row["ended_because"] else None
    return Recorded(
        case_id=row["case_id"],
        under=row["person_id"],
        scheme=row["scheme"],
        opened=row["kind"] is not None,
        held=Held(row["subject_id"], row["household_id"], CaseStatus(row["status"]), because, row["duplicate_of"]),
        owner_id=row["owner_id"],
        home=row["home"],
        dead=row["dead"],
    )


async def hold_cases(tx: Transaction, changes: Mapping[str, Held], by: str) -> list[Row]:
    """Cases, by id, are held so from now on. (What counts no longer first: of a person and scheme one counts at any time.)"""
    rows: list[Row] = []
    for counting in (False, True):
        some = [(id_, *_columns_held(held)) for id_, held in changes.items() if held.is_under_way is counting]
        if some:
            rows += await tx.fetch(
                """update cases c
                      set version = c.version + 1, subject_id = h.subject_id, household_id = h.household_id, status = h.status,
                          ended_because = h.because, duplicate_of = h.duplicate_of,
                          ended_at = case when h.because is not null then coalesce(c.ended_at, $1::timestamptz) end,
                          ended_by = case when h.because is not null then coalesce(c.ended_by, $2::text) end
                     from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::uuid[])
                          as h (case_id, subject_id, household_id, status, because, duplicate_of)
                    where c.case_id = h.case_id returning c.*""",
                tx.now,
                by,
                *columns(some, 6),
            )
    return rows


def _columns_held(held: Held) -> tuple[str | None, ...]:
    return held.subject_id, held.household_id, held.status, held.ended_because, held.duplicate_of


async def set_household(tx: Transaction, person_id: str, household_id: str) -> list[Row]:
    """What is under way of this person, or set aside, is of this household; cases for which that is new."""
    return await tx.fetch(
        f"""update cases set version = version + 1, household_id = $2
             where subject_id = $1 and {_PENDING} and household_id <> $2 returning *""",
        person_id,
        household_id,
    )


async def end_case(
    tx: Transaction, case_id: str, status: CaseStatus, because: CaseAction, by: str, note: str | None
) -> Row:
    row = await tx.fetchrow(
        """update cases set version = version + 1, status = $2, ended_because = $3, ended_by = $4, ended_at = $5, ended_note = $6
            where case_id = $1 returning *""",
        case_id,
        status,
        because,
        by,
        tx.now,
        note,
    )
    assert row is not None  # it is locked
    return row
