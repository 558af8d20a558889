"""Who is asking: access tokens (JWT, Ed25519) that the gateway signs and every service verifies for itself, roles, and places.

Roles and what each may do follow the table of roles in the domain reference (§11.4). A place is a division code prefix
(`522731`, `522731003012`) or, for a block head, `community/estate/block`; None is everywhere.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from fastapi import Request
from joserfc.jwk import KeySet

from shared.errors import Forbidden, Unauthenticated
from shared.ids import parse_id
from shared.issuer import BadToken, Issuer

AUDIENCE = "anju"
ALGORITHM = "Ed25519"
_REMEMBERED = 10_000


class Role(StrEnum):
    """Roles of accounts. Partner agency, app backend and developer are for clients (programs)."""

    BLOCK_HEAD = "block-head"
    COMMUNITY_CADRE = "community-cadre"
    COMMUNITY_SECRETARY = "community-secretary"
    STREET_WELFARE_CLERK = "street-welfare-clerk"
    COUNTY_CIVIL_AFFAIRS = "county-civil-affairs"
    INSURANCE_AGENCY = "insurance-agency"
    EMPLOYMENT_SERVICE = "employment-service"
    GRID_CENTRE = "grid-centre"
    AUDITOR = "auditor"
    ADMIN = "admin"
    RESIDENT = "resident"
    PARTNER_AGENCY = "partner-agency"
    APP_BACKEND = "app-backend"
    OPERATOR = "operator"
    """Keeps the platform running: dead letters and the like. No personal data."""
    DEVELOPER = "developer"
    """Everything everywhere: for the demo and tests, on one's own machine only."""


class Scope(StrEnum):
    """What an account may do. Which rows it may do it to is the place's matter."""

    REGISTRY_READ = "registry:read"
    REGISTRY_WRITE = "registry:write"
    REGISTRY_UNMASK = "registry:unmask"
    GRID_READ = "grid:read"
    GRID_WRITE = "grid:write"
    BENEFITS_READ = "benefits:read"
    BENEFITS_APPLY = "benefits:apply"
    BENEFITS_DECIDE = "benefits:decide"
    WELFARE_FLAGS = "welfare:flags"
    """Sees that a household draws dibao or is registered poor; not what for or how much."""
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    AUDIT_READ = "audit:read"
    STAFF_ADMIN = "staff:admin"
    OPERATE = "operate"
    """Dead letters and the like."""


S = Scope
SCOPES: dict[Role, frozenset[Scope]] = {
    Role.BLOCK_HEAD: frozenset({S.REGISTRY_READ, S.GRID_READ}),
    Role.COMMUNITY_CADRE: frozenset(
        {S.REGISTRY_READ, S.REGISTRY_WRITE, S.GRID_READ, S.GRID_WRITE, S.WELFARE_FLAGS, S.JOBS_READ}
    ),
    Role.COMMUNITY_SECRETARY: frozenset(
        {S.REGISTRY_READ, S.REGISTRY_WRITE, S.GRID_READ, S.GRID_WRITE, S.WELFARE_FLAGS, S.JOBS_READ}
    ),
    Role.STREET_WELFARE_CLERK: frozenset(
        {S.REGISTRY_READ, S.REGISTRY_UNMASK, S.WELFARE_FLAGS, S.BENEFITS_READ, S.BENEFITS_APPLY, S.BENEFITS_DECIDE}
    ),
    Role.COUNTY_CIVIL_AFFAIRS: frozenset(
        {S.REGISTRY_READ, S.REGISTRY_UNMASK, S.WELFARE_FLAGS, S.BENEFITS_READ, S.BENEFITS_DECIDE}
    ),
    Role.INSURANCE_AGENCY: frozenset({S.REGISTRY_READ, S.REGISTRY_UNMASK, S.BENEFITS_READ, S.BENEFITS_DECIDE}),
    Role.EMPLOYMENT_SERVICE: frozenset({S.REGISTRY_READ, S.WELFARE_FLAGS, S.JOBS_READ, S.JOBS_WRITE}),
    Role.GRID_CENTRE: frozenset({S.GRID_READ, S.GRID_WRITE}),
    Role.AUDITOR: frozenset({S.AUDIT_READ}),
    Role.ADMIN: frozenset({S.STAFF_ADMIN}),
    Role.RESIDENT: frozenset(),
    Role.PARTNER_AGENCY: frozenset({S.REGISTRY_READ, S.BENEFITS_READ}),
    Role.APP_BACKEND: frozenset({S.REGISTRY_READ, S.GRID_READ, S.BENEFITS_READ, S.BENEFITS_APPLY, S.JOBS_READ}),
    Role.OPERATOR: frozenset({S.OPERATE}),
    Role.DEVELOPER: frozenset(Scope),
}
"""Scopes of each role. A resident holds none: routes that show what is a resident's own are open to it (`require_or_own`)."""


