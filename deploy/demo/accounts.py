"""The accounts of the demo community, each with the place it may see. Secrets are made at random on every machine.

A place is written `division[/estate[/block]]`: a community of 12 digits with its first estate and first block, a street of 9
digits, or a county of 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["client", "staff"]

COMMUNITY = "522731003012"
"""The demo resettlement community (安置点), in a street of Huishui county."""

SMALL_COMMUNITY = "522731003013"
"""A second one beside it, with the rarer cases."""

BLOCK_HEAD = "block-head"


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who may sign in: a client with its secret, or a member of staff with a password. `place` None: everywhere."""

    role: str
    kind: Kind
    place: str | None


STANDING = (
    Account("developer", "client", None),
    Account("admin", "staff", None),
)
"""There in every local runtime, demo or not."""

DEMO = (
    Account("community-cadre", "staff", COMMUNITY),
    Account(BLOCK_HEAD, "staff", f"{COMMUNITY}/1/1"),
    Account("street-welfare-clerk", "staff", COMMUNITY[:9]),
    Account("employment-service", "staff", COMMUNITY[:6]),
    Account("partner-agency", "client", COMMUNITY[:6]),
    Account("app-backend", "client", COMMUNITY[:6]),
)
