"""Dependencies that all routes of the grid share."""

from __future__ import annotations

from hashlib import blake2b
from typing import Annotated

from fastapi import Depends, Request

from services.grid.settings import GridSettings
from shared.auth import Actor, Scope, require
from shared.http import View

Reading = Annotated[Actor, Depends(require(Scope.GRID_READ))]
Writing = Annotated[Actor, Depends(require(Scope.GRID_WRITE))]


async def _settings(request: Request) -> GridSettings:
    settings: GridSettings = request.app.state.settings
    return settings


Config = Annotated[GridSettings, Depends(_settings)]


def copies_of(view: View) -> int:
    """The second part of an entity tag: a digest of what is shown, which also changes by what others say (households that come and
    go, visits, names of cells)."""
    return int.from_bytes(blake2b(view.model_dump_json().encode(), digest_size=6).digest())
