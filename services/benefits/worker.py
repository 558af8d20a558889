"""Benefits' worker: relay, consumer, timers, janitor. `python -m services.benefits.worker` runs it apart from the API."""

from __future__ import annotations

from services.benefits.handlers import HANDLERS
from services.benefits.settings import BenefitsSettings
from services.benefits.timers import TIMERS
from shared.app import serve_worker
from shared.worker import Worker


def create_worker(settings: BenefitsSettings) -> Worker:
    return Worker("benefits", settings, HANDLERS, TIMERS)


if __name__ == "__main__":
    configured = BenefitsSettings()
    serve_worker(create_worker(configured), configured)
