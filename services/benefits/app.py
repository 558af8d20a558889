"""Benefits' application. `python -m services.benefits.app` serves it, with the worker's loops unless ANJU_APART=1."""

from __future__ import annotations

from fastapi import FastAPI

from services.benefits.assessments.api import routes as assessments
from services.benefits.cases.api import routes as cases
from services.benefits.merging.api import routes as merging
from services.benefits.settings import BenefitsSettings
from services.benefits.statistics.api import routes as statistics
from services.benefits.worker import create_worker
from shared.app import create_app, serve
from shared.auth import Verifier
from shared.operations import dead_letters


def build(settings: BenefitsSettings, verifier: Verifier | None = None) -> FastAPI:
    routers = [assessments, cases, merging, statistics, dead_letters("benefits")]
    return create_app("benefits", "Anju benefits", settings, routers, create_worker(settings), verifier)


if __name__ == "__main__":
    configured = BenefitsSettings()
    serve(build(configured), configured)
