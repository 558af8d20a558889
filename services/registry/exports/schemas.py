"""What HTTP takes and shows of exports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from services.registry import examples
from services.registry.exports.domain import FlatsAsked, Format, HouseholdsAsked
from services.registry.persons.domain import Purpose
from services.registry.search.schemas import SearchBody
from shared.http import Body, View
from shared.shapes import CommunityCode, Part, Plain
from shared.validation import KIND

Area = Annotated[Decimal, Field(ge=0, le=9999)]


class _ExportBody(Body):
    """What all exports are asked for with."""

    fields: Annotated[Sequence[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=80)] | None = None
    """Columns in this order; the usual ones where none are named. GET /v1/registry/export-lists names them."""
    format: Format
    purpose: Purpose | None = None
    """Fields come unmasked, for accounts that may unmask; that they were read is noted for each person."""
    case: Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9_-]+$"), Plain] | None = None


class PeopleExport(_ExportBody):
    """People, by the filters of the search. A name or a number is needed, or a division."""

    list: Literal["persons"]
    filters: SearchBody


class HouseholdsFilters(Body):
    """As the list of households takes them."""

    community: CommunityCode | None = None
    block: Part | None = None

    def asked(self) -> HouseholdsAsked:
        return HouseholdsAsked(self.community, self.block)


class HouseholdsExport(_ExportBody):
    """Settled households of the caller's place."""

    list: Literal["households"]
    filters: HouseholdsFilters = HouseholdsFilters()


class VacanciesFilters(Body):
    """As the list of vacancies takes them."""

    community: CommunityCode
    estate: Part | None = None
    block: Part | None = None
    area_from: Area | None = None
    area_to: Area | None = None
    people: Annotated[int, Field(ge=1, le=30)] | None = None

    def asked(self) -> FlatsAsked:
        return FlatsAsked(self.community, self.estate, self.block, self.area_from, self.area_to, self.people)


class VacanciesExport(_ExportBody):
    """Vacant flats of a community."""

    list: Literal["vacancies"]
    filters: VacanciesFilters


def _list(given: Any) -> str | None:
    name = given.get("list") if isinstance(given, dict) else getattr(given, "list", None)
    return f"{KIND}{name}" if isinstance(name, str) else None


ExportBody = Annotated[
    Annotated[PeopleExport, Tag(f"{KIND}persons")]
    | Annotated[HouseholdsExport, Tag(f"{KIND}households")]
    | Annotated[VacanciesExport, Tag(f"{KIND}vacancies")],
    Discriminator(_list),
    Field(examples=[examples.EXPORT]),
]
"""By its `list`."""


_EXAMPLE: dict[str, Any] = {
    "export_id": "0198c0de-0000-7000-8000-000000000002",
    "list": "persons",
    "format": "xlsx",
    "fields": ["name", "sex", "birth_year", "community_name", "block"],
    "purpose": None,
    "case": None,
    "status": "done",
    "asked_at": "2026-11-24T08:00:00Z",
    "finished_at": "2026-11-24T08:00:04Z",
    "rows": 3209,
    "rows_read": 3209,
    "exported": 3209,
    "without_consent": 0,
    "gone": 0,
    "bytes": 188416,
    "fetches": 0,
    "fetched_at": None,
    "kept_until": "2026-12-24",
    "file": "/v1/registry/exports/0198c0de-0000-7000-8000-000000000002/file",
    "problem": None,
}


class ExportRow(View):
    """An export in a list."""

    export_id: str
    list: Literal["persons", "households", "vacancies"]
    format: Format
    fields: Sequence[str]
    purpose: Purpose | None
    """null: masked."""
    case: str | None
    status: Literal["queued", "running", "done", "failed", "deleted"]
    asked_at: datetime
    finished_at: datetime | None
    rows: int
    """That met what was asked when it began."""
    rows_read: int
    exported: int
    """Rows of the file. Grows while it runs."""
    without_consent: int
    """Left out: the purpose rests on consent, and theirs does not stand."""
    gone: int
    """Left out: they did not meet what was asked any more when their turn came, or moved out of the caller's place."""
    bytes: int | None
    fetches: int
    fetched_at: datetime | None


class ExportView(ExportRow):
    """An export: how far it is, and where the file is. What was asked for is not shown: it may hold names and numbers."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    kept_until: date | None
    """The file is forgotten on that day; null: it is no more, or not yet."""
    file: str | None
    problem: dict[str, Any] | None
    """Why it failed."""


class FieldView(View):
    """A column that can be exported."""

    name: str
    title: str
    kind: Literal["text", "code", "codes", "number", "decimal", "flag", "day"]
    usual: bool
    """It is there where no fields are named."""
    personal: bool
    """Masked without a purpose (or not shown: `needs_purpose`), in full with one."""
    needs_purpose: bool
    """Only with a purpose that needs it."""


class ExportListView(View):
    """A list that can be exported, with the columns that the caller sees."""

    list: str
    title: str
    fields: Sequence[FieldView]
