"""Jobs' application. `python -m services.jobs.app` serves it, with the worker's loops unless ANJU_APART=1."""

from __future__ import annotations

from fastapi import FastAPI

from services.jobs.employments.api import routes as employments
from services.jobs.households.api import routes as households
from services.jobs.persons.api import routes as persons
from services.jobs.seekers.api import routes as seekers
from services.jobs.settings import JobsSettings
from services.jobs.statistics.api import routes as statistics
from services.jobs.worker import create_worker
from shared.app import create_app, serve
from shared.auth import Verifier
from shared.operations import dead_letters


def build(settings: JobsSettings, verifier: Verifier | None = None) -> FastAPI:
    routers = [employments, persons, households, seekers, statistics, dead_letters("jobs")]
    return create_app("jobs", "Anju jobs", settings, routers, create_worker(settings), verifier)


if __name__ == "__main__":
    configured = JobsSettings()
    serve(build(configured), configured)
