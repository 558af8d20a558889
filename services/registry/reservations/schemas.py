"""What the registry takes and shows of reservations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from services.registry import examples
from services.registry.households.domain import Address
from services.registry.reservations.domain import DAYS, MOST_DAYS, Wish
from services.registry.schemas import AddressView
from shared.http import Body, View, WarningView
from shared.shapes import CommunityCode, Id, Part, Plain
from shared.validation import Wrong


class ReservationBody(Body):
    """A flat, and for whom it is kept: a household of the registry that is to move, or one that is to come, by the number of its
    resettlement agreement (搬迁安置协议)."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.RESERVATION]})

    community: CommunityCode
    estate: Part = "1"
    block: Part
    unit: Part
    flat: Part
    household_id: Id | None = None
    agreement_no: (
        Annotated[
            str, Field(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z\u4e00-\u9fff()（）〔〕\[\]\-/]+$"), Plain
        ]
        | None
    ) = None
    people: Annotated[int, Field(ge=1, le=30)]
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = DAYS
    """For how many days it is kept."""

    @model_validator(mode="after")
    def _for_one(self) -> ReservationBody:
        if (self.household_id is None) is (self.agreement_no is None):
            raise Wrong("for-whom", "name the household or the agreement, one of them", "住户编号与协议编号须填其一")
        return self

    def wish(self) -> Wish:
        address = Address(self.community, self.estate, self.block, self.unit, self.flat)
        return Wish(address, self.household_id, self.agreement_no, self.people, self.days)


class ReservationView(View):
    reservation_id: str
    state: str
    """open, settled, cancelled, expired, household-gone."""
    dwelling_id: str
    address: AddressView
    household_id: str | None
    agreement_no: str | None
    people: int
    reserved_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    taken_by: str | None
    """The household that moved in."""
    warnings: list[WarningView] = []
