"""The grid's application. `python -m services.grid.app` serves it, with the worker's loops unless ANJU_APART=1."""

from __future__ import annotations

from fastapi import FastAPI

from services.grid.cells.api import routes as cells
from services.grid.households.api import routes as households
from services.grid.imports.service import CELLS_KIND
from services.grid.settings import GridSettings
from services.grid.statistics.api import routes as statistics
from services.grid.visits.api import routes as visits
from services.grid.worker import create_worker
from shared.app import create_app, serve
from shared.auth import Scope, Verifier
from shared.imports.api import import_routes
from shared.operations import dead_letters
from shared.privacy import KeyRing


def build(settings: GridSettings, verifier: Verifier | None = None) -> FastAPI:
    """Raises OSError or BadKeys where `keys_file` cannot be read."""
    files = import_routes("/v1/grid/cells/imports", "grid: imports", CELLS_KIND, Scope.GRID_WRITE)
    routers = [cells, households, visits, statistics, files, dead_letters("grid")]
    app = create_app("grid", "Anju grid", settings, routers, create_worker(settings), verifier)
    app.state.keys = KeyRing.load(settings.keys_file)
    return app


if __name__ == "__main__":
    configured = GridSettings()
    serve(build(configured), configured)
