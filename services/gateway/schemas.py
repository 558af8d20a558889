"""What the gateway takes and shows over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from services.gateway import examples
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
    "operator",
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


class FiguresView(View):
    """The figures by which a community is judged. null: not known, or not for the caller to see."""

    households_with_labour: int | None
    labour: int | None
    """People able to work, by the class that the roster states (劳动能力)."""
    employed: int | None
    employed_per_household: str | None
    """To a household with labour, one decimal."""
    households_with_someone_in_work: int | None
    """Of those with labour."""
    in_workshops: int | None
    """扶贫车间."""
    in_workshops_registered_poor: int | None
    """Of these, people of registered-poor households (建档立卡户)."""
    in_public_posts: int | None
    """公益性岗位."""
    self_employed: int | None
    dispatched: int | None
    """劳务派遣."""
    party_members: int | None


class CommunityOverviewView(View):
    """What the services count in a community, as far as the caller may see it."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.COMMUNITY_OVERVIEW]})

    community: str
    name: str | None
    figures: FiguresView
    assessments: dict[str, dict[str, str | None]] | None = None
    """By scheme and outcome: the share of households that have at least one such assessment, in percent, two decimals."""
    registry: dict[str, Any] | None = None
    """As `/v1/registry/statistics` shows it; the next two likewise."""
    jobs: dict[str, Any] | None = None
    grid: dict[str, Any] | None = None
    absent: dict[str, Literal["unavailable", "not-allowed", "not-known"]]
    """Services whose figures are not here, and why: no answer in time, a scope that the caller does not hold, or the service has not
    heard of the community (yet)."""
    as_of: datetime
    """The earliest instant of the counts."""