_COMMUNITY_DIGITS = 12
_NOWHERE = "-"
"""With which no division's code begins."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an account acts: every division that starts with `division`, or one block of one community."""

    division: str = ""
    estate: str | None = None
    block: str | None = None
    person: str | None = None
    """Of a resident, who acts in no place: no division covers what is the person's own, each service says what that is."""

    @classmethod
    def of_person(cls, person_id: str) -> Place:
        return cls(_NOWHERE, person=person_id)

    @classmethod
    def parse(cls, text: str | None) -> Place:
        """None or empty: everywhere. Raises ValueError for what is no place."""
        parts = (text or "").split("/")
        if len(parts) not in (1, 3) or not (parts[0] == "" or parts[0].isdigit()) or not all(parts[1:]):
            raise ValueError("a place is a division code, or community/estate/block")
        return cls(*parts)

    @property
    def is_one_community(self) -> bool:
        """Does it lie in one community (or is one)?"""
        return len(self.division) == _COMMUNITY_DIGITS

    def within(self, community: str | None) -> Place:
        """What of this place lies in that community; the place itself for None."""
        if community is None or community == self.division:
            return self
        return replace(self, division=community if community.startswith(self.division) else _NOWHERE)

    def covers(self, community: str, estate: str | None = None, block: str | None = None) -> bool:
        """Does this place cover that community, or that block of it?"""
        if not community.startswith(self.division):
            return False
        return self.block is None or (self.estate, self.block) == (estate, block)


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated account."""

    subject: str
    kind: str
    """`client`, `staff` or `resident`."""
    role: Role
    scopes: frozenset[str]
    place: Place
    account_version: int = 0
    """Version of the account when the token was given: the gateway refuses tokens from before a disablement."""
    client: str | None = None
    """The app backend that acts for a resident, whose version `account_version` then is."""
    binding: str | None = None
    """What says that the resident is this person: which account of the app, on what evidence, by whom."""

    @property
    def is_resident(self) -> bool:
        """Does a person act for what is its own?"""
        return self.place.person is not None

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes

    def within(self, community: str | None) -> Actor:
        """The same, acting in what of its place lies in that community."""
        return replace(self, place=self.place.within(community))


class ScopeMissing(Forbidden):
    slug = "scope-missing"
    title_en, title_zh = "This account does not hold the scope that is needed", "该账号没有所需的权限范围"


def actor_of(claims: dict[str, Any]) -> Actor:
    """The actor that verified claims speak of. Raises KeyError or ValueError for claims that are not ours."""
    if claims["role"] == Role.RESIDENT:
        return _resident_of(claims)
    return Actor(
        subject=claims["sub"],
        kind=claims["kind"],
        role=Role(claims["role"]),
        scopes=frozenset(claims["scope"].split()),
        place=Place.parse(claims.get("place")),
        account_version=int(claims.get("account_version", 0)),
    )


def _resident_of(claims: dict[str, Any]) -> Actor:
    """A person for whom an app backend acts (`act`, RFC 8693 §4.1). It gets no scope and no place with the token."""
    if claims["kind"] != "resident" or claims["scope"] or claims.get("place") is not None or "act" in claims["act"]:
        raise ValueError("a resident holds no scope and no place, and one client acts for it")
    person_id = parse_id(claims["sub"])
    return Actor(
        subject=person_id,
        kind="resident",
        role=Role.RESIDENT,
        scopes=frozenset(),
        place=Place.of_person(person_id),
        account_version=int(claims["account_version"]),
        client=claims["act"]["sub"],
        binding=parse_id(claims["binding"]),
    )


class Verifier:
    """Verifies our access tokens, and remembers verified ones until they expire."""

    def __init__(self, issuer: str, jwks_url: str, keys: KeySet | None = None) -> None:
        self._issuer = Issuer(issuer, AUDIENCE, [ALGORITHM], jwks_url, keys)
        self._known: dict[str, tuple[Actor, float]] = {}
        self.check: Callable[[Actor], None] | None = None
        """Asked of every actor, remembered ones too. Raises Unauthenticated for an account that may no longer act."""

    async def actor(self, token: str) -> Actor:
        """Raises Unauthenticated for a token that is not valid now, Unavailable where the keys cannot be fetched."""
        known = self._known.get(token)
        if known and known[1] > time.time():
            actor = known[0]
        else:
            actor = await self._verified(token)
        if self.check:
            self.check(actor)
        return actor

    async def _verified(self, token: str) -> Actor:
        try:
            _, claims = await self._issuer.read(token)
        except BadToken as error:
            raise Unauthenticated(
                "The token is not valid or no longer valid; get a new one.",
                "令牌无效或已过期，请重新获取。",
                headers={"www-authenticate": 'Bearer error="invalid_token"'},
            ) from error
        try:
            actor = actor_of(claims)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise Unauthenticated(headers={"www-authenticate": 'Bearer error="invalid_token"'}) from error
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[token] = (actor, float(claims["exp"]))
        return actor


async def authenticate(request: Request) -> Actor:
    """The actor of a request, by its bearer token. Raises Unauthenticated."""
    scope = request.scope
    if "anju.actor" in scope:
        return scope["anju.actor"]  # type: ignore[no-any-return]
    scheme, _, token = _authorization(scope["headers"]).partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(
            "Send `Authorization: Bearer <token>`; tokens come from /oauth2/token or /v1/sessions.",
            "请发送 Authorization: Bearer <令牌>；令牌由 /oauth2/token 或 /v1/sessions 签发。",
            headers={"www-authenticate": "Bearer"},
        )
    verifier: Verifier = scope["app"].state.verifier
    actor = scope["anju.actor"] = await verifier.actor(token.strip())
    return actor


def _authorization(headers: Iterable[tuple[bytes, bytes]]) -> str:
    return next((value.decode("latin-1") for name, value in headers if name == b"authorization"), "")


def require(*scopes: Scope) -> Callable[[Request], Awaitable[Actor]]:
    """A dependency: the actor, who must hold all these scopes. `Annotated[Actor, Depends(require(Scope.…))]`."""

    async def holding(request: Request) -> Actor:
        actor = await authenticate(request)
        _check(actor, scopes)
        return actor

    return holding


def require_or_own(*scopes: Scope) -> Callable[[Request], Awaitable[Actor]]:
    """A dependency: the actor, who must hold all these scopes, or be a resident. For routes that show a resident what is its own, and of
    all else that it is not there."""

    async def holding(request: Request) -> Actor:
        actor = await authenticate(request)
        if not actor.is_resident:
            _check(actor, scopes)
        return actor

    return holding


def _check(actor: Actor, scopes: Iterable[Scope]) -> None:
    missing = [scope for scope in scopes if scope not in actor.scopes]
    if missing:
        raise ScopeMissing(members={"missing": missing})
