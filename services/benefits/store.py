"""SQL that all topics of benefits share: the place filter, locks, and the copies of what others said.

In every store `get_` raises NotFound, `find_` may be None, `load_` locks for change, `list_` is a page. What an actor's place does
not cover is as if it were not there; a person whose household benefits has not heard of yet is nobody's to see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.benefits.assessments.reasons import FACTS, Reason
from shared.auth import Place
from shared.db import Read, Row, Transaction
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
    await tx.execute(
        """select pg_advisory_xact_lock(hashtextextended(id, 0))
             from (select id from unnest($1::text[]) with ordinality as t(id, n) order by n) ordered""",
        list(ids),
    )


async def save_household_copy(tx: Transaction, household_id: str, version: int, said: Mapping[str, Any]) -> bool:
    """Keeps the registry's word on a household; False where this or a newer one was kept before."""
    saved = await tx.fetchval(
        """insert into household_copies as c
                  (household_id, version, state, community_code, estate, block, unit, flat, members, dibao)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           on conflict (household_id) do update
                  set version = excluded.version, state = excluded.state, community_code = excluded.community_code,
                      estate = excluded.estate, block = excluded.block, unit = excluded.unit, flat = excluded.flat,
                      members = excluded.members, dibao = excluded.dibao
                where c.version < excluded.version
           returning true""",
        household_id,
        version,
        said["state"],
        said["community_code"],
        said["estate"],
        said["block"],
        said["unit"],
        said["flat"],
        [member["person_id"] for member in said["members"]],
        said["dibao"],
    )
    return bool(saved)


async def save_person_copy(
    tx: Transaction, person_id: str, version: int, state: str, household_id: str, facts: Mapping[str, Any]
) -> list[str] | None:
    """Keeps the registry's word on a person. The households the person was and is of, the former one first; None where this or a
    newer word was kept before. The person is locked."""
    before = await tx.fetchval(
        """with known as (select household_id from person_copies where person_id = $1)
           insert into person_copies as c (person_id, version, state, household_id, facts) values ($1, $2, $3, $4, $5)
           on conflict (person_id) do update
                  set version = excluded.version, state = excluded.state, household_id = excluded.household_id,
                      facts = excluded.facts
                where c.version < excluded.version
           returning coalesce((select household_id from known), household_id)""",
        person_id,
        version,
        state,
        household_id,
        facts,
    )
    if before is None:
        return None
    return [household_id] if before == household_id else [before, household_id]


async def save_work_copy(tx: Transaction, person_id: str, version: int, work: Mapping[str, Any] | None) -> bool:
    """Keeps jobs' word on a person's work (None: it took its word back); False where this or a newer one was kept before."""
    saved = await tx.fetchval(
        """insert into work_copies as c (person_id, version, work) values ($1, $2, $3)
           on conflict (person_id) do update set version = excluded.version, work = excluded.work
                where c.version < excluded.version
           returning true""",
        person_id,
        version,
        work,
    )
    return bool(saved)


async def find_person_copy(read: Read, person_id: str) -> Row | None:
    """The registry's word on a person, whoever asks."""
    return await read.fetchrow("select * from person_copies where person_id = $1", person_id)


async def list_households_of(read: Read, person_ids: Sequence[str]) -> list[str]:
    """Ids of the households that these persons are of, in order."""
    rows = await read.fetch(
        "select distinct household_id from person_copies where person_id = any($1::uuid[]) order by 1", list(person_ids)
    )
    return [row["household_id"] for row in rows]


async def get_person(read: Read, person_id: str, place: Place) -> Row:
    """A person's copy with its household's. Raises PersonNotFound."""
    row = await read.fetchrow(
        f"""select p.person_id, p.version as person_version, p.state as person_state, h.*
              from person_copies p join household_copies h using (household_id)
             where p.person_id = $1 and {seen(2)}""",
        person_id,
        *place_of(place),
    )
    if row is None:
        raise PersonNotFound
    return row


async def get_household(read: Read, household_id: str, place: Place) -> Row:
    """A household's copy. Raises HouseholdNotFound."""
    row = await read.fetchrow(
        f"select h.* from household_copies h where h.household_id = $1 and {seen(2)}", household_id, *place_of(place)
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
