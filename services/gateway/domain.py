"""What the gateway decides: which accounts an administrator may make, how long failures delay, which paths pass. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.errors import Fault

STAFF_ROLES = frozenset(
    {
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
    }
)
"""Roles an administrator gives to staff. Clients and `developer` are not made over HTTP."""

_PLACELESS = frozenset({"auditor", "admin", "operator"})
_BLOCK = re.compile(r"[0-9]{12}/[^/\x00-\x1f]{1,16}/[^/\x00-\x1f]{1,16}")
_DIVISION = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}")

FREE_FAILURES = 3
LONGEST_DELAY = timedelta(minutes=15)


def faults_of_place(role: str, place: str | None) -> list[Fault]:
    """A block head has a block, others a division; auditor, administrator and operator may have none."""
    if place is None:
        if role in _PLACELESS:
            return []
        return [Fault("/place", "place-missing", "this role needs a place", "该角色必须指定管辖范围")]
    if role == "block-head":
        if _BLOCK.fullmatch(place):
            return []
        return [
            Fault(
                "/place",
                "place-malformed",
                "a block head's place is community/estate/block",
                "楼长范围应为 社区/小区/楼栋",
            )
        ]
    if _DIVISION.fullmatch(place):
        return []
    return [Fault("/place", "place-malformed", "not a division code of 2 to 12 digits", "不是 2 至 12 位的区划代码")]


def covers(division: str, place: str | None) -> bool:
    """Does an administrator whose place is this division ("" is everywhere) answer for accounts of that place?"""
    return (place or "").startswith(division)


def locked_until(failures: int, now: datetime) -> datetime | None:
    """After how many failures in a row the next try must wait until when: 1 s, 2 s, 4 s, … at most 15 minutes."""
    if failures < FREE_FAILURES:
        return None
    return now + min(timedelta(seconds=2 ** min(failures - FREE_FAILURES, 20)), LONGEST_DELAY)


def narrowed(held: frozenset[str], asked: str | None) -> frozenset[str] | None:
    """The scopes of a token: those asked for, all held where none are named; None where something not held is asked for."""
    wanted = frozenset((asked or "").split())
    if not wanted:
        return held
    return wanted if wanted <= held else None


_STEP_OUT = re.compile(rb"(^|/)(\.|%2e){1,2}(/|$)|//|%2f|%5c|\\|%00|[^!-~]|#", re.IGNORECASE)


def passes(raw_path: bytes) -> bool:
    """May this path go to a service as it is? Not where it could mean another path there: dots, encoded slashes, doubled ones,
    bytes that no URL has."""
    return not _STEP_OUT.search(raw_path)


SECTIONS = {"grid": ("cell", "visit"), "benefits": ("assessments",), "jobs": ("seekers", "employments", "without_work")}
"""What of a service's answer stands in the overview."""


Answers = Mapping[str, tuple[int, Any]]
"""What services answered, by name: (status, JSON); status 0 for no answer."""


def compose_overview(answers: Answers) -> dict[str, Any] | None:
    """The overview of what services answered. None: the caller sees no such household.

    A service that does not know the household (yet), or does not show it to this caller, is left out.
    """
    status, household = answers["registry"]
    if status not in (0, 200, 403) or not any(found == 200 for found, _ in answers.values()):
        return None
    view: dict[str, Any] = {} if status == 403 else {"household": household if status == 200 else None}
    for service, fields in SECTIONS.items():
        status, found = answers[service]
        if status == 200 and isinstance(found, dict):
            view[service] = {field: found.get(field) for field in fields}
    view["unavailable"] = [service for service, (status, _) in answers.items() if status == 0]
    return view


FIGURES: dict[str, tuple[str, ...]] = {
    "households_with_labour": ("jobs", "households_with_labour"),
    "labour": ("jobs", "labour"),
    "employed": ("jobs", "employed"),
    "employed_per_household": ("jobs", "employed_per_household"),
    "households_with_someone_in_work": ("jobs", "households_with_someone_in_work"),
    "in_workshops": ("jobs", "by_form", "workshop"),
    "in_workshops_registered_poor": ("jobs", "workshop_registered_poor"),
    "in_public_posts": ("jobs", "by_form", "public-post"),
    "self_employed": ("jobs", "by_form", "self-employed"),
    "dispatched": ("jobs", "by_form", "dispatched"),
    "party_members": ("registry", "party_members"),
}
"""The figures by which a community is judged, and where the services' answers have them."""

_NO_FIGURES = {403: "not-allowed", 200: "not-known", 0: "unavailable"}
_PLACE = ("community", "name", "estate", "block")


def compose_community(code: str, answers: Answers) -> dict[str, Any] | None:
    """A community's overview, of what services answered: each `{items: [the figures] or [], as_of}`. None: the caller sees no such
    community."""
    found = {service: _figures(*answer) for service, answer in answers.items()}
    there = {service: figures for service, figures in found.items() if figures is not None}
    if not there or (answers["registry"][0] == 200 and "registry" not in there):
        return None
    benefits = there.get("benefits")
    return {
        "community": code,
        "name": there.get("registry", {}).get("name"),
        "figures": {name: _dig(there, path) for name, path in FIGURES.items()},
        "assessments": benefits and _shares(benefits["schemes"]),
        **{service: _without_place(figures) for service, figures in there.items() if service != "benefits"},
        "absent": {s: _NO_FIGURES.get(status, "unavailable") for s, (status, _) in answers.items() if s not in there},
        "as_of": min(answers[service][1]["as_of"] for service in there),
    }


def _figures(status: int, answer: Any) -> dict[str, Any] | None:
    items = answer["items"] if status == 200 else []
    return items[0] if items else None


def _dig(found: Any, path: Sequence[str]) -> Any:
    for name in path:
        found = (found or {}).get(name)
    return found


def _shares(schemes: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, str | None]]:
    return {
        scheme: {outcome: counts["share_of_households"] for outcome, counts in told.items()}
        for scheme, told in schemes.items()
    }


def _without_place(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if name not in _PLACE}
