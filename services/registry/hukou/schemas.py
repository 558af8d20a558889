"""What the registry takes and shows of hukou households."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from services.registry import examples
from services.registry.codes.platform import RESIDENCE_DOCUMENT
from services.registry.codes.schemas import Of
from services.registry.households.schemas import Book
from services.registry.hukou.domain import NO_PAPERS, Papers
from services.registry.hukou.service import HukouWord
from services.registry.life.domain import LifeKind, Part
from services.registry.life.telling import Ground
from services.registry.schemas import SourceOf
from services.registry.settling.schemas import Relation
from shared.http import Body
from shared.shapes import Day, Division, Id, Plain


class EntryBody(Body):
    """A person of the registry, and the relation to the head of the hukou household (GB/T 4761)."""

    person_id: Id
    relation: Relation


Entries = Annotated[list[EntryBody], Field(min_length=1, max_length=30)]
Document = Annotated[str, Of(RESIDENCE_DOCUMENT)]


class _HukouBody(Body):
    on: Day
    """The day on which it was registered."""
    source: SourceOf = "staff"
    evidence: Annotated[str, Field(min_length=1, max_length=120), Plain] | None = None
    """The paper or file it rests on, by its kind and file number; no personal data."""


class _MovingBody(_HukouBody):
    moved: bool | None = None
    """Was the hukou of these people moved to the resettlement place? Told by the division where it is not said; of a county named alone
    it is not known."""
    residence_document: Document | None = None
    """With which they live here from that day on: residence permit (居住证), residence book (居住簿), none."""

    def papers(self) -> Papers:
        return Papers(self.moved, self.residence_document)


class SetUpBody(_MovingBody):
    """A hukou household that stands in the register (立户), and who is entered in it; who came in later, or left, is told by its own
    event."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.HUKOU]})

    division: Division
    book: Book | None = None
    people: Entries

    def word(self) -> HukouWord:
        ground = Ground(self.source, self.evidence)
        people = tuple(Part(each.person_id, each.relation) for each in self.people)
        return HukouWord(LifeKind.HUKOU_JOINED, self.on, ground, people, None, self.division, self.book, self.papers())


class _OfEntries(_HukouBody):
    people: Entries

    def parts(self) -> tuple[Part, ...]:
        return tuple(Part(each.person_id, each.relation) for each in self.people)


class HukouJoinedBody(_OfEntries, _MovingBody):
    """People of the registry are entered in this hukou household (迁入、入户). Whoever is entered elsewhere stays so until that is told
    too, and is an alarm until then."""

    kind: Literal["hukou-joined"]


class HukouLeftBody(_MovingBody):
    """Members are struck off (迁出、注销)."""

    kind: Literal["hukou-left"]
    people: Annotated[list[Id], Field(min_length=1, max_length=30)]
    division: Division | None = None
    """Where their hukou goes to, if the register there is not the registry's."""

    def parts(self) -> tuple[Part, ...]:
        return tuple(Part(person_id) for person_id in self.people)


class HukouHeadChangedBody(_OfEntries):
    """The hukou household has another head (户主变更): the relation of each member to the new one."""

    kind: Literal["hukou-head-changed"]


class HukouRelationsBody(_OfEntries):
    """Relations to the head of the hukou household are others than was known."""

    kind: Literal["hukou-relations-changed"]


class HukouSplitBody(_OfEntries, _MovingBody):
    """Members become a hukou household of their own (分户); relations are to its head. Wherever they live."""

    kind: Literal["hukou-split"]
    division: Division | None = None
    """Where it stands; as the one they leave unless said."""
    book: Book | None = None


class HukouMergedBody(_OfEntries, _MovingBody):
    """All members are entered in another hukou household (并户), and this one ends; relations are to the other's head."""

    kind: Literal["hukou-merged"]
    into: Id


class HukouMovedBody(_MovingBody):
    """The whole hukou household moves (整户迁移), with all who are entered in it that day."""

    kind: Literal["hukou-moved"]
    division: Division

    def parts(self) -> tuple[Part, ...]:
        return ()


HukouEventBody = (
    HukouJoinedBody
    | HukouLeftBody
    | HukouHeadChangedBody
    | HukouRelationsBody
    | HukouSplitBody
    | HukouMergedBody
    | HukouMovedBody
)


def word_of(body: HukouEventBody) -> HukouWord:
    return HukouWord(
        kind=LifeKind(body.kind),
        on=body.on,
        ground=Ground(body.source, body.evidence),
        people=body.parts(),
        into_id=getattr(body, "into", None),
        division=getattr(body, "division", None),
        book=getattr(body, "book", None),
        papers=body.papers() if isinstance(body, _MovingBody) else NO_PAPERS,
    )
