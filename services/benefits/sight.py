"""What a caller sees of assessments and cases. Which households is the place filter's matter (`store.seen`); which schemes, this one's.

Roles of the domain reference §11.4: an insurance agency sees its schemes, county civil affairs sees dibao (低保).
"""

from __future__ import annotations

from services.benefits.assessments.domain import PERSON_SCHEMES, Scheme
from shared.auth import Actor, Role

_SCHEMES: dict[Role, tuple[Scheme, ...]] = {
    Role.INSURANCE_AGENCY: PERSON_SCHEMES,
    Role.COUNTY_CIVIL_AFFAIRS: (Scheme.DIBAO,),
}


def schemes_of(actor: Actor) -> list[str]:
    """The schemes whose assessments and cases the actor sees."""
    return [str(scheme) for scheme in _SCHEMES.get(actor.role, tuple(Scheme))]
