"""The registry's worker: relay, consumer, imports, exports, sealer of the access log, counting of figures, what forgets, janitor.
`python -m services.registry.worker` runs it apart from the API."""

from __future__ import annotations

from services.registry.access.sealer import Sealer
from services.registry.exports.making import Exports
from services.registry.handlers import HANDLERS
from services.registry.imports.service import roster_kind
from services.registry.plans.service import DWELLING_KIND
from services.registry.retention.sweeper import Sweeper
from services.registry.settings import RegistrySettings
from services.registry.statistics.counting import keep_counting
from shared.app import serve_worker
from shared.imports.kinds import ImportKind
from shared.imports.runner import Imports
from shared.privacy import KeyRing
from shared.worker import Worker


def kinds(settings: RegistrySettings, keys: KeyRing) -> tuple[ImportKind, ...]:
    """The kinds of files that the registry takes."""
    return roster_kind(keys, settings.registry_known_areas, settings.registry_chunk_people), DWELLING_KIND


def create_worker(settings: RegistrySettings) -> Worker:
    """Raises OSError or BadKeys where `keys_file` cannot be read."""
    keys = KeyRing.load(settings.keys_file)
    imports = Imports(kinds(settings, keys), keys, settings)
    loops = {
        "imports": imports.run,
        "exports": Exports(keys, settings).run,
        "sealer": Sealer(keys).run,
        "figures": keep_counting,
        "retention": Sweeper(keys, settings.registry_erases_people).run,
    }
    return Worker("registry", settings, HANDLERS, loops=loops)


if __name__ == "__main__":
    configured = RegistrySettings()
    serve_worker(create_worker(configured), configured)
