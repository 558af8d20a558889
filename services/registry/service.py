"""What the topics of the registry share: the events that carry an aggregate's whole state, and the refusal of days to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from shared.contracts.registry import HouseholdState, Member, PersonState
from shared.db import Transaction
from shared.errors import Fault, Invalid

INSURANCE = "insurance:"
H = TypeVar("H", bound=HouseholdState)
P = TypeVar("P", bound=PersonState)


class DateInFuture(Invalid):
    slug = "date-in-future"
    title_en, title_zh = "The day has not come yet", "日期尚未到来"


def refuse_future(tx: Transaction, day: date, pointer: str) -> None:
    """Raises DateInFuture."""
    if day > tx.today:
        raise DateInFuture(faults=[Fault(pointer, "date-in-future", "lies in the future", "日期晚于今天")])


def person_state(kind: type[P], row: Mapping[str, Any]) -> P:
    """The event of this kind that carries the person's state. `row`: a person's columns and its household's community."""
    facts = row["facts"]
    hukou = facts.get("hukou") or {}
    collective = facts.get("collective") or {}
    return kind(
        version=row["version"],
        person_id=row["person_id"],
        state=row["status"],
        household_id=row["household_id"],
        community_code=row["community_code"],
        sex=row["sex"],
        birth_on=row["birth_on"],
        died_on=row["died_on"],
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
