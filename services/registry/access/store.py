"""Every SQL statement about the access log."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.registry.access.domain import START, Anchor, Head, Seal, Span
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns
from shared.places import place_of, seen


@dataclass(frozen=True, slots=True)
class Record:
    """What all records of one read say. `place`: where the account acts."""

    reader: str
    kind: str
    role: str
    place: str
    purpose: str
    case_ref: str | None
    legal_basis: str
    law_ref: str
    fields: Sequence[str]
    request_id: str | None


async def add_records(
    tx: Transaction, record: Record, people: Sequence[tuple[str | None, str | None]], results: int | None = None
) -> None:
    """One for each person (id, id of the consent it rests on); `results` says how many were read at once (these, unless said). A read of
    the log itself, or of a file that was made before, is of nobody: (None, None)."""
    read = len(people) if results is None else results
    await _add(tx, record, [person_id for person_id, _ in people], [consent for _, consent in people], read)


async def add_log_read(tx: Transaction, record: Record, person_id: str | None, results: int) -> None:
    """A read of the log: of one person's records, or of many people's (None); or of figures. `results`: how many were shown."""
    await _add(tx, record, [person_id], [None], results)


async def _add(
    tx: Transaction, record: Record, person_ids: list[str | None], consents: list[str | None], results: int
) -> None:
    await tx.execute(
        """insert into access_log (person_id, consent_id, reader, kind, role, place, purpose, case_ref, legal_basis, law_ref, fields,
                  request_id, results, read_at)
           select person_id, consent_id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
             from unnest($1::uuid[], $2::uuid[]) as t(person_id, consent_id)""",
        person_ids,
        consents,
        record.reader,
        record.kind,
        record.role,
        record.place,
        record.purpose,
        record.case_ref,
        record.legal_basis,
        record.law_ref,
        list(record.fields),
        record.request_id,
        results,
        tx.now,
    )


async def list_of_person(read: Read, person_id: str, before: int | None, limit: int) -> list[Row]:
    """Who read a person's data unmasked, newest first."""
    return await read.fetch(
        """select * from access_log where person_id = $1 and ($2::bigint is null or id < $2) order by id desc limit $3""",
        person_id,
        before,
        limit,
    )


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records: None is all. `until`: the first instant after them."""

    reader: str | None = None
    purpose: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def list_log(read: Read, wanted: Filter, place: Place, after: int | None, limit: int) -> list[Row]:
    """Records of people whom the place covers, newest first, after the one with that id; reads of many people's records are seen by
    those who act everywhere."""
    given = [
        (f"a.{column} {sign} $", value)
        for column, sign, value in (
            ("reader", "=", wanted.reader),
            ("purpose", "=", wanted.purpose),
            ("read_at", ">=", wanted.since),
            ("read_at", "<", wanted.until),
        )
        if value is not None
    ]
    # Only what is asked for stands in the statement: with "or … is null" no index would serve.
    asked = "".join(f" and {condition}{n}" for n, (condition, _) in enumerate(given, 5))
    further = f" and (a.read_at, a.id) < (select read_at, id from access_log where id = ${5 + len(given)})"
    return await read.fetch(
        f"""select a.* from access_log a left join persons p using (person_id) left join households h using (household_id)
             where ({seen(place, 1)} or (a.person_id is null and $1 = '')){asked}{further if after is not None else ""}
             order by a.read_at desc, a.id desc limit $4""",
        *place_of(place),
        limit,
        *(value for _, value in given),
        *(() if after is None else (after,)),
    )


# Sealing, and looking through what is sealed


async def find_head(read: Read) -> Head:
    """The newest sealed record; where none is left, the last that was forgotten."""
    row = await read.fetchrow(
        "select seal_no, link from access_log where seal_no is not null order by seal_no desc limit 1"
    )
    if row:
        return Head(row["seal_no"], row["link"] or b"")
    anchor = await find_anchor(read)
    return anchor.head if anchor else START


async def find_anchor(read: Read) -> Anchor | None:
    """Behind which record the log begins."""
    row = await read.fetchrow("select * from access_anchors order by seal_no desc limit 1")
    return Anchor(*(row[name] for name in Anchor._fields)) if row else None


async def list_oldest(read: Read, before: datetime, limit: int) -> list[Row]:
    """The first of the sealed records, in the order of their numbers, up to one that was read at that instant or later."""
    rows = await read.fetch("select * from access_log where seal_no is not null order by seal_no limit $1", limit)
    return list(itertools.takewhile(lambda row: row["read_at"] < before, rows))


async def forget_records(tx: Transaction, ids: Sequence[int], anchor: Anchor) -> None:
    """Deletes the oldest records, and says that the log begins behind them."""
    await tx.execute("delete from access_log where id = any($1::bigint[])", list(ids))
    await tx.execute("delete from access_anchors")
    await tx.execute(
        "insert into access_anchors (seal_no, link, read_until, cut_at, mark) values ($1, $2, $3, $4, $5)", *anchor
    )


async def list_unsealed(read: Read, limit: int) -> list[Row]:
    """In order of their ids, of those that are committed."""
    return await read.fetch("select * from access_log where seal_no is null order by id limit $1", limit)


async def set_seals(tx: Transaction, seals: Sequence[Seal]) -> None:
    await tx.execute(
        """update access_log a set seal_no = s.seal_no, link = s.link
             from unnest($1::bigint[], $2::bigint[], $3::bytea[]) as s(id, seal_no, link)
            where a.id = s.id and a.seal_no is null""",
        *columns(seals, 3),
    )


async def list_sealed(read: Read, after: tuple[int, int] | None, limit: int) -> list[Row]:
    """In order of their numbers, after (number, id). All of them, also those whose number nobody gave."""
    return await read.fetch(
        """select * from access_log where seal_no is not null and ($1::bigint is null or (seal_no, id) > ($1, $2::bigint))
            order by seal_no, id limit $3""",
        *(after or (None, None)),
        limit,
    )


async def count_sealed(read: Read) -> int:
    n: int = await read.fetchval("select count(*) from access_log where seal_no is not null")
    return n


async def unsealed(read: Read) -> tuple[int, datetime | None]:
    """How many records wait for their seal, and since when the first."""
    row = await read.fetchrow("select count(*) as n, min(read_at) as since from access_log where seal_no is null")
    return (row["n"], row["since"]) if row else (0, None)


async def list_gaps(read: Read, limit: int) -> list[tuple[Span, datetime, datetime]]:
    """Ids that no record has, the first ones, and between which instants they were given."""
    rows = await read.fetch(
        """select id + 1 as first, next_id - 1 as last, read_at as after, next_at as before
             from (select id, read_at, lead(id) over w as next_id, lead(read_at) over w as next_at
                     from access_log window w as (order by id)) a
            where next_id > id + 1 order by id limit $1""",
        limit,
    )
    return [(Span(row["first"], row["last"]), row["after"], row["before"]) for row in rows]
