"""Dependencies that all routes of benefits share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response

from shared.auth import Actor, Scope, require
from shared.http import language

Reading = Annotated[Actor, Depends(require(Scope.BENEFITS_READ))]
Applying = Annotated[Actor, Depends(require(Scope.BENEFITS_APPLY))]
Deciding = Annotated[Actor, Depends(require(Scope.BENEFITS_DECIDE))]


async def _language(request: Request, response: Response) -> str:
    chosen = language(request)
    response.headers["content-language"] = chosen
    response.headers["vary"] = "accept-language"
    return chosen


Language = Annotated[str, Depends(_language)]
"""`zh` or `en`, of the texts in the answer."""


def edition(language: str) -> int:
    """Second part of an entity tag: the same thing in another language is another representation."""
    return 1 if language == "zh" else 0
