"""What the registry decides when a household moves in: who may be settled, and everything that is wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.households.domain import HEAD, Address
from services.registry.persons.domain import Known, PersonStatus
from shared.errors import Fault


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
        if there and there.status is not PersonStatus.WITHDRAWN:
            faults.append(_fault_of_known(i, member, there))
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


def _fault_of_known(i: int, member: Newcomer, there: Known) -> Fault:
    if not there.covered:
        return Fault(
            f"/members/{i}/id_number",
            "registered-elsewhere",
            "this ID number is registered outside your place: ask the county",
            "该身份证号已在您管辖范围以外登记，请联系县级部门",
        )
    if there.name != member.name:
        return Fault(
            f"/members/{i}/name",
            "name-differs",
            "the registry knows this ID number by another name",
            "该身份证号在登记库中对应另一姓名",
        )
    if there.status is PersonStatus.DECEASED:
        return Fault(
            f"/members/{i}/id_number", "deceased", "the registry has this person as deceased", "该人员已登记为死亡"
        )
    return Fault(
        f"/members/{i}/id_number",
        "already-settled",
        "the registry has this person living elsewhere",
        "该人员已登记在其他住户",
    )


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
