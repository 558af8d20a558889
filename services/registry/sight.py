"""What a caller sees of a person or household it may see at all. Which rows it may see is the place filter's matter (`store.seen`).

Masked unless a purpose is stated (and noted): ID number, phone, birth. Names are full for staff on duty for the place. Fact groups
show by scope: a block head sees names and flats, no welfare; see the table of roles (domain reference §11.4, §8.2).
"""

from __future__ import annotations

import base64
from collections.abc import Container, Mapping
from functools import lru_cache
from typing import Any

from services.registry.persons.domain import Purpose
from shared.auth import Actor, Scope
from shared.privacy import (
    DataKey,
    KeyRing,
    field_context,
    mask_birth,
    mask_birth_certificate,
    mask_id_number,
    mask_name,
    mask_phone,
)

_BENEFITS, _KEPT = {Scope.BENEFITS_READ}, {Scope.REGISTRY_WRITE}
_FLAGS, _WORK = {Scope.WELFARE_FLAGS}, {Scope.JOBS_READ}

_GROUP_SCOPES: dict[str, tuple[set[Scope], ...]] = {
    "insurance": (_BENEFITS,),
    "hukou": (_BENEFITS, _KEPT),
    "hukou_book": (_BENEFITS, _KEPT),
    "residence_document": (_BENEFITS, _KEPT),
    "collective": (_BENEFITS, _KEPT),
    "organised_transfer": (_BENEFITS,),
    "labour_class": (_WORK, _BENEFITS),
    "work": (_WORK, _BENEFITS),
    "profile": (_FLAGS | _KEPT, _FLAGS | _BENEFITS),
    "health": (_BENEFITS,),
    "disability": (_BENEFITS,),
    "medical_care": (_BENEFITS,),
    "schooling": (_FLAGS | _KEPT, _FLAGS | _BENEFITS),
    "monitored": (_FLAGS | _KEPT, _FLAGS | _BENEFITS),
    "move_batch": ({Scope.REGISTRY_READ},),
    "land": (_BENEFITS, _KEPT),
    "tags": (_FLAGS | _KEPT, _FLAGS | _BENEFITS),
    "moved_from_division": ({Scope.REGISTRY_READ},),
    "registered_poor": (_FLAGS,),
    "dibao": (_BENEFITS,),
}
"""By group of facts, sets of scopes: who holds all of one of them sees the group. Specific identities (特定身份, PIPL art. 28) are for
those who keep the register or review welfare, not for whom a flag of it is enough."""

_HEALTH_PURPOSES = (Purpose.DIBAO_REVIEW, Purpose.INSURANCE, Purpose.HOME_VISIT, Purpose.CORRECTION, Purpose.EMERGENCY)
_GROUP_PURPOSES: dict[str, frozenset[Purpose]] = {
    "health": frozenset(_HEALTH_PURPOSES),
    "disability": frozenset({*_HEALTH_PURPOSES, Purpose.BENEFIT_PAYMENT}),
    "medical_care": frozenset({*_HEALTH_PURPOSES, Purpose.TRANSFER}),
}
"""Facts of health, sensitive under PIPL art. 28: beside the scope a purpose that needs them; the read is noted."""


@lru_cache(maxsize=1024)
def _shown_to(scopes: frozenset[str]) -> frozenset[str]:
    return frozenset(group for group, showing in _GROUP_SCOPES.items() if any(each <= scopes for each in showing))


_WORK_SCOPES = frozenset({Scope.JOBS_READ, Scope.BENEFITS_READ, Scope.GRID_READ})


def _groups_of(actor: Actor) -> Container[str]:
    """Fact groups that the actor sees of whom it sees at all; a resident, who sees but its own, all."""
    return _shown_to(actor.scopes) if not actor.is_resident else _GROUP_SCOPES


def groups_of(actor: Actor) -> frozenset[str]:
    """Fact groups of which the actor, who is no resident, sees something: of dibao, to who sees flags, whether it is drawn."""
    return _shown_to(actor.scopes) | ({"dibao"} if actor.may(Scope.WELFARE_FLAGS) else frozenset())


def may_see(actor: Actor, group: str) -> bool:
    """Does the actor see facts of this group?"""
    return group.partition(":")[0] in _groups_of(actor)


def shows(actor: Actor, group: str, purpose: Purpose | None) -> bool:
    """Is the actor shown facts of this group, of people it sees, where it states this purpose? (Of its own a resident states none.)"""
    return may_see(actor, group) and (actor.is_resident or not is_sensitive(group) or purpose in _GROUP_PURPOSES[group])


