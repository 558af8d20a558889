"""Every SQL statement about people and their keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.registry import own
from services.registry.persons.domain import ID_NUMBER, Entered, Known, PersonStatus
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns, json_text
from shared.errors import NotFound
from shared.places import place_of


class PersonNotFound(NotFound):
    slug = "person-not-found"
    title_en, title_zh = "No such person", "未找到该人员"


async def load_known(
    tx: Transaction, lookups: Sequence[bytes], place: Place, kind: str = ID_NUMBER
) -> dict[bytes, Known]:
    """People of these numbers (`kind`: of which they are) who are in the registry, locked. Whose record is restricted is as somebody of
    another place, whom nobody may bring back (`dead`)."""
    rows = await tx.fetch(
        f"""select p.{kind}_lookup as lookup, p.person_id, p.status, p.name,
                   (p.died_on is not null or p.withheld is not null) as dead, {own.staff_sees(place, 2)} as covered
              from persons p join households h using (household_id)
             where p.{kind}_lookup = any($1::bytea[]) order by p.{kind}_lookup for update of p""",
        list(lookups),
        *place_of(place),
    )
    return {
        r["lookup"]: Known(r["person_id"], PersonStatus(r["status"]), r["name"], r["dead"], r["covered"]) for r in rows
    }


_PERSON_COLUMNS = (
    "person_id uuid, name text, name_keys text, sex text, birth_on date, number_sealed bytea, number_lookup bytea,"
    " phone_sealed bytea, phone_lookup bytea, facts text, key_id text, wrapped bytea"
)


async def add_persons(
    tx: Transaction, household_id: str, rows: Sequence[Sequence[Any]], kind: str = ID_NUMBER
) -> dict[str, Entered]:
    """Adds people, or brings back those whom a withdrawn settling had left; how they stand now, by id.

    Columns of a row: those of `_PERSON_COLUMNS`; the number is one of that `kind`. A living person of the same number is nobody's to take:
    the row is passed over, and its id is missing from the answer.
    """
    types = [part.split()[-1] for part in _PERSON_COLUMNS.split(",")]
    unique = f"({kind}_lookup)" if kind == ID_NUMBER else f"({kind}_lookup) where {kind}_lookup is not null"
    unnest = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(types, 3))
    answer = await tx.fetch(
        f"""with given as (
               select * from unnest({unnest}) as g({", ".join(p.split()[0] for p in _PERSON_COLUMNS.split(","))})),
            saved as (
               insert into persons as p (person_id, version, status, name, name_keys, sex, birth_on, {kind}_sealed,
                      {kind}_lookup, phone_sealed, phone_lookup, household_id, facts, registered_at, changed_at)
               select person_id, 1, 'resident', name, name_keys, sex, birth_on, number_sealed, number_lookup,
                      phone_sealed, phone_lookup, $1, facts::jsonb, $2, $2 from given
               on conflict {unique} do update
                      set version = p.version + 1, status = 'resident', name = excluded.name, name_keys = excluded.name_keys,
                          sex = excluded.sex, birth_on = excluded.birth_on, died_on = null, household_id = $1,
                          work_copy = null,
                          facts = excluded.facts, phone_sealed = excluded.phone_sealed,
                          phone_lookup = excluded.phone_lookup, {kind}_sealed = excluded.{kind}_sealed,
                          changed_at = $2
                    where p.status = 'withdrawn' and p.person_id = excluded.person_id
               returning p.person_id, p.version, p.withdrawn_at),
            keyed as (
               insert into person_keys (person_id, key_id, wrapped)
               select person_id, key_id, wrapped from given join saved using (person_id)
               on conflict (person_id) do nothing)
            select * from saved""",
        household_id,
        tx.now,
        *columns(rows, len(types)),
    )
    return {row["person_id"]: Entered(row["version"], row["withdrawn_at"]) for row in answer}


async def list_keys(read: Read, person_ids: Sequence[str]) -> dict[str, tuple[bytes, str]]:
    """Wrapped data key and id of its master key, by person."""
    rows = await read.fetch("select * from person_keys where person_id = any($1::uuid[])", list(person_ids))
    return {row["person_id"]: (row["wrapped"], row["key_id"]) for row in rows}


_PERSON = """
select p.*, k.key_id, k.wrapped, h.version as household_version, h.settled_on,
       h.community_code, h.estate, h.block, h.unit, h.flat, d.floor, c.name as community_name
  from persons p
  join person_keys k using (person_id)
  join households h on h.household_id = p.household_id
  join communities c using (community_code)
  left join dwellings d using (dwelling_id)
"""


async def get_person(read: Read, person_id: str, place: Place) -> Row:
    """Raises PersonNotFound, also where the place does not cover the person's household, or the person is not a resident's own."""
    row = await read.fetchrow(
        f"{_PERSON} where p.person_id = $1 and {own.person_seen(place, 2)}", person_id, *own.parameters(read, place)
    )
    if row is None:
        raise PersonNotFound
    return row


async def load_person(tx: Transaction, person_id: str, place: Place) -> Row:
    """The same, locked. Its household is locked first: settling and withdrawal lock in that order too."""
    seen = await get_person(tx, person_id, place)
    await tx.execute("select from households where household_id = $1 for update", seen["household_id"])
    await tx.execute("select from persons where person_id = $1 for update", person_id)
    return await get_person(tx, person_id, place)


async def load_persons_of(tx: Transaction, household_id: str) -> list[Row]:
    """Everybody whose household this is or was last, locked."""
    return await tx.fetch(
        """select * from persons where household_id = $1 and status <> 'withdrawn' and withheld is distinct from 'erased'
            order by person_id for update""",
        household_id,
    )


async def set_person(
    tx: Transaction, person_id: str, version: int, status: str, died_on: date | None, facts: Mapping[str, object]
) -> datetime | None:
    """When a settling of the person was last taken back: by the database's clock, since others compare it with theirs, and that of a
    process may be wrong for a while."""
    at: datetime | None = await tx.fetchval(
        """update persons set version = $2, status = $3, died_on = $4, facts = $5, changed_at = $6,
                  withdrawn_at = case when $3 = 'withdrawn' then now() else withdrawn_at end
            where person_id = $1 returning withdrawn_at""",
        person_id,
        version,
        status,
        died_on,
        facts,
        tx.now,
    )
    return at


async def set_work_copies(tx: Transaction, rows: Sequence[tuple[str, str, int, Mapping[str, object] | None]]) -> None:
    """Jobs' word on people's work (person_id, household_id, version, work; None: nothing is known); an older word changes nothing, nor
    one about a settling that was taken back. (Who moved to another household since is meant all the same.)"""
    await tx.execute(
        """with said as (
               select distinct on (person_id, household_id) *
                 from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[]) as s(person_id, household_id, version, work)
                order by person_id, household_id, version desc),
            newest as (
               select distinct on (s.person_id) s.* from said s join households h using (household_id)
                where h.status <> 'withdrawn' order by s.person_id, s.version desc),
            locked as materialized (
               select person_id from persons join newest using (person_id) order by person_id for no key update)
           update persons p set work_copy = s.work::jsonb, work_copy_version = s.version
             from newest s join locked using (person_id)
            where p.person_id = s.person_id and p.work_copy_version < s.version and p.withheld is distinct from 'erased'""",
        *columns([(*row[:3], json_text(row[3])) for row in rows], 4),
    )
