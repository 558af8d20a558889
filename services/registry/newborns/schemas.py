"""What the registry takes and shows of children without ID number."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from services.registry import examples
from services.registry.newborns.domain import Newborn, Window
from shared.http import Body, View
from shared.shapes import Day


class NewbornBody(Body):
    """What the birth certificate (出生医学证明, 母婴保健法 art. 23) says of a child that is not in the hukou register yet. The name is the
    one that stands on it."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEWBORN]})

    sex: Literal["1", "2"]
    birth_on: Day
    birth_certificate: Annotated[str, Field(min_length=1, max_length=40)]
    """Its number: a letter and nine digits."""

    def newborn(self) -> Newborn:
        return Newborn(self.sex, self.birth_on, self.birth_certificate)


class NewbornView(View):
    """A child without ID number, and how long it is known to us without one."""

    person_id: str
    name: str
    household_id: str
    community: str
    estate: str
    block: str
    unit: str
    flat: str
    registered_at: datetime
    days: int
    """Since it was registered."""
    number_asked: bool
    """An ID number is asked for, and waits for the second person (`/v1/registry/change-requests`)."""
    hukou: Window
    """The month within which entry in the hukou register is applied for (户口登记条例 art. 7)."""
    insurance: Window
    """The days within which insurance covers from birth on."""
