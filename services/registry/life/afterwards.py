"""How rows of households and people stand after what was told, and what is said of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.registry.households.domain import HEAD, HouseholdStatus
from services.registry.life.domain import LifeEvent, LifeKind, Standing, Story
from services.registry.persons.domain import PersonStatus
from shared.contracts.registry import (
    HouseholdChanged,
    HouseholdMerged,
    HouseholdMoved,
    HouseholdSettled,
    HouseholdSplit,
    HouseholdState,
    HouseholdWithdrawn,
    PersonDied,
    PersonFactsChanged,
    PersonMoved,
    PersonState,
    PersonUnmerged,
)
from shared.db import Row


def home_after(
    story: Story, row: Row, before: Iterable[Row], dwellings: Mapping[str, Row], is_known: bool
) -> dict[str, Any]:
    """The household's row as it stands now; the version is the next one where anything differs. `is_known`: is anything told of it?"""
    household_id = row["household_id"]
    members = story.members[household_id]
    flat = story.flats.get(household_id)
    empty = HouseholdStatus.ENDED if is_known else HouseholdStatus.WITHDRAWN
    after = dict(row) | {
        "status": HouseholdStatus.SETTLED if members else empty,
        "head_person_id": next((person for person, relation in members.items() if relation == HEAD), None),
    }
    if flat:
        place = ("dwelling_id", "community_code", "estate", "block", "unit", "flat")
        after |= {name: dwellings[flat.dwelling_id][name] for name in place}
    if after != dict(row) or {m["person_id"]: m["relation"] for m in before} != members:
        after["version"] += 1
    return after


def kind_of_household(event: LifeEvent | None, before: Row, after: Mapping[str, Any]) -> type[HouseholdState]:
    """What to say of what became of a household. `event`: the one that was told; None where one was taken back."""
    if after["version"] == 1:
        return HouseholdSettled
    if after["status"] == HouseholdStatus.WITHDRAWN:
        return HouseholdWithdrawn
    if event and after["household_id"] == event.household_id and event.kind in _BY_KIND:
        return _BY_KIND[event.kind]
    moved = after["status"] == HouseholdStatus.SETTLED and before["dwelling_id"] != after["dwelling_id"]
    return HouseholdMoved if moved else HouseholdChanged


_BY_KIND: Mapping[LifeKind, type[HouseholdState]] = {LifeKind.SPLIT: HouseholdSplit, LifeKind.MERGED: HouseholdMerged}


def kind_of_person(before: Row, after: Mapping[str, Any]) -> type[PersonState]:
    if before["merged_into"]:
        return PersonUnmerged
    if (before["status"], before["household_id"], before["died_on"]) == (
        after["status"],
        after["household_id"],
        after["died_on"],
    ):
        return PersonFactsChanged
    return PersonDied if after["status"] == PersonStatus.DECEASED else PersonMoved


def person_after(row: Row, standing: Standing, derived: Mapping[str, object]) -> dict[str, Any]:
    """`derived`: facts that follow from events; None: nothing does."""
    facts = {**row["facts"], **derived}
    return dict(row) | {
        "status": standing.status,
        "household_id": standing.household_id,
        "died_on": standing.died_on,
        "merged_into": None,
        "facts": {fact: value for fact, value in facts.items() if value is not None or fact not in derived},
    }
