"""The grid's application. `python -m services.grid.app` serves it, with the worker's loops unless ANJU_APART=1."""

from __future__ import annotations

from fastapi import FastAPI

from services.grid.cells.api import routes as cells
from services.grid.households.api import routes as households
from services.grid.settings import GridSettings
from services.grid.visits.api import routes as visits
from services.grid.worker import create_worker
from shared.app import create_app, serve
from shared.auth import Verifier
from shared.operations import dead_letters


def build(settings: GridSettings, verifier: Verifier | None = None) -> FastAPI:
    routers = [cells, households, visits, dead_letters("grid")]
    return create_app("grid", "Anju grid", settings, routers, create_worker(settings), verifier)


if __name__ == "__main__":
    configured = GridSettings()
    serve(build(configured), configured)
