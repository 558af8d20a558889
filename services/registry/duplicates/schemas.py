"""What the registry takes and shows of people who may have been entered twice."""

from __future__ import annotations

from datetime import datetime

from pydantic import ConfigDict

from services.registry.changes.schemas import Reason
from services.registry.duplicates.domain import Likeness
from shared.http import Body, View


class PairView(View):
    """Two records that may be of one person."""

    person_id: str
    name: str
    other_id: str
    other_name: str
    likenesses: list[Likeness]
    found_at: datetime


class DismissalBody(Body):
    """How it was seen that they are two; kept, so no personal data here."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "入户核实，系同名两人"}]})

    reason: Reason
