"""The grid's worker: relay, consumer, timers, imports, janitor. `python -m services.grid.worker` runs it apart from the API."""

from __future__ import annotations

from services.grid.handlers import handlers
from services.grid.imports.service import CELLS_KIND
from services.grid.settings import GridSettings
from services.grid.timers import TIMERS
from shared.app import serve_worker
from shared.imports.kinds import ImportKind
from shared.imports.runner import Imports
from shared.privacy import KeyRing
from shared.worker import Worker


def kinds(settings: GridSettings, keys: KeyRing) -> tuple[ImportKind, ...]:
    """The kinds of files that the grid takes."""
    return (CELLS_KIND,)


def create_worker(settings: GridSettings) -> Worker:
    """Raises OSError or BadKeys where `keys_file` cannot be read."""
    keys = KeyRing.load(settings.keys_file)
    imports = Imports(kinds(settings, keys), keys, settings)
    return Worker("grid", settings, handlers(settings), TIMERS, {"imports": imports.run})


if __name__ == "__main__":
    configured = GridSettings()
    serve_worker(create_worker(configured), configured)
