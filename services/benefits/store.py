"""SQL that all topics of benefits share: the place filter, locks, and the copies of what others said.

In every store `get_` raises NotFound, `find_` may be None, `load_` locks for change, `list_` is a page. What an actor's place does
not cover is as if it were not there; a person whose household benefits has not heard of yet is nobody's to see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from services.benefits.assessments.reasons import FACTS, Reason
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns, json_text
from shared.errors import NotFound
from shared.places import place_of, seen


class PersonNotFound(NotFound):
    slug = "person-not-found"
    title_en, title_zh = "No such person", "未找到该人员"


class HouseholdNotFound(NotFound):
    slug = "household-not-found"
    title_en, title_zh = "No such household", "未找到该住户"


async def lock(tx: Transaction, *ids: str) -> None:
    """Locks households and persons, in this order, whether or not they are known yet: a household before its persons.

    Whoever saves a copy holds the lock of its household when it assesses again, and that of its person when it saves, so that of
    two who change what one household rests on the second sees what the first saved.
    """
    if ids:
        await tx.execute(
            """select pg_advisory_xact_lock(hashtextextended(id, 0))
                 from (select id from unnest($1::text[]) with ordinality as t(id, n) order by n) ordered""",
            ids,
        )


class Locked(NamedTuple):
    """Ids of what is locked."""

    homes: set[str]
    people: set[str]


async def lock_with_homes(tx: Transaction, household_ids: Iterable[str], person_ids: Iterable[str]) -> Locked:
    """Locks these households and those that these persons are of, then the persons; with those into whom they are merged. (A person may
    have come to another household while this waited.)"""
    rows = await tx.fetch(
        """select id, is_home, pg_advisory_xact_lock(hashtextextended(id, 0))
             from (select id, true as is_home from unnest($1::text[]) as h (id)
                   union select v.id::text, v.is_home
                     from person_copies p cross join lateral (values
                          (p.household_id, true), (p.merged_into, false),
                          (case when p.merged_into is not null
                                then (select household_id from person_copies o where o.person_id = p.merged_into) end, true)
                          ) v (id, is_home)
                    where p.person_id = any($2::text[]::uuid[]) and v.id is not null
                   union select id, false from unnest($2::text[]) as p (id)
                   order by is_home desc, id) ordered""",
        list(household_ids),
        list(person_ids),
    )
    return Locked({row["id"] for row in rows if row["is_home"]}, {row["id"] for row in rows if not row["is_home"]})


class Known(NamedTuple):
    """What is kept by now: versions by topic and id, people's households, whose the ids are that are merged, and which households
    ended."""

    versions: dict[tuple[str, str], int]
    homes: dict[str, str]
    owners: dict[str, str]
    ended: set[str]


async def load_known(tx: Transaction, household_ids: Iterable[str], person_ids: Iterable[str]) -> Known:
    """What is kept of these households and persons. They are locked."""
    rows = await tx.fetch(
        """select 'registry.household' as topic, household_id as id, version, null::uuid as home, null::uuid as owner, state
             from household_copies where household_id = any($1::uuid[])
           union all
           select 'registry.person', person_id, version, household_id, merged_into, null
             from person_copies where person_id = any($2::uuid[])
           union all
           select 'merged', person_id, version, null, merged_into, null from person_copies where merged_into = any($2::uuid[])
           union all
           select 'jobs.person', person_id, version, null, null, null from work_copies where person_id = any($2::uuid[])""",
        list(household_ids),
        list(person_ids),
    )
    return Known(
        versions={(row["topic"], row["id"]): row["version"] for row in rows},
        homes={row["id"]: row["home"] for row in rows if row["home"]},
        owners={row["id"]: row["owner"] for row in rows if row["owner"]},
        ended={row["id"] for row in rows if row["state"] == "ended"},
    )


async def save_household_copies(tx: Transaction, rows: Sequence[Sequence[Any]]) -> None:
    """The registry's newest word on households. Columns of a row: household_id, version, state, community_code, estate, block, unit,
    flat, members (ids), dibao."""
    if rows:
        flat = [(*row[:8], f"{{{','.join(row[8])}}}", json_text(row[9])) for row in rows]
        await tx.execute(
            """insert into household_copies (household_id, version, state, community_code, estate, block, unit, flat, members, dibao)
               select a, b, c, d, e, f, g, h, i::uuid[], j::jsonb
                 from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                             $9::text[], $10::text[]) as t(a, b, c, d, e, f, g, h, i, j)
               on conflict (household_id) do update
                      set version = excluded.version, state = excluded.state, community_code = excluded.community_code,
                          estate = excluded.estate, block = excluded.block, unit = excluded.unit, flat = excluded.flat,
                          members = excluded.members, dibao = excluded.dibao""",
            *columns(flat, 10),
        )


PersonCopy = tuple[str, int, str, str, Mapping[str, Any], str | None]


async def save_person_copies(tx: Transaction, rows: Sequence[PersonCopy]) -> None:
    """The registry's newest word on people: person_id, version, state, household_id, facts, merged_into."""
    if rows:
        await tx.execute(
            """insert into person_copies (person_id, version, state, household_id, facts, merged_into)
               select a, b, c, d, e::jsonb, f
                 from unnest($1::uuid[], $2::int[], $3::text[], $4::uuid[], $5::text[], $6::uuid[]) as t(a, b, c, d, e, f)
               on conflict (person_id) do update
                      set version = excluded.version, state = excluded.state, household_id = excluded.household_id,
                          facts = excluded.facts, merged_into = excluded.merged_into""",
            *columns([(*row[:4], json_text(row[4]), row[5]) for row in rows], 6),
        )


