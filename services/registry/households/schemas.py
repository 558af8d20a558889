"""What the registry takes and shows of households."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from services.registry import examples
from services.registry.codes.platform import MONITORED, MONITORED_END, MONITORED_REASON, MOVE_BATCH
from services.registry.codes.schemas import Of
from services.registry.schemas import AddressView, SourceOf, in_order
from shared.http import Body, View, WarningView
from shared.shapes import CommunityCode, Day, Division, Part, Plain
from shared.validation import Wrong

Book = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[0-9A-Za-z()（）户号第字-]+$"), Plain]
"""Number of a hukou household's book (户号), as printed in it."""


class DibaoBody(Body):
    """Does the household draw dibao (低保), in which class, paid by which county?"""

    receiving: bool
    household_class: Literal["rural", "urban"] | None = None
    division: Division | None = None


class MonitoredBody(Body):
    """The household is monitored against return to poverty (防止返贫监测); with `until` and `ended`: it was, up to that day."""

    kind: Annotated[str, Of(MONITORED)]
    since: Day
    reason: Annotated[str, Of(MONITORED_REASON)]
    until: Day | None = None
    ended: Annotated[str, Of(MONITORED_END)] | None = None

    @model_validator(mode="after")
    def _agrees(self) -> MonitoredBody:
        in_order(self.since, self.until)
        if (self.until is None) is not (self.ended is None):
            raise Wrong("monitored-half", "until and ended go together", "终止日期与终止原因须同时填写")
        return self


class MoveBody(Body):
    """The flat a household moves to."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.MOVE]})

    community: CommunityCode | None = None
    estate: Part = "1"
    block: Part
    unit: Part
    flat: Part
    moved_on: Day | None = None


class WithdrawalBody(Body):
    """Why the settling was a mistake; kept with the change, so no personal data here."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.WITHDRAWAL]})

    reason: Annotated[str, Field(min_length=2, max_length=200), Plain]


class HouseholdFactsChange(Body):
    """Facts of a household that come later. What is absent stays; null says: not known."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.HOUSEHOLD_FACTS]})

    moved_from_division: Division | None = None
    registered_poor: bool | None = None
    monitored: MonitoredBody | None = None
    move_batch: Annotated[str, Of(MOVE_BATCH)] | None = None
    dibao: DibaoBody | None = None
    hukou_book: Book | None = None
    """Of a hukou household alone."""
    valid_from: Day | None = None
    source: SourceOf = "staff"

    def groups(self) -> dict[str, object]:
        return self.model_dump(mode="json", include=self.model_fields_set - {"valid_from", "source"})


class PersonBrief(View):
    """A member on a household's page. The name is full for staff on duty for that place, masked otherwise. Number and status are null to
    a resident who lives with that person; the number also of a child that has none yet."""

    person_id: str
    name: str
    id_number: str | None
    relation: str
    status: str | None


class HukouView(View):
    """What a hukou household has beside its members."""

    division: str | None
    """Where it stands."""
    book: str | None
    """Number of its book (户号)."""
    members_elsewhere: int
    """How many are entered in it who live where the caller's place is not."""


class HouseholdView(View):
    household_id: str
    kind: Literal["coliving", "hukou"]
    version: int
    status: str
    address: AddressView
    """Of a hukou household: where its head lives."""
    settled_on: date
    """Of a hukou household: since when it is known."""
    head_person_id: str | None
    members: list[PersonBrief]
    without_work: bool | None
    """Has jobs found a household with labour and no one in work? Null: not for the caller to see."""
    without_work_since: datetime | None
    facts: dict[str, Any]
    """Only what the caller may see."""
    hukou_household_id: str | None
    flat_household_id: str | None
    hukou: HukouView | None
    """Null but for a hukou household."""
    warnings: list[WarningView] = []


class HouseholdRow(View):
    household_id: str
    kind: Literal["coliving", "hukou"]
    hukou_division: str | None
    """Where a hukou household stands."""
    status: str
    estate: str
    block: str
    unit: str
    flat: str
    head_name: str | None
    """Masked."""
    members: int
    without_work: bool | None
