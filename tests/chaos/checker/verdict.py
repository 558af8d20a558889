"""All checks together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.chaos.checker.answers import faults_of_answers
from tests.chaos.checker.believed import believe
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


def judge(
    told: Sequence[Told], there: There, statistics: Mapping[str, Mapping[str, Any]], busy: Iterable[str]
) -> list[Violation]:
    """Every promise that was not kept. `statistics`: what each service answers; `busy`: what was not still when it was looked at."""
    done, refused = believe(told, unanswered_done=True), believe(told, unanswered_done=False)
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
