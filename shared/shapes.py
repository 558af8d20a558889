"""Shapes of values that several services take in bodies and parameters."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.divisions import BadDivision, is_valid_shape
from shared.ids import parse_id
from shared.validation import without_numbers


def _division(code: str) -> str:
    if not is_valid_shape(code):
        raise BadDivision
    return code


Id = Annotated[str, AfterValidator(parse_id)]
"""A UUID in its 36-character form."""

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A date that can be meant."""

Division = Annotated[str, Field(pattern=r"^[0-9]{6,12}$"), AfterValidator(_division)]
"""A division code (区划代码) of 6, 9 or 12 digits."""

CommunityCode = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
"""The 12-digit division code of a community."""

Plain = AfterValidator(without_numbers)
"""Of free text that is stored in clear: what looks like an ID number, a phone or an account is refused. Stands after the bounds."""

Part = Annotated[str, Field(min_length=1, max_length=16, pattern=r"^[^/\x00-\x1f]+$"), Plain]
"""Code of an estate, block, unit or flat, as written on the door: 1, 3A, 101."""

Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f<>]+$"), Plain]
"""A name of a person or a place."""
