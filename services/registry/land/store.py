"""Every SQL statement about land rights, but for what held on a day (`history.store`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.registry.land.domain import HOMESTEAD, Contract
from services.registry.own import staff_sees
from shared.auth import Place
from shared.db import Read, Row, Transaction
from shared.errors import NotFound
from shared.paging import beyond
from shared.places import place_of


class ParcelNotFound(NotFound):
    slug = "parcel-not-found"
    title_en, title_zh = "No such parcel", "未找到该地块"


def _seen(place: Place, first: int) -> str:
    """SQL over parcels `p`: true where the place covers the village of the parcel, or the household of one who holds it."""
    homes = f"""select from parcel_holders k
                  join persons g using (person_id)
                  join persons q on q.person_id = coalesce(g.merged_into, g.person_id)
                  join households h on h.household_id = q.household_id
                 where k.parcel_id = p.parcel_id and {staff_sees(place, first, "q")}"""
    village = "false" if place.block else f"starts_with(p.village, ${first})"
    return f"({village} or exists ({homes})) and {_HELD_BY_SOMEBODY}"


_HELD_BY_SOMEBODY = """
(not exists (select from parcel_holders k where k.parcel_id = p.parcel_id)
 or exists (select from parcel_holders k join persons g using (person_id) where k.parcel_id = p.parcel_id and g.withheld is null))
"""
"""SQL over parcels `p`: is there anybody who holds it whose record is not withheld?"""


def _held_by(people: str) -> str:
    """SQL: ids of the parcels that these people hold (SQL of their ids as `person_id`), or those who were found to be one with them."""
    return f"""select parcel_id from parcel_holders where person_id in (
                   {people}
                   union select m.gone_id from person_mergers m where m.kept_id in ({people}) and m.unmerged_at is null)"""


async def get_parcel(read: Read, parcel_id: str, place: Place) -> Row:
    """Raises ParcelNotFound, also where the place covers neither its village nor the household of one who holds it."""
    row = await read.fetchrow(
        f"select * from parcels p where parcel_id = $1 and {_seen(place, 2)}", parcel_id, *place_of(place)
    )
    if row is None:
        raise ParcelNotFound
    return row


async def load_parcel(tx: Transaction, parcel_id: str, place: Place) -> Row:
    """The same, locked."""
    await tx.execute("select from parcels where parcel_id = $1 for update", parcel_id)
    return await get_parcel(tx, parcel_id, place)


async def lock_certificate(tx: Transaction, certificate_no: str) -> None:
    """Two writes of one certificate wait for one another."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 7))", certificate_no)


async def is_certificate_taken(read: Read, certificate_no: str, parcel_id: str) -> bool:
    """By another parcel than this?"""
    taken: bool = await read.fetchval(
        """select exists (select from parcels
                           where certificate_no = $1 and status <> 'withdrawn' and parcel_id <> $2)""",
        certificate_no,
        parcel_id,
    )
    return taken


async def load_homes(tx: Transaction, person_ids: Sequence[str], place: Place) -> dict[str, str]:
    """Household of each of these people whom the place covers; the households are locked, and stay theirs meanwhile."""
    homes = await tx.fetch("select household_id from persons where person_id = any($1::uuid[])", list(person_ids))
    await tx.execute(
        "select from households where household_id = any($1::uuid[]) order by household_id for update",
        [row["household_id"] for row in homes],
    )
    rows = await tx.fetch(
        f"""select q.person_id, q.household_id from persons q join households h using (household_id)
             where q.person_id = any($1::uuid[]) and q.status not in ('withdrawn', 'merged') and {staff_sees(place, 2, "q")}""",
        list(person_ids),
        *place_of(place),
    )
    return {row["person_id"]: row["household_id"] for row in rows}


async def have_homestead(read: Read, household_ids: Sequence[str], parcel_id: str) -> bool:
    """Does somebody of these households hold another homestead that was not inherited?"""
    held: bool = await read.fetchval(
        f"""select exists (
               select from parcels p
                where p.parcel_id in ({_held_by("select person_id from persons where household_id = any($1::uuid[])")})
                  and p.kind = $2 and p.status = 'held' and p.parcel_id <> $3
                  and p.facts -> 'right' -> 'inherited' <> 'true')""",
        list(household_ids),
        HOMESTEAD,
        parcel_id,
    )
    return held


async def save_parcel(
    tx: Transaction,
    parcel_id: str,
    version: int,
    status: str,
    facts: Mapping[str, Any],
    ended_on: date | None,
) -> None:
    """A parcel as it stands now, and who holds it."""
    right, holders = facts["right"], [holder["person_id"] for holder in facts["holders"]]
    await tx.execute(
        """insert into parcels (parcel_id, version, status, kind, certificate_no, village, facts, ended_on, registered_at, changed_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
           on conflict (parcel_id) do update
              set version = excluded.version, status = excluded.status, kind = excluded.kind,
                  certificate_no = excluded.certificate_no, village = excluded.village, facts = excluded.facts,
                  ended_on = excluded.ended_on, changed_at = excluded.changed_at""",
        parcel_id,
        version,
        status,
        right["kind"],
        right["certificate_no"],
        right["village"],
        facts,
        ended_on,
        tx.now,
    )
    await tx.execute(
        "delete from parcel_holders where parcel_id = $1 and person_id <> all($2::uuid[])", parcel_id, holders
    )
    await tx.execute(
        """insert into parcel_holders (parcel_id, person_id) select $1, unnest($2::uuid[]) on conflict do nothing""",
        parcel_id,
        holders,
    )


