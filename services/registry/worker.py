"""The registry's worker: relay, consumer, janitor. `python -m services.registry.worker` runs it apart from the API."""

from __future__ import annotations

from services.registry.handlers import HANDLERS
from services.registry.settings import RegistrySettings
from shared.app import serve_worker
from shared.worker import Worker


def create_worker(settings: RegistrySettings) -> Worker:
    return Worker("registry", settings, HANDLERS)


if __name__ == "__main__":
    configured = RegistrySettings()
    serve_worker(create_worker(configured), configured)
