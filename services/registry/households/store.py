"""Every SQL statement about households, memberships and occupancies."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.registry import own
from services.registry.households.domain import HouseholdKind
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns, json_text
from shared.errors import NotFound
from shared.paging import beyond
from shared.places import place_of, seen


class HouseholdNotFound(NotFound):
    slug = "household-not-found"
    title_en, title_zh = "No such household", "未找到该住户"


async def add_households(tx: Transaction, rows: Sequence[Sequence[Any]], settled_on: date, coliving_id: str) -> None:
    """Columns of a row: household_id, kind, community, dwelling_id, estate, block, unit, flat, hukou_division, head, facts."""
    await tx.execute(
        """insert into households (household_id, kind, status, version, coliving_id, community_code, dwelling_id, estate,
                  block, unit, flat, hukou_division, settled_on, head_person_id, facts, changed_at)
           select a, b, 'settled', 1, $2, c, d, e, f, g, h, i, $1, j, k::jsonb, $3
             from unnest($4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[], $10::text[], $11::text[],
                  $12::text[], $13::uuid[], $14::text[]) as t(a, b, c, d, e, f, g, h, i, j, k)""",
        settled_on,
        coliving_id,
        tx.now,
        *columns([(*row[:-1], json_text(row[-1])) for row in rows], 11),
    )


async def add_memberships(
    tx: Transaction, rows: Sequence[tuple[str, HouseholdKind, str, str]], valid_from: date, source: str, by: str
) -> None:
    """Rows of household_id, kind, person_id, relation."""
    await tx.execute(
        """insert into memberships (household_id, kind, person_id, relation, valid_from, recorded_at, source, recorded_by)
           select a, b, c, d, $1, $2, $3, $4 from unnest($5::uuid[], $6::text[], $7::uuid[], $8::text[]) as t(a, b, c, d)""",
        valid_from,
        tx.now,
        source,
        by,
        *columns(rows, 4),
    )


async def add_occupancy(
    tx: Transaction, dwelling_id: str, household_id: str, valid_from: date, source: str, by: str
) -> None:
    """A new household's. It waits to be counted (`statistics.store.count_again`), said in one statement for the sake of settling."""
    await tx.execute(
        """with waiting as (insert into figures_waiting (household_id, since) values ($2, $4))
           insert into occupancies (dwelling_id, household_id, valid_from, recorded_at, source, recorded_by)
           values ($1, $2, $3, $4, $5, $6)""",
        dwelling_id,
        household_id,
        valid_from,
        tx.now,
        source,
        by,
    )


HOUSEHOLD = """
select h.*, d.floor, c.name as community_name,
       (select o.valid_from from occupancies o
         where o.household_id = h.household_id and o.valid_to is null and o.retracted_at is null) as occupied_from,
       (select f.household_id from households f
         where f.coliving_id = h.household_id and f.kind = 'hukou' and f.status <> 'withdrawn'
         order by f.status <> 'settled', f.household_id limit 1) as hukou_household_id,
       (select f.household_id from households f
         where f.coliving_id = h.household_id and f.kind = 'flat' and f.status = 'settled' limit 1) as flat_household_id,
       case when h.status <> 'settled'
            then exists (select from persons p where p.person_id = h.head_person_id and p.withheld is not null) end as head_withheld
  from households h join communities c using (community_code) left join dwellings d using (dwelling_id)
"""


async def get_household(read: Read, household_id: str, place: Place, lock: bool = False) -> Row:
    """A co-living household. Raises HouseholdNotFound, also where the place does not cover it. (Locked in a statement of its own: what
    waits for a lock reads the row anew, but joins it to what stood before.)"""
    if lock:
        await read.execute("select from households where household_id = $1 for update", household_id)
    row = await read.fetchrow(
        f"{HOUSEHOLD} where h.household_id = $1 and h.kind = 'coliving' and {own.household_seen(place, 2)}",
        household_id,
        *own.parameters(read, place),
    )
    if row is None:
        raise HouseholdNotFound
    return row


async def list_covered(read: Read, household_ids: Collection[str], place: Place) -> set[str]:
    """Of these households, those that the place covers."""
    rows = await read.fetch(
        f"select household_id from households h where household_id = any($1::uuid[]) and {seen(place, 2)}",
        list(household_ids),
        *place_of(place),
    )
    return {row["household_id"] for row in rows}


