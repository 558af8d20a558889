"""What a caller may see of a field: decided by `sight` alone, so that no form shows what a read for the same purpose would not."""

from __future__ import annotations

from services.registry.forms.agencies import AGENCIES, Agency
from services.registry.forms.catalogue import Path
from services.registry.forms.domain import Form
from services.registry.persons.domain import Purpose
from services.registry.sight import facts_for, may_see, without_work_for, work_for
from shared.auth import SCOPES, Actor, Place, Role, Scope

_OPEN = frozenset({"sex", "relation", "address", "size", "settled_on"})
_MASKED = frozenset({"id_number", "phone", "birth_on"})


def shows(actor: Actor, path: Path, purpose: Purpose | None) -> bool:
    """Does the actor see the field in full? `purpose`: what it states, None for who may not read unmasked. (A masked value fills no
    form.)"""
    group = path.group
    if group in _OPEN:
        return True
    if group in _MASKED:
        return purpose is not None
    if group == "name":
        return purpose is not None or actor.kind == "staff"
    if group == "work":
        return work_for(actor, True) is not None
    if group == "without_work":
        return without_work_for(actor, True) is not None
    if path.of == "parcel":
        return may_see(actor, "land") and (group != "certificate_no" or actor.kind == "staff")
    shown = facts_for(actor, {group: {"receiving": True} if group == "dibao" else {}}, purpose)
    return group in shown and (group != "dibao" or may_see(actor, group) or path.part in shown[group])


def serves(actor: Actor, form: Form) -> bool:
    """Does the actor fill the form for its agency? Others who see the person may prepare it, and see what they see without a purpose."""
    return actor.role in AGENCIES[form.agency].fills and actor.place.division.startswith(form.division)


def stated(actor: Actor, form: Form) -> Purpose | None:
    """The purpose for which the actor reads by this form."""
    return form.purpose if serves(actor, form) and actor.may(Scope.REGISTRY_UNMASK) else None


def agencies_of(actor: Actor) -> list[str]:
    """Agencies for which the actor fills forms."""
    return [code for code, agency in AGENCIES.items() if actor.role in agency.fills]


def agency_may_read(agency: Agency, path: Path, purpose: Purpose) -> bool:
    """Could any account of the agency see the field for this purpose?"""
    return any(_role_reads(role, path, purpose) for role in agency.fills if role is not Role.DEVELOPER)


def _role_reads(role: Role, path: Path, purpose: Purpose) -> bool:
    scopes = SCOPES[role]
    actor = Actor("", "staff", role, frozenset(scopes), Place())
    return shows(actor, path, purpose if Scope.REGISTRY_UNMASK in scopes else None)
