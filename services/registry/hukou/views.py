"""How hukou households are shown."""

from __future__ import annotations

from collections.abc import Container

from services.registry.households.schemas import HouseholdView, HukouView
from services.registry.households.views import address_of, brief, other
from services.registry.hukou import store
from services.registry.hukou.service import BOOK
from services.registry.sight import facts_for, may_see
from shared.auth import Actor
from shared.db import Read, Row
from shared.http import WarningView
from shared.privacy import KeyRing


def may_see_hukou(actor: Actor) -> bool:
    """Does the actor see in which hukou household somebody is entered? As the hukou itself."""
    return may_see(actor, "hukou")


async def register_view(
    read: Read,
    actor: Actor,
    keys: KeyRing,
    row: Row,
    unmasked: bool = False,
    warnings: list[WarningView] | None = None,
    own: Container[str] | None = None,
) -> HouseholdView:
    """A hukou household with those of its members who live in the actor's place; of the others their number. `own`: of whom alone a
    resident is shown numbers."""
    members = await store.list_members(read, row["household_id"], actor.place)
    here = [member for member in members if member["covered"]]
    return HouseholdView(
        household_id=row["household_id"],
        kind=row["kind"],
        version=row["version"],
        status=row["status"],
        address=address_of(row),
        settled_on=row["settled_on"],
        head_person_id=next((m["person_id"] for m in here if m["person_id"] == row["head_person_id"]), None),
        members=[
            brief(actor, keys, member, unmasked) if own is None or member["person_id"] in own else other(member)
            for member in here
        ],
        without_work=None,
        without_work_since=None,
        facts={fact: value for fact, value in facts_for(actor, row["facts"]).items() if fact != BOOK},
        hukou_household_id=row["household_id"],
        flat_household_id=None,
        hukou=HukouView(
            division=row["hukou_division"], book=row["facts"].get(BOOK), members_elsewhere=len(members) - len(here)
        ),
        warnings=warnings or [],
    )