async def save_work_copies(tx: Transaction, rows: Sequence[tuple[str, int, Mapping[str, Any] | None]]) -> None:
    """Jobs' newest word on people's work: person_id, version, work (None: it took its word back)."""
    if rows:
        await tx.execute(
            """insert into work_copies (person_id, version, work)
               select a, b, c::jsonb from unnest($1::uuid[], $2::int[], $3::text[]) as t(a, b, c)
               on conflict (person_id) do update set version = excluded.version, work = excluded.work""",
            *columns([(*row[:2], json_text(row[2])) for row in rows], 3),
        )


async def forget(tx: Transaction, erased: Sequence[tuple[str, int]]) -> None:
    """Of people who were erased (id, version): copies are emptied but for sex and year of birth, assessments go, and what is in free words
    in cases. An older word changes nothing any more."""
    ids, versions = columns(erased, 2)
    await tx.execute(
        """update person_copies p set version = g.version,
                  facts = (select jsonb_object_agg(f.key, case
                             when f.key in ('sex', 'residence_division') then f.value
                             when f.key = 'birth_on' then to_jsonb(left(f.value #>> '{}', 4) || '-01-01')
                             when f.key = 'organised_transfer' then 'false'::jsonb
                             when f.key = 'insurances' then '{}'::jsonb else 'null'::jsonb end)
                             from jsonb_each(p.facts) f)
             from unnest($1::uuid[], $2::int[]) as g(person_id, version)
            where p.person_id = g.person_id and p.version < g.version""",
        ids,
        versions,
    )
    for statement in (
        "update work_copies set work = null where person_id = any($1::uuid[])",
        "delete from assessments where subject_id = any($1::uuid[])",
        """update cases set based_on = '{}', decision_note = case when decision_note is not null then '' end,
                  ended_note = case when ended_note is not null then '' end
            where person_id = any($1::uuid[])""",
    ):
        await tx.execute(statement, ids)


async def find_person_copy(read: Read, person_id: str) -> Row | None:
    """The registry's word on a person, whoever asks."""
    return await read.fetchrow("select * from person_copies where person_id = $1", person_id)


async def get_person(read: Read, person_id: str, place: Place) -> Row:
    """A person's copy with its household's; by an id that is merged, the person whose it is now. Raises PersonNotFound."""
    row = await read.fetchrow(
        f"""select p.person_id, p.version as person_version, p.state as person_state, h.*
              from person_copies p join household_copies h using (household_id)
             where p.person_id = coalesce((select merged_into from person_copies where person_id = $1), $1) and {seen(place, 2)}""",
        person_id,
        *place_of(place),
    )
    if row is None:
        raise PersonNotFound
    return row


async def get_household(read: Read, household_id: str, place: Place) -> Row:
    """A household's copy. Raises HouseholdNotFound."""
    row = await read.fetchrow(
        f"select h.* from household_copies h where h.household_id = $1 and {seen(place, 2)}",
        household_id,
        *place_of(place),
    )
    if row is None:
        raise HouseholdNotFound
    return row


def reason_records(reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    """Reasons as they are kept: in both languages, with law and article as they stood."""
    return [
        {
            "slug": reason.slug,
            "law": reason.law,
            "article": reason.article,
            "also": [{"law": law, "article": article} for law, article in reason.also],
            "detail_zh": reason.detail_zh,
            "detail_en": reason.detail_en,
            "supplied_by": list(reason.supplied_by),
        }
        for reason in reasons
    ]


def missing_records(facts: Sequence[str]) -> list[dict[str, Any]]:
    """Facts that are missing, each with who can supply it."""
    return [{"fact": fact, "supplied_by": list(FACTS[fact].supplied_by)} for fact in facts]
