"""What the registry takes and shows of people."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from services.registry import examples
from services.registry.codes.kinship import ETHNIC
from services.registry.codes.national import EDUCATION, MARITAL, POLITICAL
from services.registry.codes.platform import LABOUR_CLASS, RESIDENCE_DOCUMENT
from services.registry.codes.schemas import Of
from services.registry.persons.care import DisabilityBody, HealthBody, MedicalCareBody, SchoolingBody
from services.registry.persons.domain import Tag
from services.registry.schemas import AddressView, Scheme, SourceOf
from shared.http import Body, View, WarningView
from shared.labour import LabourScheme
from shared.shapes import Day, Division, Plain


class HukouBody(Body):
    """Hukou (户籍). `moved`: was it moved to the resettlement place?"""

    division: Division | None = None
    moved: bool | None = None
    moved_on: Day | None = None


class CollectiveBody(Body):
    """The collective whose member the person is (old village): farmland, forest and homestead rights stay there."""

    division: Division
    organisation: Annotated[str, Field(max_length=80), Plain] | None = None


class RelationBody(Body):
    """An insurance relation (参保关系)."""

    division: Division
    state: Literal["paying", "paused", "ended", "drawing", "retired"]
    arrears: bool | None = None
    since: Day | None = None
    employer_kind: Literal["public", "enterprise", "other"] | None = None


class WorkBody(Body):
    """Work. `none`: known to have no work."""

    status: Literal["employed", "none"]
    division: Division | None = None
    form: (
        Literal["enterprise", "workshop", "public-post", "self-employed", "dispatched", "migrant", "farming", "other"]
        | None
    ) = None
    employer_kind: Literal["public", "enterprise", "other"] | None = None
    started_on: Day | None = None


class ProfileBody(Body):
    """Codes of the national lists: /v1/registry/code-lists. Each by itself: what is absent stays as it is; null: not known."""

    ethnic: Annotated[str, Of(ETHNIC)] | None = None
    education: Annotated[str, Of(EDUCATION)] | None = None
    political: Annotated[str, Of(POLITICAL)] | None = None
    marital: Annotated[str, Of(MARITAL)] | None = None


class FactsBody(Body):
    """Facts of a person. What is absent stays as it is; null says: not known. In `insurances` a scheme with an empty list says:
    known to have no relation."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.FACTS]})

    hukou: HukouBody | None = None
    residence_document: Annotated[str, Of(RESIDENCE_DOCUMENT)] | None = None
    collective: CollectiveBody | None = None
    insurances: Annotated[
        dict[Scheme, Annotated[list[RelationBody], Field(max_length=20)] | None], Field(max_length=7)
    ] = {}
    work: WorkBody | None = None
    labour_class: Annotated[str, Of(LABOUR_CLASS)] | None = None
    organised_transfer: bool | None = None
    profile: ProfileBody | None = None
    health: HealthBody | None = None
    disability: DisabilityBody | None = None
    schooling: SchoolingBody | None = None
    medical_care: MedicalCareBody | None = None
    tags: Annotated[list[Tag], Field(max_length=10)] | None = None

    def groups(self) -> dict[str, object]:
        """By fact group, only what was given."""
        given = self.model_dump(mode="json", include=self.model_fields_set - {"insurances"})
        if self.profile:
            given["profile"] = self.profile.model_dump(mode="json", exclude_unset=True)
        schemes = self.model_dump(mode="json", include={"insurances"})["insurances"]
        return given | {f"insurance:{scheme}": relations for scheme, relations in schemes.items()}


class FactsChange(FactsBody):
    """A change of facts, and since when it holds: today, by the calendar of China (UTC+8), unless said."""

    valid_from: Day | None = None
    source: SourceOf = "staff"

    def groups(self) -> dict[str, object]:
        return {k: v for k, v in super().groups().items() if k not in ("valid_from", "source")}


class DeathBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [examples.DEATH]})

    died_on: Day
    source: SourceOf = "staff"


class PersonView(View):
    person_id: str
    version: int
    status: str
    name: str
    id_number: str | None
    """Null: of a child that has none yet."""
    birth_certificate: str | None
    """By which a child came into the registry that had no ID number."""
    phone: str | None
    sex: str
    birth: str
    """The year; the full date where the read states a purpose."""
    died_on: date | None
    household_id: str
    merged_into: str | None
    """The person had been entered twice, and goes on under that id; what stands here is as it was."""
    address: AddressView
    facts: dict[str, Any]
    """Only what the caller may see."""
    work: dict[str, Any] | None
    """Work as jobs knows it; null: nothing said yet, or not for the caller to see."""
    warnings: list[WarningView] = []


class LabourView(View):
    """The class of labour as stated, and as the age suggests it. A suggestion changes nothing."""

    scheme: LabourScheme
    stated: str | None
    suggested: str
    look_again: bool
    """Nothing is stated, or the age speaks against it."""
    from_age: int
    to_age: int
    """Ages that the scheme counts as labour, both included."""
    source: str
