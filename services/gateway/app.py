"""The gateway's application. `python -m services.gateway.app` serves it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from services.gateway.api import pages, sessions, staff, tokens
from services.gateway.disabled import Disabled
from services.gateway.documents import ASSETS, Documents
from services.gateway.proxy import Proxy
from services.gateway.residents.api import routes as app_accounts
from services.gateway.residents.logins import Logins
from services.gateway.service import Turns, seed
from services.gateway.settings import GatewaySettings
from services.gateway.tokens import Signer
from services.gateway.upkeep import kept_up
from services.gateway.upstream import Origin
from services.gateway.views import communities, open_session, views
from shared import clock
from shared.app import create_app, serve
from shared.auth import Verifier


def build(settings: GatewaySettings, verifier: Verifier | None = None) -> FastAPI:
    """Raises OSError or ValueError where the signing key, the accounts to create or the logins of residents cannot be read."""
    signer = Signer.load(settings.signing_key_file, settings.issuer)
    verifier = verifier or Verifier(settings.issuer, "", signer.keys)
    app = create_app(
        "gateway",
        "Anju gateway",
        settings,
        [pages, tokens, sessions, staff, app_accounts, views, communities],
        None,
        verifier,
        opening=_open,
        inner=Proxy,
        documents=False,
    )
    app.state.signer = signer
    app.state.disabled = Disabled()
    verifier.check = app.state.disabled.check
    app.state.turns = Turns()
    app.state.logins = Logins.load(settings.resident_logins_file, settings.issuer)
    app.state.upstreams = settings.upstreams
    app.state.bootstrap = json.loads(settings.bootstrap_file.read_text("utf-8")) if settings.bootstrap_file else []
    app.mount("/docs/assets", StaticFiles(directory=ASSETS))
    return app


@asynccontextmanager
async def _open(app: FastAPI) -> AsyncIterator[None]:
    settings: GatewaySettings = app.state.settings
    async with AsyncExitStack() as stack:
        async with app.state.database.transaction(clock.now()) as tx:
            await seed(tx, app.state.bootstrap)
        app.state.origins = {service: Origin(url) for service, url in settings.upstreams.items()}
        for origin in app.state.origins.values():
            stack.callback(origin.close)
        app.state.session = await stack.enter_async_context(open_session(settings.gateway_upstream_seconds))
        app.state.documents = Documents(app.state.session, settings.upstreams)
        await stack.enter_async_context(kept_up(app.state.database, app.state.disabled, settings))
        yield


if __name__ == "__main__":
    configured = GatewaySettings()
    serve(build(configured), configured)
