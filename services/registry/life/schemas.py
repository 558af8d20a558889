"""What the registry takes and shows of life events."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from services.registry import examples
from services.registry.households.domain import Address
from services.registry.hukou.schemas import (
    HukouHeadChangedBody,
    HukouJoinedBody,
    HukouLeftBody,
    HukouMergedBody,
    HukouMovedBody,
    HukouRelationsBody,
    HukouSplitBody,
)
from services.registry.life.domain import OF_COUPLES, LifeEvent, LifeKind, Part
from services.registry.life.kin import MarriageLaw
from services.registry.life.marrying import CoupleWord
from services.registry.life.telling import Ground
from services.registry.schemas import SourceOf
from services.registry.settling.schemas import MemberBody, Relation
from shared.http import Body, View, WarningView
from shared.shapes import CommunityCode, Day, Id, Plain
from shared.shapes import Part as PartCode
from shared.validation import KIND, Wrong


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
    | Annotated[MergedBody, Tag(f"{KIND}merged")]
    | Annotated[HukouJoinedBody, Tag(f"{KIND}hukou-joined")]
    | Annotated[HukouLeftBody, Tag(f"{KIND}hukou-left")]
    | Annotated[HukouHeadChangedBody, Tag(f"{KIND}hukou-head-changed")]
    | Annotated[HukouRelationsBody, Tag(f"{KIND}hukou-relations-changed")]
    | Annotated[HukouSplitBody, Tag(f"{KIND}hukou-split")]
    | Annotated[HukouMergedBody, Tag(f"{KIND}hukou-merged")]
    | Annotated[HukouMovedBody, Tag(f"{KIND}hukou-moved")],
    Discriminator(_kind),
    Field(examples=[examples.LIFE_EVENT]),
]
"""By its `kind`; kinds that begin with hukou are of hukou households, the others of those who live together."""


class _CoupleBody(Body):
    on: Day
    source: SourceOf = "staff"
    evidence: Annotated[str, Field(min_length=1, max_length=120), Plain] | None = None
    """The certificate, judgment or paper it rests on, by its kind and file number; no personal data."""

    def ground(self) -> Ground:
        return Ground(self.source, self.evidence)


Unwed = Literal["10", "30", "40"]


class MarriedBody(_CoupleBody):
    """Married (结婚), on the day on which it was registered: the marriage stands from then on (Civil Code art. 1049)."""

    kind: Literal["married"]
    spouse: Id | None = None
    """Null: somebody who is not in the registry."""
    law: MarriageLaw = MarriageLaw.CIVIL_CODE
    """Under which it was registered; ages differ."""
    before: Unwed | None = None
    """Marital status before (GB/T 2261.2): never married, widowed, divorced; as told or stated unless said."""
    spouse_before: Unwed | None = None
    again: bool = False
    """They marry each other once more (复婚, Civil Code art. 1083)."""

    @model_validator(mode="after")
    def _agrees(self) -> MarriedBody:
        if self.spouse is None and self.spouse_before is not None:
            raise Wrong("spouse-missing", "nothing is kept of a spouse who is not in the registry", "配偶不在登记库中")
        if self.again and "10" in (self.before, self.spouse_before):
            raise Wrong("again-contradicts", "who marries once more was married before", "复婚者不应为未婚")
        if self.law is not MarriageLaw.CIVIL_CODE and self.evidence is None:
            raise Wrong("evidence-missing", "state the certificate", "请填写证件依据")
        return self

    def word(self) -> CoupleWord:
        return CoupleWord(
            LifeKind.MARRIED,
            self.on,
            self.ground(),
            self.spouse,
            self.law,
            self.before,
            self.spouse_before,
            self.again,
        )


class DivorcedBody(_CoupleBody):
    """Divorced (离婚), on the day on which it was registered, or the judgment or mediation of a court took effect (Civil Code art. 1076,
    1080)."""

    kind: Literal["divorced"]
    by: Literal["registration", "court"] = "registration"
    spouse: Id | None = None
    """Whom the registry has as the spouse on that day unless said."""

    def word(self) -> CoupleWord:
        return CoupleWord(LifeKind.DIVORCED, self.on, self.ground(), self.spouse, court=self.by == "court")


class WidowedBody(_CoupleBody):
    """The spouse, who is not in the registry, died that day (丧偶). Of one who is, tell the death."""

    kind: Literal["widowed"]

    def word(self) -> CoupleWord:
        return CoupleWord(LifeKind.WIDOWED, self.on, self.ground())


CoupleEventBody = Annotated[
    Annotated[MarriedBody, Tag(f"{KIND}married")]
    | Annotated[DivorcedBody, Tag(f"{KIND}divorced")]
    | Annotated[WidowedBody, Tag(f"{KIND}widowed")],
    Discriminator(_kind),
    Field(examples=[examples.MARRIAGE]),
]
"""By its `kind`."""


class TakingBackBody(Body):
    """Why it was told by mistake; kept with the event, so no personal data here."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "重复登记"}]})

    reason: Annotated[str, Field(min_length=2, max_length=200), Plain]


class PartView(View):
    person_id: str
    relation: str | None
    marital_before: str | None
    """Marital status before a marriage, where it was told or stated (GB/T 2261.2)."""


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
    division: str | None
    """Where a hukou household stands from then on; of who leaves one, where the hukou goes to."""
    residence_document: str | None
    """With which these people live here from then on."""
    outside: bool
    """The other of a couple is not in the registry."""
    again: bool
    """They married each other once more."""
    law: MarriageLaw | None
    """Under which a marriage was registered."""
    court: bool
    """A divorce by judgment or mediation."""
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
    """A marriage says of each the status before it, all others the relation after."""
    is_marriage = event.kind in OF_COUPLES
    return [
        PartView(
            person_id=part.person_id,
            relation=None if is_marriage else part.relation,
            marital_before=part.relation if is_marriage else None,
        )
        for part in event.people
    ]
