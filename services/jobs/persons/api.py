"""Routes of people: /v1/jobs/persons."""

from __future__ import annotations

from fastapi import Request, Response

from services.jobs.api import Reading
from services.jobs.employments.domain import EmploymentStatus, Form
from services.jobs.persons import store
from services.jobs.persons.domain import faults_of_posts, known_work
from services.jobs.persons.schemas import PersonView
from shared.app import router
from shared.db import Reader
from shared.http import check_none_match, tag, warnings_for
from shared.shapes import Id

routes = router("/v1/jobs/persons", "jobs: persons")


@routes.get("/{person_id}", summary="A person's work")
async def get_person(actor: Reading, read: Reader, request: Request, response: Response, person_id: Id) -> PersonView:
    """By an id that is merged into another (the person had been entered twice), that person's work: `merged_into` says whose."""
    row = await store.get_person(read, person_id, actor.place)
    check_none_match(request, row["worker_version"], row["version"])
    tag(response, row["worker_version"], row["version"])
    counted = [employment for employment in row["employments"] if employment["duplicate_of"] is None]
    statuses = {employment["status"] for employment in counted}
    forms = [Form(e["form"]) for e in counted if e["status"] == EmploymentStatus.STANDING]
    warnings = warnings_for(request, faults_of_posts(forms))
    stated_none = row["work"] is not None and row["work"]["status"] == "none"
    work = known_work(EmploymentStatus.STANDING in statuses, bool(statuses), stated_none)
    shown = {"version": row["worker_version"], "work": work, "warnings": warnings}
    of = {"person_id": person_id, "merged_into": row["person_id"] if row["person_id"] != person_id else None}
    return PersonView.model_validate({**row, **of, **shown})
