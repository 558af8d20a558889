"""Every SQL statement about people who were taken for one."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from services.registry.merging.domain import Merger
from services.registry.store import told_of
from shared.db import Read, Row, Transaction


async def list_mergers(read: Read, person_ids: Collection[str]) -> list[Merger]:
    """Who of these people is taken for another, or another for one of them."""
    ids = list(person_ids)
    rows = await read.fetch(
        """select gone_id, kept_id, both_lived from person_mergers where gone_id = any($1::uuid[]) and unmerged_at is null
           union select gone_id, kept_id, both_lived from person_mergers where kept_id = any($1::uuid[]) and unmerged_at is null""",
        ids,
    )
    return [Merger(row["gone_id"], row["kept_id"], row["both_lived"]) for row in rows]


async def list_of_person(read: Read, person_id: str) -> list[Row]:
    """All person_mergers that the person ever had part in, in the order in which they were made."""
    return await read.fetch("select * from person_mergers where $1 in (gone_id, kept_id) order by merger_id", person_id)


async def find_standing(read: Read, gone_id: str) -> Row | None:
    return await read.fetchrow("select * from person_mergers where gone_id = $1 and unmerged_at is null", gone_id)


async def add_merger(
    tx: Transaction,
    merger_id: str,
    merger: Merger,
    taken: bytes,
    source: str,
    evidence: str | None,
    by: str,
) -> None:
    await tx.execute(
        """insert into person_mergers (merger_id, gone_id, kept_id, both_lived, taken_sealed, source, evidence, merged_by, merged_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        merger_id,
        *merger,
        taken,
        source,
        evidence,
        by,
        tx.now,
    )


async def end_merger(tx: Transaction, merger_id: str, by: str, because: str) -> None:
    await tx.execute(
        "update person_mergers set unmerged_at = $2, unmerged_by = $3, unmerged_because = $4 where merger_id = $1",
        merger_id,
        tx.now,
        by,
        because,
    )


async def set_merged(tx: Transaction, person_id: str, version: int, status: str, into: str | None) -> None:
    await tx.execute(
        "update persons set version = $2, status = $3, merged_into = $4, changed_at = $5 where person_id = $1",
        person_id,
        version,
        status,
        into,
        tx.now,
    )


async def release_number(tx: Transaction, person_id: str) -> None:
    """The ID number, where there is one, is free for another; what the person has then is set in the same transaction (`set_number`)."""
    await tx.execute(
        "update persons set id_number_lookup = $2 where person_id = $1 and id_number_lookup is not null",
        person_id,
        os.urandom(32),
    )


async def set_number(tx: Transaction, person_id: str, columns: Mapping[str, Any]) -> None:
    await tx.execute(
        "update persons set id_number_sealed = $2, id_number_lookup = $3 where person_id = $1",
        person_id,
        columns["id_number_sealed"],
        columns["id_number_lookup"],
    )


async def list_added(read: Read, kept_id: str, since: datetime) -> tuple[list[str], list[Row]]:
    """What was recorded of a person after an instant: fact groups, and life events."""
    facts = await read.fetch(
        """select distinct fact from person_facts where person_id = $1 and recorded_at > $2 and retracted_at is null
              and fact not in ('status', 'residence') order by fact""",
        kept_id,
        since,
    )
    events = await read.fetch(
        f"""select event_id, kind, happened_on, household_id from life_events e
             where {told_of("$1")} and recorded_at > $2 and retracted_at is null order by told""",
        kept_id,
        since,
    )
    return [row["fact"] for row in facts], events
