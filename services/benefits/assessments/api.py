"""Routes of assessments and parameters: /v1/benefits/households, persons, parameters."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request, Response

from services.benefits.api import Language, Reading, edition
from services.benefits.assessments import store
from services.benefits.assessments.parameters import latest
from services.benefits.assessments.schemas import (
    AssessmentView,
    HouseholdAssessments,
    NoteView,
    ParametersView,
    ParameterView,
    PersonAssessments,
)
from services.benefits.schemas import reason_view
from services.benefits.sight import schemes_of
from services.benefits.store import get_household, get_person
from shared.app import router
from shared.db import Reader, Row
from shared.http import check_none_match, tag
from shared.shapes import Day, Id

routes = router("/v1/benefits", "benefits: assessments")


@routes.get("/households/{household_id}/assessments", summary="What a household and its members are told")
async def get_household_assessments(
    actor: Reading, read: Reader, request: Request, response: Response, language: Language, household_id: Id
) -> HouseholdAssessments:
    """Each present member in each scheme, and dibao for the household: outcome, all reasons with law and article, missing facts and
    who can supply them. Nothing moves by itself: a case opens on an application. An insurance agency sees its schemes, county civil
    affairs sees dibao."""
    household = await get_household(read, household_id, actor.place)
    version = household["assessed_version"]
    check_none_match(request, version, edition(language))
    rows = await store.list_of_household(read, household_id, schemes_of(actor))
    tag(response, version, edition(language))
    return HouseholdAssessments(household_id=household_id, version=version, assessments=_views(rows, language))


@routes.get("/persons/{person_id}/assessments", summary="What a person is told")
async def get_person_assessments(
    actor: Reading, read: Reader, request: Request, response: Response, language: Language, person_id: Id
) -> PersonAssessments:
    """In each scheme, as for the household; without dibao, which is the household's. By an id that is merged into another (the person
    had been entered twice), what that person is told: `merged_into` says who."""
    person = await get_person(read, person_id, actor.place)
    versions = person["person_version"], person["assessed_version"] * 2 + edition(language)
    check_none_match(request, *versions)
    rows = await store.list_of_person(read, person["person_id"], schemes_of(actor))
    tag(response, *versions)
    return PersonAssessments(
        person_id=person_id,
        merged_into=person["person_id"] if person["person_id"] != person_id else None,
        household_id=person["household_id"],
        assessments=_views(rows, language),
    )


@routes.get("/parameters", summary="Rates, ages, levels and windows in force, with their sources")
async def get_parameters(actor: Reading, read: Reader, on: Day | None = None) -> ParametersView:
    """Those that hold today, or on another day."""
    day = on or read.today
    rows = latest(await store.list_parameters(read), day)
    shown = [
        ParameterView(name=r.name, prefix=r.prefix, valid_from=r.valid_from, value=r.value, source=r.source)
        for r in rows
    ]
    return ParametersView(on=day, parameters=shown)


def _views(rows: Sequence[Row], language: str) -> list[AssessmentView]:
    return [_view(row, language) for row in rows]


def _view(row: Row, language: str) -> AssessmentView:
    return AssessmentView(
        person_id=row["person_id"],
        scheme=row["scheme"],
        outcome=row["outcome"],
        reasons=[reason_view(reason, language) for reason in row["reasons"]],
        one_of=row["one_of"],
        missing=row["missing"],
        from_division=row["from_division"],
        to_division=row["to_division"],
        fund_moves=row["fund_moves"],
        notes=[NoteView(slug=note["slug"], detail=note[f"detail_{language}"]) for note in row["notes"]],
        case_id=row["case_id"],
        assessed_at=row["assessed_at"],
    )
