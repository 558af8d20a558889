"""Every SQL statement about people: the registry's word on them (`person_copies`), jobs' own record (`workers`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from services.jobs.employments.domain import Employment, Form, Terms
from services.jobs.employments.store import employer_kind, load_employments
from services.jobs.persons.domain import LabourClass, Presence, StatedWork, Worker, grouped
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns, json_text
from shared.errors import NotFound
from shared.places import place_of, seen


class PersonNotFound(NotFound):
    slug = "person-not-found"
    title_en, title_zh = "No such person", "未找到该人员"


PersonCopy = tuple[
    str, int, str, str, str, date, date | None, datetime | None, str | None, str | None, Mapping[str, Any] | None
]
"""The registry's word on a person: person_id, version, state, household_id, sex, birth_on, died_on, withdrawn_at, labour_class,
merged_into, work."""


async def save_copies(tx: Transaction, copies: Sequence[PersonCopy]) -> list[Row]:
    """Keeps the registry's word on people, each named once; an older word changes nothing. Those whom it changes (person_id), with the
    household it had them in before (`was_in`, None for who is new) and has them in now (`is_in`), and the person into whom it had them
    merged (`was_into`) and has (`is_into`)."""
    return await tx.fetch(
        """insert into person_copies as p
                  (person_id, version, state, household_id, sex, birth_on, died_on, withdrawn_at, labour_class, merged_into, work)
           select person_id, version, state, household_id, sex, birth_on, died_on, withdrawn_at, labour_class, merged_into,
                  work::jsonb
             from unnest($1::uuid[], $2::int[], $3::text[], $4::uuid[], $5::text[], $6::date[], $7::date[],
                         $8::timestamptz[], $9::text[], $10::uuid[], $11::text[])
                  as g(person_id, version, state, household_id, sex, birth_on, died_on, withdrawn_at, labour_class, merged_into, work)
            order by person_id
           on conflict (person_id) do update
              set version = excluded.version, state = excluded.state, household_id = excluded.household_id,
                  sex = excluded.sex, birth_on = excluded.birth_on, died_on = excluded.died_on,
                  withdrawn_at = excluded.withdrawn_at, labour_class = excluded.labour_class, merged_into = excluded.merged_into,
                  work = excluded.work
            where p.version < excluded.version
           returning p.person_id, old.household_id as was_in, new.household_id as is_in,
                     old.merged_into as was_into, new.merged_into as is_into""",
        *columns([(*copy[:-1], json_text(copy[-1])) for copy in copies], 11),
    )


async def forget(tx: Transaction, erased: Sequence[tuple[str, int]]) -> None:
    """What is kept of people who were erased (id, version): sex and year of birth, and of their employments what tells of no employer. An
    older word changes nothing any more."""
    ids, versions = columns(erased, 2)
    await tx.execute(
        """update person_copies p set version = g.version, work = null, labour_class = null,
                  birth_on = make_date(extract(year from p.birth_on)::int, 1, 1)
             from unnest($1::uuid[], $2::int[]) as g(person_id, version)
            where p.person_id = g.person_id and p.version < g.version""",
        ids,
        versions,
    )
    await tx.execute(
        "update employments set employer = null, division = null where person_id = any($1::uuid[])",
        ids,
    )


class Loaded(NamedTuple):
    """People, each with what is recorded under its own id alone; and `owners`: of ids that are merged, whose they are. A person comes
    with all ids that are merged into it, and these with it; `grouped` puts them together."""

    workers: dict[str, Worker]
    owners: dict[str, str]

    @property
    def people(self) -> dict[str, Worker]:
        """Each with the ids merged into it."""
        return grouped(self.workers, self.owners)


_WORKERS = """
select p.*, coalesce(w.version, 0) as worker_version, s.seeker_id, s.status = 'aside' as seeker_aside,
       coalesce(c.state = 'withdrawn', false) as settling_withdrawn,
       (select m.person_id from person_copies m where m.merged_into = p.person_id limit 1) is not null as has_others
  from person_copies p
  left join workers w using (person_id)
  left join seekers s on s.person_id = p.person_id and s.status in ('seeking', 'aside')
  left join household_copies c on c.household_id = p.household_id
