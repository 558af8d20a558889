"""Every SQL statement about reservations, but for whom a flat is kept for (`dwellings.store`)."""

from __future__ import annotations

from datetime import datetime

from services.registry.dwellings.store import reserved
from services.registry.reservations.domain import EndedBecause
from shared.auth import Place
from shared.db import Read, Row, Transaction
from shared.errors import NotFound
from shared.paging import beyond
from shared.places import place_of, seen


class ReservationNotFound(NotFound):
    slug = "reservation-not-found"
    title_en, title_zh = "No such reservation", "未找到该预留"


_RESERVATION = """
select r.*, d.community_code, d.estate, d.block, d.unit, d.floor, d.flat, c.name as community_name,
       r.household_id is not null and h.status <> 'settled' as household_gone
  from reservations r
  join dwellings d using (dwelling_id)
  join communities c using (community_code)
  left join households h using (household_id)
"""


async def get_reservation(read: Read, reservation_id: str, place: Place) -> Row:
    """Raises ReservationNotFound, also where the place does not cover the flat."""
    row = await read.fetchrow(
        f"{_RESERVATION} where r.reservation_id = $1 and {seen(place, 2, 'd')}", reservation_id, *place_of(place)
    )
    if row is None:
        raise ReservationNotFound
    return row


async def load_reservation(tx: Transaction, reservation_id: str, place: Place) -> Row:
    """The same, locked, its flat before it: so everybody locks who looks at a flat."""
    there = await get_reservation(tx, reservation_id, place)
    await tx.execute("select from dwellings where dwelling_id = $1 for update", there["dwelling_id"])
    await tx.execute("select from reservations where reservation_id = $1 for update", reservation_id)
    return await get_reservation(tx, reservation_id, place)


async def list_reservations(read: Read, place: Place, only_open: bool, after: str | None, limit: int) -> list[Row]:
    """Reservations by id; only those that keep a flat where asked."""
    keeping = f"({reserved(6)})" if only_open else "$6::timestamptz is not null"
    return await read.fetch(
        f"""{_RESERVATION} where {seen(place, 1, "d")} and {beyond("r.reservation_id", 4)} and {keeping}
             order by r.reservation_id limit $5""",
        *place_of(place),
        after,
        limit,
        read.now,
    )


async def end_stale(tx: Transaction, dwelling_id: str) -> None:
    """A reservation of this flat that keeps it no more is ended, by why."""
    await tx.execute(
        f"""update reservations r set ended_at = $2,
                   ended_because = case when r.expires_at <= $2 then '{EndedBecause.EXPIRED}' else '{EndedBecause.HOUSEHOLD_GONE}' end
             where r.dwelling_id = $1 and r.ended_at is null and not ({reserved(2)})""",
        dwelling_id,
        tx.now,
    )


async def add_reservation(
    tx: Transaction,
    reservation_id: str,
    dwelling_id: str,
    household_id: str | None,
    agreement_no: str | None,
    people: int,
    expires_at: datetime,
    by: str,
) -> None:
    await tx.execute(
        """insert into reservations (reservation_id, dwelling_id, household_id, agreement_no, people, reserved_at, expires_at, reserved_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8)""",
        reservation_id,
        dwelling_id,
        household_id,
        agreement_no,
        people,
        tx.now,
        expires_at,
        by,
    )


async def cancel(tx: Transaction, reservation_id: str) -> None:
    await tx.execute(
        "update reservations set ended_at = $2, ended_because = $3 where reservation_id = $1",
        reservation_id,
        tx.now,
        str(EndedBecause.CANCELLED),
    )
