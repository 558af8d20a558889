"""Every SQL statement about changes that are asked for, and about what is recorded of who a person is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg

from services.registry.changes.domain import INSURANCE_FIELDS, ChangeStatus, Owner
from services.registry.own import staff_sees
from services.registry.search.domain import name_keys
from services.registry.store import told_of
from shared.auth import Place
from shared.db import Read, Row, Transaction
from shared.errors import Conflict, NotFound
from shared.paging import beyond
from shared.places import place_of


class ChangeNotFound(NotFound):
    slug = "change-request-not-found"
    title_en, title_zh = "No such change request", "未找到该更正申请"


class NumberTaken(Conflict):
    slug = "id-number-taken"
    title_en, title_zh = "Another person of the registry has this number", "登记库中另有人员使用该号码"


async def add_request(
    tx: Transaction,
    request_id: str,
    person_id: str,
    fields: Sequence[str],
    asked: bytes,
    valid_from: date | None,
    source: str,
    evidence: str | None,
    reason: str,
    by: str,
) -> None:
    """Open. `asked`: the values before and after, sealed under the person's key."""
    await tx.execute(
        """insert into change_requests (request_id, person_id, status, fields, asked_sealed, valid_from, source, evidence,
                  reason, asked_by, asked_at)
           values ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9, $10)""",
        request_id,
        person_id,
        list(fields),
        asked,
        valid_from,
        source,
        evidence,
        reason,
        by,
        tx.now,
    )


_REQUEST = """
select r.*, k.key_id, k.wrapped, h.community_code, h.estate, h.block
  from change_requests r join persons p using (person_id) join person_keys k using (person_id)
  join households h on h.household_id = p.household_id
"""


async def get_request(read: Read, request_id: str, place: Place) -> Row:
    """Of a person whom the place covers. Raises ChangeNotFound."""
    row = await read.fetchrow(
        f"{_REQUEST} where r.request_id = $1 and {staff_sees(place, 2)}", request_id, *place_of(place)
    )
    if row is None:
        raise ChangeNotFound
    return row


async def list_requests(
    read: Read,
    place: Place,
    status: str | None,
    person_id: str | None,
    owner: Owner | None,
    after: str | None,
    limit: int,
) -> list[Row]:
    """By id, which is the order in which they were asked. `owner`: only of fields for which it answers."""
    insurance = f"starts_with(field, '{INSURANCE_FIELDS}')"
    return await read.fetch(
        f"""{_REQUEST} where {staff_sees(place, 1)} and {beyond("r.request_id", 4)} and ($5::text is null or r.status = $5)
               and ($6::uuid is null or r.person_id = $6)
               and ($7::bool is null or exists (select from unnest(r.fields) as f(field) where {insurance} = $7))
             order by r.request_id limit $8""",
        *place_of(place),
        after,
        status,
        person_id,
        None if owner is None else owner is Owner.INSURANCE,
        limit,
    )


async def find_open(read: Read, person_id: str, fields: Collection[str]) -> str | None:
    """The id of an open request about one of these fields of a person."""
    found: str | None = await read.fetchval(
        """select request_id from change_requests
            where person_id = $1 and status = 'open' and fields && $2::text[] order by request_id limit 1""",
        person_id,
        list(fields),
    )
    return found


async def decide(tx: Transaction, request_id: str, status: str, by: str, because: str | None) -> None:
    """Decides it, and with it the request for a correction that it answers (PIPL art. 46), where there is one."""
    await tx.execute(
        f"""with decided as (
               update change_requests set status = $2, decided_by = $3, decided_at = $4, decided_because = $5
                where request_id = $1 returning request_id)
           update rights_requests r
              set status = case $2 when '{ChangeStatus.APPROVED}' then 'granted' else $2 end, answered_at = $4
             from decided d where r.change_request_id = d.request_id""",
        request_id,
        status,
        by,
        tx.now,
        because,
    )


async def find_namesake(read: Read, person_id: str, kind: str, lookup: bytes, place: Place) -> Row | None:
    """Another person of this number (`kind`: of which it is), as person_id, and covered: does the place cover it?"""
    return await read.fetchrow(
        f"""select p.person_id, {staff_sees(place, 3)} as covered from persons p join households h using (household_id)
             where p.{kind}_lookup = $1 and p.person_id <> $2""",
        lookup,
        person_id,
        *place_of(place),
    )


async def find_first_days(read: Read, person_id: str) -> tuple[date | None, date | None]:
    """The first day of which anything is told of a person, and of its birth."""
    row = await read.fetchrow(
        f"""select min(happened_on) as first, min(happened_on) filter (where kind = 'born') as born
              from life_events e where {told_of("$1")} and retracted_at is null""",
        person_id,
    )
    assert row is not None  # an aggregate without groups has one row
    return row["first"], row["born"]


async def set_identity(tx: Transaction, person_id: str, row: Mapping[str, Any]) -> None:
    """Who a person is, as it stands now. Raises NumberTaken where another has one of the numbers."""
    try:
        await tx.execute(
            """update persons set name = $2, sex = $3, birth_on = $4, id_number_sealed = $5, id_number_lookup = $6,
                      phone_sealed = $7, phone_lookup = $8, name_keys = $9, birth_certificate_sealed = $10,
                      birth_certificate_lookup = $11 where person_id = $1""",
            person_id,
            row["name"],
            row["sex"],
            row["birth_on"],
            row["id_number_sealed"],
            row["id_number_lookup"],
            row["phone_sealed"],
            row["phone_lookup"],
            name_keys(row["name"]),
            row["birth_certificate_sealed"],
            row["birth_certificate_lookup"],
        )
    except asyncpg.UniqueViolationError:  # taken since it was looked for
        raise NumberTaken from None
