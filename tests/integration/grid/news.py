"""What others say to the grid in its tests, and what the grid holds then."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from services.grid.timers import TIMERS
from shared import clock, timers
from shared.contracts.jobs import HouseholdWithoutWorkCleared, HouseholdWithoutWorkFound
from shared.contracts.registry import CommunityChanged, HouseholdSettled, HouseholdState, UnitOfBlock
from shared.events import Event, Received
from shared.ids import new_id
from shared.inbox import apply
from tests.support.clients import Service

COMMUNITY = "522731003012"
OTHER = "522731003013"
HEAD = "head-1"
HEAD_2 = "head-2"
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
"""A Tuesday: five working days later is Tuesday, 1 December."""
DUE = date(2026, 12, 1)
FOUND_AT = datetime(2026, 11, 24, 3, tzinfo=UTC)


def heard(event: Event) -> Received:
    return Received(
        new_id(), event.type, event.topic, 0, 0, event.key_value, NOW, None, event.model_dump_json().encode()
    )


def household(
    household_id: str,
    version: int = 1,
    kind: type[HouseholdState] = HouseholdSettled,
    *,
    community: str = COMMUNITY,
    block: str = "1",
    unit: str = "1",
    state: str = "settled",
) -> HouseholdState:
    return kind.model_validate(
        {
            "version": version,
            "household_id": household_id,
            "state": state,
            "community_code": community,
            "estate": "1",
            "block": block,
            "unit": unit,
            "flat": "101",
            "dwelling_id": new_id(),
            "settled_on": "2026-11-20",
            "head_person_id": None,
            "members": [],
        }
    )


def found(household_id: str, version: int = 1, since: datetime = FOUND_AT) -> HouseholdWithoutWorkFound:
    return HouseholdWithoutWorkFound(
        version=version, household_id=household_id, community_code=COMMUNITY, without_work=True, since=since
    )


def cleared(household_id: str, version: int = 2) -> HouseholdWithoutWorkCleared:
    return HouseholdWithoutWorkCleared(
        version=version, household_id=household_id, community_code=COMMUNITY, without_work=False, since=None
    )


def community(*units: str, version: int = 1, code: str = COMMUNITY) -> CommunityChanged:
    parts = [unit.split("-") for unit in units]
    told = tuple(UnitOfBlock(estate="1", block=block, unit=unit) for block, unit in parts)
    return CommunityChanged(version=version, community_code=code, name="新民社区", units=told)


def cells(*given: tuple[str, str | None, str], code: str = COMMUNITY) -> dict[str, Any]:
    """A body: for each cell the sequence, the head, the units as `1-1 1-2`."""
    return {
        "cells": [
            {
                "code": code + sequence,
                "name": f"网格{sequence}",
                "head": head,
                "units": [dict(zip(("block", "unit"), unit.split("-"), strict=True)) for unit in units.split()],
            }
            for sequence, head, units in given
        ]
    }


TWO_CELLS = cells(("001", HEAD, "1-1 1-2"), ("002", HEAD_2, "2-1 2-2"))


def path_of(code: str = COMMUNITY) -> str:
    return f"/v1/grid/communities/{code}/cells"


class Grid:
    """The grid under test, and the day it lives in."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.now = NOW

    async def hear(self, *events: Event) -> None:
        """As the consumer would: one batch."""
        await apply(self.service.database, self.service.handlers, [heard(event) for event in events], self.now)
        dead = await self.service.database.pool.fetch("select type, reason from dead_letters")
        assert not dead, dead

    async def put(self, body: dict[str, Any], code: str = COMMUNITY, **kwargs: Any) -> dict[str, Any]:
        answer = await self.service.put(path_of(code), body, **({"headers": {"if-match": "*"}} | kwargs))
        assert answer.status_code in (200, 201), answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def view(self, household_id: str, **kwargs: Any) -> dict[str, Any]:
        answer = await self.service.get(f"/v1/grid/households/{household_id}", **kwargs)
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def said(self) -> list[tuple[str, dict[str, Any]]]:
        """Types (without owner and version) and data of what the grid said since."""
        events = await self.service.said()
        return [(event.type.split(".")[1], json.loads(event.data)) for event in events]

    async def sweep(self, now: datetime) -> int:
        return await timers.sweep(self.service.database, TIMERS, now)

    async def timers(self) -> dict[str, datetime]:
        rows = await self.service.database.pool.fetch("select key, due_at from timers where kind = 'visit'")
        return {row["key"]: row["due_at"] for row in rows}

    async def end_state(self, household_id: str) -> dict[str, Any]:
        """All that must come out the same in any order: cell and head, visits that stand, timers, placements that stand."""
        view = await self.view(household_id)
        standing = [v for v in view["visits"] if v["status"] != "cancelled"]
        clocks = await self.timers()
        rows = await self.service.database.pool.fetch(
            """select cell_code, head_staff_id, valid_from from placements
                where household_id = $1 and valid_to is null and retracted_at is null""",
            household_id,
        )
        return {
            "cell": view["cell"],
            "state": view["state"],
            "visits": sorted(
                (v["reason"], v["status"], v["cell"], v["head"], v["due_on"], v["community"], v["unit"])
                for v in standing
            ),
            "timers": sorted((v["reason"], clocks[v["visit_id"]]) for v in view["visits"] if v["visit_id"] in clocks),
            "placements": [tuple(row.values()) for row in rows],
        }


def end_of(day: date) -> datetime:
    return clock.end_of_day(day)
