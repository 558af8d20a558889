"""What the registry takes and shows of agency forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError, model_validator

from services.registry import examples
from services.registry.changes.domain import HOUSEHOLD, INSURANCE_FIELDS
from services.registry.changes.schemas import ChangeBody
from services.registry.forms.domain import Each, Form, FormField, FormGroup, FormStatus, Freshness, Subject
from services.registry.forms.service import CannotCorrect, Correction
from services.registry.households.schemas import HouseholdFactsChange
from services.registry.persons.domain import Purpose
from services.registry.schemas import SourceOf
from shared.errors import Fault
from shared.http import Body, View
from shared.shapes import Day, Id, Plain
from shared.validation import Wrong, fault

MOST = 100
"""People or households in one call."""

Key = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
"""The agency's own name of a field."""
FieldKey = Annotated[str, Field(min_length=1, max_length=121, pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")]
"""Of a field in a group, behind the group's key and a dot: members.phone."""
Title = Annotated[str, Field(min_length=1, max_length=120), Plain]
Why = Annotated[str, Field(min_length=2, max_length=200), Plain]
FormCode = Annotated[str, Field(min_length=3, max_length=40, pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$")]
CaseRef = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_-]+$"), Plain]


class FieldBody(Body):
    """A field that the agency needs, under its own key. `path`: of /v1/registry/form-fields. `necessary_for`: what the agency cannot do
    without it (个人信息保护法 art. 6). `codes`: the agency's code by ours; `otherwise`, for those that are not listed. Without labels, the
    registry's."""

    key: Key
    path: Annotated[str, Field(min_length=1, max_length=80)]
    label_zh: Annotated[str, Field(max_length=60), Plain] = ""
    label_en: Annotated[str, Field(max_length=60), Plain] = ""
    necessary_for: Why
    needed: bool = True
    """False: an answer is welcome, and nobody is asked for it."""
    codes: Annotated[dict[str, Annotated[str, Field(max_length=40)]], Field(max_length=200)] | None = None
    otherwise: Annotated[str, Field(max_length=40)] | None = None

    def field(self) -> FormField:
        labels = (self.label_zh, self.label_en)
        return FormField(self.key, self.path, *labels, self.necessary_for, self.needed, self.codes, self.otherwise)


Fields = Annotated[list[FieldBody], Field(max_length=100)]


class GroupBody(Body):
    """Fields of each member of the household, or of each parcel that its people hold."""

    key: Key
    each: Each
    label_zh: Title
    label_en: Title
    fields: Annotated[list[FieldBody], Field(min_length=1, max_length=100)]

    def group(self) -> FormGroup:
        fields = tuple(each.field() for each in self.fields)
        return FormGroup(self.key, self.each, self.label_zh, self.label_en, fields)


class FormBody(Body):
    """What an agency's form asks for, for which purpose, and on which law. `laws`: law and article, as SA-11."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.FORM]})

    agency: Annotated[str, Field(max_length=40, pattern=r"^[a-z-]+$")]
    title_zh: Title
    title_en: Title
    purpose: Purpose
    laws: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=10)]
    subject: Subject
    fields: Fields = []
    groups: Annotated[list[GroupBody], Field(max_length=2)] = []

    @model_validator(mode="after")
    def _something(self) -> FormBody:
        if not self.fields and not self.groups:
            raise Wrong("nothing-asked", "asks for nothing", "表单没有任何字段")
        return self

    def form(self, code: str) -> Form:
        return Form(
            code=code,
            version=0,
            agency=self.agency,
            division="",
            zh=self.title_zh,
            en=self.title_en,
            purpose=self.purpose,
            laws=tuple(self.laws),
            subject=self.subject,
            fields=tuple(each.field() for each in self.fields),
            groups=tuple(each.group() for each in self.groups),
        )


class FormApprovalBody(Body):
    """The version that was looked at."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 1}]})

    version: Annotated[int, Field(ge=1, le=100_000)]


class FormRefusalBody(FormApprovalBody):
    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 1, "reason": "字段超出办理所需"}]})

    reason: Why


class RetirementBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "改用新表"}]})

    reason: Why


Ids = Annotated[list[Id], Field(min_length=1, max_length=MOST)]


class FillingBody(Body):
    """For whom the form is filled: one or up to 100 people, or households, as the form's subject is; and for which case."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.FILLING]})

    person_id: Id | None = None
    household_id: Id | None = None
    person_ids: Ids | None = None
    household_ids: Ids | None = None
    case_ref: CaseRef | None = None

    @model_validator(mode="after")
    def _for_somebody(self) -> FillingBody:
        given = (self.person_id, self.household_id, self.person_ids, self.household_ids)
        if sum(each is not None for each in given) != 1:
            en, zh = "name people or households, in one of the four fields", "须且仅须填写四个对象字段之一"
            raise Wrong("for-whom", en, zh)
        return self

    @property
    def subject(self) -> Subject:
        return Subject.PERSON if self.person_id or self.person_ids else Subject.HOUSEHOLD

    @property
    def ids(self) -> list[str]:
        one = self.person_id or self.household_id
        return [one] if one else [*(self.person_ids or self.household_ids or [])]


class CorrectionBody(Body):
    """A value that is wrong. `field`: its key; `person_id`: of which member, where the field stands in a group. `value`: as the registry
    has it; of sex and day of birth the right ID number; of lists (insurance relations, groups kept in view) the whole list."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CORRECTION]})

    field: FieldKey
    person_id: Id | None = None
    value: Any
    valid_from: Day | None = None
    """The day from which this holds. Absent: what is recorded was wrong from the start."""
    source: SourceOf = "grid report"
    evidence: Annotated[str, Field(min_length=1, max_length=120), Plain] | None = None
    reason: Why

    def correction(self) -> Correction:
        said = (self.valid_from, self.source, self.evidence, self.reason)
        return Correction(self.field, self.person_id, self.value, *said)


