"""What can be done to a flat before somebody moves in: it is kept for a household, or no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.registry.dwellings.domain import doubts_of_area
from services.registry.dwellings.parameters import m2_a_person
from services.registry.dwellings.service import look_at_flat, refuse_flat
from services.registry.households import store as households
from services.registry.households.domain import HouseholdAction, HouseholdStatus, move_household
from services.registry.reservations import store
from services.registry.reservations.domain import OPEN, Wish, standing
from shared.auth import Actor
from shared.db import Transaction
from shared.errors import Conflict, Fault
from shared.ids import new_id


class ReservationOver(Conflict):
    slug = "reservation-over"
    title_en, title_zh = "The reservation keeps the flat no more", "该预留已失效"


@dataclass(frozen=True, slots=True)
class Reserved:
    """Id of the reservation, and what to look at."""

    reservation_id: str
    warnings: tuple[Fault, ...]


async def reserve(tx: Transaction, actor: Actor, wish: Wish) -> Reserved:
    """The flat is kept for one household: of two who ask at once, the second finds it kept.

    Raises HouseholdNotFound, IllegalMove for a household that does not live here any more, FlatUnknown, FlatTaken, FlatReserved.
    """
    if wish.household_id:
        row = await households.get_household(tx, wish.household_id, actor.place, lock=True)
        move_household(HouseholdStatus(row["status"]), HouseholdAction.MOVE)
    flat, faults = await look_at_flat(tx, actor, wish.address, None, tx.today, "/flat")
    refuse_flat(faults)
    assert flat is not None  # or there would have been a fault
    await store.end_stale(tx, flat["dwelling_id"])
    reservation_id = new_id()
    expires_at = tx.now + timedelta(wish.days)
    await store.add_reservation(
        tx,
        reservation_id,
        flat["dwelling_id"],
        wish.household_id,
        wish.agreement_no,
        wish.people,
        expires_at,
        actor.subject,
    )
    standard = m2_a_person(wish.address.community_code, tx.today)
    return Reserved(reservation_id, tuple(doubts_of_area(flat["area_m2"], wish.people, standard)))


async def cancel(tx: Transaction, actor: Actor, reservation_id: str) -> None:
    """The flat is free. Raises ReservationNotFound, ReservationOver."""
    row = await store.load_reservation(tx, reservation_id, actor.place)
    state = standing(row["ended_because"], row["expires_at"], row["household_gone"], tx.now)
    if state != OPEN:
        raise ReservationOver(members={"state": state})
    await store.cancel(tx, reservation_id)
