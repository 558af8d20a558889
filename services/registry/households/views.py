"""How members and addresses of households are shown."""

from __future__ import annotations

from services.registry.households.schemas import PersonBrief
from services.registry.schemas import AddressView
from services.registry.sight import Sealed, name_for
from shared.auth import Actor
from shared.db import Row
from shared.privacy import KeyRing, mask_name


def brief(actor: Actor, keys: KeyRing, member: Row, unmasked: bool) -> PersonBrief:
    """A member, by what the actor sees of it."""
    return PersonBrief(
        person_id=member["person_id"],
        name=name_for(actor, member["name"], unmasked),
        id_number=Sealed(keys, member).id_number(unmasked),
        relation=member["relation"],
        status=member["status"],
    )


def other(member: Row) -> PersonBrief:
    """Somebody with whom a resident lives."""
    return PersonBrief(
        person_id=member["person_id"],
        name=mask_name(member["name"]),
        id_number=None,
        relation=member["relation"],
        status=None,
    )


def address_of(row: Row) -> AddressView:
    """The address on a household's or person's row."""
    return AddressView(
        community=row["community_code"],
        community_name=row["community_name"],
        estate=row["estate"],
        block=row["block"],
        unit=row["unit"],
        floor=row["floor"],
        flat=row["flat"],
    )
