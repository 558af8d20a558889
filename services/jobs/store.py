"""Every SQL statement of jobs.

`get_` raises NotFound, `find_` may be None, `load_` locks for change, `list_` is a page. What an actor's place does not cover is as
if it were not there; a person whose household jobs has not heard of yet is nobody's to see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.jobs.domain import (
    EmployerKind,
    Employment,
    EmploymentStatus,
    EndReason,
    Form,
    HouseholdState,
    LabourClass,
    Presence,
    Source,
    StatedWork,
    Terms,
    Worker,
)
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound
from shared.places import place_of, seen


class PersonNotFound(NotFound):
    slug = "person-not-found"
    title_en, title_zh = "No such person", "未找到该人员"


class HouseholdNotFound(NotFound):
    slug = "household-not-found"
    title_en, title_zh = "No such household", "未找到该住户"


class EmploymentNotFound(NotFound):
    slug = "employment-not-found"
    title_en, title_zh = "No such employment", "未找到该就业记录"


# change


async def lock_near(tx: Transaction, household_id: str, person_id: str | None = None) -> list[str]:
    """Locks the household and those a change of it may touch: where the person is or was employed from, and where people are now
    who were employed from it. Ids in the order of locking. The household need not be known yet."""
    rows = await tx.fetch(
        """select household_id, pg_advisory_xact_lock(hashtextextended(household_id::text, 0)) from (
               select $1::uuid as household_id
               union select household_id from person_copies where person_id = $2
               union select household_id from employments where person_id = $2 and status <> 'withdrawn'
               union select p.household_id from employments e join person_copies p using (person_id)
                      where e.household_id = $1 and e.status <> 'withdrawn'
               order by household_id) near""",
        household_id,
        person_id,
    )
    return [row["household_id"] for row in rows]


_PERSON_COLUMNS = ("version", "state", "household_id", "sex", "birth_on", "died_on", "labour_class", "work")


async def save_person_copy(tx: Transaction, person_id: str, values: Mapping[str, Any]) -> bool:
    """Keeps the registry's word on a person (`values`: `_PERSON_COLUMNS`); False where jobs has this or a newer one."""
    return await _save_copy(tx, "person", person_id, _PERSON_COLUMNS, values)


_HOUSEHOLD_COLUMNS = ("version", "state", "community_code", "estate", "block", "unit", "flat", "members")


async def save_household_copy(tx: Transaction, household_id: str, values: Mapping[str, Any]) -> bool:
    """Keeps the registry's word on a household (`values`: `_HOUSEHOLD_COLUMNS`); False where jobs has this or a newer one."""
    return await _save_copy(tx, "household", household_id, _HOUSEHOLD_COLUMNS, values)


async def _save_copy(tx: Transaction, what: str, copy_id: str, names: Sequence[str], values: Mapping[str, Any]) -> bool:
    saved = await tx.fetchval(
        f"""insert into {what}_copies ({what}_id, {", ".join(names)})
            values ($1, {", ".join(f"${n}" for n in range(2, len(names) + 2))})
            on conflict ({what}_id) do update set {", ".join(f"{name} = excluded.{name}" for name in names)}
             where {what}_copies.version < excluded.version
            returning true""",
        copy_id,
        *(values[name] for name in names),
    )
    return bool(saved)


async def find_person_copy(read: Read, person_id: str) -> Row | None:
    """The registry's word on a person."""
    return await read.fetchrow("select * from person_copies where person_id = $1", person_id)


async def load_workers(tx: Transaction, household_ids: Sequence[str]) -> dict[str, Worker]:
    """Everybody who is of these households, or was employed from one of them, locked; by id."""
    rows = await tx.fetch(
        """select p.*, coalesce(w.version, 0) as worker_version, s.seeker_id,
                  coalesce(c.state = 'withdrawn', false) as settling_withdrawn
             from person_copies p
             left join workers w using (person_id)
             left join seekers s on s.person_id = p.person_id and s.status = 'seeking'
             left join household_copies c on c.household_id = p.household_id
            where p.person_id in (
                  select person_id from person_copies where household_id = any($1::uuid[])
                  union select person_id from employments where household_id = any($1::uuid[]) and status <> 'withdrawn')
            order by p.person_id for update of p""",
        list(household_ids),
    )
    held = await tx.fetch(
        """select e.*, coalesce(c.state = 'withdrawn', false) as settling_withdrawn
             from employments e left join household_copies c using (household_id)
            where e.person_id = any($1::uuid[]) and e.status <> 'withdrawn' order by e.employment_id""",
        [row["person_id"] for row in rows],
    )
    return {
        row["person_id"]: _worker(row, [_employment(e) for e in held if e["person_id"] == row["person_id"]])
        for row in rows
    }


