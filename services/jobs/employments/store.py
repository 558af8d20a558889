"""Every SQL statement about employments."""

from __future__ import annotations

from collections.abc import Sequence

from services.jobs.employments.domain import EmployerKind, Employment, EmploymentStatus, EndReason, Form, Source, Terms
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound
from shared.places import place_of, seen


class EmploymentNotFound(NotFound):
    slug = "employment-not-found"
    title_en, title_zh = "No such employment", "未找到该就业记录"


async def load_employments(tx: Transaction, person_ids: Sequence[str]) -> list[tuple[str, Employment]]:
    """Employments recorded under these ids that are not withdrawn, each with its person_id, oldest first. The people are locked."""
    if not person_ids:
        return []
    rows = await tx.fetch(
        """select e.*, p.state = 'withdrawn' and p.merged_into is null or coalesce(c.state = 'withdrawn'
                       and (p.household_id <> e.household_id or p.merged_into is not null), false) as settling_withdrawn
             from unnest($1::uuid[]) as one (person_id) join employments e using (person_id) join person_copies p using (person_id)
             left join household_copies c on c.household_id = e.household_id
            where e.status <> 'withdrawn' order by e.employment_id""",
        person_ids,
    )
    return [(row["person_id"], _employment(row)) for row in rows]


def _employment(row: Row) -> Employment:
    return Employment(
        employment_id=row["employment_id"],
        household_id=row["household_id"],
        source=Source(row["source"]),
        terms=Terms(
            Form(row["form"]),
            row["division"],
            employer_kind(row["employer_kind"]),
            row["started_on"],
            row["employer"],
        ),
        status=EmploymentStatus(row["status"]),
        ended_on=row["ended_on"],
        end_reason=EndReason(row["end_reason"]) if row["end_reason"] else None,
        version=row["version"],
        settling_withdrawn=row["settling_withdrawn"],
        filed_at=row["filed_at"],
        duplicate_of=row["duplicate_of"],
    )


def employer_kind(value: str | None) -> EmployerKind | None:
    """None: not stated."""
    return EmployerKind(value) if value else None


async def save_employments(tx: Transaction, changes: Sequence[tuple[str, Employment]], by: str) -> None:
    """Adds employments or changes those there; rows of person_id and the employment after the change."""
    rows = [
        (
            *(e.employment_id, person_id, e.household_id, e.source, e.terms.form, e.terms.division),
            *(e.terms.employer_kind, e.terms.employer, e.terms.started_on),
            *(e.ended_on, e.end_reason, e.status, e.version, e.duplicate_of),
        )
        for person_id, e in changes
    ]
    await tx.execute(
        """insert into employments as o (employment_id, person_id, household_id, source, form, division, employer_kind, employer,
                  started_on, ended_on, end_reason, status, version, duplicate_of, recorded_at, recorded_by,
                  end_recorded_at, end_recorded_by, retracted_at)
           select g.*, $1::timestamptz, $2::text, case when ended_on is not null then $1::timestamptz end,
                  case when ended_on is not null then $2::text end, case when status = 'withdrawn' then $1::timestamptz end
             from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
                  $11::date[], $12::date[], $13::text[], $14::text[], $15::int[], $16::uuid[])
                  as g(employment_id, person_id, household_id, source, form, division, employer_kind, employer,
                       started_on, ended_on, end_reason, status, version, duplicate_of)
           on conflict (employment_id) do update
              set ended_on = excluded.ended_on, end_reason = excluded.end_reason, status = excluded.status,
                  version = excluded.version, retracted_at = excluded.retracted_at, duplicate_of = excluded.duplicate_of,
                  end_recorded_at = case when excluded.ended_on is not null
                                         then coalesce(o.end_recorded_at, excluded.end_recorded_at) end,
                  end_recorded_by = case when excluded.ended_on is not null
                                         then coalesce(o.end_recorded_by, excluded.end_recorded_by) end""",
        tx.now,
        by,
        *columns(rows, 14),
    )


async def get_employment(read: Read, employment_id: str, place: Place) -> Row:
    """An employment, withdrawn ones too, of the person whose it is now. Raises EmploymentNotFound."""
    row = await read.fetchrow(
        f"""select e.*, p.person_id, nullif(e.person_id, p.person_id) as recorded_under
              from employments e join person_copies u using (person_id)
              join person_copies p on p.person_id = coalesce(u.merged_into, u.person_id)
              join household_copies c on c.household_id = p.household_id
             where e.employment_id = $1 and {seen(place, 2, "c")}""",
        employment_id,
        *place_of(place),
    )
    if row is None:
        raise EmploymentNotFound
    return row