def facts_for(actor: Actor, facts: Mapping[str, Any], purpose: Purpose | None = None) -> dict[str, Any]:
    """The fact groups that the actor sees, and where they are sensitive by the stated purpose too (of its own a resident states none). With
    welfare flags alone, of dibao only whether it is drawn."""
    facts = with_marital(facts)
    seen, own = _groups_of(actor), actor.is_resident
    shown = {
        group: value
        for group, value in facts.items()
        if group.partition(":")[0] in seen and (own or shows_for(group, purpose))
    }
    if "dibao" in facts and "dibao" not in shown and actor.may(Scope.WELFARE_FLAGS):
        shown["dibao"] = {"receiving": facts["dibao"]["receiving"]} if facts["dibao"] else None
    return shown


def with_marital(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """In the profile, the marital status that marriages, divorces and deaths come to, where any is told: it counts before what is
    stated."""
    if (marital := facts.get("marital")) is None:
        return facts
    return {**facts, "profile": {**(facts.get("profile") or {}), "marital": marital}}


def is_sensitive(group: str) -> bool:
    """Does the group show only to who states a purpose?"""
    return group in _GROUP_PURPOSES


def shows_for(group: str, purpose: Purpose | None) -> bool:
    """Does the group, to who sees it, show for this purpose?"""
    return not is_sensitive(group) or purpose in _GROUP_PURPOSES[group]


def work_for(actor: Actor, value: Any) -> Any:
    """A person's work, for those whose task it is: as the fact of that name."""
    return value if may_see(actor, "work") else None


def without_work_for(actor: Actor, value: Any) -> Any:
    """That a household has no one in work, also for the grid, which is to visit it."""
    return value if actor.is_resident or not actor.scopes.isdisjoint(_WORK_SCOPES) else None


def record_for(actor: Actor, record: Mapping[str, Any]) -> Mapping[str, Any]:
    """A record of the access log. A resident is told the reader's role and place, not the account, nor the case."""
    if not actor.is_resident or record["reader"] == actor.subject:
        return record
    return {**record, "reader": None, "case_ref": None}


def name_for(actor: Actor, name: str, unmasked: bool = False) -> str:
    """Full for staff (the place filter has found the row to be theirs), masked for programs without a purpose."""
    return name if unmasked or actor.kind == "staff" else mask_name(name)


class Sealed:
    """The sealed fields of one person's row (`key_id`, `wrapped`, `<field>_sealed`), opened as far as needed."""

    def __init__(self, keys: KeyRing, row: Mapping[str, Any]) -> None:
        self._row = row
        self._key: DataKey = keys.unwrap(row["wrapped"], row["key_id"])

    def open(self, field: str) -> str | None:
        sealed = self._row[f"{field}_sealed"]
        return None if sealed is None else self.unseal(sealed, field)

    def unseal(self, sealed: bytes, field: str) -> str:
        """What was sealed under the person's key elsewhere than in its row."""
        return self._key.decrypt(sealed, field_context(self._row["person_id"], field))

    def seal(self, text: str, field: str) -> bytes:
        """The text, sealed under the person's key for this field."""
        return self._key.encrypt(text, field_context(self._row["person_id"], field))

    def id_number(self, unmasked: bool = False) -> str | None:
        """None: a child that has none yet."""
        return self._shown(self.open("id_number"), unmasked)

    def id_number_then(self, then: Mapping[str, str] | None, unmasked: bool) -> str | None:
        """As history keeps one of another time (`kept`)."""
        return self._shown(self.kept(then, "id_number"), unmasked)

    def kept(self, value: Mapping[str, str] | None, field: str) -> str | None:
        """A number as the history of facts keeps it (`kept`)."""
        return None if value is None else self.unseal(base64.b64decode(value["sealed"]), field)

    def _shown(self, number: str | None, unmasked: bool) -> str | None:
        return number if unmasked or number is None else mask_id_number(number)

    def birth_certificate(self, unmasked: bool = False) -> str | None:
        number = self.open("birth_certificate")
        return number if unmasked or number is None else mask_birth_certificate(number)

    def phone(self, unmasked: bool = False) -> str | None:
        phone = self.open("phone")
        return phone if unmasked or phone is None else mask_phone(phone)


def kept(sealed: bytes | None) -> dict[str, str] | None:
    """A sealed number as a value of the history of facts."""
    return None if sealed is None else {"sealed": base64.b64encode(sealed).decode()}


def sees_masked(actor: Actor) -> bool:
    """Is it a program that sees names and births masked? By asking for one character, or one age, after the other it would read them."""
    return not (actor.kind == "staff" or actor.may(Scope.REGISTRY_UNMASK))


def birth_for(birth_on: Any, unmasked: bool) -> str:
    """The year; the full date with a purpose."""
    return str(birth_on) if unmasked else mask_birth(birth_on)
