"""What all routes of jobs share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from shared.auth import Actor, Scope, require

Reading = Annotated[Actor, Depends(require(Scope.JOBS_READ))]
Writing = Annotated[Actor, Depends(require(Scope.JOBS_WRITE))]
