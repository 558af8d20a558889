"""Shapes that all topics of the registry take and show."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from shared.divisions import is_valid_shape
from shared.http import View
from shared.validation import Wrong


def _division(code: str) -> str:
    if not is_valid_shape(code):
        raise Wrong("division-malformed", "not a division code of 6, 9 or 12 digits", "不是 6、9 或 12 位的区划代码")
    return code


Division = Annotated[str, Field(pattern=r"^[0-9]{6,12}$"), AfterValidator(_division)]
CommunityCode = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
Part = Annotated[str, Field(min_length=1, max_length=16, pattern=r"^[^/\x00-\x1f]+$")]
"""Code of an estate, block, unit or flat, as written on the door: 1, 3A, 101."""
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f<>]+$")]
Scheme = Literal["110", "170", "210", "310", "390", "410", "510"]


class AddressView(View):
    community: str
    community_name: str
    estate: str
    block: str
    unit: str
    floor: int | None
    flat: str