async def take_back_end(tx: Transaction, parcel_id: str, ended_on: date) -> None:
    """What held up to the day on which the right was said to have ended goes on to hold."""
    await tx.execute(
        """with gone as (
               update parcel_facts set retracted_at = $3
                where parcel_id = $1 and retracted_at is null and valid_from = $2 and (value is null or fact = 'ended')
               returning fact),
            before as (
               update parcel_facts f set retracted_at = $3 from gone
                where f.parcel_id = $1 and f.fact = gone.fact and f.retracted_at is null and f.valid_to = $2 returning f.*)
            insert into parcel_facts (parcel_id, fact, value, valid_from, recorded_at, source, recorded_by)
            select parcel_id, fact, value, valid_from, $3, source, recorded_by from before""",
        parcel_id,
        ended_on,
        tx.now,
    )


async def touch_parcel(tx: Transaction, parcel_id: str) -> None:
    """Its contracts changed: the next version."""
    await tx.execute(
        "update parcels set version = version + 1, changed_at = $2 where parcel_id = $1", parcel_id, tx.now
    )


async def retract_parcel(tx: Transaction, parcel_id: str) -> None:
    """Takes back all that was known of it. It stays as what was once thought."""
    for table in ("parcel_facts", "land_contracts"):
        await tx.execute(
            f"update {table} set retracted_at = $2 where parcel_id = $1 and retracted_at is null", parcel_id, tx.now
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parcels a list is of; None: does not matter. `over_by`: a contract is over by that day (and is not yet)."""

    person_id: str | None = None
    household_id: str | None = None
    village: str | None = None
    kind: str | None = None
    over_by: date | None = None


async def list_parcels(read: Read, place: Place, wanted: Wanted, after: str | None, limit: int) -> list[Row]:
    """Parcels that were not withdrawn, by id."""
    values: list[Any] = [*place_of(place), after, limit]
    conditions = ["p.status <> 'withdrawn'", _seen(place, 1), beyond("p.parcel_id", 4)]
    for value, condition in (
        (wanted.person_id, f"p.parcel_id in ({_held_by('select {0}::uuid as person_id')})"),
        (
            wanted.household_id,
            f"p.parcel_id in ({_held_by('select person_id from persons where household_id = {0}')})",
        ),
        (wanted.village, "starts_with(p.village, {})"),
        (wanted.kind, "p.kind = {}"),
    ):
        if value is not None:
            values.append(value)
            conditions.append(condition.format(f"${len(values)}"))
    if wanted.over_by is not None:
        values += [read.today, wanted.over_by + timedelta(1)]
        conditions.append(
            f"""p.parcel_id in (select parcel_id from land_contracts
                                 where retracted_at is null and valid_to > ${len(values) - 1} and valid_to <= ${len(values)})"""
        )
    return await read.fetch(
        f"select p.* from parcels p where {' and '.join(conditions)} order by p.parcel_id limit $5", *values
    )


_NOW = "retracted_at is null"


async def list_contracts(read: Read, parcel_ids: Sequence[str]) -> dict[str, list[Row]]:
    """Contracts of these parcels as they are known now, in order; those that are over too."""
    rows = await read.fetch(
        f"select * from land_contracts where parcel_id = any($1::uuid[]) and {_NOW} order by valid_from, contract_id",
        list(parcel_ids),
    )
    found: dict[str, list[Row]] = {parcel_id: [] for parcel_id in parcel_ids}
    for row in rows:
        found[row["parcel_id"]].append(row)
    return found


async def add_contract(
    tx: Transaction, contract_id: str, parcel_id: str, contract: Contract, source: str, by: str
) -> None:
    await tx.execute(
        """insert into land_contracts (contract_id, parcel_id, mode, party, agreed_to, price_per_mu, share_terms, area_mu, written,
                  registered, valid_from, valid_to, recorded_at, source, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)""",
        contract_id,
        parcel_id,
        contract.mode,
        contract.party,
        contract.last_on,
        contract.price_per_mu,
        contract.share_terms,
        contract.area_mu,
        contract.written,
        contract.registered,
        contract.first_on,
        contract.over_on,
        tx.now,
        source,
        by,
    )


async def end_contract(tx: Transaction, contract_id: str, over_on: date, because: str, source: str, by: str) -> None:
    """It was over from that day on, before what was agreed."""
    await tx.execute(
        """with known as (
               update land_contracts set retracted_at = $3 where contract_id = $1 and retracted_at is null returning *)
           insert into land_contracts (contract_id, parcel_id, mode, party, agreed_to, price_per_mu, share_terms, area_mu, written,
                  registered, ended_because, valid_from, valid_to, recorded_at, source, recorded_by)
           select contract_id, parcel_id, mode, party, agreed_to, price_per_mu, share_terms, area_mu, written,
                  registered, $4, valid_from, $2, $3, $5, $6 from known""",
        contract_id,
        over_on,
        tx.now,
        because,
        source,
        by,
    )


async def retract_contract(tx: Transaction, contract_id: str) -> None:
    await tx.execute(
        f"update land_contracts set retracted_at = $2 where contract_id = $1 and {_NOW}", contract_id, tx.now
    )
