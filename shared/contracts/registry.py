"""What the registry says. Events of one aggregate all carry its whole state, so that a later version replaces an earlier one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.events import Event


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class UnitOfBlock(_Part):
    """A stair unit (单元): estate → block (栋) → unit."""

    estate: str
    block: str
    unit: str


class Member(_Part):
    """A member of the household; `relation` to the head by GB/T 4761."""

    person_id: str
    relation: str


class Dibao(_Part):
    """Whether the household draws dibao (低保), and if so in which class and county."""

    receiving: bool
    household_class: Literal["rural", "urban"] | None = None
    division: str | None = None


class InsuranceRelation(_Part):
    """One insurance relation (参保关系) of a person in one scheme."""

    division: str
    state: Literal["paying", "paused", "ended", "drawing", "retired"]
    arrears: bool | None = None
    since: date | None = None
    """First day of cover; for resident medical insurance, of its insurance year."""
    employer_kind: Literal["public", "enterprise", "other"] | None = None
    """Kind of employer under which an employee scheme was paid (机关事业单位 or enterprise)."""


class Work(_Part):
    """Work as stated to the registry: `none` means known to have no work."""

    status: Literal["employed", "none"]
    division: str | None = None
    form: (
        Literal["enterprise", "workshop", "public-post", "self-employed", "dispatched", "migrant", "farming", "other"]
        | None
    ) = None
    employer_kind: Literal["public", "enterprise", "other"] | None = None
    started_on: date | None = None


class CommunityChanged(Event, type="registry.community-changed.v1", key="community_code"):
    """A resettlement community (安置社区) was put in or changed; all its stair units are listed."""

    community_code: str
    name: str
    units: tuple[UnitOfBlock, ...]


class HouseholdState(Event):
    """State of a co-living household (共同生活家庭) after a change."""

    household_id: str
    state: Literal["settled", "ended", "withdrawn"]
    """ended: nobody lives there any more."""
    community_code: str
    estate: str
    block: str
    unit: str
    flat: str
    dwelling_id: str
    settled_on: date
    head_person_id: str | None
    members: tuple[Member, ...]
    """Present members; nobody who died or left."""
    moved_from_division: str | None = None
    registered_poor: bool | None = None
    dibao: Dibao | None = None
    """None: not known."""


class HouseholdSettled(HouseholdState, type="registry.household-settled.v1", key="household_id"):
    """A household moved in."""


class HouseholdMoved(HouseholdState, type="registry.household-moved.v1", key="household_id"):
    """A household changed its flat."""


class HouseholdChanged(HouseholdState, type="registry.household-changed.v1", key="household_id"):
    """Members or facts of a household changed."""


class HouseholdSplit(HouseholdState, type="registry.household-split.v1", key="household_id"):
    """Members of a household went to live as one of their own (分户); that one was settled."""


class HouseholdMerged(HouseholdState, type="registry.household-merged.v1", key="household_id"):
    """All members of a household went to live with another, and it ended (并户)."""


class HouseholdWithdrawn(HouseholdState, type="registry.household-withdrawn.v1", key="household_id"):
    """A settling entered by mistake was taken back."""


class PersonState(Event):
    """State of a person after a change. Facts that are None, and insurance schemes that are absent, are not known."""

    person_id: str
    state: Literal["resident", "deceased", "withdrawn"]
    household_id: str
    """The co-living household the person is (or was last) a member of."""
    community_code: str
    sex: Literal["1", "2"]
    birth_on: date
    died_on: date | None = None
    presence: Literal["here", "away", "moved-out"] = "here"
    """away: for more than six months (外出), and still of the household. moved-out: lives in no household here any more (迁出)."""
    withdrawn_at: datetime | None = None
    """When a settling of this person was last taken back, by the clock of the database: what others had recorded of the person before
    that went with it."""
    residence_division: str
    residence_document: Literal["permit", "book", "none"] | None = None
    hukou_division: str | None = None
    hukou_moved: bool | None = None
    hukou_moved_on: date | None = None
    collective_division: str | None = None
    labour_class: Literal["SKILLED", "ORDINARY", "WEAK_HALF", "LOST", "NONE"] | None = None
    work: Work | None = None
    organised_transfer: bool = False
    insurances: dict[str, tuple[InsuranceRelation, ...]] = {}
    """By scheme code; an empty tuple: known to have none."""
    merged_into: str | None = None
    """The person had been entered twice: this id is no person of its own (withdrawn), and what is recorded under it is that person's."""


class PersonRegistered(PersonState, type="registry.person-registered.v1", key="person_id"):
    """A person came into the registry, or came back by a new settling."""


class PersonFactsChanged(PersonState, type="registry.person-facts-changed.v1", key="person_id"):
    """Facts of a person were brought or corrected."""


class PersonMoved(PersonState, type="registry.person-moved.v1", key="person_id"):
    """A person came to another household, left, went away for long or returned."""


class PersonDied(PersonState, type="registry.person-died.v1", key="person_id"):
    """A person died."""


class PersonWithdrawn(PersonState, type="registry.person-withdrawn.v1", key="person_id"):
    """A person had been entered by mistake."""


class PersonMerged(PersonState, type="registry.person-merged.v1", key="person_id"):
    """A person had been entered twice; this id goes on as that of `merged_into`."""


class PersonUnmerged(PersonState, type="registry.person-unmerged.v1", key="person_id"):
    """Two ids had been taken for one person by mistake; this one is a person of its own again."""


class PersonErased(Event, type="registry.person-erased.v1", key="person_id"):
    """A person was erased (PIPL art. 47): whoever holds anything of it that no law wants kept forgets that too. The last word on this
    id."""

    person_id: str


class ConsentState(Event):
    """State of a consent after a change. Whom it concerns may read the person's data for the purpose while it stands, and no longer."""

    consent_id: str
    person_id: str
    purpose: str
    notice: str
    """The version of the notice that the consent was given to."""
    state: Literal["standing", "withdrawn"]
    by_guardian: bool = False
    replaces_id: str | None = None
    """An earlier consent to the same purpose, which stands no longer."""


class ConsentGiven(ConsentState, type="registry.consent-given.v1", key="consent_id"):
    """A person, or its guardian, consented to a purpose."""


class ConsentWithdrawn(ConsentState, type="registry.consent-withdrawn.v1", key="consent_id"):
    """A person, or its guardian, withdrew a consent."""
