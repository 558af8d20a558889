"""What the registry decides when a household moves in: who may be settled, and everything that is wrong. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.households.domain import HEAD, Address
from services.registry.newborns.domain import Newborn
from services.registry.persons.domain import Known, PersonStatus
from shared.errors import Fault


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member as stated at settling. `facts` by group; a group that is absent is not known. `newborn`: of who has no ID number yet."""

    name: str
    id_number: str | None
    phone: str | None
    relation: str
    in_hukou_household: bool
    corrects_death: bool
    facts: dict[str, object]
    newborn: Newborn | None = None


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
    """What is checked of a member who moves in: place in the list, name, keyed hash of the ID number (`is_newborn`: of the birth
    certificate), birth, and whether a death on record is said to be wrong."""

    position: int
    name: str
    lookup: bytes
    birth_on: date
    corrects_death: bool
    is_newborn: bool = False

    @property
    def number_at(self) -> str:
        """Pointer to the number by which the person is known."""
        return f"/members/{self.position}/{'newborn/birth_certificate' if self.is_newborn else 'id_number'}"

    @property
    def birth_at(self) -> str:
        return f"/members/{self.position}/{'newborn/birth_on' if self.is_newborn else 'id_number'}"


def faults_of_members(
    members: Sequence[Newcomer], known: dict[bytes, Known], settled_on: date, today: date
) -> list[Fault]:
    """Everything wrong with the people of one settling and with its day, each with its pointer."""
    faults = (
        [] if settled_on <= today else [Fault("/settled_on", "date-in-future", "lies in the future", "日期晚于今天")]
    )
    seen: set[bytes | str] = set()
    for member in members:
        there = known.get(member.lookup)
        who = there.person_id if there else member.lookup
        if who in seen:
            faults.append(
                Fault(member.number_at, "person-repeated", "this person stands above already", "该人员在本户中重复")
            )
        elif fault := _fault_of_known(member, there):
            faults.append(fault)
        seen.add(who)
        if member.birth_on > settled_on:
            faults.append(
                Fault(member.birth_at, "born-after-settling", "born after the day of settling", "出生晚于入住日期")
            )
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
    """What the registry has against a person of this number moving in; a withdrawn settling leaves nothing but a death on record. Who
    moved out lives nowhere here and may come back, also to another place where number and name are stated as they are known."""
    pointer = member.number_at
    if there is None or (there.status is PersonStatus.WITHDRAWN and not there.dead):
        return None
    if there.may_come_back(member.name):
        return None
    if not there.covered:
        return Fault(
            pointer,
            "registered-elsewhere",
            "this number is registered outside your place: ask the county",
            "该号码已在您管辖范围以外登记，请联系县级部门",
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
            "the registry knows this number by another name",
            "该号码在登记库中对应另一姓名",
        )
    if there.status is PersonStatus.DECEASED:
        return Fault(pointer, "deceased", "the registry has this person as deceased", "该人员已登记为死亡")
    return Fault(pointer, "already-settled", "the registry has this person living elsewhere", "该人员已登记在其他住户")