def checked_change(asked_as: str, value: Any) -> Mapping[str, object]:
    """A value of a field, as a change request takes it (`changes.schemas.ChangeBody`). Raises CannotCorrect."""
    try:
        if asked_as.startswith(HOUSEHOLD):
            body = HouseholdFactsChange.model_validate({asked_as.removeprefix(HOUSEHOLD): value})
            return {f"{HOUSEHOLD}{name}": given for name, given in body.groups().items()}
        asked: dict[str, Any] = {asked_as: value} if asked_as in _OWN else {"facts": {asked_as: value}}
        if asked_as.startswith(INSURANCE_FIELDS):
            asked = {"facts": {"insurances": {asked_as.removeprefix(INSURANCE_FIELDS): value}}}
        return ChangeBody.model_validate({**asked, "reason": "更正"}).values()
    except ValidationError as error:
        wrong = [fault({**each, "loc": ("body", *each["loc"])}) for each in error.errors()]
        raise CannotCorrect(faults=[Fault("/value", each.code, each.en, each.zh) for each in wrong]) from None


_OWN = ("name", "id_number", "phone")


class ChosenBody(Body):
    field: FieldKey
    person_id: Id | None = None


class ConfirmationBody(Body):
    """Fields of which the caller, who answers for them, says that they are right."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"fields": [{"field": "phone"}]}]})

    fields: Annotated[list[ChosenBody], Field(min_length=1, max_length=200)]


# Shown


class AnswerableView(View):
    """A field that the registry can answer."""

    path: str
    label: str
    kind: str
    code_list: str | None
    """Name of the list in /v1/registry/code-lists."""
    authority: str
    authority_label: str
    """Who answers for it in the county."""
    decides: str | None
    """Whose queue a correction waits in; null: `changed_by`."""
    changed_by: str | None
    """The route that changes it, where no change request does."""
    purposes: list[str]
    """That cover it today."""
    stale_after_days: int | None
    stale_by: str
    """Where that comes from."""


class FormFieldView(View):
    key: str
    path: str
    label: str
    kind: str
    necessary_for: str
    needed: bool
    codes: dict[str, str] | None
    otherwise: str | None


class FormGroupView(View):
    key: str
    each: Each
    label: str
    fields: list[FormFieldView]


class FormRow(View):
    form: str
    version: int
    status: FormStatus
    title: str
    agency: str
    purpose: str
    subject: Subject
    division: str | None
    """Under which it is in force; null: everywhere."""


class FormView(FormRow):
    """A form: what is given to whom, for what, and on which law (个人信息保护法 art. 17, 23)."""

    agency_label: str
    legal_basis: str
    """Of the purpose, by PIPL art. 13: consent, legal-duty …"""
    laws: list[str]
    fields: list[FormFieldView]
    groups: list[FormGroupView]
    declared_by: str | None
    """null: it came with the platform."""
    declared_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    decided_because: str | None


class VerifiedView(View):
    role: str
    at: datetime


class ValueView(View):
    """A field with its answer."""

    key: str
    label: str
    path: str
    value: Any
    text: str | None
    """What a code means, in the language of Accept-Language."""
    mapped: Any
    """In the agency's own codes, where the form declares them; else the value."""
    none: bool
    """It is known that there is none: nobody is to be asked for it."""
    freshness: Freshness
    reason: str | None
    """Why it is withheld (consent-missing, consent-withdrawn, consent-outdated, not-covered, not-allowed), or missing (no-head)."""
    source: str | None
    channel: str | None
    """hukou-feed, roster, desk, grid, jobs, other."""
    recorded_at: datetime | None
    valid_from: date | None
    verified: VerifiedView | None
    """Who last said that this value is right; null: nobody did."""
    stale_on: date | None
    """From that day on it is to be asked for again."""
    request_id: str | None
    """The change of it that is asked for."""


class EntryView(View):
    """A member of the household (`id` of the person), or a parcel."""

    id: str
    fields: list[ValueView]


class ToAskView(View):
    """What is to be asked for, once: missing, or too old."""

    field: str
    label: str
    id: str | None
    """Of which member or parcel."""
    because: Freshness


class FilledView(View):
    filling_id: str
    person_id: str | None
    household_id: str | None
    fields: list[ValueView] = []
    groups: dict[str, list[EntryView]] = {}
    to_ask: list[ToAskView] = []
    values: dict[str, Any] | None = None
    """With `shape=flat`, in place of `fields` and `groups`: by the agency's keys, in its codes; what is withheld is absent."""


class FillingsView(View):
    """Fillings of a form. The answer to a repeated request has their ids alone: values are kept in no second place."""

    form: str
    version: int
    purpose: str
    for_agency: bool
    """False: prepared by somebody of another office, who sees what it sees without a purpose."""
    case_ref: str | None
    items: list[FilledView]


class CorrectedView(View):
    """A value that was given, and is another one now. Values are read by the filling."""

    filling_id: str
    case_ref: str | None
    person_id: str | None
    household_id: str | None
    fields: list[str]
    """The form's keys."""
    of: str
    """Id of the member, household or parcel whose value it is."""
    because: str
    """corrected: it was wrong when it was given; changed: it has changed since."""
    given_at: datetime
    recorded_at: datetime
