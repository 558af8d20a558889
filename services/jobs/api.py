"""What all routes of jobs share."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from shared.auth import Actor, Scope, require
from shared.paging import decode_cursor

Reading = Annotated[Actor, Depends(require(Scope.JOBS_READ))]
Writing = Annotated[Actor, Depends(require(Scope.JOBS_WRITE))]


def after(cursor: str | None) -> str | None:
    """The id after which a page starts; None for the first. Raises BadCursor."""
    keys = decode_cursor(cursor, (UUID,))
    return keys[0] if keys else None
