"""What the gateway takes and shows over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from shared.http import Body, View

AccountId = Annotated[str, Field(min_length=2, max_length=60, pattern=r"^[a-z][a-z0-9._-]*$")]
"""Begins with a letter: no phone or ID number can be one."""
StaffRole = Literal[
    "block-head",
    "community-cadre",
    "community-secretary",
    "street-welfare-clerk",
    "county-civil-affairs",
    "insurance-agency",
    "employment-service",
    "grid-centre",
    "auditor",
    "admin",
]


class SessionBody(Body):
    """Sign-in of staff."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": "community-cadre", "secret": "…"}]})

    id: Annotated[str, Field(min_length=1, max_length=60)]
    secret: Annotated[str, Field(min_length=1, max_length=200)]


class TokenView(View):
    """An access token. `expires_in`: seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
    scope: str
    note: str | None = None


class OAuthErrorView(View):
    """A refusal as RFC 6749 §5.2 has it."""

    error: str
    error_description: str


class StaffBody(Body):
    """A staff account. `place`: a division code, or community/estate/block for a block head. Without an id or a first password
    (`secret`) they are made, and shown once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "clerk-02",
                    "role": "street-welfare-clerk",
                    "place": "522731003",
                    "secret": "change me soon 2026",
                }
            ]
        }
    )

    id: AccountId | None = None
    role: StaffRole
    place: Annotated[str, Field(max_length=60)] | None = None
    secret: Annotated[str, Field(min_length=12, max_length=200)] | None = None


class StaffView(View):
    id: str
    role: str
    place: str | None
    disabled_at: datetime | None
    created_at: datetime
    version: int


class NewStaffView(StaffView):
    """`secret` is there in the first answer only, and only where it was made here; a repeated request does not show it again."""

    secret: str | None = None


class OverviewView(View):
    """What the services say of a household. A section that the caller may not see is left out; a service that did not answer is named."""

    model_config = ConfigDict(extra="allow")

    household: dict[str, Any] | None = None
    """None: the registry does not answer right now."""
    unavailable: list[str]
