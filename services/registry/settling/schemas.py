"""What the registry takes when a household moves in."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from services.registry import examples
from services.registry.households.domain import HEAD, RELATIONS, Address
from services.registry.households.schemas import DibaoBody
from services.registry.persons.schemas import FactsBody
from services.registry.schemas import SourceOf
from services.registry.settling.domain import NewMember, Settling
from shared.http import Body
from shared.shapes import CommunityCode, Day, Division, Name, Part
from shared.validation import Wrong


def relation_code(code: str) -> str:
    if code not in RELATIONS:
        raise Wrong("relation-unknown", "not a code of GB/T 4761", "不是 GB/T 4761 家庭关系代码")
    return HEAD if code == "01" else code


class HukouHouseholdBody(Body):
    """The household's hukou register (户口簿), where it is stated."""

    division: Division


class MemberBody(Body):
    name: Name
    id_number: Annotated[str, Field(min_length=1, max_length=40)]
    relation: Annotated[str, Field(pattern=r"^[0-9]{2}$"), AfterValidator(relation_code)]
    phone: Annotated[str, Field(max_length=20)] | None = None
    in_hukou_household: bool = True
    corrects_death: bool = False
    """A death on record of this person, from a settling that was taken back, is wrong."""
    facts: FactsBody = FactsBody()

    def member(self) -> NewMember:
        return NewMember(
            self.name,
            self.id_number,
            self.phone,
            self.relation,
            self.in_hukou_household,
            self.corrects_death,
            self.facts.groups(),
        )


class SettleBody(Body):
    """A household that moves in."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.HOUSEHOLD]})

    community: CommunityCode
    estate: Part = "1"
    block: Part
    unit: Part
    flat: Part
    settled_on: Day
    moved_from_division: Division | None = None
    registered_poor: bool | None = None
    dibao: DibaoBody | None = None
    hukou_household: HukouHouseholdBody | None = None
    source: SourceOf = "staff"
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