def _worker(row: Row, employments: Sequence[Employment]) -> Worker:
    return Worker(
        person_id=row["person_id"],
        household_id=row["household_id"],
        presence=Presence.WITHDRAWN if row["settling_withdrawn"] else Presence(row["state"]),
        sex=row["sex"],
        birth_on=row["birth_on"],
        died_on=row["died_on"],
        labour_class=LabourClass(row["labour_class"]) if row["labour_class"] else None,
        stated=_stated(row["work"]),
        employments=tuple(employments),
        seeker_id=row["seeker_id"],
        version=row["worker_version"],
    )


def _stated(work: Mapping[str, Any] | None) -> StatedWork | None:
    if work is None:
        return None
    if work["status"] != "employed":
        return StatedWork(None)
    started_on = work.get("started_on")
    return StatedWork(
        Terms(
            # Employed, in a form that was not stated: 其他.
            form=Form(work.get("form") or Form.OTHER),
            division=work.get("division"),
            employer_kind=_employer_kind(work.get("employer_kind")),
            started_on=date.fromisoformat(started_on) if started_on else None,
        )
    )


def _employer_kind(value: str | None) -> EmployerKind | None:
    return EmployerKind(value) if value else None


def _employment(row: Row) -> Employment:
    return Employment(
        employment_id=row["employment_id"],
        household_id=row["household_id"],
        source=Source(row["source"]),
        terms=Terms(
            Form(row["form"]),
            row["division"],
            _employer_kind(row["employer_kind"]),
            row["started_on"],
            row["employer"],
        ),
        status=EmploymentStatus(row["status"]),
        ended_on=row["ended_on"],
        end_reason=EndReason(row["end_reason"]) if row["end_reason"] else None,
        version=row["version"],
        settling_withdrawn=row["settling_withdrawn"],
    )


async def load_households(tx: Transaction, household_ids: Sequence[str]) -> list[Row]:
    """Of these, the households that the registry has told of, with jobs' own record (`standing` None: none yet)."""
    return await tx.fetch(
        """select c.household_id, c.state = $2 as settled, c.community_code, c.members, coalesce(h.version, 0) as version,
                  h.standing, h.without_work_since
             from household_copies c left join households h using (household_id)
            where c.household_id = any($1::uuid[]) order by c.household_id""",
        list(household_ids),
        HouseholdState.SETTLED,
    )


async def save_employments(tx: Transaction, changes: Sequence[tuple[str, Employment]], by: str) -> None:
    """Adds employments or changes those there; rows of person_id and the employment after the change."""
    rows = [
        (
            *(e.employment_id, person_id, e.household_id, e.source, e.terms.form, e.terms.division),
            *(e.terms.employer_kind, e.terms.employer, e.terms.started_on),
            *(e.ended_on, e.end_reason, e.status, e.version),
        )
        for person_id, e in changes
    ]
    await tx.execute(
        """insert into employments as o (employment_id, person_id, household_id, source, form, division, employer_kind, employer,
                  started_on, ended_on, end_reason, status, version, recorded_at, recorded_by,
                  end_recorded_at, end_recorded_by, retracted_at)
           select g.*, $1::timestamptz, $2::text, case when ended_on is not null then $1::timestamptz end,
                  case when ended_on is not null then $2::text end, case when status = 'withdrawn' then $1::timestamptz end
             from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
                  $11::date[], $12::date[], $13::text[], $14::text[], $15::int[])
                  as g(employment_id, person_id, household_id, source, form, division, employer_kind, employer,
                       started_on, ended_on, end_reason, status, version)
           on conflict (employment_id) do update
              set ended_on = excluded.ended_on, end_reason = excluded.end_reason, status = excluded.status,
                  version = excluded.version, retracted_at = excluded.retracted_at,
                  end_recorded_at = coalesce(o.end_recorded_at, excluded.end_recorded_at),
                  end_recorded_by = coalesce(o.end_recorded_by, excluded.end_recorded_by)""",
        tx.now,
        by,
        *columns(rows, 13),
    )


async def save_seekers(
    tx: Transaction, opened: Sequence[tuple[str, str]], closed: Sequence[tuple[str, str, str]]
) -> None:
    """Opens spells of seeking work (seeker_id, person_id) and closes others (seeker_id, status, because)."""
    await tx.execute(
        """with closed as (
               update seekers s set status = g.status, closed_at = $1::timestamptz, closed_because = g.because
                 from unnest($2::uuid[], $3::text[], $4::text[]) as g(seeker_id, status, because)
                where s.seeker_id = g.seeker_id)
           insert into seekers (seeker_id, person_id, status, since)
           select seeker_id, person_id, 'seeking', $1::timestamptz from unnest($5::uuid[], $6::uuid[]) as g(seeker_id, person_id)""",
        tx.now,
        *columns(closed, 3),
        *columns(opened, 2),
    )


async def save_workers(tx: Transaction, versions: Sequence[tuple[str, int]]) -> None:
    """Jobs' own record of people: (person_id, version)."""
    await tx.execute(
        """insert into workers (person_id, version, changed_at) select *, $1::timestamptz from unnest($2::uuid[], $3::int[])
           on conflict (person_id) do update set version = excluded.version, changed_at = excluded.changed_at""",
        tx.now,
        *columns(versions, 2),
    )


