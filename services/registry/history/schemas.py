"""How the registry shows what held on a day, by what was known at an instant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from services.registry.schemas import AddressView
from shared.http import View


class MemberThen(View):
    person_id: str
    relation: str


class PersonThen(View):
    """A person on a day (`as_of`), by what was known at an instant (`known_at`; null: by what is known now)."""

    person_id: str
    as_of: date
    known_at: datetime | None
    name: str
    id_number: str | None
    """Null: of a child that had none yet."""
    sex: str
    birth: str
    """The year."""
    status: str
    household_id: str | None
    """Of which it was a member; null: of none."""
    relation: str | None
    hukou_household_id: str | None
    hukou_household_ids: list[str]
    """More than one where the person is entered in more: see alarms."""
    address: AddressView | None
    facts: dict[str, Any]
    """Only what the caller may see."""


class HouseholdThen(View):
    """A household on a day (`as_of`), by what was known at an instant (`known_at`; null: by what is known now)."""

    household_id: str
    as_of: date
    known_at: datetime | None
    status: str
    head_person_id: str | None
    members: list[MemberThen]
    address: AddressView | None
    facts: dict[str, Any]
    """Only what the caller may see."""
