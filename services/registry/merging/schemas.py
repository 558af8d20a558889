"""What the registry takes and shows of people who were entered twice."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from services.registry import examples
from services.registry.changes.domain import MERGED
from services.registry.changes.schemas import Reason
from services.registry.changes.service import Change
from services.registry.schemas import SourceOf
from shared.http import Body, View
from shared.shapes import Id, Plain

Taken = Annotated[str, Field(pattern=r"^[a-z_]{2,40}(:[0-9]{3})?$")]


class MergerBody(Body):
    """That this person and another are one."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.MERGER]})

    into: Id
    """As which of the two the person goes on."""
    take: Annotated[list[Taken], Field(max_length=30)] = []
    """Fields that are right with this one: name, id_number, phone, or a fact group (hukou, insurance:170); all others are with `into`."""
    life: Literal["into", "both"] = "into"
    """into: what is told of this one was told twice, and is true of nobody. both: what is told of either is true, one after the other."""
    source: SourceOf = "staff"
    evidence: Annotated[str, Field(min_length=1, max_length=120), Plain] | None = None
    reason: Reason

    def change(self) -> Change:
        proposal = {"into": self.into, "take": list(dict.fromkeys(self.take)), "both_lived": self.life == "both"}
        return Change({MERGED: proposal}, None, self.source, self.evidence, self.reason)


class PartingBody(Body):
    """Why the two are not one after all; kept with the merger, so no personal data here."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "经核实系同名两人"}]})

    reason: Reason


class MergerView(View):
    """That two were taken for one."""

    merger_id: str
    gone_id: str
    kept_id: str
    life: Literal["into", "both"]
    source: str
    evidence: str | None
    merged_by: str
    merged_at: datetime
    unmerged_by: str | None
    unmerged_at: datetime | None
    unmerged_because: str | None


class StayingEvent(View):
    event_id: str
    kind: str
    on: date
    household_id: str


class PartingView(View):
    """Two are two again. What was recorded while they were one stays with `kept_id`, to be looked through."""

    gone_id: str
    kept_id: str
    staying_fields: list[str]
    staying_events: list[StayingEvent]
