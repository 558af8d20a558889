"""What the topics of the registry share: the events that carry an aggregate's whole state, how a person is sealed and a settling is
said, and the refusal of days to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, TypeVar

from services.registry.households.domain import Address, HouseholdStatus
from services.registry.persons.domain import ID_NUMBER, Entered, PersonStatus
from services.registry.search.domain import name_keys
from shared import outbox
from shared.contracts.registry import HouseholdSettled, HouseholdState, Member, PersonRegistered, PersonState
from shared.db import Read, Transaction
from shared.errors import Fault, Invalid
from shared.privacy import KeyRing, NewKey, field_context

INSURANCE = "insurance:"
_STATE: Mapping[str, Literal["resident", "deceased", "withdrawn"]] = {
    PersonStatus.DECEASED: "deceased",
    PersonStatus.WITHDRAWN: "withdrawn",
    PersonStatus.MERGED: "withdrawn",
}
_PRESENCE: Mapping[str, Literal["here", "away", "moved-out"]] = {
    PersonStatus.AWAY: "away",
    PersonStatus.MOVED_OUT: "moved-out",
}
H = TypeVar("H", bound=HouseholdState)
P = TypeVar("P", bound=PersonState)


class DateInFuture(Invalid):
    slug = "date-in-future"
    title_en, title_zh = "The day has not come yet", "日期尚未到来"


def refuse_future(tx: Read, day: date, pointer: str) -> None:
    """Raises DateInFuture."""
    if day > tx.today:
        raise DateInFuture(faults=[Fault(pointer, "date-in-future", "lies in the future", "日期晚于今天")])


def later_known(groups: Sequence[str], held: Mapping[str, date]) -> list[Fault]:
    """Warnings: of these fact groups another value is known from a later day on."""
    return [
        Fault(f"/{group}", "later-known", f"another value holds since {held[group]}", f"{held[group]}起已有其他登记值")
        for group in groups
    ]


def person_state(kind: type[P], row: Mapping[str, Any]) -> P:
    """The event of this kind that carries the person's state. `row`: a person's columns and its household's community."""
    facts = row["facts"]
    hukou = facts.get("hukou") or {}
    collective = facts.get("collective") or {}
    return kind(
        version=row["version"],
        person_id=row["person_id"],
        state=_STATE.get(row["status"], "resident"),
        presence=_PRESENCE.get(row["status"], "here"),
        household_id=row["household_id"],
        community_code=row["community_code"],
        sex=row["sex"],
        birth_on=row["birth_on"],
        died_on=row["died_on"],
        withdrawn_at=row["withdrawn_at"],
        merged_into=row.get("merged_into"),
        residence_division=facts.get("residence", {}).get("division", row["community_code"]),
        residence_document=facts.get("residence_document"),
        hukou_division=hukou.get("division"),
        hukou_moved=hukou.get("moved"),
        hukou_moved_on=hukou.get("moved_on"),
        collective_division=collective.get("division"),
        labour_class=facts.get("labour_class"),
        work=facts.get("work"),
        organised_transfer=bool(facts.get("organised_transfer")),
        insurances={
            group.removeprefix(INSURANCE): relations
            for group, relations in facts.items()
            if group.startswith(INSURANCE) and relations is not None
        },
    )


def person_row(
    keys: KeyRing,
    person_id: str,
    *,
    name: str,
    sex: str,
    birth_on: date,
    id_number: str,
    lookup: bytes,
    phone: str | None,
    phone_lookup: bytes | None,
    facts: str | None,
    kind: str = ID_NUMBER,
    own: NewKey | None = None,
) -> tuple[Any, ...]:
    """A person as `persons.store.add_persons` takes it, the numbers sealed under a new key, or its `own` where it has one: what else is
    sealed under that stays readable. `id_number`: the number by which it is known, of that `kind`. `facts`: as JSON."""
    key = own or keys.new_key()
    return (
        person_id,
        name,
        name_keys(name),
        sex,
        birth_on,
        key.key.encrypt(id_number, field_context(person_id, kind)),
        lookup,
        key.key.encrypt(phone, field_context(person_id, "phone")) if phone else None,
        phone_lookup,
        facts,
        key.key_id,
        key.wrapped,
    )


def own_key(keys: KeyRing, stored: tuple[bytes, str] | None) -> NewKey | None:
    """The key of a person who was in the registry before, by what is stored of it (`persons.store.list_keys`)."""
    return NewKey(keys.unwrap(*stored), *stored) if stored else None


def say_settled(
    tx: Transaction,
    household_id: str,
    address: Address,
    dwelling_id: str,
    settled_on: date,
    head: str,
    facts: Mapping[str, Any],
    members: Sequence[Mapping[str, Any]],
) -> None:
    """Says that a household moved in. `members`: rows of person_id and relation."""
    row = {
        "version": 1,
        "household_id": household_id,
        "status": HouseholdStatus.SETTLED,
        "community_code": address.community_code,
        "estate": address.estate,
        "block": address.block,
        "unit": address.unit,
        "flat": address.flat,
        "dwelling_id": dwelling_id,
        "settled_on": settled_on,
        "head_person_id": head,
        "facts": facts,
    }
    outbox.emit(tx, household_state(HouseholdSettled, row, members))


def say_registered(
    tx: Transaction,
    person_id: str,
    entered: Entered,
    household_id: str,
    community_code: str,
    sex: str,
    birth_on: date,
    facts: Mapping[str, Any],
) -> None:
    """Says that a person came into the registry, or came back."""
    row = {
        "version": entered.version,
        "person_id": person_id,
        "status": PersonStatus.RESIDENT,
        "household_id": household_id,
        "community_code": community_code,
        "sex": sex,
        "birth_on": birth_on,
        "died_on": None,
        "withdrawn_at": entered.withdrawn_at,
        "facts": facts,
    }
    outbox.emit(tx, person_state(PersonRegistered, row))


def household_state(kind: type[H], row: Mapping[str, Any], members: Sequence[Mapping[str, Any]]) -> H:
    """The event of this kind that carries the household's state. `members`: rows of person_id and relation."""
    facts = row["facts"]
    return kind(
        version=row["version"],
        household_id=row["household_id"],
        state=row["status"],
        community_code=row["community_code"],
        estate=row["estate"],
        block=row["block"],
        unit=row["unit"],
        flat=row["flat"],
        dwelling_id=row["dwelling_id"],
        settled_on=row["settled_on"],
        head_person_id=row["head_person_id"],
        members=tuple(Member(person_id=m["person_id"], relation=m["relation"]) for m in members),
        moved_from_division=facts.get("moved_from_division"),
        registered_poor=facts.get("registered_poor"),
        dibao=facts.get("dibao"),
    )
