"""Every SQL statement about communities and flats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.registry.dwellings.domain import BlockPoint, Flat, Plan
from services.registry.households.domain import Address
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound
from shared.paging import beyond
from shared.places import place_of, seen


class CommunityNotFound(NotFound):
    slug = "community-not-found"
    title_en, title_zh = "No such community", "未找到该社区"


def reserved(now: int) -> str:
    """SQL over reservations `r`: kept for somebody at the instant that parameter `now` gives. One for a household that ended, was merged or
    withdrawn keeps nothing."""
    return f"""r.ended_at is null and r.expires_at > ${now}
       and (r.household_id is null
            or exists (select from households w where w.household_id = r.household_id and w.status = 'settled'))"""


async def find_community(tx: Read, code: str, lock: bool = False) -> Row | None:
    """The community's row; locked for change where asked."""
    return await tx.fetchrow(
        f"select * from communities where community_code = $1 {'for no key update' if lock else ''}", code
    )


async def lock_code(tx: Transaction, code: str) -> None:
    """Two first writes of one community wait for one another."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", code)


async def list_communities(read: Read, place: Place, after: str, limit: int) -> list[Row]:
    return await read.fetch(
        f"""select c.community_code, c.name, count(d.dwelling_id) as flats, count(o.id) as occupied
              from communities c
              left join dwellings d on d.community_code = c.community_code and {seen(place, 1, "d")}
              left join occupancies o on o.dwelling_id = d.dwelling_id and o.valid_to is null and o.retracted_at is null
             where starts_with(c.community_code, $1) and c.community_code > $4
             group by c.community_code order by c.community_code limit $5""",
        *place_of(place),
        after,
        limit,
    )


async def list_names(read: Read, place: Place) -> list[tuple[str, str]]:
    """Name and code of every community that the place covers."""
    rows = await read.fetch(
        "select name, community_code from communities where starts_with(community_code, $1)", place.division
    )
    return [(row["name"], row["community_code"]) for row in rows]


async def list_flats(read: Read, code: str, place: Place) -> list[Row]:
    """All flats of a community that the place covers, with the household that lives there."""
    return await read.fetch(
        f"""select d.*, e.name as estate_name, o.household_id
              from dwellings d
              join estates e using (community_code, estate)
              left join occupancies o on o.dwelling_id = d.dwelling_id and o.valid_to is null and o.retracted_at is null
             where d.community_code = $1 and {seen(place, 2, "d")}
             order by d.estate, d.block, d.unit, d.floor, d.flat""",
        code,
        *place_of(place),
    )


async def count_moves(read: Read, code: str, place: Place) -> int:
    """A number that grows with each household that comes to a flat of the community that the place covers, or leaves one."""
    moves: int = await read.fetchval(
        f"""select coalesce(sum(1 + (o.valid_to is not null)::int + (o.retracted_at is not null)::int), 0)
             from occupancies o join dwellings d using (dwelling_id) where d.community_code = $1 and {seen(place, 2, "d")}""",
        code,
        *place_of(place),
    )
    return moves


async def save_community(tx: Transaction, code: str, plan: Plan, version: int) -> None:
    await tx.execute(
        """insert into communities (community_code, name, version, changed_at) values ($1, $2, $3, $4)
           on conflict (community_code) do update set name = $2, version = $3, changed_at = $4""",
        code,
        plan.name,
        version,
        tx.now,
    )
    await tx.execute(
        """insert into estates (community_code, estate, name) select $1, * from unnest($2::text[], $3::text[])
           on conflict (community_code, estate) do update set name = excluded.name""",
        code,
        list(plan.estates),
        list(plan.estates.values()),
    )
    await tx.execute("delete from block_points where community_code = $1", code)
    await tx.execute(
        """insert into block_points (community_code, estate, block, lon, lat)
           select $1, * from unnest($2::text[], $3::text[], $4::numeric[], $5::numeric[])""",
        code,
        *columns([(p.estate, p.block, p.lon, p.lat) for p in plan.points], 4),
    )


async def list_points(read: Read, code: str) -> list[BlockPoint]:
    """Where blocks of a community stand, in order."""
    rows = await read.fetch("select estate, block, lon, lat from block_points where community_code = $1", code)
    return sorted(BlockPoint(row["estate"], row["block"], row["lon"], row["lat"]) for row in rows)


async def list_blocks(read: Read, code: str, place: Place, m2_a_person: Decimal) -> list[Row]:
    """Blocks of a community that the place covers: where they stand, their flats, how many people these are meant for, and who is there."""
    return await read.fetch(
        f"""with lived as (
               select h.estate, h.block, count(p.person_id) as people
                 from households h join persons p on p.household_id = h.household_id and p.status in ('resident', 'away')
                where h.community_code = $1 and h.kind = 'coliving' and h.status = 'settled' group by 1, 2)
            select d.estate, d.block, b.lon, b.lat, count(*) as flats, count(o.id) as occupied,
                   count(r.reservation_id) filter (where o.id is null) as reserved, sum(d.area_m2) as area_m2,
                   sum(greatest(1, ceil(d.area_m2 / $5)))::int as meant_for, coalesce(max(l.people), 0) as people
              from dwellings d
              left join occupancies o on o.dwelling_id = d.dwelling_id and o.valid_to is null and o.retracted_at is null
              left join reservations r on r.dwelling_id = d.dwelling_id and {reserved(6)}
              left join block_points b using (community_code, estate, block)
              left join lived l using (estate, block)
             where d.community_code = $1 and {seen(place, 2, "d")}
             group by d.estate, d.block, b.lon, b.lat
             order by length(d.estate), d.estate, length(d.block), d.block""",
        code,
        *place_of(place),
        m2_a_person,
        read.now,
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which flats are looked for; None: does not matter. Areas in m², both included."""

    estate: str | None = None
    block: str | None = None
    area_from: Decimal | None = None
    area_to: Decimal | None = None


