"""What benefits decides: what a settled person or household is told, scheme by scheme; pure.

Facts may be unknown (None). An outcome is `undetermined` exactly where it differs over the values of what is not known, and
the facts named are those that by themselves can change it (`unknowns`).
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TypeVar

from services.benefits.assessments import parameters as names
from services.benefits.assessments.alike import Alike, about
from services.benefits.assessments.facts import (
    NO_DIBAO,
    NO_WORK,
    Assessment,
    Dibao,
    EmployerKind,
    HouseholdFacts,
    MemberFacts,
    Outcome,
    PersonFacts,
    Relation,
    RelationState,
    Sex,
    Work,
)
from services.benefits.assessments.parameters import (
    DEFAULTS,
    PERSON_SCHEMES,
    InForce,
    MoveClass,
    Parameter,
    Parameters,
    Scheme,
    move_class,
    parameters_on,
    pool,
)
from services.benefits.assessments.reasons import (
    CROSS_AREA_SETTLEMENT,
    REASONS,
    RECLASS,
    TEMPORARY_ACCOUNT,
    Note,
    Reason,
    enrolment_window,
    unknown,
)
from services.benefits.assessments.rules import TABLE
from services.benefits.assessments.rules_dibao import DIBAO_TABLE, HouseholdSheet, reclass_to_urban
from services.benefits.assessments.sheets import PersonSheet, Route, Row
from services.benefits.assessments.unknowns import Sheet, Tree, answers, decisive, explore, only_answer

__all__ = [
    "DEFAULTS",
    "NO_DIBAO",
    "NO_WORK",
    "PERSON_SCHEMES",
    "Assessment",
    "Dibao",
    "EmployerKind",
    "HouseholdFacts",
    "InForce",
    "MemberFacts",
    "MoveClass",
    "Outcome",
    "Parameter",
    "Parameters",
    "PersonFacts",
    "Reason",
    "Relation",
    "RelationState",
    "Scheme",
    "Sex",
    "Work",
    "assess",
    "assess_dibao",
    "assess_household",
    "assess_person",
    "may_open",
    "move_class",
    "parameters_on",
    "pool",
    "refusal",
]

S = TypeVar("S", bound=Sheet)
T = TypeVar("T")

_OPENS = frozenset({Outcome.TRANSFER, Outcome.CHANGE})
_HOUSEHOLD_HUKOU = "household-hukou"


def assess(facts: PersonFacts, parameters: Parameters, on: date) -> dict[Scheme, Assessment]:
    """The outcome of every scheme of a settled person on a day. Raises MissingParameter if the parameters are incomplete."""
    return assess_person(facts, parameters_on(parameters, on), on)


def assess_person(facts: PersonFacts, parameters: InForce, on: date) -> dict[Scheme, Assessment]:
    """The same by the parameters that hold on that day: for many people at once."""
    return {
        scheme: _assess_alike(about(scheme, facts, parameters, on), scheme, parameters, on) for scheme in PERSON_SCHEMES
    }


def assess_dibao(facts: HouseholdFacts, parameters: Parameters, on: date) -> Assessment:
    """The outcome for a settled household's dibao (低保) on a day. Raises MissingParameter if the parameters are incomplete."""
    return assess_household(facts, parameters_on(parameters, on), on)


@lru_cache(maxsize=8192)
def assess_household(facts: HouseholdFacts, parameters: InForce, on: date) -> Assessment:
    """The same by the parameters that hold on that day: for many households at once."""
    sheet = HouseholdSheet(facts, parameters, on)
    notes = (RECLASS,) if only_answer(lambda: reclass_to_urban(sheet), sheet) else ()
    return _conclude(Scheme.DIBAO, sheet, DIBAO_TABLE, {"same-county": notes})


@lru_cache(maxsize=8192)
def _assess_alike(alike: Alike, scheme: Scheme, parameters: InForce, on: date) -> Assessment:
    return _assess_scheme(alike.facts, scheme, parameters, on)


