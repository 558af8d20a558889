"""Every SQL statement of roster imports: what the registry holds of a chunk's people and flats, and the chunk coming in by columns."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import asyncpg

from services.registry.dwellings.store import reserved
from services.registry.households.domain import Address
from services.registry.imports.domain import Flat, Home, KnownPerson
from services.registry.own import staff_sees
from services.registry.persons.domain import PersonStatus
from shared.auth import Place
from shared.db import Read, Transaction, columns, json_text
from shared.places import place_of

_ADDRESSES = """unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
       with ordinality as a(community_code, estate, block, unit, flat, n)"""


def _columns_of(addresses: Sequence[Address]) -> list[list[str]]:
    return columns([(a.community_code, a.estate, a.block, a.unit, a.flat) for a in addresses], 5)


# Ids are fetched step by step and given as arrays: a join would be planned by statistics that are not there yet while a first roster
# comes in.


async def load_flats(tx: Transaction, addresses: Sequence[Address], lookups: Sequence[bytes]) -> dict[Address, Flat]:
    """The flats that exist, with who lives there. They, their households, and the people of these ID numbers with theirs are locked, in
    the order of all acts: households, flats, people; each in the order of its key. (Not against rows that refer to them: who notes that
    somebody looks like one of them must not wait.) Raises MovedMeanwhile, which is transient."""
    flats = {
        addresses[row["n"] - 1]: row["dwelling_id"]
        for row in await tx.fetch(
            f"""select a.n, d.dwelling_id
                  from {_ADDRESSES} join dwellings d using (community_code, estate, block, unit, flat)""",
            *_columns_of(addresses),
        )
    }
    dwellings = list(flats.values())
    living = {row["household_id"] for row in await _list_occupants(tx, dwellings)}
    homes = await tx.fetch("select household_id from persons where id_number_lookup = any($1::bytea[])", list(lookups))
    households = list(living | {row["household_id"] for row in homes})
    for table, key, kind, ids in (
        ("households", "household_id", "uuid", households),
        ("dwellings", "dwelling_id", "uuid", dwellings),
        ("persons", "id_number_lookup", "bytea", list(lookups)),
    ):
        await tx.execute(f"select from {table} where {key} = any($1::{kind}[]) order by {key} for no key update", ids)
    occupants = {row["dwelling_id"]: row["household_id"] for row in await _list_occupants(tx, dwellings)}
    if not set(occupants.values()) <= set(households):
        raise MovedMeanwhile
    found = {home.household_id: home for home in await _list_homes(tx, list(occupants.values()))}
    free = await _list_free_from(tx, dwellings)
    rows = await tx.fetch(
        f"select r.dwelling_id from reservations r where r.dwelling_id = any($1::uuid[]) and {reserved(2)}",
        dwellings,
        tx.now,
    )
    kept = {row["dwelling_id"] for row in rows}
    return {
        address: Flat(dwelling, found.get(occupants.get(dwelling, "")), free.get(dwelling), dwelling in kept)
        for address, dwelling in flats.items()
    }


class MovedMeanwhile(asyncpg.SerializationError):
    """A household moved into one of the flats between the look and the lock: try again."""


async def _list_occupants(read: Read, dwellings: Sequence[str]) -> list[Mapping[str, Any]]:
    return await read.fetch(
        """select dwelling_id, household_id from occupancies
            where dwelling_id = any($1::uuid[]) and valid_to is null and retracted_at is null""",
        dwellings,
    )


async def _list_free_from(read: Read, dwellings: Sequence[str]) -> dict[str, date]:
    """On which day the last household that left a flat did so."""
    rows = await read.fetch(
        """select dwelling_id, max(valid_to) as free_from from occupancies
            where dwelling_id = any($1::uuid[]) and retracted_at is null and valid_to is not null group by dwelling_id""",
        dwellings,
    )
    return {row["dwelling_id"]: row["free_from"] for row in rows}


async def _list_homes(read: Read, household_ids: Sequence[str]) -> list[Home]:
    rows = await read.fetch(
        """select h.*, f.household_id as flat_household_id, p.name as head_name
             from households h
             join households f on f.coliving_id = h.household_id and f.kind = 'flat' and f.status = 'settled'
             left join persons p on p.person_id = h.head_person_id and p.withheld is null
            where h.household_id = any($1::uuid[])""",
        household_ids,
    )
    names = ("household_id", "flat_household_id", "version", "head_person_id", "head_name", "settled_on", "facts")
    return [Home(*(row[name] for name in names)) for row in rows]


async def list_unknown_parts(read: Read, addresses: Sequence[Address]) -> dict[Address, str]:
    """Those of the addresses that have no flat, and which part is the first that does not exist: block, unit or flat."""
    rows = await read.fetch(
        f"""select a.n, case when not exists (select from dwellings d
                                               where (d.community_code, d.estate, d.block) = (a.community_code, a.estate, a.block))
                             then 'block'
                             when not exists (select from dwellings d
                                               where (d.community_code, d.estate, d.block, d.unit)
                                                     = (a.community_code, a.estate, a.block, a.unit))
                             then 'unit' else 'flat' end as part
              from {_ADDRESSES}
             where not exists (select from dwellings d
                                where (d.community_code, d.estate, d.block, d.unit, d.flat)
                                      = (a.community_code, a.estate, a.block, a.unit, a.flat))""",
        *_columns_of(addresses),
    )
    return {addresses[row["n"] - 1]: row["part"] for row in rows}


async def load_known(tx: Transaction, lookups: Sequence[bytes], place: Place) -> dict[bytes, KnownPerson]:
    """People of these ID numbers who are in the registry. They are locked. Whose record is restricted: see `persons.store.load_known`."""
    rows = await tx.fetch(
        f"""select p.*, {staff_sees(place, 2)} as covered, (p.died_on is not null or p.withheld is not null) as dead,
                   (select m.relation from memberships m
                     where m.person_id = p.person_id and m.household_id = p.household_id
                       and m.valid_to is null and m.retracted_at is null) as relation,
                   case when p.status = 'moved-out' then
                       (select f.valid_from from person_facts f
                         where f.person_id = p.person_id and f.fact = 'status' and f.valid_to is null and f.retracted_at is null)
                   end as moved_out_on
              from persons p join households h using (household_id)
             where p.id_number_lookup = any($1::bytea[])""",
        list(lookups),
        *place_of(place),
    )
    return {
        r["id_number_lookup"]: KnownPerson(
            r["person_id"],
            PersonStatus(r["status"]),
            r["name"],
            r["dead"],
            r["covered"],
            r["household_id"],
            r["version"],
            r["relation"],
            r["facts"],
            r["work_copy"],
            r["phone_lookup"],
            r["moved_out_on"],
        )
        for r in rows
    }


class Rows(NamedTuple):
    """Rows of a table as CSV, for COPY. Bytes are hexadecimal text that starts with `\\x`; a cell without text is null."""

    columns: Sequence[str]
    text: bytes


async def copy_in(tx: Transaction, table: str, rows: Rows) -> None:
    """Rows that come in by COPY."""
    if rows.text:
        await tx.connection.copy_to_table(table, source=io.BytesIO(rows.text), columns=rows.columns, format="csv")


async def await_others(tx: Transaction) -> None:
    """Waits for chunks that came so far before this one, until they are committed: who looks for people alike sees those of all of them,
    and of two chunks under way one sees the other. A chunk with people who are in the registry waits before it locks them."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('anju-look-alikes'))")


