"""SQL that all topics of the registry share: the history of facts, and who is one with whom.

In every store `get_` raises NotFound, `find_` may be None, `load_` locks for change, `list_` is a page; what an actor's place does not
cover (`shared.places`) is as if it were not there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from shared.db import Read, Row, Transaction, columns, json_text

Facts = Sequence[tuple[str, str, object]]
"""Id of a person, household or parcel, name of the fact, value."""


WITH_MERGED = """
select person_id as id, person_id as owner from unnest($1::uuid[]) as g(person_id)
 union all select gone_id, kept_id from person_mergers where kept_id = any($1::uuid[]) and unmerged_at is null
"""
"""SQL: the ids of people $1 and of whoever was merged into them, each with whose it is (`owner`)."""


def told_of(person: str) -> str:
    """SQL over `e` (life events): is it told of the person (a parameter, or a column)?"""
    homes = f"array(select m.household_id from memberships m where m.person_id = {person} and m.kind in ('coliving', 'hukou'))"
    return f"(e.household_id = any({homes}) or e.into_id = any({homes})) and {person} = any(e.people)"


async def add_facts(tx: Transaction, owner: str, rows: Facts, valid_from: date, source: str, by: str) -> None:
    """History of facts of who (`owner`: person, household or parcel) has none yet."""
    await tx.execute(
        f"""insert into {owner}_facts ({owner}_id, fact, value, valid_from, recorded_at, source, recorded_by)
            select a, b, c::jsonb, $1, $2, $3, $4 from unnest($5::uuid[], $6::text[], $7::text[]) as g(a, b, c)""",
        valid_from,
        tx.now,
        source,
        by,
        *_columns(rows),
    )


async def record_facts(tx: Transaction, owner: str, rows: Facts, valid_from: date, source: str, by: str) -> None:
    """History of facts (`owner`: person, household or parcel): each given value holds from that day on, up to the next day from which
    another value is known (the same value, known from a later day on, now holds from this one). What was known to hold then is retracted,
    and what held before that day is kept up to it."""
    table, key = f"{owner}_facts", f"{owner}_id"
    await tx.execute(
        f"""with given as (
               select {key}, fact, value::jsonb from unnest($5::uuid[], $6::text[], $7::text[]) as g({key}, fact, value)),
            touched as (
               update {table} f set retracted_at = $2 from given g
                where f.{key} = g.{key} and f.fact = g.fact and f.retracted_at is null
                  and f.valid_from <= $1 and (f.valid_to is null or f.valid_to > $1)
               returning f.*),
            kept as (
               insert into {table} ({key}, fact, value, valid_from, valid_to, recorded_at, source, recorded_by)
               select {key}, fact, value, valid_from, $1, $2, source, recorded_by from touched where valid_from < $1),
            later as (
               select distinct on (f.{key}, f.fact) f.*, f.value is not distinct from g.value as same
                 from {table} f join given g using ({key}, fact)
                where f.retracted_at is null and f.valid_from > $1 order by f.{key}, f.fact, f.valid_from),
            same as (
               update {table} f set retracted_at = $2 from later where f.id = later.id and later.same)
            insert into {table} ({key}, fact, value, valid_from, valid_to, recorded_at, source, recorded_by)
            select g.{key}, g.fact, g.value, $1, case when l.same then l.valid_to else l.valid_from end, $2, $3, $4
              from given g left join later l using ({key}, fact)""",
        valid_from,
        tx.now,
        source,
        by,
        *_columns(rows),
    )


def _columns(rows: Facts) -> list[list[object]]:
    return columns([(owner_id, fact, json_text(value)) for owner_id, fact, value in rows], 3)


async def rows_by_id(read: Read, table: str, ids: Collection[str]) -> dict[str, Row]:
    """Rows of persons, households or dwellings by id, in order of id: as they stand now."""
    key = f"{table.removesuffix('s')}_id"
    rows = await read.fetch(f"select * from {table} where {key} = any($1::uuid[]) order by {key}", list(ids))
    return {row[key]: row for row in rows}


async def keep_first(tx: Transaction, rows: Facts) -> None:
    """Of fields of a person's row that never changed (person_id, field, value as it is kept) the history begins here: so it was recorded
    when the person came into the registry, and by whom; it held since birth."""
    await tx.execute(
        f"""insert into person_facts (person_id, fact, value, valid_from, recorded_at, source, recorded_by)
           select g.person_id, g.fact, g.value::jsonb, p.birth_on, e.recorded_at, e.source, e.recorded_by
             from unnest($1::uuid[], $2::text[], $3::text[]) as g(person_id, fact, value)
             join persons p using (person_id)
             cross join lateral (
               select * from life_events e where {told_of("g.person_id")} and e.retracted_at is null
                order by e.told limit 1) e
            where not exists (select from person_facts f
                               where f.person_id = g.person_id and f.fact = g.fact and f.retracted_at is null)""",
        *_columns(rows),
    )


async def held_since(read: Read, owner: str, owner_id: str) -> dict[str, date]:
    """Since which day each fact that is held now (`owner`: person, household or parcel) holds."""
    rows = await read.fetch(
        f"""select fact, valid_from from {owner}_facts
             where {owner}_id = $1 and valid_to is null and retracted_at is null""",
        owner_id,
    )
    return {row["fact"]: row["valid_from"] for row in rows}
