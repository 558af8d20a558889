"""What the registry decides about a household: who may be settled, which acts a status allows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.registry.persons.domain import IllegalMove, Known, PersonStatus
from shared.errors import Fault

HEAD = "02"
"""Head of household (户主), GB/T 4761. Editions of 1983 and 2008 write 01 or 02: both are taken, 02 is kept."""

RELATIONS = frozenset(
    {"01", "02"}
    | {f"{n}" for n in (10, 11, 12, *range(20, 30), *range(30, 40), *range(40, 50), *range(50, 60))}
    | {f"{n}" for n in (*range(60, 70), *range(70, 80), 80, *range(81, 98), 99)}
)
"""Relation to the head of household, GB/T 4761."""


class HouseholdKind(StrEnum):
    """Three kinds of household, kept apart: 户籍户, 共同生活家庭, 同住户."""

    HUKOU = "hukou"
    COLIVING = "coliving"
    FLAT = "flat"


class HouseholdStatus(StrEnum):
    SETTLED = "settled"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class HouseholdAction(StrEnum):
    MOVE = "move"
    CHANGE = "change"
    LAST_MEMBER_GONE = "last-member-gone"
    WITHDRAW = "withdraw"


HOUSEHOLD_MOVES: dict[tuple[HouseholdStatus, HouseholdAction], HouseholdStatus] = {
    (HouseholdStatus.SETTLED, HouseholdAction.MOVE): HouseholdStatus.SETTLED,
    (HouseholdStatus.SETTLED, HouseholdAction.CHANGE): HouseholdStatus.SETTLED,
    (HouseholdStatus.SETTLED, HouseholdAction.LAST_MEMBER_GONE): HouseholdStatus.ENDED,
    (HouseholdStatus.SETTLED, HouseholdAction.WITHDRAW): HouseholdStatus.WITHDRAWN,
    (HouseholdStatus.ENDED, HouseholdAction.WITHDRAW): HouseholdStatus.WITHDRAWN,
}


def move_household(status: HouseholdStatus, action: HouseholdAction) -> HouseholdStatus:
    """The status after the action. Raises IllegalMove."""
    after = HOUSEHOLD_MOVES.get((status, action))
    if after is None:
        raise IllegalMove(members={"state": status, "action": action})
    return after


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What is checked of a member who moves in: name, keyed hash of the ID number, birth, relation to the head."""

    name: str
    lookup: bytes
    birth_on: date
    relation: str


def faults_of_members(members: Sequence[Newcomer], known: dict[bytes, Known], settled_on: date) -> list[Fault]:
    """Everything wrong with the people of one settling, each with its pointer."""
    faults = [*_faults_of_head(members), *_faults_of_repeats(members)]
    for i, member in enumerate(members):
        there = known.get(member.lookup)
        if there and there.name != member.name and there.status is not PersonStatus.WITHDRAWN:
            faults.append(
                Fault(
                    f"/members/{i}/name",
                    "name-differs",
                    "the registry knows this ID number by another name",
                    "该身份证号在登记库中对应另一姓名",
                )
            )
        elif there and there.status is not PersonStatus.WITHDRAWN:
            code = "deceased" if there.status is PersonStatus.DECEASED else "already-settled"
            faults.append(
                Fault(
                    f"/members/{i}/id_number",
                    code,
                    "the registry has this person as " + ("deceased" if code == "deceased" else "living elsewhere"),
                    "该人员已登记为死亡" if code == "deceased" else "该人员已登记在其他住户",
                )
            )
        if member.birth_on > settled_on:
            faults.append(
                Fault(
                    f"/members/{i}/id_number",
                    "born-after-settling",
                    "born after the day of settling",
                    "出生晚于入住日期",
                )
            )
    return faults


def _faults_of_head(members: Sequence[Newcomer]) -> Iterable[Fault]:
    heads = [i for i, member in enumerate(members) if member.relation == HEAD]
    if not heads:
        yield Fault(
            "/members", "head-missing", "one member must be the head (relation 02)", "须有一名户主（与户主关系 02）"
        )
    for i in heads[1:]:
        yield Fault(f"/members/{i}/relation", "second-head", "a household has one head", "一户只能有一名户主")


def _faults_of_repeats(members: Sequence[Newcomer]) -> Iterable[Fault]:
    seen: set[bytes] = set()
    for i, member in enumerate(members):
        if member.lookup in seen:
            yield Fault(
                f"/members/{i}/id_number", "person-repeated", "this person stands above already", "该人员在本户中重复"
            )
        seen.add(member.lookup)


@dataclass(frozen=True, slots=True)
class Address:
    """A flat: community (12-digit division code) → estate → block (栋) → unit (单元) → flat (室)."""

    community_code: str
    estate: str
    block: str
    unit: str
    flat: str


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member as stated at settling. `facts` by group; a group that is absent is not known."""

    name: str
    id_number: str
    phone: str | None
    relation: str
    in_hukou_household: bool
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class Settling:
    """A household as stated at settling. `hukou_division`: its hukou household is stated, and stands there."""

    address: Address
    settled_on: date
    facts: dict[str, object]
    hukou_division: str | None
    source: str
    members: tuple[NewMember, ...]
