"""Every SQL statement about people: the registry's word on them (`person_copies`), jobs' own record (`workers`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.jobs.employments.domain import Employment, Form, Terms
from services.jobs.employments.store import employer_kind, load_employments
from services.jobs.persons.domain import LabourClass, Presence, StatedWork, Worker
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns, json_text
from shared.errors import NotFound
from shared.places import place_of, seen


class PersonNotFound(NotFound):
    slug = "person-not-found"
    title_en, title_zh = "No such person", "未找到该人员"


PersonCopy = tuple[str, int, str, str, str, date, date | None, datetime | None, str | None, Mapping[str, Any] | None]
"""The registry's word on a person: person_id, version, state, household_id, sex, birth_on, died_on, withdrawn_at, labour_class, work."""


async def save_copies(tx: Transaction, copies: Sequence[PersonCopy]) -> list[Row]:
    """Keeps the registry's word on people, each named once; an older word changes nothing. Those whom it changes (person_id), with the
    household it had them in before (`was_in`, None for who is new) and has them in now (`is_in`)."""
    return await tx.fetch(
        """insert into person_copies as p
                  (person_id, version, state, household_id, sex, birth_on, died_on, withdrawn_at, labour_class, work)
           select person_id, version, state, household_id, sex, birth_on, died_on, withdrawn_at, labour_class, work::jsonb
             from unnest($1::uuid[], $2::int[], $3::text[], $4::uuid[], $5::text[], $6::date[], $7::date[],
                         $8::timestamptz[], $9::text[], $10::text[])
                  as g(person_id, version, state, household_id, sex, birth_on, died_on, withdrawn_at, labour_class, work)
            order by person_id
           on conflict (person_id) do update
              set version = excluded.version, state = excluded.state, household_id = excluded.household_id,
                  sex = excluded.sex, birth_on = excluded.birth_on, died_on = excluded.died_on,
                  withdrawn_at = excluded.withdrawn_at, labour_class = excluded.labour_class, work = excluded.work
            where p.version < excluded.version
           returning p.person_id, old.household_id as was_in, new.household_id as is_in""",
        *columns([(*copy[:-1], json_text(copy[-1])) for copy in copies], 10),
    )


async def load_workers(tx: Transaction, household_ids: Sequence[str], person_ids: Sequence[str]) -> dict[str, Worker]:
    """These people, and everybody who is of these households or was employed from one of them, locked; by id. Of a household that
    the registry has not told of yet nothing depends, so its people do not come with it."""
    rows = await tx.fetch(
        """with told as materialized (select household_id from household_copies where household_id = any($1::uuid[]))
           select p.*, coalesce(w.version, 0) as worker_version, s.seeker_id,
                  coalesce(c.state = 'withdrawn', false) as settling_withdrawn
             from person_copies p
             left join workers w using (person_id)
             left join seekers s on s.person_id = p.person_id and s.status = 'seeking'
             left join household_copies c on c.household_id = p.household_id
            where p.person_id in (
                  select unnest($2::uuid[])
                  union select person_id from person_copies where household_id in (select * from told)
                  union select person_id from employments where household_id in (select * from told) and status <> 'withdrawn')
            order by p.person_id for update of p""",
        household_ids,
        person_ids,
    )
    held: defaultdict[str, list[Employment]] = defaultdict(list)
    # Who was ever employed has a record of ours.
    for person_id, employment in await load_employments(tx, [r["person_id"] for r in rows if r["worker_version"]]):
        held[person_id].append(employment)
    return {row["person_id"]: _worker(row, held[row["person_id"]]) for row in rows}


def _worker(row: Row, employments: Sequence[Employment]) -> Worker:
    return Worker(
        person_id=row["person_id"],
        household_id=row["household_id"],
        presence=Presence.WITHDRAWN if row["settling_withdrawn"] else Presence(row["state"]),
        sex=row["sex"],
        birth_on=row["birth_on"],
        died_on=row["died_on"],
        withdrawn_at=row["withdrawn_at"],
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
            employer_kind=employer_kind(work.get("employer_kind")),
            started_on=date.fromisoformat(started_on) if started_on else None,
        )
    )


async def save_workers(tx: Transaction, versions: Sequence[tuple[str, int]]) -> None:
    """Jobs' own record of people: (person_id, version)."""
    await tx.execute(
        """insert into workers (person_id, version, changed_at) select *, $1::timestamptz from unnest($2::uuid[], $3::int[])
           on conflict (person_id) do update set version = excluded.version, changed_at = excluded.changed_at""",
        tx.now,
        *columns(versions, 2),
    )


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
             where p.person_id = $1 and {seen(place, 2, "c")}""",
        person_id,
        *place_of(place),
    )
    if row is None:
        raise PersonNotFound
    return row
