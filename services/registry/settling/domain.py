"""What the registry decides when a household moves in: who may be settled, and everything that is wrong. Pure."""

from __future__ import annotations

from collections.abc import Sequence
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
    corrects_death: bool
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
    reservation: str | None = None
    """By which the flat is kept for them."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What is checked of a member who moves in: place in the list, name, keyed hash of the ID number, birth, and whether a death on
    record is said to be wrong."""

    position: int
    name: str
    lookup: bytes
    birth_on: date
    corrects_death: bool


def faults_of_members(
    members: Sequence[Newcomer], known: dict[bytes, Known], settled_on: date, today: date
) -> list[Fault]:
    """Everything wrong with the people of one settling and with its day, each with its pointer."""
    faults = (
        [] if settled_on <= today else [Fault("/settled_on", "date-in-future", "lies in the future", "日期晚于今天")]
    )
    seen: set[bytes] = set()
    for member in members:
        pointer = f"/members/{member.position}/id_number"
        if member.lookup in seen:
            faults.append(Fault(pointer, "person-repeated", "this person stands above already", "该人员在本户中重复"))
        elif fault := _fault_of_known(member, known.get(member.lookup)):
            faults.append(fault)
        seen.add(member.lookup)
        if member.birth_on > settled_on:
            faults.append(Fault(pointer, "born-after-settling", "born after the day of settling", "出生晚于入住日期"))
    return faults


def faults_of_head(relations: Sequence[str]) -> list[Fault]:
    """A household has one head (户主)."""
    heads = [i for i, relation in enumerate(relations) if relation == HEAD]
    if not heads:
        return [
            Fault(
                "/members", "head-missing", "one member must be the head (relation 02)", "须有一名户主（与户主关系 02）"
            )
        ]
    return [
        Fault(f"/members/{i}/relation", "second-head", "a household has one head", "一户只能有一名户主")
        for i in heads[1:]
    ]


def _fault_of_known(member: Newcomer, there: Known | None) -> Fault | None:
    """What the registry has against a person of this number moving in; a withdrawn settling leaves nothing but a death on record."""
    pointer = f"/members/{member.position}/id_number"
    if there is None or (there.status is PersonStatus.WITHDRAWN and not there.dead):
        return None
    if not there.covered:
        return Fault(
            pointer,
            "registered-elsewhere",
            "this ID number is registered outside your place: ask the county",
            "该身份证号已在您管辖范围以外登记，请联系县级部门",
        )
    if there.status is PersonStatus.WITHDRAWN:
        if member.corrects_death:
            return None
        return Fault(
            pointer,
            "deceased",
            "a death of this person is on record; if that is wrong, say so with corrects_death",
            "该人员有死亡记录；如记录有误，请填写 corrects_death",
        )
    if there.status is PersonStatus.MERGED:
        return Fault(
            pointer,
            "merged",
            f"is that of person {there.person_id}, merged into another: use that one's",
            f"该号码属于已合并的人员 {there.person_id}，请使用合并后人员的号码",
        )
    if there.name != member.name:
        return Fault(
            f"/members/{member.position}/name",
            "name-differs",
            "the registry knows this ID number by another name",
            "该身份证号在登记库中对应另一姓名",
        )
    if there.status is PersonStatus.DECEASED:
        return Fault(pointer, "deceased", "the registry has this person as deceased", "该人员已登记为死亡")
    if there.status is PersonStatus.MOVED_OUT:
        return Fault(
            pointer,
            "moved-out",
            f"has moved out: let person {there.person_id} join a household by id",
            "该人员曾登记并已迁出，请以人员编号办理加入住户",
        )
    return Fault(pointer, "already-settled", "the registry has this person living elsewhere", "该人员已登记在其他住户")
