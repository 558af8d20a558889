"""What the registry takes and shows of life events."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from services.registry import examples
from services.registry.households.domain import Address
from services.registry.life.domain import LifeEvent, LifeKind, Part
from services.registry.schemas import SourceOf
from services.registry.settling.schemas import MemberBody, Relation
from shared.http import Body, View, WarningView
from shared.shapes import CommunityCode, Day, Id, Plain
from shared.shapes import Part as PartCode
from shared.validation import KIND


class RelatedBody(Body):
    """A person of the registry, and the relation to the head of the household it is in afterwards (GB/T 4761)."""

    person_id: Id
    relation: Relation

    def part(self) -> Part:
        return Part(self.person_id, self.relation)


class _EventBody(Body):
    on: Day
    """The day on which it happened."""
    source: SourceOf = "staff"
    evidence: Annotated[str, Field(min_length=1, max_length=120), Plain] | None = None
    """The paper or file it rests on, by its kind and file number; no personal data."""

    def parts(self) -> tuple[Part, ...]:
        return ()

    def newcomers(self) -> list[MemberBody]:
        return []


Related = Annotated[list[RelatedBody], Field(min_length=1, max_length=30)]
People = Annotated[list[Id], Field(min_length=1, max_length=30)]
Members = Annotated[list[MemberBody], Field(max_length=30)]


class _OfRelated(_EventBody):
    people: Related

    def parts(self) -> tuple[Part, ...]:
        return tuple(each.part() for each in self.people)


class _OfPeople(_EventBody):
    people: People

    def parts(self) -> tuple[Part, ...]:
        return tuple(Part(person_id) for person_id in self.people)


class BornBody(_EventBody):
    """A child was born into the household, and is registered (出生). The ID number holds the day of birth; a child that has none yet is
    stated by its birth certificate (`newborn`)."""

    kind: Literal["born"]
    members: Annotated[list[MemberBody], Field(min_length=1, max_length=8)]

    def newcomers(self) -> list[MemberBody]:
        return self.members


class JoinedBody(_EventBody):
    """People came to live with the household (加入): those whom the registry knows as moved out by id, or by their number; others with
    their data."""

    kind: Literal["joined"]
    people: Annotated[list[RelatedBody], Field(max_length=30)] = []
    members: Members = []

    def parts(self) -> tuple[Part, ...]:
        return tuple(each.part() for each in self.people)

    def newcomers(self) -> list[MemberBody]:
        return self.members


class LeftBody(_OfPeople):
    """Members live here no more (迁出). A household that all have left ends, and its flat is free."""

    kind: Literal["left"]


class AwayBody(_OfPeople):
    """Members went away for more than six months (外出), and stay members."""

    kind: Literal["away"]


class ReturnedBody(_OfPeople):
    """They came back (返回)."""

    kind: Literal["returned"]


class HeadChangedBody(_OfRelated):
    """The household has another head (户主变更): the relation of each member to the new one."""

    kind: Literal["head-changed"]


class RelationsBody(_OfRelated):
    """Relations to the head are others than was known."""

    kind: Literal["relations-changed"]


class _InFlat(Body):
    community: CommunityCode | None = None
    estate: PartCode = "1"
    block: PartCode
    unit: PartCode
    flat: PartCode

    def address(self, community: str) -> Address:
        """`community`: of the household, where none is named."""
        return Address(self.community or community, self.estate, self.block, self.unit, self.flat)


class SplitBody(_OfRelated, _InFlat):
    """Members went to live in another flat as a household of their own (分户); relations are to its head."""

    kind: Literal["split"]


class MovedBody(_EventBody, _InFlat):
    """The household had moved to that flat (搬迁), and it was not told then; see also `PUT …/flat`."""

    kind: Literal["moved"]


class MergedBody(_OfRelated):
    """All members came to live with another household (并户), and this one ended; relations are to the other's head."""

    kind: Literal["merged"]
    into: Id


def _kind(given: Any) -> str | None:
    kind = given.get("kind") if isinstance(given, dict) else getattr(given, "kind", None)
    return f"{KIND}{kind}" if isinstance(kind, str) else None


LifeEventBody = Annotated[
    Annotated[BornBody, Tag(f"{KIND}born")]
    | Annotated[JoinedBody, Tag(f"{KIND}joined")]
    | Annotated[LeftBody, Tag(f"{KIND}left")]
    | Annotated[AwayBody, Tag(f"{KIND}away")]
    | Annotated[ReturnedBody, Tag(f"{KIND}returned")]
    | Annotated[HeadChangedBody, Tag(f"{KIND}head-changed")]
    | Annotated[RelationsBody, Tag(f"{KIND}relations-changed")]
    | Annotated[SplitBody, Tag(f"{KIND}split")]
    | Annotated[MovedBody, Tag(f"{KIND}moved")]
    | Annotated[MergedBody, Tag(f"{KIND}merged")],
    Discriminator(_kind),
    Field(examples=[examples.LIFE_EVENT]),
]
"""By its `kind`."""


class TakingBackBody(Body):
    """Why it was told by mistake; kept with the event, so no personal data here."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "重复登记"}]})

    reason: Annotated[str, Field(min_length=2, max_length=200), Plain]


class PartView(View):
    person_id: str
    relation: str | None


class LifeEventView(View):
    """Something that happened to a household or its people."""

    event_id: str
    kind: LifeKind
    on: date
    household_id: str
    into_id: str | None
    """The household that a split made, or that took in the members of one that was merged."""
    dwelling_id: str | None
    people: list[PartView]
    source: str
    evidence: str | None
    recorded_at: datetime
    recorded_by: str | None
    """The account; null to who sees only a part of the event."""
    retracted_at: datetime | None
    """When it was taken back as told by mistake."""
    retracted_because: str | None
    warnings: list[WarningView] = []


def people_of(event: LifeEvent) -> list[PartView]:
    return [PartView(person_id=part.person_id, relation=part.relation) for part in event.people]