def _assess_scheme(facts: PersonFacts, scheme: Scheme, parameters: InForce, on: date) -> Assessment:
    notes: dict[str, tuple[Note, ...]] = {"temporary-account": (TEMPORARY_ACCOUNT,)}
    if scheme is Scheme.RESIDENT_MEDICAL:
        months = [
            parameters.number(n, facts.residence_division) for n in (names.WINDOW_FIRST_MONTH, names.WINDOW_LAST_MONTH)
        ]
        notes["next-insurance-year"] = (enrolment_window(*months), CROSS_AREA_SETTLEMENT)
    return _conclude(scheme, PersonSheet(facts, scheme, parameters, on), TABLE[scheme], notes)


def _conclude(scheme: Scheme, sheet: S, rows: tuple[Row[S], ...], notes: dict[str, tuple[Note, ...]]) -> Assessment:
    """The first row that holds decides; undetermined where that differs by outcome over the unknown facts."""
    tree = explore(lambda: _first(rows, sheet), sheet)
    deciding = tuple(dict.fromkeys(answers(tree)))
    outcomes = {row.outcome for row in deciding}
    if len(outcomes) > 1 or Outcome.UNDETERMINED in outcomes:
        return _undetermined(scheme, tree, Outcome.UNDETERMINED in outcomes)
    reasons, either = _reasons(scheme, sheet, rows, deciding)
    route = _route(sheet, rows, deciding[0].outcome)
    told = [note for reason in reasons for note in notes.get(reason.slug, ())]
    return Assessment(
        scheme,
        deciding[0].outcome,
        reasons,
        either=either,
        from_division=route.from_division,
        to_division=route.to_division,
        fund_moves=route.fund_moves,
        notes=tuple(told),
    )


def _first(rows: tuple[Row[S], ...], sheet: S) -> Row[S]:
    return next(row for row in rows if row.holds(sheet))


def _undetermined(scheme: Scheme, tree: Tree[Row[S]], clerk_picks: bool) -> Assessment:
    missing = decisive(tree, by=lambda row: row.outcome)
    if clerk_picks and _HOUSEHOLD_HUKOU not in missing:
        missing = (*missing, _HOUSEHOLD_HUKOU)
    return Assessment(scheme, Outcome.UNDETERMINED, tuple(unknown(scheme, fact) for fact in missing), missing)


def _reasons(
    scheme: Scheme, sheet: S, rows: tuple[Row[S], ...], deciding: tuple[Row[S], ...]
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """The reasons that certainly hold (of `keep`, all), and if there is none, those of which one holds."""
    outcome = deciding[0].outcome
    distinct = {row.slug for row in deciding}
    if len(distinct) == 1 and outcome is not Outcome.KEEP:
        slugs = [deciding[0].slug]
    elif outcome in _OPENS:  # that a later row holds for certain is no reason while an earlier one may
        slugs = []
    else:
        slugs = [row.slug for row in rows if row.outcome is outcome and _always(row, sheet)]
    either = [] if slugs else [row.slug for row in rows if row in deciding]
    return _listed(scheme, slugs), _listed(scheme, either)


def _always(row: Row[S], sheet: S) -> bool:
    return bool(only_answer(lambda: row.holds(sheet), sheet))


def _listed(scheme: Scheme, slugs: list[str]) -> tuple[Reason, ...]:
    return tuple(REASONS[scheme, slug] for slug in dict.fromkeys(slugs))


def _route(sheet: S, rows: tuple[Row[S], ...], outcome: Outcome) -> Route:
    """Where a case would go, each part as far as it is the same whatever the unknown facts are."""
    if outcome not in _OPENS:
        return Route(None, None)
    routes = set(answers(explore(lambda: _way(_first(rows, sheet), sheet), sheet)))
    return Route(
        _same({route.from_division for route in routes}),
        _same({route.to_division for route in routes}),
        _same({route.fund_moves for route in routes}),
    )


def _way(row: Row[S], sheet: S) -> Route:
    return row.route(sheet) if row.route else Route(None, None)


def _same(values: set[T]) -> T | None:
    return next(iter(values)) if len(values) == 1 else None


def may_open(assessment: Assessment) -> bool:
    """Whether the table lets a case open: a transfer case, or a registration change."""
    return assessment.outcome in _OPENS


def refusal(assessment: Assessment) -> tuple[Reason, ...]:
    """All reasons to refuse an application; () where a case may open. Order 765 art. 16: the result is told."""
    return () if may_open(assessment) else assessment.reasons or assessment.either
