"""Every SQL statement about exports, and about the rows that go into them.

Whom a list is of is found out once, when the export begins: ids in the order of the file, so that nobody who moves meanwhile is there
twice, or missing. Each row is read with its chunk, and only if it still meets what was asked, in a place that the caller covers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.registry.exports.domain import OPEN, ExportStatus, HouseholdsAsked, Part
from services.registry.households.domain import HEAD
from services.registry.search import store as search
from services.registry.search.domain import Wanted
from shared.auth import Actor, Place
from shared.db import Read, Row, Transaction
from shared.errors import NotFound
from shared.parts import Parts
from shared.places import place_of, seen
from shared.privacy import NewKey

PARTS = Parts("export", "asked_at")


class ExportNotFound(NotFound):
    slug = "export-not-found"
    title_en, title_zh = "No such export", "未找到该导出任务"


# Jobs


async def count_open(tx: Transaction, subject: str) -> int:
    """Exports of the account that are not finished; no other transaction counts or adds its own meanwhile."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 16))", subject)
    n: int = await tx.fetchval(
        "select count(*) from exports where subject = $1 and status = any($2::text[])", subject, list(OPEN)
    )
    return n


async def add_export(
    tx: Transaction,
    export_id: str,
    said: Mapping[str, Any],
    actor: Actor,
    place: str,
    request_id: str | None,
    key: NewKey,
) -> None:
    """`said`: list, format, language, fields, purpose, case_ref."""
    asker = {"subject": actor.subject, "kind": actor.kind, "role": actor.role, "scopes": sorted(actor.scopes)}
    await tx.execute(
        """insert into exports (export_id, list, format, language, fields, purpose, case_ref, status, asked_by, subject, place,
                  request_id, asked_at, changed_at, key_id, wrapped)
           values ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $9, $10, $11, $12, $12, $13, $14)""",
        export_id,
        said["list"],
        said["format"],
        said["language"],
        list(said["fields"]),
        said["purpose"],
        said["case_ref"],
        asker,
        actor.subject,
        place,
        request_id,
        tx.now,
        key.key_id,
        key.wrapped,
    )


async def get_export(read: Read, export_id: str, subject: str) -> Row:
    """Raises ExportNotFound, also where another account asked for it."""
    row = await read.fetchrow("select * from exports where export_id = $1 and subject = $2", export_id, subject)
    if row is None:
        raise ExportNotFound
    return row


async def load_export(tx: Transaction, export_id: str, subject: str) -> Row:
    """The same, locked."""
    await tx.execute("select from exports where export_id = $1 and subject = $2 for update", export_id, subject)
    return await get_export(tx, export_id, subject)


async def find_export(read: Read, export_id: str) -> Row | None:
    """Whoever asks: who may see it was found out before."""
    return await read.fetchrow("select * from exports where export_id = $1", export_id)


async def list_exports(read: Read, subject: str, before: str | None, limit: int) -> list[Row]:
    """Those of an account, the newest first."""
    return await read.fetch(
        """select * from exports where subject = $1 and ($2::uuid is null or export_id < $2)
            order by export_id desc limit $3""",
        subject,
        before,
        limit,
    )


async def find_next(read: Read) -> Row | None:
    """The oldest that is not finished."""
    return await read.fetchrow("select * from exports where status in ('queued', 'running') order by export_id limit 1")


async def count_attempt(tx: Transaction, export_id: str) -> int:
    """Notes that it is taken up (again); how often it was since a chunk got done. 0 where it was deleted."""
    attempts: int | None = await tx.fetchval(
        """update exports set status = 'running', attempts = attempts + 1, changed_at = $2
            where export_id = $1 and status = any($3::text[]) returning attempts""",
        export_id,
        tx.now,
        list(OPEN),
    )
    return attempts or 0


async def set_rows(tx: Transaction, export_id: str, rows: int) -> bool:
    """So many rows met what was asked. False where it was deleted."""
    return await _done(
        tx,
        "update exports set rows = $2, changed_at = $3 where export_id = $1 and status = 'running' returning true",
        export_id,
        rows,
        tx.now,
    )


async def add_read(tx: Transaction, export_id: str, read: int, exported: int, without_consent: int) -> bool:
    """Rows of one more chunk were looked at. False where it was deleted."""
    return await _done(
        tx,
        """update exports set rows_read = rows_read + $2, exported = exported + $3, without_consent = without_consent + $4,
                  gone = gone + $2 - $3 - $4, chunks = chunks + 1, attempts = 0, changed_at = $5
            where export_id = $1 and status = 'running' returning true""",
        export_id,
        read,
        exported,
        without_consent,
        tx.now,
    )


async def set_done(tx: Transaction, export_id: str, size: int) -> bool:
    """The file has so many bytes. False where it was deleted."""
    return await _done(
        tx,
        """update exports set status = 'done', bytes = $2, changed_at = $3, finished_at = $3
            where export_id = $1 and status = 'running' returning true""",
        export_id,
        size,
        tx.now,
    )


async def _done(tx: Transaction, statement: str, *parameters: object) -> bool:
    return bool(await tx.fetchval(statement, *parameters))


