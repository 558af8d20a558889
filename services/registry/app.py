"""The registry's application. `python -m services.registry.app` serves it, with the worker's loops unless ANJU_APART=1."""

from __future__ import annotations

from fastapi import FastAPI

from services.registry.access.api import routes as accesses
from services.registry.alarms.api import routes as alarms
from services.registry.changes.api import routes as changes
from services.registry.codes.api import routes as code_lists
from services.registry.consents.api import routes as consents
from services.registry.duplicates.api import routes as duplicates
from services.registry.dwellings.api import routes as communities
from services.registry.exports.api import routes as exports
from services.registry.forms.api import routes as forms
from services.registry.history.api import routes as history
from services.registry.households.api import routes as households
from services.registry.hukou.api import routes as hukou
from services.registry.land.api import routes as land
from services.registry.life.api import routes as life
from services.registry.merging.api import routes as mergers
from services.registry.newborns.api import routes as newborns
from services.registry.persons.api import routes as persons
from services.registry.reservations.api import routes as reservations
from services.registry.retention.api import routes as retention
from services.registry.rights.api import routes as rights
from services.registry.search.api import routes as search
from services.registry.settings import RegistrySettings
from services.registry.settling.api import routes as settling
from services.registry.statistics.api import routes as statistics
from services.registry.worker import create_worker, kinds
from shared.app import create_app, serve
from shared.auth import Scope, Verifier
from shared.imports.api import import_routes
from shared.operations import dead_letters
from shared.privacy import KeyRing


def build(settings: RegistrySettings, verifier: Verifier | None = None) -> FastAPI:
    """Raises OSError or BadKeys where `keys_file` cannot be read."""
    keys = KeyRing.load(settings.keys_file)
    roster, dwelling = kinds(settings, keys)
    files = [
        import_routes("/v1/registry/imports", "registry: imports", roster, Scope.REGISTRY_WRITE),
        import_routes("/v1/registry/dwellings/imports", "registry: imports", dwelling, Scope.REGISTRY_WRITE),
    ]
    routers = [
        communities,
        settling,
        households,
        hukou,
        alarms,
        search,
        persons,
        changes,
        mergers,
        duplicates,
        newborns,
        life,
        history,
        statistics,
        accesses,
        consents,
        rights,
        retention,
        land,
        forms,
        reservations,
        exports,
        code_lists,
        *files,
        dead_letters("registry"),
    ]
    app = create_app("registry", "Anju registry", settings, routers, create_worker(settings), verifier)
    app.state.keys = keys
    return app


if __name__ == "__main__":
    configured = RegistrySettings()
    serve(build(configured), configured)
