"""What the registry takes and shows of households."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field

from services.registry import examples
from services.registry.households.domain import HEAD, RELATIONS, Address, NewMember, Settling
from services.registry.persons.schemas import FactsBody
from services.registry.schemas import AddressView, CommunityCode, Division, Name, Part
from shared.http import Body, View
from shared.validation import Wrong


def _relation(code: str) -> str:
    if code not in RELATIONS:
        raise Wrong("relation-unknown", "not a code of GB/T 4761", "不是 GB/T 4761 家庭关系代码")
    return HEAD if code == "01" else code


class DibaoBody(Body):
    """Does the household draw dibao (低保), in which class, paid by which county?"""

    receiving: bool
    household_class: Literal["rural", "urban"] | None = None
    division: Division | None = None


class HukouHouseholdBody(Body):
    """The household's hukou register (户口簿), where it is stated."""

    division: Division


class MemberBody(Body):
    name: Name
    id_number: Annotated[str, Field(min_length=1, max_length=40)]
    relation: Annotated[str, Field(pattern=r"^[0-9]{2}$"), AfterValidator(_relation)]
    phone: Annotated[str, Field(max_length=20)] | None = None
    in_hukou_household: bool = True
    facts: FactsBody = FactsBody()

    def member(self) -> NewMember:
        return NewMember(
            self.name, self.id_number, self.phone, self.relation, self.in_hukou_household, self.facts.groups()
        )


class SettleBody(Body):
    """A household that moves in."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.HOUSEHOLD]})

    community: CommunityCode
    estate: Part = "1"
    block: Part
    unit: Part
    flat: Part
    settled_on: date
    moved_from_division: Division | None = None
    registered_poor: bool | None = None
    dibao: DibaoBody | None = None
    hukou_household: HukouHouseholdBody | None = None
    source: Annotated[str, Field(min_length=1, max_length=60)] = "staff"
    members: Annotated[list[MemberBody], Field(min_length=1, max_length=30)]

    def command(self) -> Settling:
        facts = self.model_dump(mode="json", include={"moved_from_division", "registered_poor", "dibao"})
        return Settling(
            address=Address(self.community, self.estate, self.block, self.unit, self.flat),
            settled_on=self.settled_on,
            facts={name: value for name, value in facts.items() if value is not None},
            hukou_division=self.hukou_household.division if self.hukou_household else None,
            source=self.source,
            members=tuple(member.member() for member in self.members),
        )


class MoveBody(Body):
    """The flat a household moves to."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.MOVE]})

    community: CommunityCode | None = None
    estate: Part = "1"
    block: Part
    unit: Part
    flat: Part
    moved_on: date | None = None


class WithdrawalBody(Body):
    """Why the settling was a mistake; kept with the change, so no personal data here."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.WITHDRAWAL]})

    reason: Annotated[str, Field(min_length=2, max_length=200)]


class HouseholdFactsChange(Body):
    """Facts of a household that come later. What is absent stays; null says: not known."""

    moved_from_division: Division | None = None
    registered_poor: bool | None = None
    dibao: DibaoBody | None = None
    valid_from: date | None = None
    source: Annotated[str, Field(min_length=1, max_length=60)] = "staff"

    def groups(self) -> dict[str, object]:
        return self.model_dump(mode="json", include=self.model_fields_set - {"valid_from", "source"})


class WarningView(View):
    """Something to look at that did not stop the act."""

    pointer: str
    code: str
    detail: str


class PersonBrief(View):
    """A member on a household's page. The name is full for staff on duty for that place, masked otherwise."""

    person_id: str
    name: str
    id_number: str
    relation: str
    status: str


class HouseholdView(View):
    household_id: str
    version: int
    status: str
    address: AddressView
    settled_on: date
    head_person_id: str | None
    members: list[PersonBrief]
    without_work: bool | None
    """A household with labour and no one in work; null: jobs has not said yet."""
    without_work_since: datetime | None
    facts: dict[str, Any]
    """Only what the caller may see."""
    hukou_household_id: str | None
    flat_household_id: str | None
    warnings: list[WarningView] = []


class HouseholdRow(View):
    household_id: str
    status: str
    estate: str
    block: str
    unit: str
    flat: str
    head_name: str | None
    """Masked."""
    members: int
    without_work: bool | None
