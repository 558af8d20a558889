"""The grid's worker: relay, consumer, timers, janitor. `python -m services.grid.worker` runs it apart from the API."""

from __future__ import annotations

from services.grid.handlers import handlers
from services.grid.settings import GridSettings
from services.grid.timers import TIMERS
from shared.app import serve_worker
from shared.worker import Worker


def create_worker(settings: GridSettings) -> Worker:
    return Worker("grid", settings, handlers(settings), TIMERS)


if __name__ == "__main__":
    configured = GridSettings()
    serve_worker(create_worker(configured), configured)
