"""What the small community's roster says, with what is brought later, reaches every row of the decision table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from deploy.demo import files, small
from deploy.demo.people import AREA
from services.benefits.assessments.copies import Member
from services.benefits.assessments.domain import (
    DEFAULTS,
    NO_DIBAO,
    Assessment,
    Dibao,
    HouseholdFacts,
    assess,
    assess_dibao,
)
from services.benefits.assessments.rules import TABLE
from services.benefits.assessments.rules_dibao import DIBAO_TABLE
from services.registry.imports.fields import ROSTER
from services.registry.imports.roster import FACTS, check
from services.registry.service import person_state
from shared.contracts.registry import PersonRegistered
from shared.imports.files import sniff
from shared.imports.table import read_table

ON = date(2026, 11, 24)
APPLIED_FOR = "case-open"
"""Only an application brings it about."""
Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows(contents: dict[str, bytes]) -> list[Row]:
    data = contents[files.ROSTER_SMALL]
    return check(read_table(data, sniff(data, 2**20), ROSTER), ON, frozenset({AREA})).rows.rows(named=True)


def _later(row: Row) -> dict[str, Any]:
    place = (row["block"], row["unit"], row["flat"], row["relation"])
    found = [each.facts for each in small.LATER if (each.block, each.unit, each.flat, each.relation) == place]
    facts = dict(found[0]) if found else {}
    return facts | {f"insurance:{scheme}": given for scheme, given in facts.pop("insurances", {}).items()}


def _member(row: Row) -> Member:
    """As benefits hears of the person."""
    facts = {group: json.loads(row[group]) for group in FACTS if row[group] is not None} | _later(row)
    state = {
        "version": 1,
        "person_id": row["id_number"],
        "status": "resident",
        "household_id": row["head_name"],
        "community_code": small.build().code,
        "sex": row["sex"],
        "birth_on": row["birth_on"],
        "died_on": None,
        "withdrawn_at": None,
        "facts": facts,
    }
    said = person_state(PersonRegistered, state).model_dump(mode="json")
    return Member(row["id_number"], said, None, frozenset(), {})


def _assessments(rows: list[Row]) -> Iterator[Assessment]:
    homes: dict[int, list[Row]] = {}
    for row in rows:
        homes.setdefault(row["household"], []).append(row)
    for home in homes.values():
        members = [_member(row) for row in home]
        for member in members:
            yield from assess(member.facts, DEFAULTS, ON).values()
        yield assess_dibao(_household(home[0], members), DEFAULTS, ON)


def _household(first: Row, members: list[Member]) -> HouseholdFacts:
    said = json.loads(first["dibao"]) if first["dibao"] else None
    dibao = None if said is None else NO_DIBAO
    if said and said["receiving"]:
        dibao = Dibao(True, said.get("division"), said.get("household_class"))
    return HouseholdFacts(small.build().code, tuple(member.household_facts for member in members), dibao)


def test_every_row_of_the_decision_table_is_somebodys(rows: list[Row]) -> None:
    table = {(str(scheme), row.slug) for scheme, lines in TABLE.items() for row in lines}
    table |= {("dibao", row.slug) for row in DIBAO_TABLE}
    reached = {(str(each.scheme), reason.slug) for each in _assessments(rows) for reason in each.reasons}
    missed = {(scheme, slug) for scheme, slug in table - reached if slug != APPLIED_FOR}
    # Injury and maternity insurance stand in no roster: nothing is known of them, and it makes no difference.
    assert {scheme for scheme, _ in missed} <= {"410", "510"}, missed


def test_every_outcome_is_reached_and_missing_facts_are_named(rows: list[Row]) -> None:
    found = list(_assessments(rows))
    assert {str(each.outcome) for each in found} == {"transfer", "change", "keep", "not-applicable", "undetermined"}
    missing = {fact for each in found for fact in each.missing}
    assert missing >= {"work", "hukou-division", "hukou-moved", "dibao", "household-hukou", "insurance-110"}