async def set_facts(tx: Transaction, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """People of changed facts (person_id, all facts); each gets the next version."""
    await tx.execute(
        """update persons p set version = version + 1, facts = g.facts::jsonb, changed_at = $1
             from unnest($2::uuid[], $3::text[]) as g(person_id, facts) where p.person_id = g.person_id""",
        tx.now,
        *columns([(person_id, json_text(facts)) for person_id, facts in rows], 2),
    )


async def set_phones(tx: Transaction, rows: Sequence[tuple[str, bytes, bytes]]) -> None:
    """Person_id, sealed phone, its keyed hash."""
    await tx.execute(
        """update persons p set phone_sealed = g.sealed, phone_lookup = g.lookup
             from unnest($1::uuid[], $2::bytea[], $3::bytea[]) as g(person_id, sealed, lookup) where p.person_id = g.person_id""",
        *columns(rows, 3),
    )


async def set_relations(
    tx: Transaction, rows: Sequence[tuple[str, str, str]], valid_from: date, source: str, by: str
) -> None:
    """Other relations to the head (household_id, person_id, relation), in the co-living household and its flat household, from that
    day on; a relation that began that day never was."""
    await tx.execute(
        """with given as (
               select h.household_id, g.person_id, g.relation
                 from unnest($5::uuid[], $6::uuid[], $7::text[]) as g(coliving_id, person_id, relation)
                 join households h on h.coliving_id = g.coliving_id and h.kind <> 'hukou' and h.status = 'settled'),
            touched as (
               update memberships m set retracted_at = $2
                 from given g
                where m.household_id = g.household_id and m.person_id = g.person_id
                  and m.valid_to is null and m.retracted_at is null
               returning m.*, g.relation as relation_now)
            insert into memberships (household_id, kind, person_id, relation, valid_from, valid_to, recorded_at, source, recorded_by)
            select household_id, kind, person_id, relation, valid_from, $1::date, $2, source, recorded_by
              from touched where valid_from < $1
            union all
            select household_id, kind, person_id, relation_now, $1, null, $2, $3, $4 from touched""",
        valid_from,
        tx.now,
        source,
        by,
        *columns(rows, 3),
    )


async def set_households(tx: Transaction, rows: Sequence[tuple[str, str | None, Mapping[str, Any]]]) -> None:
    """Households that changed (household_id, head, all facts); each gets the next version."""
    await tx.execute(
        """update households h set version = version + 1, head_person_id = g.head, facts = g.facts::jsonb, changed_at = $1
             from unnest($2::uuid[], $3::uuid[], $4::text[]) as g(household_id, head, facts) where h.household_id = g.household_id""",
        tx.now,
        *columns([(h, head, json_text(facts)) for h, head, facts in rows], 3),
    )


async def find_person_ids(read: Read, lookups: Sequence[bytes]) -> list[str]:
    rows = await read.fetch(
        "select person_id from persons where id_number_lookup = any($1::bytea[]) order by person_id", list(lookups)
    )
    return [row["person_id"] for row in rows]