"""


async def load_workers(tx: Transaction, household_ids: Sequence[str], person_ids: Sequence[str]) -> Loaded:
    """These people, and everybody who is of these households or was employed from one of them, locked. Of a household that
    the registry has not told of yet nothing depends, so its people do not come with it."""
    rows = await tx.fetch(
        f"""with told as materialized (select household_id from household_copies where household_id = any($1::uuid[]))
           {_WORKERS}
            where p.person_id in (
                  select unnest($2::uuid[])
                  union select person_id from person_copies where household_id in (select * from told)
                  union select person_id from employments where household_id in (select * from told) and status <> 'withdrawn')
            order by p.person_id for update of p""",
        household_ids,
        person_ids,
    )
    if any(row["merged_into"] or row["has_others"] for row in rows):
        rows = await _load_others(tx, rows)
    held: defaultdict[str, list[Employment]] = defaultdict(list)
    # Who was ever employed has a record of ours.
    for person_id, employment in await load_employments(tx, [r["person_id"] for r in rows if r["worker_version"]]):
        held[person_id].append(employment)
    workers = {row["person_id"]: _worker(row, held[row["person_id"]]) for row in rows}
    return Loaded(workers, {row["person_id"]: row["merged_into"] for row in rows if row["merged_into"]})


async def _load_others(tx: Transaction, rows: Sequence[Row]) -> list[Row]:
    """These people with those whom they are merged with. All are locked, with their households, and then read (once more): who heard of
    one of them at the same time may not have known of the other."""
    owners = {row["merged_into"] or row["person_id"] for row in rows if row["merged_into"] or row["has_others"]}
    others = await tx.fetch(
        """select person_id, household_id from person_copies where person_id = any($1::uuid[]) or merged_into = any($1::uuid[])
            order by person_id for update""",
        list(owners),
    )
    await tx.execute(
        """select pg_advisory_xact_lock(hashtextextended(id, 0)) from (select unnest($1::text[]) as id order by 1) ordered""",
        sorted({row["household_id"] for row in others}),
    )
    ids = {row["person_id"] for row in (*rows, *others)}
    return await tx.fetch(f"{_WORKERS} where p.person_id = any($1::uuid[]) order by p.person_id", sorted(ids))


def _worker(row: Row, employments: Sequence[Employment]) -> Worker:
    return Worker(
        person_id=row["person_id"],
        household_id=row["household_id"],
        presence=_presence(row),
        sex=row["sex"],
        birth_on=row["birth_on"],
        died_on=row["died_on"],
        withdrawn_at=row["withdrawn_at"],
        labour_class=LabourClass(row["labour_class"]) if row["labour_class"] else None,
        stated=_stated(row["work"]),
        employments=tuple(employments),
        seeker_id=row["seeker_id"],
        seeker_aside=bool(row["seeker_aside"]),
        version=row["worker_version"],
    )


def _presence(row: Row) -> Presence:
    """Of an id that is merged its own word says no more than that."""
    if row["settling_withdrawn"]:
        return Presence.WITHDRAWN
    return Presence.RESIDENT if row["merged_into"] else Presence(row["state"])


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


def ids_of(alias: str) -> str:
    """SQL: the ids under which things of a person (a row of `person_copies`) may be recorded: its own, and those merged into it."""
    return (
        f"({alias}.person_id || array(select m.person_id from person_copies m where m.merged_into = {alias}.person_id))"
    )


def employments_of(alias: str) -> str:
    """SQL: the employments of a person that are not withdrawn, as JSON, oldest first; recorded under whatever id, as the person's."""
    return f"""
        select e.employment_id, to_jsonb(e) || jsonb_build_object('person_id', {alias}.person_id,
                      'recorded_under', nullif(e.person_id, {alias}.person_id)) as shown
          from employments e where e.person_id = any({ids_of(alias)}) and e.status <> 'withdrawn'"""


async def get_person(read: Read, person_id: str, place: Place) -> Row:
    """A person: the registry's word, the version of jobs' record, the open spell of seeking, and all employments that are not
    withdrawn, as JSON. By an id that is merged, the person whose it is now. Raises PersonNotFound."""
    row = await read.fetchrow(
        f"""select p.*, coalesce(w.version, 0) as worker_version,
                   (select jsonb_build_object('person_id', p.person_id, 'status', s.status, 'since', s.since)
                      from seekers s where s.person_id = any({ids_of("p")}) and s.status = 'seeking') as seeker,
                   (select coalesce(jsonb_agg(shown order by employment_id), '[]') from ({employments_of("p")}) e) as employments
              from person_copies p join household_copies c using (household_id) left join workers w using (person_id)
             where p.person_id = coalesce((select merged_into from person_copies where person_id = $1), $1)
               and {seen(place, 2, "c")}""",
        person_id,
        *place_of(place),
    )
    if row is None:
        raise PersonNotFound
    return row