async def save_households(tx: Transaction, rows: Sequence[tuple[Any, ...]]) -> None:
    """Jobs' own record of households: (household_id, version, standing, without_work_since)."""
    await tx.execute(
        """insert into households (household_id, version, standing, without_work_since, changed_at)
           select *, $1::timestamptz from unnest($2::uuid[], $3::int[], $4::text[], $5::timestamptz[])
           on conflict (household_id) do update set version = excluded.version, standing = excluded.standing,
              without_work_since = excluded.without_work_since, changed_at = excluded.changed_at""",
        tx.now,
        *columns(rows, 4),
    )


# read


async def get_person(read: Read, person_id: str, place: Place) -> Row:
    """A person: the registry's word, the version of jobs' record, the open spell of seeking, and all employments that are not
    withdrawn, as JSON. Raises PersonNotFound."""
    row = await read.fetchrow(
        f"""select p.*, coalesce(w.version, 0) as worker_version,
                   (select jsonb_build_object('person_id', s.person_id, 'status', s.status, 'since', s.since)
                      from seekers s where s.person_id = p.person_id and s.status = 'seeking') as seeker,
                   (select coalesce(jsonb_agg(to_jsonb(e) order by e.employment_id), '[]')
                      from employments e where e.person_id = p.person_id and e.status <> 'withdrawn') as employments
              from person_copies p join household_copies c using (household_id) left join workers w using (person_id)
             where p.person_id = $1 and {seen(2, "c")}""",
        person_id,
        *place_of(place),
    )
    if row is None:
        raise PersonNotFound
    return row


async def get_employment(read: Read, employment_id: str, place: Place) -> Row:
    """An employment, withdrawn ones too. Raises EmploymentNotFound."""
    row = await read.fetchrow(
        f"""select e.*, p.household_id as person_household_id
              from employments e join person_copies p using (person_id)
              join household_copies c on c.household_id = p.household_id
             where e.employment_id = $1 and {seen(2, "c")}""",
        employment_id,
        *place_of(place),
    )
    if row is None:
        raise EmploymentNotFound
    return row


async def get_household(read: Read, household_id: str, place: Place) -> Row:
    """A household with its seekers and its people's employments that are not withdrawn, as JSON. Raises HouseholdNotFound."""
    row = await read.fetchrow(
        f"""select c.household_id, c.version as copy_version, c.state, coalesce(h.version, 0) as version, h.standing,
                   h.without_work_since,
                   (select coalesce(jsonb_agg(jsonb_build_object('person_id', s.person_id, 'since', s.since, 'status', s.status)
                                              order by s.seeker_id), '[]')
                      from person_copies p join seekers s using (person_id)
                     where p.household_id = c.household_id and s.status = 'seeking') as seekers,
                   (select coalesce(jsonb_agg(to_jsonb(e) order by e.employment_id), '[]')
                      from person_copies p join employments e using (person_id)
                     where p.household_id = c.household_id and e.status <> 'withdrawn') as employments
              from household_copies c left join households h using (household_id)
             where c.household_id = $1 and {seen(2, "c")}""",
        household_id,
        *place_of(place),
    )
    if row is None:
        raise HouseholdNotFound
    return row


async def list_seekers(
    read: Read, place: Place, community: str | None, block: str | None, after: str | None, limit: int
) -> list[Row]:
    """People who seek work, the longest first."""
    return await read.fetch(
        f"""select s.seeker_id, s.person_id, s.status, s.since, p.labour_class, c.household_id, c.community_code as community,
                   c.estate, c.block, c.unit, c.flat
              from seekers s join person_copies p using (person_id) join household_copies c using (household_id)
             where s.status = 'seeking' and {seen(1, "c")}
               and ($4::text is null or c.community_code = $4) and ($5::text is null or c.block = $5)
               and ($6::uuid is null or s.seeker_id > $6)
             order by s.seeker_id limit $7""",
        *place_of(place),
        community,
        block,
        after,
        limit,
    )


_WITHOUT_WORK = {
    None: "",
    True: "and h.standing = 'without-work'",
    False: "and h.standing <> 'without-work'",
}


async def list_households(
    read: Read,
    place: Place,
    without_work: bool | None,
    community: str | None,
    block: str | None,
    after: str | None,
    limit: int,
) -> list[Row]:
    """Settled households, by id."""
    return await read.fetch(
        f"""select c.household_id, h.standing, h.without_work_since, c.community_code as community,
                   c.estate, c.block, c.unit, c.flat
              from household_copies c join households h using (household_id)
             where c.state = 'settled' and {seen(1, "c")} {_WITHOUT_WORK[without_work]}
               and ($4::text is null or c.community_code = $4) and ($5::text is null or c.block = $5)
               and ($6::uuid is null or h.household_id > $6)
             order by h.household_id limit $7""",
        *place_of(place),
        community,
        block,
        after,
        limit,
    )
