"""What the registry takes when a household moves in."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, field_validator

from services.registry import examples
from services.registry.codes.kinship import RELATION
from services.registry.codes.platform import MOVE_BATCH
from services.registry.codes.schemas import Of
from services.registry.households.domain import HEAD, Address
from services.registry.households.schemas import DibaoBody, MonitoredBody
from services.registry.newborns.schemas import NewbornBody
from services.registry.persons.schemas import FactsBody
from services.registry.schemas import SourceOf
from services.registry.settling.domain import NewMember, Settling
from shared.http import Body
from shared.shapes import CommunityCode, Day, Division, Id, Name, Part
from shared.validation import Wrong

Relation = Annotated[str, Of(RELATION), AfterValidator(lambda code: HEAD if code == "01" else code)]
"""To the head of household. Of the two codes for the head, 02 is kept."""


_FACTS = {"moved_from_division", "registered_poor", "monitored", "move_batch", "dibao"}


class HukouHouseholdBody(Body):
    """The household's hukou register (户口簿), where it is stated."""

    division: Division


class MemberBody(Body):
    """A person, by the ID number. A child that has none yet is stated by `newborn`."""

    name: Name
    newborn: NewbornBody | None = None
    id_number: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(None, validate_default=True)
    relation: Relation
    phone: Annotated[str, Field(max_length=20)] | None = None
    in_hukou_household: bool = True
    corrects_death: bool = False
    """A death on record of this person, from a settling that was taken back, is wrong."""
    facts: FactsBody = FactsBody()

    @field_validator("id_number")
    @classmethod
    def _known_by(cls, number: str | None, info: ValidationInfo) -> str | None:
        if "newborn" not in info.data:  # it is wrong itself, and that is said
            return number
        if number is None and info.data["newborn"] is None:
            raise Wrong(
                "missing",
                "is missing (of a child that has none yet: newborn)",
                "缺少必填项（尚无号码的新生儿请填写 newborn）",
            )
        if number is not None and info.data["newborn"] is not None:
            raise Wrong("has-number", "newborn is for who has no ID number", "已有身份证号的，不填写 newborn")
        return number

    def member(self) -> NewMember:
        return NewMember(
            self.name,
            self.id_number,
            self.phone,
            self.relation,
            self.in_hukou_household,
            self.corrects_death,
            self.facts.groups(),
            self.newborn.newborn() if self.newborn else None,
        )


class SettleBody(Body):
    """A household that moves in."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.HOUSEHOLD]})

    community: CommunityCode
    estate: Part = "1"
    block: Part
    unit: Part
    flat: Part
    reservation: Id | None = None
    """By which the flat is kept for them: /v1/registry/reservations."""
    settled_on: Day
    moved_from_division: Division | None = None
    registered_poor: bool | None = None
    monitored: MonitoredBody | None = None
    move_batch: Annotated[str, Of(MOVE_BATCH)] | None = None
    dibao: DibaoBody | None = None
    hukou_household: HukouHouseholdBody | None = None
    source: SourceOf = "staff"
    members: Annotated[list[MemberBody], Field(min_length=1, max_length=30)]

    def command(self) -> Settling:
        facts = self.model_dump(mode="json", include=_FACTS)
        return Settling(
            address=Address(self.community, self.estate, self.block, self.unit, self.flat),
            settled_on=self.settled_on,
            facts={name: value for name, value in facts.items() if value is not None},
            hukou_division=self.hukou_household.division if self.hukou_household else None,
            source=self.source,
            members=tuple(member.member() for member in self.members),
            reservation=self.reservation,
        )
