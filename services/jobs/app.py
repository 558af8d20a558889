"""Jobs' application. `python -m services.jobs.app` serves it, with the worker's loops unless ANJU_APART=1."""

from __future__ import annotations

from fastapi import FastAPI

from services.jobs.api import employments, households, persons, seekers
from services.jobs.settings import JobsSettings
from services.jobs.worker import create_worker
from shared.app import create_app, serve
from shared.auth import Verifier
from shared.operations import dead_letters


def build(settings: JobsSettings, verifier: Verifier | None = None) -> FastAPI:
    routers = [employments, persons, households, seekers, dead_letters("jobs")]
    return create_app("jobs", "Anju jobs", settings, routers, create_worker(settings), verifier)


if __name__ == "__main__":
    configured = JobsSettings()
    serve(build(configured), configured)
