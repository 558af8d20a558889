"""Dependencies that all routes of the registry share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from services.registry.settings import RegistrySettings
from services.registry.sight import may_see
from shared.auth import Actor, Scope, require, require_or_own
from shared.errors import Forbidden
from shared.privacy import KeyRing

Reading = Annotated[Actor, Depends(require(Scope.REGISTRY_READ))]
ReadingOrOwn = Annotated[Actor, Depends(require_or_own(Scope.REGISTRY_READ))]
"""For routes of which residents see what is their own (`services.registry.own`)."""
Writing = Annotated[Actor, Depends(require(Scope.REGISTRY_WRITE))]


async def _keys(request: Request) -> KeyRing:
    ring: KeyRing = request.app.state.keys
    return ring


async def _settings(request: Request) -> RegistrySettings:
    settings: RegistrySettings = request.app.state.settings
    return settings


Keys = Annotated[KeyRing, Depends(_keys)]
Config = Annotated[RegistrySettings, Depends(_settings)]


class UnmaskNotAllowed(Forbidden):
    slug = "unmask-not-allowed"
    title_en, title_zh = "This account may not read unmasked data", "该账号无权查看未脱敏数据"


def require_unmask(actor: Actor) -> None:
    """Raises UnmaskNotAllowed."""
    if not actor.may(Scope.REGISTRY_UNMASK):
        raise UnmaskNotAllowed


class GroupNotShown(Forbidden):
    slug = "facts-not-shown"
    title_en, title_zh = "This account may not read these facts", "该账号无权查看此类信息"


def require_group(actor: Actor, group: str) -> None:
    """Raises GroupNotShown where no scope of the actor shows facts of this group."""
    if not may_see(actor, group):
        raise GroupNotShown
