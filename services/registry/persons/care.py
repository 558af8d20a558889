"""What the registry takes of a person's health, disability, schooling and medical care (就学, 就医)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from services.registry.codes.national import DISABILITY_GRADE, DISABILITY_KIND, HEALTH
from services.registry.codes.platform import ENROLMENT, FILING_KIND, SCHOOL_STAGE
from services.registry.codes.schemas import Of
from services.registry.schemas import in_order
from shared.http import Body
from shared.shapes import Day, Division, Plain
from shared.validation import Wrong

Organisation = Annotated[str, Field(min_length=2, max_length=80), Plain]
"""Name of a school or clinic."""


class HealthBody(Body):
    """State of health (健康状况), GB/T 2261.3. Sensitive: PIPL art. 28."""

    status: Annotated[str, Of(HEALTH)]


class DisabilityBody(Body):
    """Disability (残疾), by the disability certificate: GB/T 26341. `disabled` false: known to have none. Sensitive: PIPL art. 28."""

    disabled: bool
    kind: Annotated[str, Of(DISABILITY_KIND)] | None = None
    grade: Annotated[str, Of(DISABILITY_GRADE)] | None = None
    certified_on: Day | None = None

    @model_validator(mode="after")
    def _agrees(self) -> DisabilityBody:
        if not self.disabled and (self.kind or self.grade or self.certified_on):
            raise Wrong(
                "disability-contradicts", "says no, but names a kind or grade", "填写为无残疾，却填有类别或等级"
            )
        return self


class SchoolingBody(Body):
    """Schooling (就学): what the person attends now, or why not. `grade`: year within the stage."""

    state: Annotated[str, Of(ENROLMENT)]
    stage: Annotated[str, Of(SCHOOL_STAGE)] | None = None
    school: Organisation | None = None
    division: Division | None = None
    grade: Annotated[int, Field(ge=1, le=8)] | None = None
    boarding: bool | None = None


class FamilyDoctorBody(Body):
    """The contract with a family doctor (家庭医生签约): with which clinic, since when."""

    institution: Organisation
    signed_on: Day | None = None


class FilingBody(Body):
    """A filing for medical care in another area (异地就医备案): where care is sought, and from when to when."""

    division: Division
    kind: Annotated[str, Of(FILING_KIND)]
    since: Day
    until: Day | None = None

    @model_validator(mode="after")
    def _ordered(self) -> FilingBody:
        in_order(self.since, self.until)
        return self


class MedicalCareBody(Body):
    """Medical care (就医). An empty list of filings: known to have none. Sensitive: PIPL art. 28."""

    family_doctor: FamilyDoctorBody | None = None
    filings: Annotated[list[FilingBody], Field(max_length=10)] | None = None