async def list_vacancies(
    read: Read, code: str, place: Place, wanted: Wanted, after: str | None, limit: int | None
) -> list[Row]:
    """Flats of a community in which nobody lives and that are kept for nobody, by id; all where there is no limit."""
    return await read.fetch(
        f"""select d.* from dwellings d
             where d.community_code = $1 and {seen(place, 2, "d")} and {beyond("d.dwelling_id", 5)}
               and ($6::text is null or d.estate = $6) and ($7::text is null or d.block = $7)
               and ($8::numeric is null or d.area_m2 >= $8) and ($9::numeric is null or d.area_m2 <= $9)
               and not exists (select from occupancies o
                                where o.dwelling_id = d.dwelling_id and o.valid_to is null and o.retracted_at is null)
               and not exists (select from reservations r where r.dwelling_id = d.dwelling_id and {reserved(10)})
             order by d.dwelling_id limit $11""",
        code,
        *place_of(place),
        after,
        wanted.estate,
        wanted.block,
        wanted.area_from,
        wanted.area_to,
        read.now,
        limit,
    )


async def take_reservation(tx: Transaction, dwelling_id: str) -> None:
    """Who the flat was kept for lives there now, if anybody does."""
    await tx.execute(
        """update reservations r set ended_at = $2, ended_because = 'settled', taken_by = o.household_id
             from occupancies o
            where r.dwelling_id = $1 and r.ended_at is null
              and o.dwelling_id = r.dwelling_id and o.valid_to is null and o.retracted_at is null""",
        dwelling_id,
        tx.now,
    )


async def add_flats(tx: Transaction, code: str, ids: Sequence[str], flats: Sequence[Flat]) -> None:
    """Adds flats, or changes floor and area of those there."""
    rows = [(i, f.estate, f.block, f.unit, f.floor, f.flat, f.area_m2) for i, f in zip(ids, flats, strict=True)]
    await tx.execute(
        """insert into dwellings (dwelling_id, community_code, estate, block, unit, floor, flat, area_m2)
           select a, $1, b, c, d, e, f, g
             from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::numeric[])
                  as t(a, b, c, d, e, f, g)
           on conflict (community_code, estate, block, unit, flat)
           do update set floor = excluded.floor, area_m2 = excluded.area_m2""",
        code,
        *columns(rows, 7),
    )


async def remove_flats(tx: Transaction, dwelling_ids: Sequence[str]) -> list[str]:
    """Removes flats nobody ever lived in or had reserved; the ids of those removed."""
    await tx.execute(
        "select from dwellings where dwelling_id = any($1::uuid[]) order by dwelling_id for update", list(dwelling_ids)
    )
    rows = await tx.fetch(
        """delete from dwellings d where dwelling_id = any($1::uuid[])
              and not exists (select from occupancies o where o.dwelling_id = d.dwelling_id)
              and not exists (select from reservations r where r.dwelling_id = d.dwelling_id)
           returning dwelling_id""",
        list(dwelling_ids),
    )
    return [row["dwelling_id"] for row in rows]


async def remove_empty_estates(tx: Transaction, code: str, keep: Sequence[str]) -> None:
    await tx.execute(
        """delete from estates e where community_code = $1 and estate <> all($2::text[])
              and not exists (select from dwellings d where (d.community_code, d.estate) = (e.community_code, e.estate))""",
        code,
        list(keep),
    )


async def load_flat(tx: Transaction, address: Address) -> Row | None:
    """The flat, locked, with the household that lives there now and whom it is kept for; None where there is no such flat. (Two
    statements: one that waits for a lock still sees what stood when it started.)"""
    locked = await tx.fetchval(
        """select dwelling_id from dwellings
            where (community_code, estate, block, unit, flat) = ($1, $2, $3, $4, $5) for update""",
        address.community_code,
        address.estate,
        address.block,
        address.unit,
        address.flat,
    )
    return locked and await tx.fetchrow(
        f"""select d.dwelling_id, d.area_m2, o.household_id as occupant,
                  r.reservation_id, r.household_id as reserved_for, r.expires_at,
                  (select max(p.valid_to) from occupancies p
                    where p.dwelling_id = d.dwelling_id and p.retracted_at is null) as free_from
             from dwellings d
             left join occupancies o on o.dwelling_id = d.dwelling_id and o.valid_to is null and o.retracted_at is null
             left join reservations r on r.dwelling_id = d.dwelling_id and {reserved(2)}
            where d.dwelling_id = $1""",
        locked,
        tx.now,
    )


async def find_unknown_part(tx: Transaction, address: Address) -> str:
    """Which part of an address that has no flat is the first that does not exist: community, block, unit or flat."""
    part: str = await tx.fetchval(
        """select case when count(*) = 0 then 'community'
                       when count(*) filter (where (estate, block) = ($2, $3)) = 0 then 'block'
                       when count(*) filter (where (estate, block, unit) = ($2, $3, $4)) = 0 then 'unit'
                       else 'flat' end
             from dwellings where community_code = $1""",
        address.community_code,
        address.estate,
        address.block,
        address.unit,
    )
    return part