async def set_failed(tx: Transaction, export_id: str, problem: Mapping[str, Any]) -> None:
    """What it kept until now is gone; nothing happens to one that is finished or deleted."""
    ended = await _done(
        tx,
        """update exports set status = 'failed', problem = $2, changed_at = $3, finished_at = $3, key_id = null, wrapped = null
            where export_id = $1 and status = any($4::text[]) returning true""",
        export_id,
        dict(problem),
        tx.now,
        list(OPEN),
    )
    if ended:
        await PARTS.drop(tx, export_id, tuple(Part))


async def set_deleted(tx: Transaction, export_id: str) -> None:
    """File and key are gone at once; a job that runs stops."""
    await tx.execute(
        """update exports set status = $2, problem = null, key_id = null, wrapped = null, changed_at = $3,
                  finished_at = coalesce(finished_at, $3) where export_id = $1""",
        export_id,
        ExportStatus.DELETED,
        tx.now,
    )
    await PARTS.drop(tx, export_id, tuple(Part))


async def add_fetch(tx: Transaction, export_id: str) -> None:
    await tx.execute(
        "update exports set fetches = fetches + 1, fetched_at = $2 where export_id = $1", export_id, tx.now
    )


# Rows

_BY_ADDRESS = """h.community_code, h.estate, length(h.block), h.block, length(h.unit), h.unit, length(h.flat), h.flat"""
"""As people read a list: block 2 before block 10."""
_NOW = "m.kind = 'coliving' and m.valid_to is null and m.retracted_at is null"


async def person_ids(read: Read, place: Place, wanted: Wanted, most: int) -> bytes:
    """Ids of the people who are wanted, 16 bytes each, household by household with its head first; of more than `most`, one more."""
    found = search.of_wanted(read, place, wanted)
    ids: bytes | None = await read.fetchval(
        f"""{found.named}
            select string_agg(uuid_send(f.person_id), ''::bytea
                       order by {_BY_ADDRESS}, h.household_id, (m.relation is distinct from '{HEAD}'), f.birth_on, f.person_id)
              from (select p.person_id, p.household_id, p.birth_on from {search.people(place, found)} where {found.where}
                     limit {found.let(most + 1)}) f
              join households h on h.household_id = f.household_id
              left join memberships m on m.person_id = f.person_id and {_NOW}""",
        *found.parameters,
    )
    return ids or b""


async def list_people(read: Read, place: Place, wanted: Wanted, ids: Sequence[str]) -> list[Row]:
    """Of these people those who are (still) wanted, in this order, with all that a list may show."""
    found = search.of_wanted(read, place, wanted, by_id=ids)
    rows = await read.fetch(
        f"""select p.person_id, p.household_id, p.status, p.name, p.sex, p.birth_on, p.died_on, p.id_number_sealed, p.phone_sealed,
                   p.facts, p.work_copy, k.key_id, k.wrapped, h.community_code as community, c.name as community_name, h.estate, h.block,
                   h.unit, h.flat, d.floor, h.facts as home_facts, m.relation
              from persons p
              join person_keys k using (person_id)
              join households h on h.household_id = p.household_id
              join communities c using (community_code)
              left join dwellings d on d.dwelling_id = h.dwelling_id
              left join memberships m on m.person_id = p.person_id and {_NOW}
             where {found.where}""",
        *found.parameters,
    )
    return _in_order(rows, "person_id", ids)


_SETTLED = "h.kind = 'coliving' and h.status = 'settled'"


async def household_ids(read: Read, place: Place, asked: HouseholdsAsked, most: int) -> bytes:
    """Ids of settled households, 16 bytes each, by address; of more than `most`, one more."""
    ids: bytes | None = await read.fetchval(
        f"""select string_agg(uuid_send(h.household_id), ''::bytea order by {_BY_ADDRESS}, h.household_id)
              from (select * from households h
                     where {_SETTLED} and {seen(place, 1)} and ($4::text is null or h.block = $4) limit $5) h""",
        *place_of(place),
        asked.block,
        most + 1,
    )
    return ids or b""


async def list_households(read: Read, place: Place, asked: HouseholdsAsked, ids: Sequence[str]) -> list[Row]:
    """Of these households those that are (still) wanted, in this order, each with its head."""
    rows = await read.fetch(
        f"""select h.household_id, h.community_code as community, c.name as community_name, h.estate, h.block, h.unit, h.flat, d.floor,
                   h.settled_on, h.without_work, h.facts as home_facts, p.person_id, p.name as head_name, p.id_number_sealed,
                   p.phone_sealed, k.key_id, k.wrapped,
                   (select count(*)::int from memberships m
                     where m.household_id = h.household_id and m.valid_to is null and m.retracted_at is null) as members
              from households h
              join communities c using (community_code)
              left join dwellings d using (dwelling_id)
              left join persons p on p.person_id = h.head_person_id and p.withheld is null
              left join person_keys k on k.person_id = p.person_id
             where {_SETTLED} and {seen(place, 1)} and ($4::text is null or h.block = $4) and h.household_id = any($5::uuid[])""",
        *place_of(place),
        asked.block,
        list(ids),
    )
    return _in_order(rows, "household_id", ids)


def _in_order(rows: Sequence[Row], key: str, ids: Sequence[str]) -> list[Row]:
    by_id = {row[key]: row for row in rows}
    return [by_id[each] for each in ids if each in by_id]
