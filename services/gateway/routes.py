"""Which path belongs to which service."""

from __future__ import annotations

from typing import NamedTuple

from starlette.types import Scope

SERVICES = ("registry", "jobs", "grid", "benefits")


class Upstream(NamedTuple):
    """Where a request goes. `path`: what metrics call the route (never the path itself, which carries ids)."""

    service: str
    path: str


_BY_NAME = {name.encode(): Upstream(name, f"/v1/{name}/*") for name in SERVICES}


def upstream_of(scope: Scope) -> Upstream | None:
    """The service that `/v1/<service>/…` names; None: the path is the gateway's own."""
    parts = scope.get("raw_path", b"").split(b"/", 3)
    return _BY_NAME.get(parts[2]) if len(parts) == 4 and parts[1] == b"v1" else None
