"""Routes of jobs: /v1/jobs/employments, persons, households, seekers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from services.jobs import service, store
from services.jobs.domain import EmploymentStatus, Standing, known_work
from services.jobs.schemas import (
    EmploymentBody,
    EmploymentView,
    EndBody,
    HouseholdRow,
    HouseholdView,
    PersonView,
    SeekerRow,
)
from shared.app import posts, router
from shared.auth import Actor, Scope, require
from shared.db import Read, Reader, Tx
from shared.errors import Fault
from shared.http import IfMatch, check_none_match, tag, warnings_for
from shared.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from shared.shapes import CommunityCode, Id, Part

employments = router("/v1/jobs/employments", "jobs: employments")
persons = router("/v1/jobs/persons", "jobs: persons")
households = router("/v1/jobs/households", "jobs: households")
seekers = router("/v1/jobs/seekers", "jobs: seekers")

Reading = Annotated[Actor, Depends(require(Scope.JOBS_READ))]
Writing = Annotated[Actor, Depends(require(Scope.JOBS_WRITE))]


@employments.post("", status_code=201, summary="Record that a person started work", dependencies=posts)
async def start_employment(
    actor: Writing, tx: Tx, request: Request, response: Response, body: EmploymentBody
) -> EmploymentView:
    """The person no longer seeks work, and the household is no longer without. Refused with all reasons: deceased or withdrawn; under
    16 on that day (Labour Law art. 15); a day to come; a public post beside other work (one person, one post). A credit code whose
    check digits do not fit is a warning."""
    started = await service.start_employment(tx, actor, body.person_id, body.terms())
    response.headers["location"] = f"/v1/jobs/employments/{started.employment_id}"
    return await _employment(tx, actor, request, response, started.employment_id, started.warnings)


@employments.get("/{employment_id}", summary="An employment")
async def get_employment(
    actor: Reading, read: Reader, request: Request, response: Response, employment_id: Id
) -> EmploymentView:
    """Withdrawn ones too: status `withdrawn` says that it was never so."""
    view = await _employment(read, actor, request, response, employment_id)
    check_none_match(request, view.version)
    return view


@employments.post("/{employment_id}/end", summary="Record that an employment ended", dependencies=posts)
async def end_employment(
    actor: Writing, tx: Tx, match: IfMatch, request: Request, response: Response, employment_id: Id, body: EndBody
) -> EmploymentView:
    """An able person of labour age without other work seeks work from then on; a household with no one left in work is flagged."""
    await service.end_employment(tx, actor, employment_id, match.check_if_given, body.ended_on, body.reason)
    return await _employment(tx, actor, request, response, employment_id)


@persons.get("/{person_id}", summary="A person's work")
async def get_person(actor: Reading, read: Reader, request: Request, response: Response, person_id: Id) -> PersonView:
    row = await store.get_person(read, person_id, actor.place)
    check_none_match(request, row["worker_version"], row["version"])
    tag(response, row["worker_version"], row["version"])
    statuses = {employment["status"] for employment in row["employments"]}
    stated_none = row["work"] is not None and row["work"]["status"] == "none"
    work = known_work(EmploymentStatus.STANDING in statuses, bool(statuses), stated_none)
    return PersonView.model_validate({**row, "version": row["worker_version"], "work": work})


@households.get("/{household_id}", summary="Seekers, employments and standing of a household")
async def get_household(
    actor: Reading, read: Reader, request: Request, response: Response, household_id: Id
) -> HouseholdView:
    row = await store.get_household(read, household_id, actor.place)
    check_none_match(request, row["version"], row["copy_version"])
    tag(response, row["version"], row["copy_version"])
    return HouseholdView.model_validate({**row, "without_work": row["standing"] == Standing.WITHOUT_WORK})


@households.get("", summary="Households by whether anyone is in work")
async def list_households(
    actor: Reading,
    read: Reader,
    without_work: bool | None = None,
    community: CommunityCode | None = None,
    block: Part | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HouseholdRow]:
    """Settled households that the caller may see; `without_work=true`: those with labour and no one in work."""
    after = _after(cursor)
    rows = await store.list_households(read, actor.place, without_work, community, block, after, limit)
    items = [
        HouseholdRow.model_validate({**row, "without_work": row["standing"] == Standing.WITHOUT_WORK}) for row in rows
    ]
    return Page(items=items, next=encode_cursor(items[-1].household_id) if len(items) == limit else None)


@seekers.get("", summary="People who seek work")
async def list_seekers(
    actor: Reading,
    read: Reader,
    community: CommunityCode | None = None,
    block: Part | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[SeekerRow]:
    """Able people of labour age who are known to have no work, the longest first."""
    rows = await store.list_seekers(read, actor.place, community, block, _after(cursor), limit)
    items = [SeekerRow.model_validate(dict(row)) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].seeker_id) if len(items) == limit else None)


def _after(cursor: str | None) -> str | None:
    keys = decode_cursor(cursor, (UUID,))
    return keys[0] if keys else None


async def _employment(
    read: Read,
    actor: Actor,
    request: Request,
    response: Response,
    employment_id: str,
    warnings: Sequence[Fault] = (),
) -> EmploymentView:
    row = await store.get_employment(read, employment_id, actor.place)
    tag(response, row["version"])
    return EmploymentView.model_validate({**row, "warnings": warnings_for(request, warnings)})
