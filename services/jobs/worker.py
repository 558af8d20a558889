"""Jobs' worker: relay, consumer, timers, janitor. `python -m services.jobs.worker` runs it apart from the API."""

from __future__ import annotations

from services.jobs.handlers import HANDLERS
from services.jobs.settings import JobsSettings
from services.jobs.timers import TIMERS
from shared.app import serve_worker
from shared.worker import Worker


def create_worker(settings: JobsSettings) -> Worker:
    return Worker("jobs", settings, HANDLERS, TIMERS)


if __name__ == "__main__":
    configured = JobsSettings()
    serve_worker(create_worker(configured), configured)
