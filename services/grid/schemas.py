"""Shapes that all topics of the grid take."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

CellCode = Annotated[str, Field(pattern=r"^[0-9]{15}([0-9]{2})?$")]
"""Grid code: the community's 12 digits, 3 of the grid's sequence, and for a micro-grid 2 more."""
StaffId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]*$")]