async def list_members(read: Read, household_id: str) -> list[Row]:
    """Present members with what is needed to show them, head first; nobody whose record is withheld."""
    return await read.fetch(
        """select p.person_id, p.name, p.status, p.id_number_sealed, k.key_id, k.wrapped, m.relation
             from memberships m join persons p using (person_id) join person_keys k using (person_id)
            where m.household_id = $1 and m.valid_to is null and m.retracted_at is null and p.withheld is null
            order by (m.relation <> '02'), m.id""",
        household_id,
    )


async def list_present(read: Read, household_ids: Collection[str]) -> dict[str, list[Mapping[str, Any]]]:
    """Present members of households (person_id, relation), in the order in which they came; nothing of empty ones."""
    rows = await read.fetch(
        """select household_id, person_id, relation from memberships
            where household_id = any($1::uuid[]) and valid_to is null and retracted_at is null order by id""",
        list(household_ids),
    )
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["household_id"], []).append(row)
    return found


async def list_households(read: Read, place: Place, block: str | None, after: str | None, limit: int) -> list[Row]:
    """Settled co-living households, by id."""
    return await read.fetch(
        f"""select h.household_id, h.kind, h.status, h.estate, h.block, h.unit, h.flat, h.without_work, p.name as head_name,
                   (select count(*) from memberships m join persons q using (person_id)
                     where m.household_id = h.household_id and m.valid_to is null and m.retracted_at is null
                       and q.withheld is null) as members
              from (select * from households h
                     where h.kind = 'coliving' and h.status = 'settled' and {seen(place, 1)}
                       and ($4::text is null or h.block = $4) and {beyond("h.household_id", 5)}
                     order by h.household_id limit $6) h
              left join persons p on p.person_id = h.head_person_id and p.withheld is null
             order by h.household_id""",
        *place_of(place),
        block,
        after,
        limit,
    )


async def load_companions(tx: Transaction, coliving_id: str, hukou_ids: Collection[str]) -> list[Row]:
    """The flat households that stand beside a co-living one, and these hukou households."""
    return await tx.fetch(
        """select household_id, kind from households
            where coliving_id = $1 and kind = 'flat' and status = 'settled'
               or household_id = any($2::uuid[]) and status <> 'withdrawn'
            order by household_id for update""",
        coliving_id,
        list(hukou_ids),
    )


async def set_household(
    tx: Transaction, household_id: str, status: str, version: int, head: str | None, facts: Mapping[str, object]
) -> None:
    await tx.execute(
        """update households set status = $2, version = $3, head_person_id = $4, facts = $5, changed_at = $6
            where household_id = $1""",
        household_id,
        status,
        version,
        head,
        facts,
        tx.now,
    )


async def set_companion_status(tx: Transaction, household_ids: Sequence[str], status: str) -> None:
    await tx.execute(
        "update households set status = $2, version = version + 1, changed_at = $3 where household_id = any($1::uuid[])",
        list(household_ids),
        status,
        tx.now,
    )


async def retract_settling(tx: Transaction, household_ids: Sequence[str], person_ids: Sequence[str]) -> None:
    """Takes back memberships, occupancies and facts that came with a settling. They stay as what was once thought."""
    for table in ("memberships", "occupancies", "household_facts"):
        await tx.execute(
            f"update {table} set retracted_at = $2 where household_id = any($1::uuid[]) and retracted_at is null",
            list(household_ids),
            tx.now,
        )
    await tx.execute(
        "update person_facts set retracted_at = $2 where person_id = any($1::uuid[]) and retracted_at is null",
        list(person_ids),
        tx.now,
    )


async def set_without_work(tx: Transaction, rows: Sequence[tuple[str, int, bool, datetime | None]]) -> None:
    """Jobs' word on households; an older word changes nothing."""
    await tx.execute(
        """with said as (
               select distinct on (household_id) *
                 from unnest($1::uuid[], $2::int[], $3::bool[], $4::timestamptz[]) as s(household_id, version, without_work, since)
                order by household_id, version desc),
            locked as materialized (
               select household_id from households join said using (household_id) order by household_id for no key update)
           update households h
              set without_work = s.without_work, without_work_since = s.since, without_work_version = s.version
             from said s join locked using (household_id)
            where h.household_id = s.household_id and h.without_work_version < s.version""",
        *columns(rows, 4),
    )
