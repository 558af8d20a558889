"""What the registry takes and shows of changes that are asked for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from services.registry import examples
from services.registry.changes.domain import ChangeStatus
from services.registry.changes.service import Change
from services.registry.persons.schemas import FactsBody
from services.registry.schemas import SourceOf
from shared.http import Body, View, WarningView
from shared.shapes import Day, Name, Plain
from shared.validation import Wrong

Reason = Annotated[str, Field(min_length=2, max_length=200), Plain]
Number = Annotated[str, Field(min_length=1, max_length=40)]


class BirthBody(Body):
    """Sex (GB/T 2261.1) and day of birth."""

    sex: Literal["1", "2"]
    birth_on: Day


class ChangeBody(Body):
    """What is to be recorded of a person; at least one field. Of `facts` what is absent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CHANGE]})

    name: Name | None = None
    id_number: Number | None = None
    birth_certificate: Number | None = None
    """Of a child: another number, as where it was issued anew (换发)."""
    birth: BirthBody | None = None
    """Of a child that has no ID number yet; of all others it follows from the number."""
    phone: Annotated[str, Field(max_length=20)] | None = None
    """null, where it is given: the person has none."""
    facts: FactsBody = FactsBody()
    valid_from: Day | None = None
    """The day from which this holds (a new name, a new telephone). Absent: what is recorded was wrong from the start."""
    source: SourceOf = "staff"
    evidence: Annotated[str, Field(min_length=1, max_length=120), Plain] | None = None
    """The paper it rests on, by its kind and file number; no personal data."""
    reason: Reason

    @model_validator(mode="after")
    def _something(self) -> ChangeBody:
        if not self.values():
            raise Wrong("nothing-asked", "names nothing to change", "未填写需更正的内容")
        return self

    def values(self) -> dict[str, object]:
        """By field, only what was given."""
        numbers = ("name", "id_number", "birth_certificate")
        given: dict[str, object] = {f: getattr(self, f) for f in numbers if getattr(self, f) is not None}
        if self.birth:
            given["birth"] = self.birth.model_dump(mode="json")
        if "phone" in self.model_fields_set:
            given["phone"] = self.phone or None
        return given | self.facts.groups()

    def change(self) -> Change:
        return Change(self.values(), self.valid_from, self.source, self.evidence, self.reason)


class ApprovalBody(Body):
    """`id_number`: the new one once more, as the approver reads it in the evidence; where an ID number is to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"id_number": "522799195503090025"}]})

    id_number: Number | None = None


class RefusalBody(Body):
    """Why it was refused, in writing (个人信息保护法 art. 50); who asked reads it, so no personal data here."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "证明材料与申请内容不一致"}]})

    reason: Reason


class FieldView(View):
    """Before and after; names, numbers and fact groups as far as the caller may see them."""

    field: str
    before: Any
    after: Any


class ChangeView(View):
    """A change of what is recorded of a person (更正申请)."""

    request_id: str
    person_id: str
    status: ChangeStatus
    fields: list[FieldView]
    takes_two: bool
    """Must somebody else than who asked approve it?"""
    valid_from: date | None
    source: str
    evidence: str | None
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decided_because: str | None
    warnings: list[WarningView] = []
