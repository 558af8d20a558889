"""Routes of employments: /v1/jobs/employments."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request, Response

from services.jobs.api import Reading, Writing
from services.jobs.employments import service, store
from services.jobs.employments.schemas import EmploymentBody, EmploymentView, EndBody
from shared.app import posts, router
from shared.auth import Actor
from shared.db import Read, Reader, Tx
from shared.errors import Fault
from shared.http import IfMatch, check_none_match, tag, warnings_for
from shared.shapes import Id

routes = router("/v1/jobs/employments", "jobs: employments")


@routes.post("", status_code=201, summary="Record that a person started work", dependencies=posts)
async def start_employment(
    actor: Writing, tx: Tx, request: Request, response: Response, body: EmploymentBody
) -> EmploymentView:
    """The person no longer seeks work, and the household is no longer without. Refused with all reasons: deceased or withdrawn; under
    16 on that day (Labour Law art. 15); a day to come; a public post beside other work (one person, one post). An id that is merged
    into another is refused: 409 `person-merged` with `merged_into`. A credit code whose check digits do not fit is a warning."""
    started = await service.start_employment(tx, actor, body.person_id, body.terms())
    response.headers["location"] = f"/v1/jobs/employments/{started.employment_id}"
    return await _employment(tx, actor, request, response, started.employment_id, started.warnings)


@routes.get("/{employment_id}", summary="An employment")
async def get_employment(
    actor: Reading, read: Reader, request: Request, response: Response, employment_id: Id
) -> EmploymentView:
    """Withdrawn ones too: status `withdrawn` says that it was never so."""
    view = await _employment(read, actor, request, response, employment_id)
    check_none_match(request, view.version)
    return view


@routes.post("/{employment_id}/end", summary="Record that an employment ended", dependencies=posts)
async def end_employment(
    actor: Writing, tx: Tx, match: IfMatch, request: Request, response: Response, employment_id: Id, body: EndBody
) -> EmploymentView:
    """An able person of labour age without other work seeks work from then on; a household with no one left in work is flagged."""
    await service.end_employment(tx, actor, employment_id, match.check_if_given, body.ended_on, body.reason)
    return await _employment(tx, actor, request, response, employment_id)


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
