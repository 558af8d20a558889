"""Every SQL statement about communities and flats."""

from __future__ import annotations

from collections.abc import Sequence

from services.registry.dwellings.domain import Flat, Plan
from services.registry.households.domain import Address
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound
from shared.places import place_of, seen


class CommunityNotFound(NotFound):
    slug = "community-not-found"
    title_en, title_zh = "No such community", "未找到该社区"


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


async def count_moves(read: Read, code: str) -> int:
    """A number that grows with each household that comes to a flat of the community, or leaves one."""
    moves: int = await read.fetchval(
        """select coalesce(sum(1 + (o.valid_to is not null)::int + (o.retracted_at is not null)::int), 0)
             from occupancies o join dwellings d using (dwelling_id) where d.community_code = $1""",
        code,
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
    """Removes flats nobody ever lived in; the ids of those removed."""
    await tx.execute(
        "select from dwellings where dwelling_id = any($1::uuid[]) order by dwelling_id for update", list(dwelling_ids)
    )
    rows = await tx.fetch(
        """delete from dwellings d where dwelling_id = any($1::uuid[])
              and not exists (select from occupancies o where o.dwelling_id = d.dwelling_id)
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
    """The flat, locked, with the household that lives there now; None where there is no such flat. (Two statements: one that waits
    for a lock still sees what stood when it started.)"""
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
        """select d.dwelling_id, o.household_id as occupant,
                  (select max(p.valid_to) from occupancies p
                    where p.dwelling_id = d.dwelling_id and p.retracted_at is null) as free_from
             from dwellings d
             left join occupancies o on o.dwelling_id = d.dwelling_id and o.valid_to is null and o.retracted_at is null
            where d.dwelling_id = $1""",
        locked,
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
