"""All checks together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.chaos.checker.answers import faults_of_answers
from tests.chaos.checker.believed import World, believe, file_as_found
from tests.chaos.checker.figures import faults_of_figures
from tests.chaos.checker.homes import faults_of_communities, faults_of_homes, strangers
from tests.chaos.checker.there import There
from tests.chaos.checker.trails import (
    faults_of_effects,
    faults_of_imports,
    faults_of_last_words,
    faults_of_listeners,
    faults_of_order,
    faults_of_records,
    trails,
)
from tests.chaos.checker.violations import STILL, Violation
from tests.chaos.load.ledger import Told


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every promise that was not kept, and ids of what was filed under a settling that had been taken back (`file_as_found`)."""

    violations: list[Violation]
    overtaken: list[str]


def judge(
    told: Sequence[Told], there: There, statistics: Mapping[str, Mapping[str, Any]], busy: Iterable[str]
) -> Verdict:
    """`statistics`: what each service answers; `busy`: what was not still when it was looked at."""
    done, refused = believe(told, unanswered_done=True), believe(told, unanswered_done=False)
    work = {row["employment_id"]: row["household_id"] for rows in there.employments.values() for row in rows}
    cases = {row["case_id"]: row["household_id"] for rows in there.cases.values() for row in rows}
    overtaken, _ = (file_as_found(world, work | cases) for world in (done, refused))
    return Verdict(_violations(told, done, refused, there, statistics, busy), overtaken)


def _violations(
    told: Sequence[Told],
    done: World,
    refused: World,
    there: There,
    statistics: Mapping[str, Mapping[str, Any]],
    busy: Iterable[str],
) -> list[Violation]:
    by_key = trails(there.records)
    return [
        *(Violation(STILL, "in the end", "all is still", words) for words in busy),
        *faults_of_homes(done, refused, there),
        *faults_of_communities(refused, there),
        *strangers(done, there),
        *faults_of_imports(there),
        *faults_of_records(there.records),
        *faults_of_order(by_key, there),
        *faults_of_last_words(by_key, there),
        *faults_of_listeners(there.records, there),
        *faults_of_effects(there.records, there),
        *faults_of_answers(told),
        *faults_of_figures(statistics, there),
    ]
